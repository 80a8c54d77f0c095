// Databases for everybody: added, changed, tried and removed.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plain, wenshu, type WenshuSchemas } from '../../api/client';
import { KEYS, queryClient } from '../../app/queries';
import { useConfirm } from '../../parts/confirm';
import type { ConnectionFields, ConnectionFormProps } from '../../parts/connection/ConnectionForm';
import { addressOf, DRIVERS } from '../../parts/connection/drivers';
import { useSubmit } from '../../parts/forms';
import { later } from '../../parts/later';
import { useTrials } from '../../parts/trials';
import { SharedList, type Outcome } from './SharedList';

const ConnectionForm = later<ConnectionFormProps>(
  async () => (await import('../../parts/connection/ConnectionForm')).ConnectionForm,
  true,
);

type Connection = WenshuSchemas['SharedConnection'];
const SHARED_CONNECTIONS = ['shared', 'connections'] as const;
const path = (id: string) => ({ params: { path: { id } } });

/** What everybody may ask has changed, and with it what each is offered. */
const refresh = () =>
  Promise.all(
    [SHARED_CONNECTIONS, KEYS.connections, KEYS.config, ['schema']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );

export function SharedConnections() {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { submit } = useSubmit();
  const [form, setForm] = useState<{ connection?: Connection | undefined }>();
  const connections = useQuery({
    queryKey: SHARED_CONNECTIONS,
    queryFn: async () => (await plain(wenshu.GET('/wenshu/v1/shared/connections'))).connections,
  });
  const trials = useTrials<Outcome>(
    async (id) => {
      const { connected, message, version, tables_count, writable } = await plain(
        wenshu.POST('/wenshu/v1/shared/connections/{id}/test', path(id)),
      );
      void refresh();
      const tables = t('data.tablesCount', { count: tables_count ?? 0 });
      const said = connected ? [message, version, tables, writable && t('data.writable')] : [message];
      return { isGood: connected, message: said.filter(Boolean).join(' · ') };
    },
    (message) => ({ isGood: false, message }),
  );
  const save = async (body: ConnectionFields) => {
    const { id } = form?.connection
      ? await plain(wenshu.PUT('/wenshu/v1/shared/connections/{id}', { ...path(form.connection.id), body }))
      : await plain(wenshu.POST('/wenshu/v1/shared/connections', { body }));
    setForm(undefined);
    await refresh();
    trials.run(id);
  };
  const remove = ({ id, name }: Connection) =>
    confirm({
      title: t('data.deleteTitle', { name }),
      content: t('admin.deleteConnectionHint'),
      work: () =>
        // Another admin may have removed it: then it leaves the list too.
        submit(() => plain(wenshu.DELETE('/wenshu/v1/shared/connections/{id}', path(id))).finally(refresh)),
    });
  return (
    <SharedList<Connection>
      title={t('admin.sharedConnections')}
      hint={t('admin.sharedConnectionsHint')}
      add={t('data.addConnection')}
      query={connections}
      about={(connection) => [
        [DRIVERS[connection.driver].name, addressOf(connection), connection.username].filter(Boolean).join(' · '),
      ]}
      sourceOf={({ source }) => (source === 'demo' ? t('admin.demo') : t('admin.fromConfiguration'))}
      outcomes={trials.outcomes}
      onTest={trials.run}
      onForm={(connection) => setForm({ connection })}
      onRemove={remove}
    >
      {form && (
        <ConnectionForm isShared connection={form.connection} onClose={() => setForm(undefined)} onSave={save} />
      )}
    </SharedList>
  );
}
