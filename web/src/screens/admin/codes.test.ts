import { expect, test } from 'vitest';
import { around, PAGE, pageWithin, stateOf } from './codes';

test('a page that has lost its last code is the one before', () => {
  expect(pageWithin(2, PAGE + 1)).toBe(2);
  expect(pageWithin(2, PAGE)).toBe(1);
  expect(pageWithin(7, 3 * PAGE)).toBe(3);
  // Without any code there still is a page, which says so.
  expect(pageWithin(1, 0)).toBe(1);
  expect(pageWithin(3, 0)).toBe(1);
});

test('a code is looked for on its page and on those beside it', () => {
  expect(around(1)).toEqual({ limit: 100, offset: 0 });
  expect(around(2)).toEqual({ limit: 100, offset: 0 });
  expect(around(4)).toEqual({ limit: 100, offset: 2 * PAGE });
});

test('a code that was redeemed meanwhile is known from one that is gone', () => {
  const codes = [{ code: 'ONE', used_at: '2026-03-01T10:00:00Z' }, { code: 'TWO', used_at: null }, { code: 'THREE' }];
  expect(['ONE', 'TWO', 'THREE', 'FOUR'].map((code) => stateOf(code, codes))).toEqual([
    'used',
    'unused',
    'unused',
    'gone',
  ]);
});
