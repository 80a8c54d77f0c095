import { expect, test } from 'vitest';
import { after, answerOf, NOTHING_YET, roundsOf, splitReading, type Message, type StreamEvent } from './model';

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

test('a running answer stands at its question, once', () => {
  const asked = [message('user', 'q1', 'u1'), message('assistant', 'a1', 'm1'), message('user', 'q2', 'u2')];
  const running = { question: 'q2', answer: NOTHING_YET };
  expect(roundsOf(asked, running).map((round) => [round.question, round.answer?.status])).toEqual([
    ['q1', 'finished'],
    ['q2', 'running'],
  ]);
  // Before the conversation was read again.
  expect(roundsOf(asked.slice(0, 2), running)).toHaveLength(2);
  const finished = {
    question: 'q2',
    answer: { ...NOTHING_YET, status: 'finished' as const, messageId: 'm2', text: 'a2' },
  };
  const stored = [...asked, message('assistant', 'a2', 'm2', { sql: 'SELECT 2' })];
  const rounds = roundsOf(stored, finished);
  expect(rounds).toHaveLength(2);
  expect(rounds[1]?.answer).toMatchObject({ text: 'a2', sql: 'SELECT 2' });
});

test('the same question twice is two rounds', () => {
  const stored = [message('user', 'q', 'u1'), message('assistant', 'a', 'm1')];
  expect(roundsOf(stored, { question: 'q', answer: NOTHING_YET })).toHaveLength(2);
});

test('how a question was read is told from the answer', () => {
  expect(splitReading('共 3 项。\n\n口径：指标：销售额。')).toEqual({ words: '共 3 项。', reading: '指标：销售额。' });
  expect(splitReading('Three.\n\nRead as: Measure: sales.')).toEqual({ words: 'Three.', reading: 'Measure: sales.' });
  expect(splitReading('口径：是什么意思？\n\n没有')).toEqual({ words: '口径：是什么意思？\n\n没有', reading: null });
});
