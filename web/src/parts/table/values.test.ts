import { expect, test } from 'vitest';
import { asTabbed, compare, formatValue, isName } from './values';

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

test('small numbers are not nothing, and digits are not cut off', () => {
  expect(formatValue(4.2e-7, number, 'en-US')).toBe('0.00000042');
  expect(formatValue(0.12345678, number, 'en-US')).toBe('0.12345678');
  expect(formatValue(100 / 3, number, 'en-US')).toBe('33.333333');
  expect(formatValue(0.1 + 0.2, number, 'en-US')).toBe('0.3');
  expect(formatValue(0, number, 'en-US')).toBe('0');
  expect(formatValue(-1234.5, number, 'en-US')).toBe('-1,234.5');
});

test('numbers that are names are read digit by digit', () => {
  const names =
    '手机号 订单号 工号 学号 邮编 月份 年份 联系电话 商品编码 id orderId order_id ORDER_ID userID phone order_no zip';
  for (const name of `${names} code OrderNo productCode order_number year`.split(' '))
    expect(isName(name), name).toBe(true);
  for (const name of '销售额 数量 amount paid total_amount grid video piano monthly 号召力 年龄 number orders'.split(
    ' ',
  ))
    expect(isName(name), name).toBe(false);
  expect(formatValue(13800138000, { name: '手机号', type: 'integer' }, 'zh-CN')).toBe('13800138000');
  expect(formatValue(202401, { name: '月份', type: 'integer' }, 'zh-CN')).toBe('202401');
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
