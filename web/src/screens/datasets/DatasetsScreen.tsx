// The files that somebody brought: bringing more, which there are, and of one its first rows and what can be done with it.
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { DataNav } from '../../parts/DataNav';
import { Failed } from '../../parts/Failed';
import { later } from '../../parts/later';
import { Screen } from '../../parts/Screen';
import { DatasetCard } from './DatasetCard';
import card from '../../parts/cards.module.css';
import { useDatasets } from './queries';
import { Room } from './Room';
import { UploadArea } from './UploadArea';

const DatasetView = later(async () => (await import('./DatasetView')).DatasetView);

export function DatasetsScreen() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id } = useParams();
  const datasets = useDatasets();
  const all = datasets.data ?? [];
  const shown = all.find((one) => one.data_id === id) ?? all[0];

  return (
    <Screen title={t('datasets.title')} hint={t('datasets.hint')}>
      <DataNav isDatasets />
      <UploadArea shown={id} onDone={({ data_id }) => void navigate(`/data/datasets/${data_id}`, { replace: true })} />
      <Room />
      {datasets.isLoading && <Skeleton active />}
      <Failed query={datasets} />
      {datasets.isSuccess && all.length === 0 && <p className={card.quiet}>{t('datasets.none')}</p>}
      {shown && (
        <>
          <ul className={card.cards} aria-label={t('datasets.title')}>
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
