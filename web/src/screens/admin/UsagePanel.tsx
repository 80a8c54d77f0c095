// What has been used since the server was started: answers, and what models took for them. It keeps no history of its own; Prometheus
// makes one of the same numbers.
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { reasonOf } from '../../api/client';
import { failureOf } from '../../api/errors';
import { Notice } from '../../parts/Notice';
import { Part } from '../../parts/Screen';
import { WideTable } from '../../parts/WideTable';
import style from './admin.module.css';
import { usageOf, type ModelUsage } from './usage';

const BETWEEN = 15_000;
const ENDINGS = ['finished', 'failed', 'cancelled', 'interrupted'] as const;

export function UsagePanel() {
  const { t, i18n } = useTranslation();
  const usage = useQuery({
    queryKey: ['usage'],
    // What is counted goes on.
    staleTime: 0,
    refetchInterval: BETWEEN,
    retry: false,
    queryFn: async () => {
      const response = await fetch('/metrics', { cache: 'no-store' });
      if (!response.ok) throw await failureOf(response);
      return usageOf(await response.text());
    },
  });
  if (usage.isLoading) return <Skeleton active />;
  if (!usage.data) return <Notice title={t('admin.noUsage')}>{reasonOf(usage.error)}</Notice>;
  const { startedAt, answers, models } = usage.data;
  const number = (value: number) => value.toLocaleString(i18n.language);
  const since = startedAt?.toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Part title={since ? t('admin.usageSince', { since }) : t('admin.usage')} hint={t('admin.usageHint')}>
      <dl className={style.figures}>
        {ENDINGS.map((ending) => (
          <div key={ending}>
            <dt>{t(`admin.endings.${ending}`)}</dt>
            <dd>{number(answers[ending] ?? 0)}</dd>
          </div>
        ))}
      </dl>
      <WideTable<ModelUsage>
        label={t('admin.usage')}
        least={460}
        rowKey="model"
        size="small"
        pagination={false}
        dataSource={models}
        locale={{ emptyText: <span className={style.quiet}>{t('admin.noModelUsed')}</span> }}
        columns={[
          {
            title: t('ask.model'),
            dataIndex: 'model',
            // Those that people bring are counted together.
            render: (model: string) => (model === 'own' ? t('admin.ownModels') : model),
          },
          { title: t('admin.requests'), dataIndex: 'requests', align: 'right', render: number },
          { title: t('admin.input'), dataIndex: 'input', align: 'right', render: number },
          {
            title: t('admin.output'),
            dataIndex: 'output',
            align: 'right',
            render: (value: number, { isEstimated }) => `${isEstimated ? '≈ ' : ''}${number(value)}`,
          },
        ]}
      />
    </Part>
  );
}
