// Trying connections: what came out of it, for each one that was tried.
import { useState } from 'react';
import { data, querygpt, reasonOf, type Schemas } from '../../api/client';
import { KEYS, queryClient } from '../../app/queries';

export type Outcome = 'running' | Schemas['ConnectionTest'];

export interface Tests {
  outcomes: Record<string, Outcome>;
  run: (id: string) => void;
}

export function useTest(): Tests {
  const [outcomes, setOutcomes] = useState<Record<string, Outcome>>({});
  const keep = (id: string, outcome: Outcome) => setOutcomes((now) => ({ ...now, [id]: outcome }));
  const run = (id: string) => {
    keep(id, 'running');
    data(querygpt.POST('/api/v1/connections/{id}/test', { params: { path: { id } } }))
      .then((outcome) => {
        keep(id, outcome);
        void queryClient.invalidateQueries({ queryKey: KEYS.connections });
        if (outcome.connected) void queryClient.invalidateQueries({ queryKey: KEYS.schema(id) });
      })
      .catch((error: unknown) => keep(id, { connected: false, message: reasonOf(error) }));
  };
  return { outcomes, run };
}
