import { expect, test } from 'vitest';
import { sizeOf } from './sizes';

test('bytes are counted in the unit that fits', () => {
  expect([0, 1, 999, 1000, 999_999, 1_234_567, 2_500_000_000, 4e12].map((bytes) => sizeOf(bytes, 'en'))).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 kB',
    '1 MB',
    '1.23 MB',
    '2.5 GB',
    '4,000 GB',
  ]);
});
