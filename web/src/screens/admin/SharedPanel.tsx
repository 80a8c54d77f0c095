// The models and databases that everybody on this server may use. They come from its configuration; here they are seen and tried.
import { ThunderboltOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { data, querygpt, reasonOf } from '../../api/client';
import { useConnections, useModels } from '../../app/queries';
import { Failed } from '../../parts/Failed';
import { Part } from '../../parts/Screen';
import style from './admin.module.css';

export function SharedPanel() {
  const { t } = useTranslation();
  const models = useModels();
  const connections = useConnections();
  if (models.isLoading || connections.isLoading) return <Skeleton active />;
  const shared = {
    models: (models.data ?? []).filter(({ is_shared }) => is_shared),
    connections: (connections.data ?? []).filter(({ is_shared }) => is_shared),
  };
  return (
    <div className={style.stack}>
      <Part title={t('admin.sharedModels')} hint={t('admin.sharedModelsHint')}>
        <Failed query={models} />
        <ul className={style.list}>
          {shared.models.map(({ id, name, model_id }) => (
            <Shared
              key={id}
              name={name}
              about={model_id}
              test={async () => {
                const { success, message } = await data(
                  querygpt.POST('/api/v1/models/{id}/test', { params: { path: { id } } }),
                );
                return { isGood: success, message };
              }}
            />
          ))}
        </ul>
      </Part>
      <Part title={t('admin.sharedConnections')} hint={t('admin.sharedConnectionsHint')}>
        <Failed query={connections} />
        <ul className={style.list}>
          {shared.connections.map(({ id, name, database }) => (
            <Shared
              key={id}
              name={name}
              about={database}
              test={async () => {
                const { connected, message } = await data(
                  querygpt.POST('/api/v1/connections/{id}/test', { params: { path: { id } } }),
                );
                return { isGood: connected, message };
              }}
            />
          ))}
        </ul>
        {connections.data && shared.connections.length === 0 && <p className={style.quiet}>{t('common.none')}</p>}
      </Part>
    </div>
  );
}

interface Outcome {
  isGood: boolean;
  message: string;
}

function Shared({ name, about, test }: { name: string; about: string; test: () => Promise<Outcome> }) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<Outcome>();
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setOutcome(await test().catch((error: unknown) => ({ isGood: false, message: reasonOf(error) })));
    setBusy(false);
  };
  return (
    <li className={style.item}>
      <span>
        <strong>{name}</strong> <span className={style.quiet}>{about}</span>
      </span>
      <Button
        size="small"
        icon={<ThunderboltOutlined />}
        loading={isBusy}
        aria-label={`${t('data.test')}: ${name}`}
        onClick={() => void run()}
      >
        {t('data.test')}
      </Button>
      {outcome && (
        <p role="status" className={outcome.isGood ? style.quiet : style.bad}>
          {outcome.message}
        </p>
      )}
    </li>
  );
}
