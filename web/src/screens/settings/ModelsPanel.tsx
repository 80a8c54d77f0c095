// The models that may answer: the built-in engine, those offered to everybody, and one's own.
import { DeleteOutlined, EditOutlined, PlusOutlined, StarOutlined, ThunderboltOutlined } from '@ant-design/icons';
import { Badge, Button, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS, queryClient, useModels } from '../../app/queries';
import { Failed } from '../../parts/Failed';
import { later } from '../../parts/later';
import { useConfirm } from '../../parts/confirm';
import { useSubmit } from '../../parts/forms';
import type { ModelFields, ModelFormProps } from '../../parts/model/ModelForm';
import { PROVIDERS, type Provider } from '../../parts/model/providers';
import card from '../../parts/cards.module.css';
import { Mark } from '../../parts/Mark';
import { useTrials } from '../../parts/trials';

const ModelForm = later<ModelFormProps>(async () => (await import('../../parts/model/ModelForm')).ModelForm, true);

type Model = Schemas['Model'];
type Outcome = Schemas['ModelTest'] | { success: false; message: string };

export function ModelsPanel() {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const models = useModels();
  const [form, setForm] = useState<{ model?: Model }>();
  const { submit } = useSubmit();
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: KEYS.models });
    await queryClient.invalidateQueries({ queryKey: KEYS.config });
  };

  const { outcomes, run: test } = useTrials<Outcome>(
    async (id) => {
      const outcome = await data(querygpt.POST('/api/v1/models/{id}/test', { params: { path: { id } } }));
      void refresh();
      return outcome;
    },
    (message) => ({ success: false, message }),
  );
  const save = async (body: ModelFields) => {
    const { id } = form?.model
      ? await data(querygpt.PUT('/api/v1/models/{id}', { params: { path: { id: form.model.id } }, body }))
      : await data(querygpt.POST('/api/v1/models', { body }));
    setForm(undefined);
    await refresh();
    test(id);
  };
  const makeDefault = (id: string) =>
    submit(async () => {
      await data(querygpt.PUT('/api/v1/config', { body: { default_model_id: id } }));
      await refresh();
    });
  const remove = ({ id, name }: Model) =>
    confirm({
      title: t('settings.deleteModel', { name }),
      work: () =>
        submit(async () => {
          await data(querygpt.DELETE('/api/v1/models/{id}', { params: { path: { id } } }));
          await refresh();
        }),
    });

  if (models.isLoading) return <Skeleton active />;
  if (!models.data) return <Failed query={models} />;
  return (
    <>
      <p className={card.hint}>{t('settings.modelsHint')}</p>
      <ul className={card.cardsAbove}>
        {models.data.map((model) => {
          const { id, name, provider, model_id, is_default, is_shared, is_available, api_key_hint } = model;
          const outcome = outcomes[id];
          const isBuiltin = provider === 'builtin';
          return (
            <li key={id} className={card.card}>
              <div className={card.head}>
                <strong>{name}</strong>
                {is_default && <Mark isStrong>{t('common.default')}</Mark>}
                {is_shared && !isBuiltin && <Mark>{t('common.shared')}</Mark>}
              </div>
              <p className={card.quiet}>
                {isBuiltin ? t('settings.builtinHint') : `${PROVIDERS[provider as Provider].name} · ${model_id}`}
                {api_key_hint && ` · ${t('settings.keyEnds', { hint: api_key_hint })}`}
              </p>
              {!isBuiltin && (
                <Badge
                  status={is_available ? 'success' : 'default'}
                  text={is_available ? t('settings.available') : t('settings.untested')}
                />
              )}
              {outcome && outcome !== 'running' && (
                <p role="status" className={outcome.success ? card.good : card.bad}>
                  {outcome.message}
                  {'latency_ms' in outcome && outcome.success && ` · ${outcome.latency_ms} ms`}
                </p>
              )}
              <div className={card.tools}>
                <Button
                  size="small"
                  icon={<ThunderboltOutlined />}
                  loading={outcome === 'running'}
                  onClick={() => test(id)}
                >
                  {t('settings.test')}
                </Button>
                {!is_default && (
                  <Button size="small" icon={<StarOutlined />} onClick={() => void makeDefault(id)}>
                    {t('settings.makeDefault')}
                  </Button>
                )}
                {!isBuiltin && !is_shared && (
                  <>
                    <Button size="small" icon={<EditOutlined />} onClick={() => setForm({ model })}>
                      {t('common.edit')}
                    </Button>
                    <Button size="small" danger icon={<DeleteOutlined />} onClick={() => remove(model)}>
                      {t('common.delete')}
                    </Button>
                  </>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm({})}>
        {t('settings.addModel')}
      </Button>
      {form && <ModelForm model={form.model} onClose={() => setForm(undefined)} onSave={save} />}
    </>
  );
}
