import { expect, test } from 'vitest';
import { leftOf, percentOf, refusalOf } from './room';

const limits = (used: number, total = 1000) => ({
  dataset_file_bytes: 400,
  dataset_total_bytes: total,
  dataset_used_bytes: used,
});

test('a file is refused that is too large, or that there is no room for, and no other', () => {
  expect([399, 400, 401].map((bytes) => refusalOf(bytes, limits(0)))).toEqual([undefined, undefined, 'tooLarge']);
  expect([300, 301].map((bytes) => refusalOf(bytes, limits(700)))).toEqual([undefined, 'noRoom']);
  // An admin may have lowered what there is.
  expect(leftOf(limits(1200))).toBe(0);
  expect(refusalOf(1, limits(1200))).toBe('noRoom');
  expect(refusalOf(1e12, undefined)).toBeUndefined();
});

test('little is seen, and what is nearly full is not full', () => {
  expect([0, 1, 500, 999, 1000, 1200].map((used) => percentOf(limits(used)))).toEqual([0, 1, 50, 99, 100, 100]);
  expect([percentOf(limits(0, 0)), percentOf(limits(1, 0))]).toEqual([0, 100]);
});
