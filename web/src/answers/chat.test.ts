import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
const { isChat } = await import('./chat');

test('a conversation is a chat when nothing in it was asked of data', () => {
  const said = { role: 'user' };
  const isChatOf = (...messages: { role: string; metadata?: object | null }[]) => isChat({ messages });
  expect(isChatOf(said)).toBe(false);
  expect(isChatOf(said, { role: 'assistant' })).toBe(true);
  expect(
    isChatOf(said, { role: 'assistant', metadata: { error: {} } }, said, { role: 'assistant', metadata: null }),
  ).toBe(true);
  expect(isChatOf(said, { role: 'assistant' }, said, { role: 'assistant', metadata: { sql: 'SELECT 1' } })).toBe(false);
  // A greeting that data was asked with.
  expect(isChat({ connection_id: 'c', messages: [said, { role: 'assistant' }] })).toBe(false);
});
