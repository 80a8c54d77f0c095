import { expect, test } from 'vitest';
import { asTabbed, compare, formatValue } from './values';

const integer = { name: 'n', type: 'integer' };
const number = { name: 'amount', type: 'number' };
const time = { name: 'at', type: 'timestamp' };
const text = { name: 'city', type: 'text' };

test('numbers keep every digit and are grouped', () => {
  expect(formatValue('9007199254740993', integer, 'zh-CN')).toBe('9,007,199,254,740,993');
  expect(formatValue('-1234567.8900', number, 'en-US')).toBe('-1,234,567.8900');
  expect(formatValue(0.1, number, 'en-US')).toBe('0.1');
  expect(formatValue(2026, { name: 'year', type: 'integer' }, 'en-US')).toBe('2026');
});

test('times are those that were stored', () => {
  expect(formatValue('2026-03-08', { name: 'd', type: 'date' }, 'zh-CN')).toBe('2026/03/08');
  expect(formatValue('2026-03-08', { name: 'd', type: 'date' }, 'en-US')).toBe('Mar 08, 2026');
  expect(formatValue('2026-03-08T23:30:00', time, 'zh-CN')).toBe('2026/03/08 23:30');
  expect(formatValue('2026-03-08T23:30:05Z', time, 'zh-CN')).toBe('2026/03/08 23:30:05 UTC');
});

test('columns are ordered as what they are, what is missing last', () => {
  const sorted = (values: unknown[], column: typeof text, direction: 1 | -1) =>
    values.toSorted((one, other) => compare(one, other, column, 'zh-CN', direction));
  expect(sorted([10, 9, null, 1], integer, 1)).toEqual([1, 9, 10, null]);
  expect(sorted([10, 9, null, 1], integer, -1)).toEqual([10, 9, 1, null]);
  expect(sorted(['9007199254740993', '9007199254740992'], integer, 1)).toEqual([
    '9007199254740992',
    '9007199254740993',
  ]);
  expect(sorted(['上海', '北京', '广州'], text, 1)).toEqual(['北京', '广州', '上海']);
  expect(sorted(['item 10', 'item 9'], text, 1)).toEqual(['item 9', 'item 10']);
});

test('a copied table survives a spreadsheet', () => {
  expect(
    asTabbed(
      [text, integer],
      [
        { city: 'a\tb', n: 1 },
        { city: 'say "x"', n: null },
      ],
    ),
  ).toBe('city\tn\n"a\tb"\t1\n"say ""x"""\t');
});
