import { expect, test } from 'vitest';
import { optionOf } from './option';

const palette = { accent: '', background: '', surface: '', raised: '', line: '', text: '', quiet: '' };
const look = { palette, colors: [], title: '', width: 600, isStill: true };
const drawing = {
  labels: ['2024-01-05T00:00:00', '2024-02-05T00:00:00'],
  series: [{ name: 'n', values: [1, 0.0000004] }],
  left: { labels: 0, series: 0, isSummed: false },
};

test('dates stand at the axis as they stand in the table', () => {
  const { xAxis, animation } = optionOf({ type: 'line', x: 'day', y: ['n'] }, drawing, { ...look, locale: 'zh-CN' });
  expect(xAxis).toMatchObject({ data: ['2024/01/05', '2024/02/05'] });
  expect(animation).toBe(false);
  const { series } = optionOf({ type: 'pie', x: 'day', y: ['n'] }, drawing, { ...look, locale: 'en-US' });
  expect(series).toMatchObject([{ data: [{ name: 'Jan 05, 2024' }, { name: 'Feb 05, 2024' }] }]);
});

test('a small value is shown as what it is', () => {
  const { tooltip } = optionOf({ type: 'line', x: 'day', y: ['n'] }, drawing, { ...look, locale: 'en-US' });
  const { valueFormatter } = tooltip as { valueFormatter: (value: unknown) => string };
  expect(valueFormatter(0.0000004)).toBe('0.0000004');
});
