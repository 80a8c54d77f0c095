// What somebody has written and not sent yet: it is there again when they come back to where they wrote it.
import { useCallback, useSyncExternalStore } from 'react';
import { onAnotherAccount } from '../api/session';

const drafts = new Map<string, string>();
const listeners = new Set<() => void>();

function changed() {
  for (const listener of listeners) listener();
}

onAnotherAccount(() => {
  drafts.clear();
  changed();
});

export const draftOf = (key: string): string | undefined => drafts.get(key);

/** Keeps a draft; `undefined`: there is none any more. */
export function keepDraft(key: string, text: string | undefined): void {
  if (text === undefined) drafts.delete(key);
  else drafts.set(key, text);
  changed();
}

/** A draft that outlives its place on the screen. */
export function useDraft(key: string): [string | undefined, (text: string | undefined) => void] {
  const draft = useSyncExternalStore(subscribe, () => drafts.get(key));
  return [draft, useCallback((text: string | undefined) => keepDraft(key, text), [key])];
}

/** The drafts whose keys begin like this, by the rest of their keys; the same map until one of them changes. */
export function useDrafts(prefix: string): Record<string, string> {
  const text = useSyncExternalStore(subscribe, () =>
    JSON.stringify(
      [...drafts].filter(([key]) => key.startsWith(prefix)).map(([key, one]) => [key.slice(prefix.length), one]),
    ),
  );
  return Object.fromEntries(JSON.parse(text) as [string, string][]);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
