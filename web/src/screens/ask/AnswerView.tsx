// An answer: its stages while it is made, then words, chart, table, statement, and what can be done with them.
import { Alert, Skeleton } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { splitReading, type Answer } from '../../answers/model';
import { useConfig } from '../../app/queries';
import { AnswerActions } from './AnswerActions';
import style from './AnswerView.module.css';
import { Failure } from './Failure';
import { Stages } from './Stages';
import { Mark } from '../../parts/Mark';

const ResultView = lazy(async () => ({ default: (await import('./result/ResultView')).ResultView }));
const SqlPanel = lazy(async () => ({ default: (await import('./result/SqlPanel')).SqlPanel }));
const Words = lazy(async () => ({ default: (await import('./Words')).Words }));

interface AnswerProps {
  answer: Answer;
  question: string;
  isSql: boolean;
  isLast: boolean;
  isConnected: boolean;
  onAsk: (query: string) => void;
  onRunSql: (sql: string) => Promise<void>;
}

export function AnswerView({ answer, question, isSql, isLast, isConnected, onAsk, onRunSql }: AnswerProps) {
  const { t } = useTranslation();
  const { status, text, result, clarification, failure, sql } = answer;
  const { data: config } = useConfig();
  const [showSql, setShowSql] = useState<boolean>();
  const isSqlShown = showSql ?? (isSql || config?.view_mode === 'developer');
  const isRunning = status === 'running';
  const said = useMemo(() => splitReading(text), [text]);
  const reading = said.reading ? [said.reading] : answer.reading;

  return (
    <section className={style.answer} aria-label={t('ask.answer')}>
      <Stages stages={answer.stages} isRunning={isRunning} />
      {isRunning && !isConnected && <Alert type="warning" showIcon title={t('ask.reconnecting')} />}
      {said.words && (
        <Suspense fallback={<p className={style.plain}>{said.words}</p>}>
          <Words text={said.words} isGrowing={isRunning} />
        </Suspense>
      )}
      {result && (
        <Suspense fallback={<Skeleton active />}>
          <ResultView result={result} chart={answer.chart} title={answer.chart?.title ?? question} />
        </Suspense>
      )}
      {clarification && (
        <div className={style.clarification}>
          <p>{clarification.message || t('ask.pickReading')}</p>
          <div className={style.options}>
            {clarification.options.map(({ label, query }) => (
              <button
                key={query}
                type="button"
                className={style.option}
                disabled={isRunning || !isLast}
                onClick={() => onAsk(query)}
              >
                {label}
              </button>
            ))}
          </div>
        </div>
      )}
      {failure && (
        <Failure
          failure={failure}
          isStopped={status === 'stopped'}
          canAsk={isLast}
          onAsk={onAsk}
          onAgain={() => onAsk(question)}
        />
      )}
      {reading.length > 0 && !isRunning && (
        <p className={style.reading}>
          <Mark>{t('ask.reading')}</Mark>
          {reading.join(' · ')}
        </p>
      )}
      {sql && isSqlShown && (
        <Suspense fallback={null}>
          <SqlPanel sql={sql} canRun={!isRunning} onRun={onRunSql} />
        </Suspense>
      )}
      {!isRunning && (
        <AnswerActions answer={answer} words={said.words} isSqlShown={isSqlShown} onShowSql={setShowSql} />
      )}
    </section>
  );
}
