// The rows of an answer: as a chart where one fits, and as a table; beside each other where there is room.
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Chart, Result } from '../../../answers/model';
import { ChartPanel } from './ChartPanel';
import { isNumeric } from '../../../parts/table/values';
import { ResultTable } from './ResultTable';
import style from './ResultView.module.css';

interface ResultProps {
  result: Result;
  chart: Chart | undefined;
  title: string;
}

export const ResultView = memo(function ResultView({ result, chart, title }: ResultProps) {
  const { t } = useTranslation();
  const { columns, rows } = result;
  if (rows.length === 0) return <p className={style.empty}>{t('ask.noRows')}</p>;
  const isSingle = rows.length === 1 && columns.length === 1;
  // What the server draws no chart of can be drawn all the same, if there is a number in it.
  const canDraw =
    chart !== undefined || (rows.length > 1 && columns.length > 1 && columns.some((column) => isNumeric(column, rows)));
  return (
    <div className={chart ? `${style.result} ${style.both}` : style.result}>
      {canDraw && <ChartPanel result={result} chart={chart} title={title} />}
      <ResultTable result={result} isSingle={isSingle} />
    </div>
  );
});
