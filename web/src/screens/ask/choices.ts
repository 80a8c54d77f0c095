// What a question goes to: what somebody chose, else what the conversation went to before, else what is the default.
import type { Schemas } from '../../api/client';

type Model = Pick<Schemas['Model'], 'id' | 'model_id' | 'is_default'>;

/** The model that answered a conversation last, among those that there are; `undefined` where the default one may answer. */
export function modelOf(answered: string | null | undefined, models: Model[]): string | undefined {
  const same = models.filter(({ model_id }) => model_id === answered);
  return (same.find(({ is_default }) => is_default) ?? same[0])?.id;
}
