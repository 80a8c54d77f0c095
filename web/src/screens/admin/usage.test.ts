import { expect, test } from 'vitest';
import { draw } from '../../parts/chart/drawing';
import { chartOf, earliestOf, faultOf, firstOf, startsOf, sumOf, type Usage } from './usage';

const row = (start: string, key: string | null, answers: number, tokens = 0) => ({
  start,
  key,
  answers,
  failed: 0,
  prompt_tokens: tokens,
  completion_tokens: 2 * tokens,
  credits: 0,
});
const usage = (part: Partial<Usage>): Usage => ({
  from: '2026-02-27',
  to: '2026-03-02',
  by: 'day',
  of: 'all',
  rows: [],
  ...part,
});
const names = { measure: '回答', nameless: '没有模型', others: '其他' };

test('a period ends today, and both its days are in it', () => {
  const now = Date.UTC(2026, 2, 2, 23, 30);
  expect([1, 7, 30].map((days) => firstOf(days, now))).toEqual(['2026-03-02', '2026-02-24', '2026-02-01']);
});

test('a time is asked for once it is typed whole, runs forward and is not too long', () => {
  const to = '2026-03-02';
  expect(faultOf({ from: '2026-03-01', to })).toBeNull();
  expect(faultOf({ from: to, to })).toBeNull();
  // An emptied field, and years on the way to 2026.
  for (const from of ['', '0002-03-01', '0020-03-01', '0202-03-01']) expect(faultOf({ from, to })).toBe('unfinished');
  expect(faultOf({ from: to, to: '' })).toBe('unfinished');
  expect(faultOf({ from: to, to: '0202-03-01' })).toBe('unfinished');
  expect(faultOf({ from: '2026-03-03', to })).toBe('reversed');
});

test('a time has at most four hundred days, both ends among them', () => {
  const to = '2026-03-02';
  expect(earliestOf(to)).toBe('2025-01-27');
  expect(startsOf({ from: '2025-01-27', to, by: 'day' })).toHaveLength(400);
  expect(faultOf({ from: '2025-01-27', to })).toBeNull();
  expect(faultOf({ from: '2025-01-26', to })).toBe('tooLong');
  expect(['', '0202-03-02'].map(earliestOf)).toEqual([undefined, undefined]);
});

test('days, weeks and months are all there', () => {
  expect(startsOf(usage({}))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
  // Weeks begin on Mondays, months on their first day, also before the first day that was asked for.
  expect(startsOf(usage({ by: 'week' }))).toEqual(['2026-02-23', '2026-03-02']);
  expect(startsOf(usage({ by: 'month', from: '2025-12-31' }))).toEqual([
    '2025-12-01',
    '2026-01-01',
    '2026-02-01',
    '2026-03-01',
  ]);
});

test('a day without anything is nothing, and not left out', () => {
  const rows = [row('2026-02-28', null, 3, 10), row('2026-03-02', null, 1)];
  const answers = chartOf(usage({ rows }), 'answers', names);
  expect(draw(answers.axes, answers.rows)).toMatchObject({
    labels: ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'],
    series: [{ name: '回答', values: [0, 3, 0, 1] }],
  });
  const tokens = chartOf(usage({ rows }), 'tokens', names);
  expect(draw(tokens.axes, tokens.rows).series).toEqual([{ name: '回答', values: [0, 30, 0, 0] }]);
  expect(sumOf(rows, 'tokens')).toBe(30);
  const nothing = chartOf(usage({}), 'answers', names);
  expect(draw(nothing.axes, nothing.rows).series).toEqual([{ name: '回答', values: [0, 0, 0, 0] }]);
});

test('the busiest are told apart, and all others come together', () => {
  const rows = Array.from({ length: 12 }, (_, place) => row('2026-03-01', `m${place}`, place + 1));
  rows.push(row('2026-03-02', null, 100));
  const { axes, rows: drawn } = chartOf(usage({ of: 'model', rows }), 'answers', names);
  const { series } = draw(axes, drawn);
  expect(series.map(({ name }) => name)).toEqual(['没有模型', 'm11', 'm10', 'm9', 'm8', 'm7', 'm6', '其他']);
  expect(series.at(-1)?.values).toEqual([0, 0, 21, 0]);
  expect(series[0]?.values).toEqual([0, 0, 0, 100]);
  // Eight can be told apart as they are.
  const eight = chartOf(usage({ of: 'model', rows: rows.slice(0, 8) }), 'answers', names);
  expect(draw(eight.axes, eight.rows).series).toHaveLength(8);
});
