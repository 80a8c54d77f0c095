import { expect, test } from 'vitest';
import { leadsElsewhere } from './providers';

const saved = { provider: 'openai', base_url: null } as const;

test('another provider or address is another place, for which the key is given again', () => {
  expect(leadsElsewhere(saved, { ...saved, provider: 'deepseek' })).toBe(true);
  expect(leadsElsewhere(saved, { ...saved, base_url: 'https://proxy.example.com/v1' })).toBe(true);
  expect(leadsElsewhere({ ...saved, base_url: 'https://proxy.example.com/v1' }, { ...saved, base_url: '' })).toBe(true);
});

test('the same place in other words is the same place', () => {
  expect(leadsElsewhere(saved, saved)).toBe(false);
  expect(leadsElsewhere(saved, { ...saved, base_url: ' ' })).toBe(false);
  expect(leadsElsewhere({ provider: 'openai' }, saved)).toBe(false);
  // A field that isn't on the screen yet has what was saved.
  expect(leadsElsewhere({ ...saved, base_url: 'https://proxy.example.com/v1' }, {})).toBe(false);
});
