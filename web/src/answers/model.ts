// An answer as the page shows it, built from the events of a running one or from a stored message.
import type { Schemas } from '../api/client';

export type Row = Record<string, unknown>;
export type Column = Schemas['ResultColumn'];
export type Chart = Schemas['Chart'];
export type StreamEvent = Schemas['StreamEvent'];
export type Message = Schemas['Message'];

export interface Stage {
  name: Schemas['Stage'];
  message: string;
  attempt?: number;
}

export interface Result {
  columns: Column[];
  rows: Row[];
  truncated: boolean;
  seconds: number;
}

export interface AnswerFailure {
  code: string;
  message: string;
  details?: Schemas['FailureDetails'];
}

export interface Answer {
  status: 'running' | 'finished' | 'failed' | 'stopped';
  messageId?: string;
  stages: Stage[];
  sql?: string;
  attempts: number;
  result?: Result;
  chart?: Chart;
  text: string;
  reading: string[];
  clarification?: { message: string; options: Schemas['ClarificationOption'][] };
  failure?: AnswerFailure;
}

export interface Round {
  question: string;
  questionId?: string;
  askedAt?: string;
  answer?: Answer;
}

export const NOTHING_YET: Answer = { status: 'running', stages: [], attempts: 0, text: '', reading: [] };

/** The answer after one more event. */
export function after(answer: Answer, event: StreamEvent): Answer {
  switch (event.type) {
    case 'progress': {
      const stage: Stage = { name: event.stage, message: event.message };
      if (event.attempt) stage.attempt = event.attempt;
      return { ...answer, stages: [...answer.stages, stage] };
    }
    case 'sql':
      return { ...answer, sql: event.sql, attempts: event.attempt };
    case 'result':
      return {
        ...answer,
        sql: event.sql,
        result: {
          columns: event.columns,
          rows: event.data as Row[],
          truncated: event.truncated,
          seconds: event.execution_time,
        },
      };
    case 'visualization':
      return { ...answer, chart: event.chart };
    case 'delta':
      return { ...answer, text: answer.text + event.content };
    case 'clarification':
      return { ...answer, clarification: { message: event.message, options: event.options } };
    case 'done': {
      const finished: Answer = { ...answer, status: 'finished' };
      if (event.message_id) finished.messageId = event.message_id;
      return finished;
    }
    case 'error': {
      const { code, message, details } = event;
      return { ...answer, status: code === 'CANCELLED' ? 'stopped' : 'failed', failure: { code, message, details } };
    }
  }
}

/** A stored answer. */
export function answerOf(message: Message): Answer {
  const made = message.metadata ?? {};
  const answer: Answer = {
    status: 'finished',
    messageId: message.id,
    stages: [],
    attempts: 1,
    text: message.content,
    reading: made.reading ?? [],
  };
  if (made.sql) answer.sql = made.sql;
  if (made.columns) {
    answer.result = {
      columns: made.columns,
      rows: (made.data ?? []) as Row[],
      truncated: made.truncated ?? false,
      seconds: made.execution_time ?? 0,
    };
  }
  if (made.visualization) answer.chart = made.visualization;
  if (made.clarification) {
    const { message: asked, options } = made.clarification;
    answer.clarification = { message: asked ?? message.content, options };
  }
  if (made.error) {
    answer.failure = made.error;
    answer.status = made.error.code === 'CANCELLED' ? 'stopped' : 'failed';
  }
  return answer;
}

/** Messages as questions with their answers, and the running answer at its place. */
export function roundsOf(messages: Message[], live?: { question: string; answer: Answer }): Round[] {
  const rounds: Round[] = [];
  for (const message of messages) {
    const last = rounds.at(-1);
    if (message.role === 'user') {
      rounds.push({ question: message.content, questionId: message.id, askedAt: message.created_at });
    } else if (message.role === 'assistant') {
      if (last && !last.answer) last.answer = answerOf(message);
      else rounds.push({ question: '', answer: answerOf(message) });
    }
  }
  if (!live) return rounds;
  const { question, answer } = live;
  const stored = answer.messageId ? rounds.find((round) => round.answer?.messageId === answer.messageId) : undefined;
  if (stored?.answer) {
    // What the stream said of its stages isn't stored; everything else is, and more of it.
    stored.answer = { ...stored.answer, stages: answer.stages, attempts: answer.attempts };
    return rounds;
  }
  const last = rounds.at(-1);
  if (last?.answer?.failure && answer.failure && last.question === question) {
    // What could be asked instead isn't stored.
    last.answer = { ...last.answer, failure: answer.failure };
  } else if (last && !last.answer && (last.question === question || question === '')) last.answer = answer;
  else if (answer.status === 'running' || !last || last.question !== question) rounds.push({ question, answer });
  return rounds;
}

/** The words of an answer apart from the last paragraph that says how the question was read, which the built-in engine adds. */
export function splitReading(text: string): { words: string; reading: string | null } {
  const found = /(?:^|\n\n)(口径：|Read as: )([^\n]*)\s*$/.exec(text);
  if (!found) return { words: text, reading: null };
  return { words: text.slice(0, found.index).trimEnd(), reading: found[2] ?? null };
}
