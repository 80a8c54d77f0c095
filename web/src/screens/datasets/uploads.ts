// The files that are being uploaded, and those that were refused. They go on when the screen is left.
import { useSyncExternalStore } from 'react';
import { reasonOf } from '../../api/client';
import { onAnotherAccount } from '../../api/session';
import { refreshDatasets, type Dataset } from './queries';
import { upload, type Progress } from './upload';

export interface Upload {
  id: number;
  name: string;
  bytes: number;
  progress: Progress;
  /** Why nothing became of it. */
  reason?: string;
}

const NOT_SENT: Progress = { phase: 'sending', done: 0, whole: null };

let uploads: readonly Upload[] = [];
const aborts = new Map<number, AbortController>();
const listeners = new Set<() => void>();
let lastId = 0;
/** Files go one after the other: together none of them would be there sooner. */
let turn: Promise<unknown> = Promise.resolve();

function set(next: readonly Upload[]) {
  uploads = next;
  for (const listener of listeners) listener();
}

// What somebody uploads is nobody else's business.
onAnotherAccount(() => uploads.forEach(({ id }) => remove(id)));

function change(id: number, to: Partial<Upload>) {
  set(uploads.map((one) => (one.id === id ? { ...one, ...to } : one)));
}

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );
}

/** Whether a file is being uploaded, or waits for its turn. */
export const isAnyOnItsWay = (): boolean => aborts.size > 0;

/**
 * Uploads a file; answers with its dataset, or with nothing when it was refused, which the list then says. One that there is a reason
 * against already isn't sent.
 */
export function begin(file: File, reason?: string): Promise<Dataset | undefined> {
  lastId += 1;
  const id = lastId;
  if (reason !== undefined) {
    set([...uploads, { id, name: file.name, bytes: file.size, progress: NOT_SENT, reason }]);
    return Promise.resolve(undefined);
  }
  const abort = new AbortController();
  aborts.set(id, abort);
  const progress: Progress = { phase: 'sending', done: 0, whole: file.size };
  set([...uploads, { id, name: file.name, bytes: file.size, progress }]);
  const work = turn.then(() => send(id, file, abort.signal));
  turn = work;
  return work;
}

async function send(id: number, file: File, signal: AbortSignal): Promise<Dataset | undefined> {
  try {
    if (signal.aborted) return undefined;
    const dataset = await upload(file, (progress) => change(id, { progress }), signal);
    await refreshDatasets();
    remove(id);
    return dataset;
  } catch (error) {
    if (!signal.aborted) change(id, { reason: reasonOf(error) });
    // One that was called off while it was read may be there all the same.
    else await refreshDatasets();
    return undefined;
  } finally {
    aborts.delete(id);
  }
}

/** Takes one off the list, and ends it if it is still going on. */
export function remove(id: number): void {
  aborts.get(id)?.abort();
  set(uploads.filter((one) => one.id !== id));
}
