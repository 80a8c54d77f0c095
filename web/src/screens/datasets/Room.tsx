// How much room the datasets of somebody take, of what there is for them, and how large a file may be.
import { Progress as Bar } from 'antd';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import card from '../../parts/cards.module.css';
import style from './DatasetsScreen.module.css';
import { useLimits } from './queries';
import { percentOf } from './room';
import { sizeOf } from './sizes';

export function Room() {
  const { t } = useTranslation();
  const locale = useLocale();
  const { data: limits } = useLimits();
  // Nothing is hindered by not knowing it: the server says it too, later.
  if (!limits) return null;
  const { dataset_file_bytes, dataset_total_bytes, dataset_used_bytes } = limits;
  const percent = percentOf(limits);
  const used = t('datasets.room', {
    used: sizeOf(dataset_used_bytes, locale),
    total: sizeOf(dataset_total_bytes, locale),
  });
  return (
    <div className={style.room}>
      <Bar
        percent={percent}
        status={percent >= 90 ? 'exception' : 'normal'}
        showInfo={false}
        size="small"
        aria-label={used}
      />
      <p className={card.quiet}>
        {used} · {t('datasets.fileLimit', { most: sizeOf(dataset_file_bytes, locale) })}
      </p>
    </div>
  );
}
