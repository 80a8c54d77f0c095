// The figures behind the chart of usage, newest first.
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import { formatTime } from '../../parts/table/values';
import { WideTable } from '../../parts/WideTable';
import style from './admin.module.css';
import type { Usage, UsageRow } from './usage';

export function UsageTable({ usage, nameless }: { usage: Usage; nameless: string }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { of, by, rows } = usage;
  const figure = (title: string, dataIndex: keyof UsageRow) => ({
    title,
    dataIndex,
    align: 'right' as const,
    render: (value: number) => value.toLocaleString(locale),
  });
  return (
    <WideTable<UsageRow>
      label={t('admin.usage')}
      least={of === 'all' ? 560 : 700}
      rowKey={({ start, key }) => `${start} ${key ?? ''}`}
      size="small"
      dataSource={rows.toReversed()}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      locale={{ emptyText: <span className={style.none}>{t('admin.noUsage')}</span> }}
      columns={[
        {
          title: t(`admin.bys.${by}`),
          dataIndex: 'start',
          width: 130,
          render: (start: string) => formatTime(start, locale),
        },
        ...(of === 'all'
          ? []
          : [{ title: t(`admin.ofs.${of}`), dataIndex: 'key', render: (key: string | null) => key ?? nameless }]),
        figure(t('admin.measures.answers'), 'answers'),
        figure(t('admin.measures.failed'), 'failed'),
        figure(t('admin.input'), 'prompt_tokens'),
        figure(t('admin.output'), 'completion_tokens'),
        figure(t('admin.measures.credits'), 'credits'),
      ]}
    />
  );
}
