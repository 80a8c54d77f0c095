// One dataset in the list: what it is called, how much is in it, and since when.
import { FileTextOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { useLocale, useTime } from '../../i18n/locale';
import { Link } from 'react-router';
import card from '../../parts/cards.module.css';
import type { Dataset } from './queries';
import { sizeOf } from './sizes';

export function DatasetCard({ dataset, isShown }: { dataset: Dataset; isShown: boolean }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const time = useTime();
  const { data_id, name, description, tables, bytes, create_time } = dataset;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const facts = [
    t('datasets.rows', { count: rows, rows: rows.toLocaleString(locale) }),
    ...(tables.length > 1 ? [t('datasets.tables', { tables: tables.length })] : []),
    sizeOf(bytes, locale),
    time(create_time),
  ];
  return (
    <li className={isShown ? `${card.card} ${card.shown}` : card.card}>
      <Link
        to={`/data/datasets/${data_id}`}
        className={card.name!}
        title={name}
        aria-current={isShown ? 'true' : undefined}
      >
        <FileTextOutlined aria-hidden /> {name}
      </Link>
      {description && <p className={card.quiet}>{description}</p>}
      <p className={card.quiet}>{facts.join(' · ')}</p>
    </li>
  );
}
