// One dataset in the list: what it is called, how much is in it, and since when.
import { FileTextOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import style from './DatasetsScreen.module.css';
import type { Dataset } from './queries';
import { sizeOf } from './sizes';

export function DatasetCard({ dataset, isShown }: { dataset: Dataset; isShown: boolean }) {
  const { t, i18n } = useTranslation();
  const { data_id, name, description, tables, bytes, create_time } = dataset;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const facts = [
    t('datasets.rows', { count: rows, rows: rows.toLocaleString(i18n.language) }),
    ...(tables.length > 1 ? [t('datasets.tables', { tables: tables.length })] : []),
    sizeOf(bytes, i18n.language),
    new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(create_time)),
  ];
  return (
    <li className={isShown ? `${style.card} ${style.shown}` : style.card}>
      <Link
        to={`/data/datasets/${data_id}`}
        className={style.name}
        title={name}
        aria-current={isShown ? 'true' : undefined}
      >
        <FileTextOutlined aria-hidden /> {name}
      </Link>
      {description && <p className={style.quiet}>{description}</p>}
      <p className={style.quiet}>{facts.join(' · ')}</p>
    </li>
  );
}
