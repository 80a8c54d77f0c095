// Things that are tried, models and databases: what came of it, for each one that was.
import { useState } from 'react';
import { reasonOf } from '../api/client';

export interface Trials<T> {
  outcomes: Record<string, 'running' | T>;
  run: (id: string) => void;
}

/** `attempt` tries one, and `failed` is what came of one that couldn't even be tried. */
export function useTrials<T>(attempt: (id: string) => Promise<T>, failed: (reason: string) => T): Trials<T> {
  const [outcomes, setOutcomes] = useState<Record<string, 'running' | T>>({});
  const keep = (id: string, outcome: 'running' | T) => setOutcomes((now) => ({ ...now, [id]: outcome }));
  const run = (id: string) => {
    keep(id, 'running');
    attempt(id)
      .catch((error: unknown) => failed(reasonOf(error)))
      .then((outcome) => keep(id, outcome))
      .catch(() => undefined);
  };
  return { outcomes, run };
}
