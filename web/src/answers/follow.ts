// A run's events, from its beginning to its end, over as many connections as that takes.
import { authorizedFetch } from '../api/client';
import { failureOf } from '../api/errors';
import { eventsOf } from '../api/sse';
import type { StreamEvent } from './model';

export interface Source {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
}

export interface Following {
  signal: AbortSignal;
  onEvent: (event: StreamEvent) => void;
  /** Called when the connection is lost, and again when it is back. */
  onConnection?: (isOpen: boolean) => void;
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** How the following ended: with the run's last event, or because nothing runs any more. */
export type Ending = 'ended' | 'over';

/** Tries after a lost connection before giving up; together some minutes. */
const TRIES = 20;
const LONGEST_WAIT = 10_000;

/**
 * Follows a run. The first request may be refused, which is thrown; after that a lost connection is taken up again where it
 * broke, with the id of the last event.
 */
export async function follow(source: Source, following: Following): Promise<Ending> {
  const { signal, onEvent, onConnection = () => undefined, wait = pause } = following;
  let last: string | null = null;
  let tries = 0;
  for (;;) {
    try {
      const response = await authorizedFetch(source.path, request(source, last, signal));
      if (response.status === 204) return 'over';
      if (!response.ok) {
        const failure = await failureOf(response);
        // A question may not be asked twice; what only listens can be tried again.
        const isRepeatable = last !== null || source.method === 'GET';
        if (!isRepeatable || !isPassing(response.status)) throw new Refused(failure);
      } else {
        if (tries > 0) onConnection(true);
        for await (const event of eventsOf(response)) {
          last = event.id ?? last;
          tries = 0;
          const said = JSON.parse(event.data) as StreamEvent;
          onEvent(said);
          if (said.type === 'done' || said.type === 'error') return 'ended';
        }
      }
    } catch (error) {
      if (error instanceof Refused) throw error.failure;
      if (signal.aborted || (!last && !(source.method === 'GET')) || error instanceof SyntaxError) throw error;
    }
    tries += 1;
    if (tries > TRIES) throw new TypeError('the connection is lost');
    onConnection(false);
    await wait(Math.min(LONGEST_WAIT, 250 * 2 ** Math.min(tries, 6)), signal);
  }
}

class Refused extends Error {
  constructor(readonly failure: Error) {
    super(failure.message);
  }
}

function request({ method, body }: Source, last: string | null, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (last) headers['Last-Event-ID'] = last;
  return { method, headers, signal, cache: 'no-store', ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('aborted', 'AbortError'));
    });
  });
}
