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

/** Answers by what they were made of, which stays the same object when a conversation is read again and nothing of it has changed. */
const known = new WeakMap<object, Answer>();

/** A stored answer: the same object for the same message, so that what shows it isn't drawn again. */
export function answerOf(message: Message): Answer {
  const made = message.metadata ?? message;
  const before = known.get(made);
  if (before?.messageId === message.id && before.text === message.content) return before;
  const answer = readAnswer(message);
  known.set(made, answer);
  return answer;
}

function readAnswer(message: Message): Answer {
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

/** Stored messages as questions with their answers. */
export function roundsOf(messages: Message[]): Round[] {
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
  return rounds;
}

/** A run that this page follows, or has followed to its end. */
export interface Live {
  question: string;
  answer: Answer;
  /** The last message before its question; none where its question is the first. */
  after?: string;
}

/** Stored rounds with a run at its place. Rounds that it doesn't change are the same objects. */
export function withLive(rounds: Round[], live: Live | undefined): Round[] {
  if (!live) return rounds;
  const { answer } = live;
  const place = placeOf(rounds, live);
  const stored = place === undefined ? undefined : rounds[place];
  if (place === undefined || !stored) {
    // A run that is over is stored; if it isn't there, it isn't of these messages any more.
    const isKnown = !live.after || rounds.some((round) => isOf(round, live.after));
    return answer.status === 'running' || isKnown ? [...rounds, { question: live.question, answer }] : rounds;
  }
  return rounds.with(place, { ...stored, answer: merged(stored.answer, answer) });
}

function placeOf(rounds: Round[], { question, answer, after }: Live): number | undefined {
  if (answer.messageId) {
    const place = rounds.findIndex((round) => round.answer?.messageId === answer.messageId);
    if (place >= 0) return place;
  }
  const from = after ? rounds.findIndex((round) => isOf(round, after)) : -1;
  if (after && from < 0) return undefined;
  // The message before it may be a question that got no answer.
  const isSame = (round: Round) => round.question.trim() === question.trim() || question === '';
  const place = rounds.findIndex((round, index) => index > from && isSame(round));
  return place < 0 ? undefined : place;
}

function isOf({ questionId, answer }: Round, message: string | undefined): boolean {
  return message !== undefined && (questionId === message || answer?.messageId === message);
}

function merged(stored: Answer | undefined, live: Answer): Answer {
  if (!stored || live.status === 'running') return live;
  // What the stream said of its stages, and of what could be asked instead, isn't stored; everything else is, and more of it.
  const { stages, attempts } = live;
  const isSame = stored.failure && stored.failure.code === live.failure?.code;
  return { ...stored, stages, attempts, ...(isSame && live.failure ? { failure: live.failure } : {}) };
}

/** The words of an answer apart from the last paragraph that says how the question was read, which the built-in engine adds. */
export function splitReading(text: string): { words: string; reading: string | null } {
  const found = /(?:^|\n\n)(口径：|Read as: )([^\n]*)\s*$/.exec(text);
  if (!found) return { words: text, reading: null };
  return { words: text.slice(0, found.index).trimEnd(), reading: found[2] ?? null };
}
