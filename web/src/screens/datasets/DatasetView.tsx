// One dataset: the first rows of its tables, and what can be done with it: asked, taken along, deleted.
import { DeleteOutlined, DownloadOutlined, MessageOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { reasonOf } from '../../api/client';
import { useConnections } from '../../app/queries';
import { nameOf, saveFile } from '../../parts/files';
import { useSubmit } from '../../parts/forms';
import { Part } from '../../parts/Screen';
import style from './DatasetsScreen.module.css';
import { Preview } from './Preview';
import { deleteDataset, download, FORMATS, type Dataset, type Format } from './queries';

export function DatasetView({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const navigate = useNavigate();
  const connections = useConnections();
  const { submit } = useSubmit();
  const { data_id, name, tables } = dataset;
  const [table, setTable] = useState(tables[0]?.name ?? '');
  const [isDownloading, setDownloading] = useState(false);
  // All datasets of somebody are one database, so that a question can join them.
  const connection = connections.data?.find(({ driver }) => driver === 'dataset')?.id;

  const take = async (format: Format) => {
    setDownloading(true);
    try {
      const response = await download(dataset, format, table);
      saveFile(await response.blob(), nameOf(response) ?? `${name}.${format}`);
    } catch (error) {
      void message.error(reasonOf(error), 6);
    } finally {
      setDownloading(false);
    }
  };
  const remove = () =>
    modal.confirm({
      title: t('datasets.deleteTitle', { name }),
      content: t('datasets.deleteHint'),
      okText: t('common.delete'),
      okButtonProps: { danger: true },
      onOk: () => submit(() => deleteDataset(data_id), t('datasets.deleted')),
    });
  const ask = () => void navigate('/', { state: { connection, tables: tables.map((one) => one.name) } });

  return (
    <Part
      title={name}
      actions={
        <div className={style.tools}>
          <Button type="primary" icon={<MessageOutlined />} disabled={!connection} onClick={ask}>
            {t('datasets.ask')}
          </Button>
          <Dropdown
            trigger={['click']}
            menu={{
              items: FORMATS.map((key) => ({ key, label: t(`datasets.formats.${key}`) })),
              onClick: ({ key }) => void take(key as Format),
            }}
          >
            <Button icon={<DownloadOutlined />} loading={isDownloading}>
              {t('datasets.download')}
            </Button>
          </Dropdown>
          <Button danger icon={<DeleteOutlined />} onClick={() => void remove()}>
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
