// The rows of an answer as a table, or as the one figure that they are.
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../../i18n/locale';
import type { Result } from '../../../answers/model';
import { DataTable } from '../../../parts/table/DataTable';
import { formatValue } from '../../../parts/table/values';
import style from './ResultTable.module.css';

export function ResultTable({ result, isSingle }: { result: Result; isSingle: boolean }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { columns, rows, truncated, seconds } = result;
  const only = columns[0];
  if (isSingle && only) {
    return (
      <div className={style.single}>
        <span className={style.figure}>{formatValue(rows[0]?.[only.name], only, locale)}</span>
        <span className={style.name}>{only.name}</span>
      </div>
    );
  }
  const count = truncated ? t('ask.truncated', { count: rows.length }) : t('ask.rows', { count: rows.length });
  const time = t('ask.seconds', { seconds: seconds.toLocaleString(locale, { maximumSignificantDigits: 2 }) });
  return <DataTable columns={columns} rows={rows} summary={`${count} · ${time}`} />;
}
