import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import en from '../../i18n/en';
import zh from '../../i18n/zh';
import { suggestions } from './suggestions';

const term = (name: string, kind: 'metric' | 'dimension' | 'alias', expression = 'x') => ({
  term: name,
  kind,
  expression,
});
const terms = [
  term('销售额', 'metric'),
  term('订单数', 'metric'),
  term('城市', 'dimension'),
  term('sales', 'alias', '销售额'),
  term('city', 'alias', '城市'),
];
const column = (name: string, kind: string) => ({ name, kind, type: kind, nullable: true, primary: false });
const orders = {
  name: 'orders',
  kind: 'table' as const,
  columns: [column('status', 'text'), column('ordered_at', 'timestamp')],
  foreign_keys: [],
  row_count: 9,
};

beforeAll(() =>
  i18next.init({
    lng: 'zh',
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
  }),
);

test('questions are made of the words of the connection, in the language of the page', () => {
  expect(suggestions(terms, [orders], 'zh', i18next.getFixedT('zh'))).toEqual([
    '上月各城市的销售额',
    '近 12 个月的销售额趋势',
    '销售额最高的 5 个城市',
    '今年各月的订单数',
  ]);
  expect(suggestions(terms, [orders], 'en', i18next.getFixedT('en'))).toContain('Sales by city last month');
});

test('a table with figures is asked for them, in the words of its columns', () => {
  const sales = {
    ...orders,
    name: '销售',
    columns: [column('地区', 'text'), column('编号', 'integer'), column('销售额', 'number')],
  };
  expect(suggestions([], [sales], 'zh', i18next.getFixedT('zh'))).toEqual([
    '各地区的销售额',
    '各地区的销售数量',
    '销售有多少条',
  ]);
  expect(suggestions([], [sales], 'en', i18next.getFixedT('en'))).not.toContain('销售额 by 地区');
});

test('without words, tables are what there is', () => {
  expect(suggestions([], [orders], 'en', i18next.getFixedT('en'))).toEqual([
    'Number of orders by status',
    'How many orders are there',
  ]);
  expect(suggestions([], [], 'zh', i18next.getFixedT('zh'))).toEqual([]);
});
