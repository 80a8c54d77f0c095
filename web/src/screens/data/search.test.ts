import { expect, test } from 'vitest';
import { searchTables, type Table } from './search';

const column = (name: string, comment?: string) => ({
  name,
  type: 't',
  kind: 'text',
  nullable: true,
  primary: false,
  comment: comment ?? null,
});
const tables: Table[] = [
  { name: 'orders', comment: '订单', kind: 'table', columns: [column('id'), column('city', '城市')], foreign_keys: [] },
  { name: 'city_names', kind: 'view', columns: [column('id')], foreign_keys: [] },
];

test('names of tables go first, and of others only the columns that were meant', () => {
  expect(searchTables(tables, '')).toBe(tables);
  expect(searchTables(tables, 'CITY').map((table) => [table.name, table.columns.length])).toEqual([
    ['city_names', 1],
    ['orders', 1],
  ]);
  expect(searchTables(tables, '订单 城市').map((table) => table.columns.map((one) => one.name))).toEqual([['city']]);
  expect(searchTables(tables, '订单 省份')).toEqual([]);
});
