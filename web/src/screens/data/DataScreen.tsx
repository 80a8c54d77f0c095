// The databases that can be asked: which there are, and of one its tables, relations and business words.
import { PlusOutlined } from '@ant-design/icons';
import { Button, Skeleton, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS, queryClient, useConnections } from '../../app/queries';
import type { ConnectionFields, ConnectionFormProps } from '../../parts/connection/ConnectionForm';
import { DataNav } from '../../parts/DataNav';
import { Failed } from '../../parts/Failed';
import { later } from '../../parts/later';
import { Notice } from '../../parts/Notice';
import { Screen } from '../../parts/Screen';
import { ConnectionCard } from './ConnectionCard';
import card from '../../parts/cards.module.css';
import { SchemaBrowser } from './SchemaBrowser';
import { useConnectionTrials } from './trying';

const RelationsPanel = later(async () => (await import('./graph/RelationsPanel')).RelationsPanel);
const TermsPanel = later(async () => (await import('./TermsPanel')).TermsPanel);
const ConnectionForm = later<ConnectionFormProps>(
  async () => (await import('../../parts/connection/ConnectionForm')).ConnectionForm,
  true,
);

export function DataScreen() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id, tab = 'tables' } = useParams();
  const connections = useConnections();
  const [form, setForm] = useState<{ connection?: Schemas['Connection'] }>();
  const test = useConnectionTrials();
  const save = async (body: ConnectionFields) => {
    const path = { params: { path: { id: form?.connection?.id ?? '' } } };
    const saved = form?.connection
      ? await data(querygpt.PUT('/api/v1/connections/{id}', { ...path, body }))
      : await data(querygpt.POST('/api/v1/connections', { body }));
    await queryClient.invalidateQueries({ queryKey: KEYS.connections });
    await queryClient.invalidateQueries({ queryKey: KEYS.schema(saved.id) });
    setForm(undefined);
    void navigate(`/data/${saved.id}`);
    test.run(saved.id);
  };
  const shown =
    connections.data?.find((one) => one.id === id) ??
    connections.data?.find((one) => one.is_default) ??
    connections.data?.[0];

  return (
    <Screen
      title={t('data.title')}
      hint={t('data.hint')}
      actions={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm({})}>
          {t('data.addConnection')}
        </Button>
      }
    >
      <DataNav isDatasets={false} />
      {connections.isLoading && <Skeleton active />}
      <Failed query={connections} />
      <ul className={card.cards}>
        {connections.data?.map((connection) => (
          <ConnectionCard
            key={connection.id}
            connection={connection}
            isShown={connection.id === shown?.id}
            test={test}
            onEdit={() => setForm({ connection })}
          />
        ))}
      </ul>
      {connections.data?.length === 0 && <Notice title={t('data.noConnections')} />}
      {shown && (
        <Tabs
          key={shown.id}
          activeKey={tab}
          onChange={(key) => void navigate(`/data/${shown.id}/${key}`, { replace: true })}
          items={[
            { key: 'tables', label: t('data.tables'), children: <SchemaBrowser connection={shown} /> },
            {
              key: 'relations',
              label: t('data.relations'),
              children: <RelationsPanel connection={shown} />,
            },
            { key: 'terms', label: t('data.terms'), children: <TermsPanel connection={shown} /> },
          ]}
        />
      )}
      {form && <ConnectionForm connection={form.connection} onClose={() => setForm(undefined)} onSave={save} />}
    </Screen>
  );
}
