// Trying one's connections.
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS, queryClient } from '../../app/queries';
import { useTrials, type Trials } from '../../parts/trials';

export type ConnectionTrials = Trials<Schemas['ConnectionTest']>;

export const useConnectionTrials = (): ConnectionTrials =>
  useTrials(
    async (id) => {
      const outcome = await data(querygpt.POST('/api/v1/connections/{id}/test', { params: { path: { id } } }));
      void queryClient.invalidateQueries({ queryKey: KEYS.connections });
      if (outcome.connected) void queryClient.invalidateQueries({ queryKey: KEYS.schema(id) });
      return outcome;
    },
    (message) => ({ connected: false, message }),
  );
