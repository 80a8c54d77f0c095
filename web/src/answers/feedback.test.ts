import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
const { sameMessage } = await import('./feedback');

test('a message is found again by who said it and when', () => {
  const said = (id: number, role: 'user' | 'assistant', create_time: string) => ({
    id,
    role,
    create_time,
    feedback: null,
  });
  const messages = [
    said(7, 'user', '2026-11-29T15:37:26.010Z'),
    said(8, 'assistant', '2026-11-29T15:37:26.010Z'),
    said(9, 'assistant', '2026-11-29T15:38:00Z'),
  ];
  expect(sameMessage({ role: 'assistant', created_at: '2026-11-29T15:37:26.010Z' }, messages)?.id).toBe(8);
  expect(sameMessage({ role: 'assistant', created_at: '2026-11-29T15:38:00.000Z' }, messages)?.id).toBe(9);
  expect(sameMessage({ role: 'assistant', created_at: '2026-11-29T15:39:00Z' }, messages)).toBeUndefined();
});
