import { expect, test } from 'vitest';
import { changesOf } from './changes';

test('a balance that nobody touched is not sent', () => {
  const fields = { username: 'ann', nickname: ' ', permission: 1 };
  expect(changesOf({ credits_left: 100 }, { ...fields, credits_left: 100 })).toEqual({
    username: 'ann',
    nickname: null,
    permission: 1,
  });
  expect(changesOf({ credits_left: 100 }, { ...fields, credits_left: null })).not.toHaveProperty('credits_left');
  expect(changesOf({ credits_left: 100 }, { ...fields, credits_left: 0 }).credits_left).toBe(0);
});
