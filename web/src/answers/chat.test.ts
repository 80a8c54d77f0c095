import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
const { isChat } = await import('./chat');

test('a conversation is a chat when nothing in it was asked of data', () => {
  const said = { role: 'user' };
  expect(isChat([said])).toBe(false);
  expect(isChat([said, { role: 'assistant' }])).toBe(true);
  expect(
    isChat([said, { role: 'assistant', metadata: { error: {} } }, said, { role: 'assistant', metadata: null }]),
  ).toBe(true);
  expect(isChat([said, { role: 'assistant' }, said, { role: 'assistant', metadata: { sql: 'SELECT 1' } }])).toBe(false);
});
