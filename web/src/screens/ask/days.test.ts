import { expect, test } from 'vitest';
import { byAge } from './days';

test('conversations are grouped by day, in their order', () => {
  const now = new Date(2026, 2, 18, 9);
  const at = (day: number, hour: number) => ({ updated_at: new Date(2026, 2, day, hour).toISOString() });
  const groups = byAge([at(18, 8), at(17, 23), at(13, 1), at(1, 1)], now);
  expect(groups.map((group) => [group.age, group.items.length])).toEqual([
    ['today', 1],
    ['yesterday', 1],
    ['thisWeek', 1],
    ['earlier', 1],
  ]);
});
