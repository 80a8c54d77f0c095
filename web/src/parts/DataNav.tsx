// What the data of somebody is: databases, and the files that they brought.
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import style from './DataNav.module.css';

export function DataNav({ isDatasets }: { isDatasets: boolean }) {
  const { t } = useTranslation();
  const places = [
    { to: '/data', label: t('data.databases'), isHere: !isDatasets },
    { to: '/data/datasets', label: t('datasets.title'), isHere: isDatasets },
  ];
  return (
    <nav aria-label={t('data.title')} className={style.nav}>
      {places.map(({ to, label, isHere }) => (
        <Link key={to} to={to} aria-current={isHere ? 'page' : undefined} className={style.place!}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
