import { expect, test } from 'vitest';
import { linksOf, placesOf, shownColumns, type Table } from './layout';

const column = (name: string, primary = false) => ({ name, type: 'int', kind: 'integer', nullable: true, primary });
const table = (name: string, columns: string[], keys: [string, string][] = []): Table => ({
  name,
  kind: 'table',
  columns: columns.map((one, place) => column(one, place === 0)),
  foreign_keys: keys.map(([from, to]) => ({ columns: [from], table: to, references: ['id'] })),
});
const tables = [
  table('items', ['id', 'order_id'], [['order_id', 'orders']]),
  table(
    'orders',
    ['id', 'customer_id', 'parent'],
    [
      ['customer_id', 'customers'],
      ['parent', 'orders'],
    ],
  ),
  table('customers', ['id', ...Array.from({ length: 30 }, (_, place) => `c${place}`)]),
  table('alone', ['id']),
];
const relation = {
  id: 'r',
  left_table: 'customers',
  left_column: 'c29',
  right_table: 'alone',
  right_column: 'id',
  cardinality: 'one_to_one' as const,
  is_editable: true,
};

test('what refers stands left of what is referred to, whatever refers to itself or to nothing', () => {
  const links = linksOf(tables, []);
  const places = placesOf(tables, links);
  const x = (name: string) => places.get(name)?.x ?? -1;
  expect(x('items')).toBeLessThan(x('orders'));
  expect(x('orders')).toBeLessThan(x('customers'));
  expect(places.size).toBe(4);
  const boxes = [...places.values()].map((place) => `${place.x},${place.y}`);
  expect(new Set(boxes).size).toBe(4);
});

test('keys that refer to each other in a circle have places all the same', () => {
  const circle = [table('a', ['id', 'b'], [['b', 'b']]), table('b', ['id', 'a'], [['a', 'a']])];
  expect(placesOf(circle, linksOf(circle, [])).size).toBe(2);
});

test('a wide table shows its keys and what is linked, in the order of its columns', () => {
  const links = linksOf(tables, [relation, { ...relation, id: 'x', right_table: 'gone' }]);
  expect(links.map((link) => link.id)).toContain('r');
  expect(links.map((link) => link.id)).not.toContain('x');
  const shown = shownColumns(tables[2]!, links);
  expect(shown).toHaveLength(12);
  expect(shown[0]).toBe('id');
  expect(shown.at(-1)).toBe('c29');
});
