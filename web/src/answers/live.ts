// The answers that are being given right now, for every screen that shows them. They go on when a screen is left.
import { useSyncExternalStore } from 'react';
import { data, querygpt, reasonOf, type Schemas } from '../api/client';
import { onAnotherAccount } from '../api/session';
import { follow, type Source } from './follow';
import { KEYS, queryClient } from '../app/queries';
import { after, NOTHING_YET, type Live, type StreamEvent } from './model';

export interface LiveRun extends Live {
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

/** The run of a conversation that this page follows, or has followed to its end and not let go of. */
export function liveRun(conversation: string): LiveRun | undefined {
  return runs.get(conversation);
}

export function useLiveRun(conversation: string | undefined): LiveRun | undefined {
  return useSyncExternalStore(subscribe, () => (conversation ? liveRun(conversation) : undefined));
}

/** Lets go of a run whose answer is known as it is stored, rows and all. One that failed stays: what it said of the reasons isn't stored. */
export function letGo(conversation: string): void {
  const answer = runs.get(conversation)?.answer;
  if (answer?.status !== 'finished' || !messagesOf(conversation).some(({ id }) => id === answer.messageId)) return;
  runs.delete(conversation);
  changed();
}

/** Calls `listener` whenever a run has ended. */
export function onRunEnded(listener: (conversation: string) => void): () => void {
  endings.add(listener);
  return () => void endings.delete(listener);
}

/** Asks, and answers with the conversation as soon as it is known. Throws when the question isn't taken. */
export function ask(question: Question): Promise<string> {
  const source: Source = { method: 'POST', path: '/api/v1/chat/stream', body: question };
  return begin(source, question.query, question.conversation_id, { after: lastOf(question.conversation_id) });
}

/** Runs a statement into a conversation. */
export function runSql(conversation: string, sql: string, language: 'zh' | 'en'): Promise<string> {
  const source: Source = { method: 'POST', path: `/api/v1/conversations/${conversation}/sql`, body: { sql, language } };
  return begin(source, sql, conversation, { after: lastOf(conversation) });
}

/**
 * Goes on with an answer that somebody else, or this page before it was loaded again, has asked for. Answers once it is there, or once it
 * is known that there is none; whether it can come at all.
 */
export async function takeUp(conversation: string, question: { id: string; content: string }): Promise<boolean> {
  const before = messagesOf(conversation);
  const place = before.findIndex(({ id }) => id === question.id);
  try {
    await begin(streamOf(conversation), question.content, conversation, { after: before[place - 1]?.id });
    return true;
  } catch {
    return false;
  }
}

/** The same for an answer that is known to be on its way, and is shown so at once. */
export function takeUpNow(conversation: string, question: string): void {
  // A question that was asked again is the one that stands there without an answer.
  const [before, last] = messagesOf(conversation).slice(-2);
  const isAgain = last?.role === 'user' && last.content === question;
  const after = isAgain ? before?.id : lastOf(conversation);
  begin(streamOf(conversation), question, conversation, { after, isTaken: true }).catch(() => undefined);
}

function streamOf(conversation: string): Source {
  return { method: 'GET', path: `/api/v1/conversations/${conversation}/stream` };
}

function messagesOf(conversation: string): Schemas['Message'][] {
  const detail = queryClient.getQueryData<Schemas['ConversationDetail']>(KEYS.conversation(conversation));
  return detail?.messages ?? [];
}

/** The last message that a question of now comes after; what this page has seen answered may not have been read again yet. */
function lastOf(conversation: string | undefined): string | undefined {
  if (!conversation) return undefined;
  return runs.get(conversation)?.answer.messageId ?? messagesOf(conversation).at(-1)?.id;
}

interface Place {
  after: string | undefined;
  /** Whether it is known to have been taken before the server says anything of it. */
  isTaken?: boolean;
}

function begin(source: Source, question: string, known: string | undefined, place: Place): Promise<string> {
  return new Promise((resolve, reject) => {
    const entry: Entry = {
      question,
      answer: NOTHING_YET,
      isConnected: true,
      abort: new AbortController(),
      ...(place.after ? { after: place.after } : {}),
    };
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
    if (place.isTaken) {
      hasBegun = true;
      update({});
    }
    const onEvent = (event: StreamEvent) => {
      if (!hasBegun) {
        hasBegun = true;
        if (event.type === 'progress' && event.conversation_id) conversation = event.conversation_id;
      }
      if (conversation) resolve(conversation);
      update({ answer: after(entry.answer, event) });
    };
    const { signal } = entry.abort;
    follow(source, { signal, onEvent, onConnection: (isConnected) => update({ isConnected }) })
      .then((ending) => {
        if (ending === 'over' && conversation) {
          // What there is to see is stored.
          if (hasBegun) runs.delete(conversation);
          changed();
          resolve(conversation);
        }
      })
      .catch((error: unknown) => {
        // Whoever asked has gone.
        if (!hasBegun || signal.aborted) return reject(error);
        const failure = { code: 'CONNECTION_LOST', message: reasonOf(error) };
        update({ answer: { ...entry.answer, status: 'failed', failure } });
      })
      .finally(() => {
        if (conversation && !signal.aborted) for (const listener of endings) listener(conversation);
      });
  });
}

/** Ends the run of a conversation. */
export async function stop(conversation: string): Promise<void> {
  await data(querygpt.POST('/api/v1/chat/stop', { body: { conversation_id: conversation } }));
}

// Answers are left to themselves when somebody else comes: what one asked is none of the other's business.
onAnotherAccount(() => {
  for (const run of runs.values()) run.abort.abort();
  runs.clear();
  changed();
});
