import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { follow, type Source } from './follow';
import type { StreamEvent } from './model';

const progress = { type: 'progress', stage: 'analyzing', message: '…' };
const piece = (content: string) => ({ type: 'delta', content });
const done = { type: 'done', conversation_id: 'c', message_id: 'm', usage: {} };

function stream(from: number, ...events: object[]): Response {
  const text = events.map((event, place) => `id: r-${from + place}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  return new Response(text, { status: 200 });
}

const sent: Request[] = [];
let answers: (() => Response | Promise<Response>)[] = [];

beforeEach(() => {
  sent.length = 0;
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  vi.stubGlobal('fetch', (request: Request) => {
    sent.push(request);
    const answer = answers.shift();
    if (!answer) throw new Error('one request too many');
    return Promise.resolve(answer());
  });
});
afterEach(() => vi.unstubAllGlobals());

const source = { method: 'POST' as const, path: 'http://server/api/v1/chat/stream', body: { query: 'q' } };

function run(given: () => { from?: Source } = () => ({})) {
  const events: StreamEvent[] = [];
  const connection: boolean[] = [];
  const ending = follow(given().from ?? source, {
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    onConnection: (isOpen) => connection.push(isOpen),
    wait: () => Promise.resolve(),
  });
  return { events, connection, ending };
}

test('a stream that breaks is taken up after the last event that was read', async () => {
  answers = [
    () => stream(1, progress, piece('a')),
    () => Promise.reject(new TypeError('network')),
    () => new Response('', { status: 503 }),
    () => stream(3, piece('b'), done),
  ];
  const { events, connection, ending } = run();
  expect(await ending).toBe('ended');
  expect(events).toEqual([progress, piece('a'), piece('b'), done]);
  expect(sent.map((request) => request.headers.get('Last-Event-ID'))).toEqual([null, 'r-2', 'r-2', 'r-2']);
  expect(connection).toEqual([false, false, false, true]);
});

test('a question that is refused is not asked again', async () => {
  const refusal = { success: false, error: { code: 'CONFLICT', message: 'still answering' } };
  answers = [() => Response.json(refusal, { status: 409 })];
  await expect(run().ending).rejects.toMatchObject({ status: 409, code: 'CONFLICT', message: 'still answering' });
  expect(sent).toHaveLength(1);
});

test('a question whose first answer is lost is not asked twice', async () => {
  answers = [() => Promise.reject(new TypeError('network'))];
  await expect(run().ending).rejects.toThrow(TypeError);
  expect(sent).toHaveLength(1);
});

test('a run that is over says so', async () => {
  answers = [() => stream(1, progress), () => new Response(null, { status: 204 })];
  expect(await run().ending).toBe('over');
});

test('an answer that is looked for while the server comes back is looked for again', async () => {
  const listen = { method: 'GET' as const, path: 'http://server/api/v1/conversations/c/stream' };
  answers = [() => new Response('', { status: 503 }), () => stream(1, progress, done)];
  const { events, ending } = run(() => ({ from: listen }));
  expect(await ending).toBe('ended');
  expect(events).toEqual([progress, done]);
});
