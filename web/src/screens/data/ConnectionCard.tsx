// One database: where it is, whether it can be reached, and what can be done with it.
import {
  DeleteOutlined,
  EditOutlined,
  FolderOpenOutlined,
  MoreOutlined,
  StarOutlined,
  ThunderboltOutlined,
} from '@ant-design/icons';
import { Badge, Button, Dropdown, type MenuProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS, queryClient } from '../../app/queries';
import { useConfirm } from '../../parts/confirm';
import { useSubmit } from '../../parts/forms';
import card from '../../parts/cards.module.css';
import style from './DataScreen.module.css';
import { addressOf, kindOf } from '../../parts/connection/drivers';
import type { ConnectionTrials } from './trying';
import { Mark } from '../../parts/Mark';

interface CardProps {
  connection: Schemas['Connection'];
  isShown: boolean;
  test: ConnectionTrials;
  onEdit: () => void;
}

export function ConnectionCard({ connection, isShown, test, onEdit }: CardProps) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const { submit } = useSubmit();
  const { id, name, driver, is_default, is_connected, is_shared } = connection;
  // It comes and goes with the datasets.
  const isOfDatasets = driver === 'dataset';
  const outcome = test.outcomes[id];
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: KEYS.connections });
    await queryClient.invalidateQueries({ queryKey: KEYS.config });
  };

  const makeDefault = () =>
    submit(async () => {
      await data(querygpt.PUT('/api/v1/config', { body: { default_connection_id: id } }));
      await refresh();
    });
  const remove = () =>
    confirm({
      title: t('data.deleteTitle', { name }),
      content: t('data.deleteHint'),
      work: () =>
        submit(async () => {
          await data(querygpt.DELETE('/api/v1/connections/{id}', { params: { path: { id } } }));
          await refresh();
          void navigate('/data', { replace: true });
        }),
    });

  const items: MenuProps['items'] = [
    { key: 'test', icon: <ThunderboltOutlined />, label: t('data.test'), onClick: () => test.run(id) },
    ...(is_default
      ? []
      : [{ key: 'default', icon: <StarOutlined />, label: t('data.makeDefault'), onClick: () => void makeDefault() }]),
    ...(isOfDatasets
      ? [
          {
            key: 'datasets',
            icon: <FolderOpenOutlined />,
            label: t('datasets.manage'),
            onClick: () => void navigate('/data/datasets'),
          },
        ]
      : []),
    ...(is_shared || isOfDatasets
      ? []
      : [
          { key: 'edit', icon: <EditOutlined />, label: t('common.edit'), onClick: onEdit },
          {
            key: 'delete',
            icon: <DeleteOutlined />,
            danger: true,
            label: t('common.delete'),
            onClick: () => remove(),
          },
        ]),
  ];
  return (
    <li className={isShown ? `${card.card} ${card.shown}` : card.card}>
      <div className={style.head}>
        <Link to={`/data/${id}`} className={card.name!} aria-current={isShown ? 'true' : undefined}>
          {name}
        </Link>
        <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
          <Button type="text" size="small" icon={<MoreOutlined />} aria-label={`${t('common.more')}: ${name}`} />
        </Dropdown>
      </div>
      <p className={style.address} title={addressOf(connection)}>
        {[kindOf(connection, t('datasets.title')), addressOf(connection)].filter(Boolean).join(' · ')}
      </p>
      <div className={style.tags}>
        <Badge
          status={outcome === 'running' ? 'processing' : is_connected ? 'success' : 'default'}
          text={outcome === 'running' ? t('data.testing') : is_connected ? t('data.reached') : t('data.notReached')}
        />
        {is_default && <Mark isStrong>{t('common.default')}</Mark>}
        {is_shared && <Mark>{t('common.shared')}</Mark>}
      </div>
      {outcome && outcome !== 'running' && (
        <div role="status" className={outcome.connected ? card.good : card.bad}>
          <p>{outcome.message}</p>
          {outcome.connected && (
            <p>
              {outcome.version} · {t('data.tablesCount', { count: outcome.tables_count ?? 0 })}
            </p>
          )}
          {outcome.writable && <p className={style.warning}>{t('data.writable')}</p>}
        </div>
      )}
    </li>
  );
}
