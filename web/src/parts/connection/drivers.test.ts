import { expect, test } from 'vitest';
import { leadsElsewhere } from './drivers';

const saved = { driver: 'postgresql', host: 'db.example.com', port: 5432 } as const;

test('another kind, host or port is another place, for which the password is given again', () => {
  expect(leadsElsewhere(saved, { ...saved, driver: 'mysql' })).toBe(true);
  expect(leadsElsewhere(saved, { ...saved, host: 'db.example.org' })).toBe(true);
  expect(leadsElsewhere(saved, { ...saved, port: 5433 })).toBe(true);
});

test('the same place in other words is the same place', () => {
  expect(leadsElsewhere(saved, saved)).toBe(false);
  expect(leadsElsewhere(saved, { ...saved, host: ' db.example.com ' })).toBe(false);
  // An empty port is the usual one.
  expect(leadsElsewhere(saved, { ...saved, port: null })).toBe(false);
  // A field that isn't on the screen yet has what was saved.
  expect(leadsElsewhere(saved, {})).toBe(false);
});
