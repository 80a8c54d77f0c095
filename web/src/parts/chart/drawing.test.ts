import { expect, test } from 'vitest';
import type { Chart, Result } from '../../answers/model';
import { axesOf, draw, isEmpty } from './drawing';

const rows = [
  { month: '2026-01', city: '北京', sales: 3, cost: '1.50' },
  { month: '2026-01', city: '上海', sales: 4, cost: '2.00' },
  { month: '2026-02', city: '北京', sales: 5, cost: null },
];
const columns = [
  { name: 'month', type: 'text' },
  { name: 'city', type: 'text' },
  { name: 'sales', type: 'integer' },
  { name: 'cost', type: 'number' },
];
const result: Result = { columns, rows, truncated: false, seconds: 0 };

test('a column of names makes a series each', () => {
  const dataset = (label: string) => ({ label, data: [1, 2] });
  const chart = {
    type: 'line',
    title: '',
    x: 'month',
    y: ['sales'],
    data: { labels: ['2026-01', '2026-02'], datasets: [dataset('北京'), dataset('上海')] },
  } as Chart;
  const axes = axesOf(chart, result);
  expect(axes).toEqual({ type: 'line', x: 'month', y: ['sales'], series: 'city' });
  expect(draw(axes, rows)).toEqual({
    left: { labels: 0, series: 0, isSummed: false },
    labels: ['2026-01', '2026-02'],
    series: [
      { name: '北京', values: [3, 5] },
      { name: '上海', values: [4, null] },
    ],
  });
});

test('several values stand beside each other, sums of one label together', () => {
  expect(draw({ type: 'bar', x: 'month', y: ['sales', 'cost'] }, rows).series).toEqual([
    { name: 'sales', values: [7, 5] },
    { name: 'cost', values: [3.5, null] },
  ]);
});

test('two numbers are points', () => {
  expect(draw({ type: 'scatter', x: 'sales', y: ['cost'] }, rows).pairs).toEqual([
    {
      name: 'cost',
      points: [
        [3, 1.5],
        [4, 2],
      ],
    },
  ]);
});

test('without a chart of the server there are axes all the same', () => {
  expect(axesOf(undefined, result)).toEqual({ type: 'bar', x: 'month', y: ['sales'] });
  expect(isEmpty(draw({ type: 'bar', x: 'month', y: ['city'] }, rows))).toBe(true);
});

test('what is left out or added up is known', () => {
  const many = Array.from({ length: 1500 }, (_, row) => ({ day: `d${row % 730}`, shop: `s${row % 30}`, n: 1 }));
  expect(draw({ type: 'line', x: 'day', y: ['n'] }, many).left).toEqual({ labels: 230, series: 0, isSummed: true });
  const drawn = draw({ type: 'line', x: 'day', y: ['n'], series: 'shop' }, many.slice(0, 30));
  expect([drawn.series.length, drawn.left]).toEqual([20, { labels: 0, series: 10, isSummed: false }]);
  expect(draw({ type: 'pie', x: 'month', y: ['sales', 'cost'] }, rows).left).toMatchObject({ series: 1 });
});
