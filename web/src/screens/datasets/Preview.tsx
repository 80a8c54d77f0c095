// The first rows of a table, as the server would answer with them.
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import { Failed } from '../../parts/Failed';
import { DataTable } from '../../parts/table/DataTable';
import card from '../../parts/cards.module.css';
import { rowOf } from './exact';
import { firstLines } from './lines';
import { download, type Dataset, type DatasetTable } from './queries';

const MOST = 100;

export function Preview({ dataset, table }: { dataset: Dataset; table: DatasetTable }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const preview = useQuery({
    queryKey: ['preview', dataset.data_id, table.name],
    // What a dataset holds never changes.
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const lines = await firstLines(await download(dataset, 'ndjson', table.name, signal), MOST);
      return lines.map(rowOf);
    },
  });
  const columns = useMemo(() => table.columns.map(({ name, type }) => ({ name, type })), [table.columns]);
  if (preview.isLoading) return <Skeleton active />;
  if (!preview.data) return <Failed query={preview} />;
  const whole = table.rows.toLocaleString(locale);
  const shown = preview.data.length.toLocaleString(locale);
  const isPart = table.rows > preview.data.length;
  if (table.rows === 0) return <p className={card.quiet}>{t('ask.noRows')}</p>;
  return (
    <DataTable
      columns={columns}
      rows={preview.data}
      summary={
        isPart
          ? t('datasets.firstRows', { shown, rows: whole })
          : t('datasets.rows', { count: table.rows, rows: whole })
      }
    />
  );
}
