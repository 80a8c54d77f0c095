import { expect, test } from 'vitest';
import { sizeOf } from './sizes';

test('bytes are counted in the unit that fits', () => {
  expect([0, 999, 1000, 1_234_567, 2_500_000_000, 4e12].map((bytes) => sizeOf(bytes, 'en'))).toEqual([
    '0 byte',
    '999 byte',
    '1 kB',
    '1.23 MB',
    '2.5 GB',
    '4,000 GB',
  ]);
});
