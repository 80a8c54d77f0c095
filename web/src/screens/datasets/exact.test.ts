import { expect, test } from 'vitest';
import { formatValue } from '../../parts/table/values';
import { rowOf } from './exact';

test('every digit of a number stays, and a text stays a text', () => {
  const line =
    '{"单号":1234567890123456789,"金额":1200.50,"大":-99999999999999999999.12345678,"n":3,"f":120.0,"x":0.1,"e":4.2e-7,"说":"编号 12345678901234567890 \\"1.50\\"","b":true,"空":null,"l":[1.10,2]}';
  expect(rowOf(line)).toEqual({
    单号: '1234567890123456789',
    金额: '1200.50',
    大: '-99999999999999999999.12345678',
    n: 3,
    f: 120,
    x: 0.1,
    e: 4.2e-7,
    说: '编号 12345678901234567890 "1.50"',
    b: true,
    空: null,
    l: ['1.10', 2],
  });
});

test('they are shown as an answer shows them', () => {
  const row = rowOf('{"n":1234567890123456789,"sum":1200.50}');
  expect(formatValue(row.n, { name: 'n', type: 'integer' }, 'zh-CN')).toBe('1,234,567,890,123,456,789');
  expect(formatValue(row.sum, { name: 'sum', type: 'number' }, 'zh-CN')).toBe('1,200.50');
});
