// Models for everybody: added, changed, tried and removed.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plain, wenshu, type WenshuSchemas } from '../../api/client';
import { KEYS, queryClient } from '../../app/queries';
import { useConfirm } from '../../parts/confirm';
import { useSubmit } from '../../parts/forms';
import { later } from '../../parts/later';
import type { ModelFields, ModelFormProps } from '../../parts/model/ModelForm';
import { PROVIDERS } from '../../parts/model/providers';
import { useTrials } from '../../parts/trials';
import { SharedList, type Outcome } from './SharedList';

const ModelForm = later<ModelFormProps>(async () => (await import('../../parts/model/ModelForm')).ModelForm, true);

type Model = WenshuSchemas['SharedModel'];
const SHARED_MODELS = ['shared', 'models'] as const;
const path = (id: string) => ({ params: { path: { id } } });

/** What everybody may use has changed, and with it what each is offered. */
const refresh = () =>
  Promise.all([SHARED_MODELS, KEYS.models, KEYS.config].map((queryKey) => queryClient.invalidateQueries({ queryKey })));

export function SharedModels() {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { submit } = useSubmit();
  const [form, setForm] = useState<{ model?: Model | undefined }>();
  const models = useQuery({
    queryKey: SHARED_MODELS,
    queryFn: async () => (await plain(wenshu.GET('/wenshu/v1/shared/models'))).models,
  });
  const trials = useTrials<Outcome>(
    async (id) => {
      const { success, message, latency_ms } = await plain(wenshu.POST('/wenshu/v1/shared/models/{id}/test', path(id)));
      void refresh();
      return { isGood: success, message: success ? `${message} · ${latency_ms} ms` : message };
    },
    (message) => ({ isGood: false, message }),
  );
  const save = async (body: ModelFields) => {
    const { id } = form?.model
      ? await plain(wenshu.PUT('/wenshu/v1/shared/models/{id}', { ...path(form.model.id), body }))
      : await plain(wenshu.POST('/wenshu/v1/shared/models', { body }));
    setForm(undefined);
    await refresh();
    trials.run(id);
  };
  const remove = ({ id, name }: Model) =>
    confirm({
      title: t('settings.deleteModel', { name }),
      content: t('admin.deleteSharedHint'),
      work: () =>
        // Another admin may have removed it: then it leaves the list too.
        submit(() => plain(wenshu.DELETE('/wenshu/v1/shared/models/{id}', path(id))).finally(refresh)),
    });
  return (
    <SharedList<Model>
      title={t('admin.sharedModels')}
      hint={t('admin.sharedModelsHint')}
      add={t('settings.addModel')}
      query={models}
      about={({ provider, model_id, base_url, api_key_hint, multiplier }) => [
        [PROVIDERS[provider].name, model_id, base_url].filter(Boolean).join(' · '),
        [api_key_hint && t('settings.keyEnds', { hint: api_key_hint }), t('admin.perToken', { count: multiplier })]
          .filter(Boolean)
          .join(' · '),
      ]}
      sourceOf={() => t('admin.fromConfiguration')}
      outcomes={trials.outcomes}
      onTest={trials.run}
      onForm={(model) => setForm({ model })}
      onRemove={remove}
    >
      {form && <ModelForm isShared model={form.model} onClose={() => setForm(undefined)} onSave={save} />}
    </SharedList>
  );
}
