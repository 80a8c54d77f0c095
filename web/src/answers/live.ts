// The answers that are being given right now, for every screen that shows them. They go on when a screen is left.
import { useSyncExternalStore } from 'react';
import { data, querygpt, reasonOf } from '../api/client';
import { follow, type Source } from './follow';
import { after, NOTHING_YET, type Answer, type StreamEvent } from './model';

export interface LiveRun {
  question: string;
  answer: Answer;
  /** Whether events arrive, or the connection is being made again. */
  isConnected: boolean;
}

export interface Question {
  query: string;
  language: 'zh' | 'en';
  conversation_id?: string;
  connection_id?: string;
  model?: string;
}

interface Entry extends LiveRun {
  abort: AbortController;
}

const runs = new Map<string, Entry>();
const listeners = new Set<() => void>();
const endings = new Set<(conversation: string) => void>();
let frame = 0;

function changed() {
  // Pieces of a text come faster than a screen is drawn.
  if (frame) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    for (const listener of listeners) listener();
  });
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The run of a conversation that this page follows or has followed to its end. */
export function useLiveRun(conversation: string | undefined): LiveRun | undefined {
  return useSyncExternalStore(subscribe, () => (conversation ? runs.get(conversation) : undefined));
}

/** Calls `listener` whenever a run has ended. */
export function onRunEnded(listener: (conversation: string) => void): () => void {
  endings.add(listener);
  return () => void endings.delete(listener);
}

/** Asks, and answers with the conversation as soon as it is known. Throws when the question isn't taken. */
export function ask(question: Question): Promise<string> {
  const source: Source = { method: 'POST', path: '/api/v1/chat/stream', body: question };
  return begin(source, question.query, question.conversation_id);
}

/** Runs a statement into a conversation. */
export function runSql(conversation: string, sql: string, language: 'zh' | 'en'): Promise<string> {
  const source: Source = { method: 'POST', path: `/api/v1/conversations/${conversation}/sql`, body: { sql, language } };
  return begin(source, sql, conversation);
}

/** How often an answer was looked for, by the message it is to. */
const lookedFor = new Map<string, number>();
/** The end of a run may be about to be stored when it is looked for. */
const LOOKS = 4;
const BETWEEN_LOOKS = 700;

/** Goes on with an answer that somebody else, or this page before it was loaded again, has asked for. */
export function takeUp(conversation: string, questionId: string, question: string): void {
  const looks = lookedFor.get(questionId) ?? 0;
  if (looks >= LOOKS || runs.get(conversation)?.answer.status === 'running') return;
  lookedFor.set(questionId, looks + 1);
  const source: Source = { method: 'GET', path: `/api/v1/conversations/${conversation}/stream` };
  setTimeout(
    () => {
      begin(source, question, conversation).catch(() => undefined);
    },
    looks === 0 ? 0 : BETWEEN_LOOKS,
  );
}

/** The same for an answer that is known to be on its way. */
export function takeUpNow(conversation: string, question: string): void {
  const source: Source = { method: 'GET', path: `/api/v1/conversations/${conversation}/stream` };
  begin(source, question, conversation).catch(() => undefined);
}

function begin(source: Source, question: string, known?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const entry: Entry = { question, answer: NOTHING_YET, isConnected: true, abort: new AbortController() };
    let conversation = known;
    let hasBegun = false;
    const update = (change: Partial<LiveRun>) => {
      Object.assign(entry, change);
      if (conversation && hasBegun) {
        // A copy, so that whoever compares sees that it changed; the entry stays the one to write to.
        runs.set(conversation, { ...entry });
        changed();
      }
    };
    const onEvent = (event: StreamEvent) => {
      if (!hasBegun) {
        hasBegun = true;
        if (event.type === 'progress' && event.conversation_id) conversation = event.conversation_id;
        if (conversation) resolve(conversation);
      }
      update({ answer: after(entry.answer, event) });
    };
    follow(source, {
      signal: entry.abort.signal,
      onEvent,
      onConnection: (isConnected) => update({ isConnected }),
    })
      .then((ending) => {
        if (ending === 'over' && conversation) {
          // What there is to see is stored.
          runs.delete(conversation);
          changed();
          resolve(conversation);
        }
      })
      .catch((error: unknown) => {
        if (!hasBegun) return reject(error);
        const failure = { code: 'CONNECTION_LOST', message: reasonOf(error) };
        update({ answer: { ...entry.answer, status: 'failed', failure } });
      })
      .finally(() => {
        if (conversation) for (const listener of endings) listener(conversation);
      });
  });
}

/** Ends the run of a conversation. */
export async function stop(conversation: string): Promise<void> {
  await data(querygpt.POST('/api/v1/chat/stop', { body: { conversation_id: conversation } }));
}

/** Leaves all answers to themselves, as when somebody signs out. */
export function leaveAll(): void {
  for (const run of runs.values()) run.abort.abort();
  runs.clear();
  changed();
}
