// Where files are dropped, or chosen, and how far each of them is.
import { CloseOutlined, InboxOutlined } from '@ant-design/icons';
import { Alert, App, Button, Progress as Bar, Upload as Chooser } from 'antd';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import card from '../../parts/cards.module.css';
import style from './DatasetsScreen.module.css';
import { useLimits, type Dataset } from './queries';
import { leftOf, refusalOf } from './room';
import { sizeOf } from './sizes';
import { begin, isAnyOnItsWay, remove, useUploads, type Upload } from './uploads';

const ENDINGS = '.csv,.tsv,.txt,.json,.ndjson,.jsonl,.parquet,.arrow,.feather,.xlsx';

interface AreaProps {
  /** What somebody looks at. */
  shown: string | undefined;
  onDone: (dataset: Dataset) => void;
}

export function UploadArea({ shown, onDone }: AreaProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { message } = App.useApp();
  const uploads = useUploads();
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  const looksAt = useRef(shown);
  looksAt.current = shown;
  const limits = useLimits().data;
  const against = ({ size }: File): string | undefined => {
    const refusal = refusalOf(size, limits);
    if (!refusal || !limits) return undefined;
    const most = sizeOf(refusal === 'tooLarge' ? limits.dataset_file_bytes : leftOf(limits), locale);
    return t(`datasets.against.${refusal}`, { size: sizeOf(size, locale), most });
  };
  const take = async (file: File) => {
    const before = looksAt.current;
    const dataset = await begin(file, against(file));
    if (!dataset) return;
    void message.success(t('datasets.uploaded', { name: dataset.name }));
    // Whoever has gone elsewhere meanwhile, or looks at something else, stays there; of several files the last one is shown.
    if (isHere.current && looksAt.current === before && !isAnyOnItsWay()) onDone(dataset);
  };
  return (
    <div className={style.upload} onKeyDown={onSpace}>
      <Chooser.Dragger
        multiple
        // What else is dropped isn't passed over in silence: the server says what it makes of it.
        accept={{ format: ENDINGS, filter: 'native' }}
        showUploadList={false}
        beforeUpload={(file) => {
          void take(file);
          // The list is our own; theirs would keep every file.
          return Chooser.LIST_IGNORE;
        }}
      >
        <p className={style.drop}>
          <InboxOutlined aria-hidden className={style.dropIcon!} />
          <span>{t('datasets.drop')}</span>
          <span className={card.quiet}>{t('datasets.kinds')}</span>
        </p>
      </Chooser.Dragger>
      {uploads.length > 0 && (
        <ul className={style.uploads} aria-label={t('datasets.uploads')}>
          {uploads.map((upload) => (
            <UploadItem key={upload.id} upload={upload} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** What is a button is pressed with the space bar too; the library knows Enter alone. */
function onSpace(event: KeyboardEvent) {
  const pressed = event.target as HTMLElement;
  if (event.key !== ' ' || pressed.getAttribute('role') !== 'button') return;
  event.preventDefault();
  pressed.click();
}

function UploadItem({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { id, name, bytes, reason } = upload;
  const { phase, done, whole } = upload.progress;
  const isReading = phase === 'reading';
  const close = (
    <Button
      type="text"
      size="small"
      icon={<CloseOutlined />}
      aria-label={`${reason ? t('common.close') : t('common.cancel')}: ${name}`}
      onClick={() => remove(id)}
    />
  );
  if (reason) {
    return (
      <li>
        <Alert type="error" showIcon title={t('datasets.refused', { name })} description={reason} action={close} />
      </li>
    );
  }
  const said = isReading
    ? t('datasets.reading', { rows: done.toLocaleString(locale) })
    : t('datasets.sending', { done: sizeOf(done, locale), size: sizeOf(bytes, locale) });
  // While it isn't known how many rows there will be, the bar is full and moves.
  const percent = whole ? Math.floor((100 * done) / whole) : isReading ? 100 : 0;
  return (
    <li className={style.uploading}>
      <span className={style.uploadName}>{name}</span>
      <Bar percent={percent} status="active" showInfo={false} size="small" aria-label={`${name}: ${said}`} />
      <span className={card.quiet}>{said}</span>
      {/* The bar tells how far it is; what is said aloud changes once. */}
      <span className="visually-hidden" role="status">
        {isReading ? t('datasets.nowReading', { name }) : t('datasets.nowSending', { name })}
      </span>
      {close}
    </li>
  );
}
