import { expect, test } from 'vitest';
import {
  after,
  answerOf,
  NOTHING_YET,
  roundsOf,
  splitReading,
  withLive,
  type Live,
  type Message,
  type StreamEvent,
} from './model';

const message = (role: Message['role'], content: string, id: string, metadata?: object): Message =>
  ({ id, role, content, created_at: '2026-01-01T00:00:00Z', ...(metadata ? { metadata } : {}) }) as Message;

test('events make an answer', () => {
  const events = [
    { type: 'progress', stage: 'analyzing', message: 'a' },
    { type: 'sql', sql: 'SELECT 1', attempt: 2 },
    {
      type: 'result',
      sql: 'SELECT 1',
      columns: [{ name: 'n', type: 'integer' }],
      data: [{ n: 1 }],
      rows_count: 1,
      truncated: false,
      execution_time: 0.5,
    },
    { type: 'delta', content: 'One' },
    { type: 'delta', content: '.' },
    { type: 'done', conversation_id: 'c', message_id: 'm', usage: { input_tokens: 0, output_tokens: 0 } },
  ] as unknown as StreamEvent[];
  const answer = events.reduce(after, NOTHING_YET);
  expect(answer).toMatchObject({ status: 'finished', messageId: 'm', text: 'One.', sql: 'SELECT 1', attempts: 2 });
  expect(answer.result).toEqual({
    columns: [{ name: 'n', type: 'integer' }],
    rows: [{ n: 1 }],
    truncated: false,
    seconds: 0.5,
  });
});

test('an answer that was stopped is told from one that failed', () => {
  const error = (code: string) => ({ type: 'error', code, message: 'x', details: {} }) as StreamEvent;
  expect(after(NOTHING_YET, error('CANCELLED')).status).toBe('stopped');
  expect(after(NOTHING_YET, error('TIMEOUT')).status).toBe('failed');
  expect(answerOf(message('assistant', '', 'm', { error: { code: 'CANCELLED', message: 'x' } })).status).toBe(
    'stopped',
  );
});

const all = (messages: Message[], live: Live) => withLive(roundsOf(messages), live);
const shown = (messages: Message[], live: Live) =>
  all(messages, live).map(({ question, answer }) => [question, answer?.status, answer?.text]);
const ended = (status: 'finished' | 'failed', messageId: string, text = '') => ({
  ...NOTHING_YET,
  status,
  text,
  ...(messageId ? { messageId } : {}),
});

test('a running answer stands at its question, once', () => {
  const asked = [message('user', 'q1', 'u1'), message('assistant', 'a1', 'm1'), message('user', 'q2', 'u2')];
  const running = { question: 'q2', answer: NOTHING_YET, after: 'm1' };
  expect(shown(asked, running)).toEqual([
    ['q1', 'finished', 'a1'],
    ['q2', 'running', ''],
  ]);
  // Before the conversation was read again.
  expect(all(asked.slice(0, 2), running)).toHaveLength(2);
  // What is written while it runs is older than what the stream says.
  expect(shown([...asked, message('assistant', 'half', 'm2')], running)[1]).toEqual(['q2', 'running', '']);
  const stored = [...asked, message('assistant', 'a2', 'm2', { sql: 'SELECT 2' })];
  const rounds = all(stored, { question: 'q2', answer: ended('finished', 'm2', 'a2'), after: 'm1' });
  expect(rounds).toHaveLength(2);
  expect(rounds[1]?.answer).toMatchObject({ text: 'a2', sql: 'SELECT 2' });
});

test('the same question twice is two rounds, before and after the second answer is stored', () => {
  const stored = [message('user', 'q', 'u1'), message('assistant', 'a', 'm1')];
  expect(shown(stored, { question: 'q', answer: NOTHING_YET, after: 'm1' })).toHaveLength(2);
  const second = { question: 'q', answer: ended('finished', 'm2', 'b'), after: 'm1' };
  const both = [
    ['q', 'finished', 'a'],
    ['q', 'finished', 'b'],
  ];
  expect(shown(stored, second)).toEqual(both);
  expect(shown([...stored, message('user', 'q', 'u2'), message('assistant', 'b', 'm2')], second)).toEqual(both);
});

test('a run that ended here stays at its place when the conversation went on elsewhere', () => {
  const failure = { error: { code: 'TIMEOUT', message: 'x' } };
  const stored = [
    message('user', 'q1', 'u1'),
    message('assistant', '', 'm1', failure),
    message('user', 'q2', 'u2'),
    message('assistant', 'a2', 'm2'),
  ];
  const details = { suggestions: ['q3'] };
  const answer = { ...ended('failed', ''), failure: { code: 'TIMEOUT', message: 'x', details } };
  const rounds = all(stored, { question: 'q1', answer });
  expect(rounds.map(({ question }) => question)).toEqual(['q1', 'q2']);
  expect(rounds[0]?.answer?.failure).toEqual({ code: 'TIMEOUT', message: 'x', details });
  // A chat that was cut back elsewhere has neither its question nor the message before it.
  expect(shown(stored.slice(0, 2), { question: 'q2', answer: ended('failed', ''), after: 'gone' })).toHaveLength(1);
});

test('a connection that was lost is not the reason for an answer that is stored by now', () => {
  const stored = [message('user', 'q', 'u'), message('assistant', 'a', 'm')];
  const failure = { code: 'CONNECTION_LOST', message: 'x' };
  const [round] = all(stored, { question: 'q', answer: { ...ended('failed', ''), failure } });
  expect(round?.answer).toMatchObject({ status: 'finished', text: 'a' });
  expect(round?.answer?.failure).toBeUndefined();
});

test('white space around a statement makes no other question of it', () => {
  const stored = [message('user', 'SELECT 1', 'u')];
  expect(shown(stored, { question: 'SELECT 1\n', answer: NOTHING_YET })).toEqual([['SELECT 1', 'running', '']]);
});

test('answers of messages that did not change are the same objects when they are read again', () => {
  const rows = { sql: 'SELECT 1', columns: [{ name: 'n', type: 'integer' }], data: [{ n: 1 }] };
  const [asked, answered] = [message('user', 'q', 'u'), message('assistant', 'words', 'a', rows)];
  const before = roundsOf([asked, answered])[0]?.answer;
  expect(roundsOf([asked, { ...answered, feedback: true }])[0]?.answer).toBe(before);
  const more = roundsOf([asked, { ...answered, content: 'more words' }])[0]?.answer;
  expect(more).toMatchObject({ text: 'more words', sql: 'SELECT 1' });
});

test('rounds that a piece of text has nothing to do with stay the same objects', () => {
  const rounds = roundsOf([message('user', 'q1', 'u1'), message('assistant', 'a1', 'm1')]);
  const next = withLive(rounds, { question: 'q2', answer: NOTHING_YET, after: 'm1' });
  expect(next[0]).toBe(rounds[0]);
});

test('how a question was read is told from the answer', () => {
  expect(splitReading('共 3 项。\n\n口径：指标：销售额。')).toEqual({ words: '共 3 项。', reading: '指标：销售额。' });
  expect(splitReading('Three.\n\nRead as: Measure: sales.')).toEqual({ words: 'Three.', reading: 'Measure: sales.' });
  expect(splitReading('口径：是什么意思？\n\n没有')).toEqual({ words: '口径：是什么意思？\n\n没有', reading: null });
});
