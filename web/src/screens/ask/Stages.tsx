// The way to an answer: one line while it is made, gone when it is there.
import { LoadingOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { Stage } from '../../answers/model';
import style from './Stages.module.css';

const ORDER: Stage['name'][] = ['analyzing', 'linking', 'generating_sql', 'executing', 'visualizing', 'summarizing'];

export function Stages({ stages, isRunning }: { stages: Stage[]; isRunning: boolean }) {
  const { t } = useTranslation();
  const current = stages.at(-1);
  if (!isRunning) return null;
  const reached = current ? ORDER.indexOf(current.name === 'repairing' ? 'generating_sql' : current.name) : -1;
  return (
    <div className={style.stages} role="status" aria-live="polite">
      <LoadingOutlined aria-hidden />
      <span>{current?.message ?? t('ask.thinking')}</span>
      {current?.attempt !== undefined && current.attempt > 1 && (
        <span>{t('ask.attempt', { attempt: current.attempt })}</span>
      )}
      <span className={style.steps} aria-hidden>
        {ORDER.map((name, index) => (
          <i key={name} className={index <= reached ? style.done : undefined} />
        ))}
      </span>
    </div>
  );
}
