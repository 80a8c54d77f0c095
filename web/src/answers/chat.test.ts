import { beforeEach, expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
vi.stubGlobal('requestAnimationFrame', () => 1);
// The page's addresses are of its own server.
const { Request: Absolute } = globalThis;
vi.stubGlobal(
  'Request',
  class extends Absolute {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === 'string' ? new URL(input, 'http://server') : input, init);
    }
  },
);
const { chat, isChat } = await import('./chat');

const said = { role: 'user' };

test('a conversation is a chat when it has no database and nothing in it was asked of data', () => {
  const isChatOf = (...messages: { role: string; metadata?: object | null }[]) => isChat({ messages });
  // Also before its first reply, and when that failed, of which nothing may be stored.
  expect(isChatOf(said)).toBe(true);
  expect(isChatOf(said, { role: 'assistant' })).toBe(true);
  expect(
    isChatOf(said, { role: 'assistant', metadata: { error: {} } }, said, { role: 'assistant', metadata: null }),
  ).toBe(true);
  expect(isChatOf(said, { role: 'assistant' }, said, { role: 'assistant', metadata: { sql: 'SELECT 1' } })).toBe(false);
  // A question, or a greeting, that data was asked with.
  expect(isChat({ connection_id: 'c', messages: [said] })).toBe(false);
  expect(isChat({ connection_id: 'c', messages: [said, { role: 'assistant' }] })).toBe(false);
});

interface Sent {
  call: string;
  body: { title?: string; messages?: { role: string; content: string }[] } | null;
}

let sent: Sent[] = [];
let answers: Record<string, () => Response> = {};

beforeEach(() => {
  sent = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const call = `${request.method} ${new URL(request.url).pathname}`;
    const text = await request.text();
    sent.push({ call, body: text ? (JSON.parse(text) as Sent['body']) : null });
    return answers[call]?.() ?? Response.json({ success: true, data: {} });
  });
});

const refused = () => Response.json({ detail: 'no credits' }, { status: 403 });
const stored = (...messages: string[]) => ({
  preset_id: null,
  title: '很'.repeat(60),
  visibility: 'private',
  messages: messages.map((content, place) => ({ role: place % 2 === 0 ? 'user' : 'assistant', content })),
});
const contents = ({ body }: Sent) => body?.messages?.map(({ content }) => content);

test('a chat whose first message is refused is not left behind', async () => {
  answers = { 'POST /api/v1/chats': () => Response.json({ id: 'c' }), 'POST /api/v1/tasks': refused };
  await expect(chat({ query: '你好' })).rejects.toThrow('no credits');
  expect(sent.map(({ call }) => call)).toEqual(['POST /api/v1/chats', 'POST /api/v1/tasks', 'DELETE /api/v1/chats/c']);
});

test('a message that is refused is taken back, and the title stays', async () => {
  answers = { 'GET /api/v1/chats/c': () => Response.json(stored('a', 'b')), 'POST /api/v1/tasks': refused };
  await expect(chat({ conversation: 'c', query: '再来' })).rejects.toThrow('no credits');
  expect(sent.filter(({ call }) => call.startsWith('PUT')).map(contents)).toEqual([
    ['a', 'b', '再来'],
    ['a', 'b'],
  ]);
  expect(sent.at(-1)).toMatchObject({ call: 'PATCH /api/v1/conversations/c', body: { title: '很'.repeat(60) } });
});

test('a message that stands there without a reply is not said twice', async () => {
  answers = {
    'GET /api/v1/chats/c': () => Response.json(stored('a', 'b', '再来')),
    'GET /api/v1/conversations/c/stream': () => new Response(null, { status: 204 }),
  };
  expect(await chat({ conversation: 'c', query: '再来' })).toBe('c');
  expect(sent.filter(({ call }) => call.startsWith('PUT'))).toEqual([]);
});

test('a chat whose task may have been begun is not deleted', async () => {
  answers = {
    'POST /api/v1/chats': () => Response.json({ id: 'c' }),
    'POST /api/v1/tasks': () => {
      throw new TypeError('network');
    },
  };
  expect(await chat({ query: '你好' })).toBe('c');
  expect(sent.map(({ call }) => call)).toEqual(['POST /api/v1/chats', 'POST /api/v1/tasks']);
});
