// One dataset: the first rows of its tables, and what can be done with it: asked, taken along, deleted.
import { CloseOutlined, DeleteOutlined, DownloadOutlined, MessageOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import { useNavigate } from 'react-router';
import { reasonOf } from '../../api/client';
import { useConnections } from '../../app/queries';
import { contentOf, nameOf, saveFile } from '../../parts/files';
import { useConfirm } from '../../parts/confirm';
import { useSubmit } from '../../parts/forms';
import { Part } from '../../parts/Screen';
import card from '../../parts/cards.module.css';
import { Preview } from './Preview';
import { deleteDataset, download, formatsOf, isCut, isOfOneTable, type Dataset, type Format } from './queries';
import { sizeOf } from './sizes';

export function DatasetView({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { message } = App.useApp();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const connections = useConnections();
  const { submit } = useSubmit();
  const { data_id, name, tables } = dataset;
  const [table, setTable] = useState(tables[0]?.name ?? '');
  const [coming, setComing] = useState<{ bytes: number; stop: () => void }>();
  // All datasets of somebody are one database, so that a question can join them.
  const connection = connections.data?.find(({ driver }) => driver === 'dataset')?.id;

  const take = async (format: Format) => {
    const abort = new AbortController();
    const stop = () => abort.abort();
    setComing({ bytes: 0, stop });
    try {
      const response = await download(dataset, format, table, abort.signal);
      const content = await contentOf(response, (bytes) => setComing({ bytes, stop }));
      saveFile(content, nameOf(response) ?? `${name}.${format}`);
    } catch (error) {
      if (!abort.signal.aborted) void message.error(reasonOf(error), 6);
    } finally {
      setComing(undefined);
    }
  };
  const remove = () =>
    confirm({
      title: t('datasets.deleteTitle', { name }),
      content: t('datasets.deleteHint'),
      work: () => submit(() => deleteDataset(data_id), t('datasets.deleted')),
    });
  const ask = () => void navigate('/', { state: { connection, tables: tables.map((one) => one.name) } });

  return (
    <Part
      title={name}
      actions={
        <div className={card.tools}>
          <Button type="primary" icon={<MessageOutlined />} disabled={!connection} onClick={ask}>
            {t('datasets.ask')}
          </Button>
          <Dropdown
            trigger={['click']}
            menu={{
              items: formatsOf(dataset).map((key) => {
                const label = t(`datasets.formats.${key}`);
                const what = [isOfOneTable(dataset, key) && table, isCut(dataset, key) && t('datasets.sheetLimit')];
                return { key, label: [label, ...what].filter(Boolean).join(' · ') };
              }),
              onClick: ({ key }) => void take(key as Format),
            }}
          >
            <Button icon={<DownloadOutlined />} loading={coming !== undefined}>
              {coming ? t('datasets.coming', { done: sizeOf(coming.bytes, locale) }) : t('datasets.download')}
            </Button>
          </Dropdown>
          {coming && (
            <Button icon={<CloseOutlined />} onClick={coming.stop}>
              {t('datasets.stopDownload')}
            </Button>
          )}
          <Button danger icon={<DeleteOutlined />} onClick={() => remove()}>
            {t('common.delete')}
          </Button>
        </div>
      }
    >
      {tables.length > 1 ? (
        <Tabs
          activeKey={table}
          onChange={setTable}
          items={tables.map((one) => ({
            key: one.name,
            label: one.name,
            children: <Preview dataset={dataset} table={one} />,
          }))}
        />
      ) : (
        tables[0] && <Preview dataset={dataset} table={tables[0]} />
      )}
    </Part>
  );
}
