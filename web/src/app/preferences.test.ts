import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
vi.stubGlobal('window', {
  matchMedia: () => ({ matches: false, addEventListener: () => undefined }),
  addEventListener: () => undefined,
});
vi.stubGlobal('document', { documentElement: { dataset: {} } });
const { isSaid } = await import('./preferences');

test('what a new account has is no preference of somebody', () => {
  expect(isSaid({ language: 'zh', theme: 'light' })).toBe(false);
  expect(isSaid({ language: 'zh', theme: 'system' })).toBe(true);
  expect(isSaid({ language: 'en', theme: 'light' })).toBe(true);
});
