// The files that somebody brought: bringing more, which there are, and of one its first rows and what can be done with it.
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { DataNav } from '../../parts/DataNav';
import { Failed } from '../../parts/Failed';
import { later } from '../../parts/later';
import { Screen } from '../../parts/Screen';
import { DatasetCard } from './DatasetCard';
import style from './DatasetsScreen.module.css';
import { useDatasets } from './queries';
import { sizeOf } from './sizes';
import { UploadArea } from './UploadArea';

const DatasetView = later(async () => (await import('./DatasetView')).DatasetView);

export function DatasetsScreen() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const { id } = useParams();
  const datasets = useDatasets();
  const all = datasets.data ?? [];
  const shown = all.find((one) => one.data_id === id) ?? all[0];
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);

  return (
    <Screen title={t('datasets.title')} hint={t('datasets.hint')}>
      <DataNav isDatasets />
      <UploadArea shown={id} onDone={({ data_id }) => void navigate(`/data/datasets/${data_id}`, { replace: true })} />
      {datasets.isLoading && <Skeleton active />}
      <Failed query={datasets} />
      {datasets.isSuccess && all.length === 0 && <p className={style.quiet}>{t('datasets.none')}</p>}
      {shown && (
        <>
          <p className={style.quiet}>{t('datasets.inAll', { size: sizeOf(bytes, i18n.language) })}</p>
          <ul className={style.cards} aria-label={t('datasets.title')}>
            {all.map((dataset) => (
              <DatasetCard key={dataset.data_id} dataset={dataset} isShown={dataset === shown} />
            ))}
          </ul>
          <DatasetView key={shown.data_id} dataset={shown} />
        </>
      )}
    </Screen>
  );
}
