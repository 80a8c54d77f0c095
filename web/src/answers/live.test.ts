import { afterAll, beforeEach, expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
vi.stubGlobal('requestAnimationFrame', () => 1);
const { Request: Absolute } = globalThis;
// The page's addresses are of its own server.
vi.stubGlobal(
  'Request',
  class extends Absolute {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === 'string' ? new URL(input, 'http://server') : input, init);
    }
  },
);
const { KEYS, queryClient } = await import('../app/queries');
const { ask, letGo, liveRun, onRunEnded } = await import('./live');

let last: object;
const ended: string[] = [];
const end = onRunEnded((conversation) => ended.push(conversation));
afterAll(end);

beforeEach(() => {
  ended.length = 0;
  vi.stubGlobal('fetch', () => {
    const events = [{ type: 'progress', stage: 'analyzing', message: '…', conversation_id: 'c' }, last];
    return Promise.resolve(new Response(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')));
  });
});

const stored = (...ids: string[]) =>
  queryClient.setQueryData(KEYS.conversation('c'), {
    messages: ids.map((id) => ({ id, role: 'assistant', content: '' })),
  });

test('a run is let go of once its answer is stored, and not before', async () => {
  last = { type: 'done', conversation_id: 'c', message_id: 'm', usage: {} };
  expect(await ask({ query: 'q', language: 'zh' })).toBe('c');
  await expect.poll(() => ended).toEqual(['c']);
  stored('another');
  letGo('c');
  expect(liveRun('c')?.answer.messageId).toBe('m');
  stored('another', 'm');
  letGo('c');
  expect(liveRun('c')).toBeUndefined();
});

test('one that failed stays with what it said', async () => {
  last = { type: 'error', code: 'SQL_FAILED', message: 'no', details: {} };
  await ask({ query: 'q', language: 'zh' });
  await expect.poll(() => ended).toEqual(['c']);
  stored('another', 'm');
  letGo('c');
  expect(liveRun('c')?.answer.status).toBe('failed');
});
