// What was used over time: answers, tokens and credits, of everybody together, by model or by user.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Input, Segmented, Skeleton } from 'antd';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { plain, wenshu } from '../../api/client';
import { useLocale } from '../../i18n/locale';
import { DrawnChart } from '../../parts/chart/DrawnChart';
import { draw } from '../../parts/chart/drawing';
import card from '../../parts/cards.module.css';
import { Failed } from '../../parts/Failed';
import { usePaused } from '../../parts/paused';
import { Part } from '../../parts/Screen';
import style from './admin.module.css';
import {
  chartOf,
  earliestOf,
  faultOf,
  firstOf,
  MEASURES,
  MOST_DAYS,
  sumOf,
  type By,
  type Measure,
  type Period,
  type Usage,
} from './usage';
import { UsageTable } from './UsageTable';

const BETWEEN = 30_000;
const PERIODS = [7, 30, 90, 365] as const;

export function UsagePanel() {
  const { t } = useTranslation();
  const locale = useLocale();
  const today = firstOf(1, Date.now());
  // As it is typed, and as it was last asked for: what is known stays on the screen until there is a time to ask for.
  const [typed, setTyped] = useState<Period>(() => ({ from: firstOf(30, Date.now()), to: today }));
  const [period, setPeriod] = useState(typed);
  const [from = '', to = ''] = usePaused(`${typed.from}/${typed.to}`).split('/');
  const fault = faultOf({ from, to });
  if (!fault && (from !== period.from || to !== period.to)) setPeriod({ from, to });
  const [by, setBy] = useState<By>('day');
  const [of, setOf] = useState<Usage['of']>('all');
  const [measure, setMeasure] = useState<Measure>('answers');
  const usage = useQuery({
    queryKey: ['usage', { ...period, by, of }],
    // What is counted goes on.
    staleTime: 0,
    refetchInterval: BETWEEN,
    placeholderData: keepPreviousData,
    queryFn: () => plain(wenshu.GET('/wenshu/v1/usage', { params: { query: { ...period, by, of } } })),
  });
  const nameless = usage.data?.of === 'user' ? t('admin.goneUser') : t('admin.noModel');
  const measureName = t(`admin.measures.${measure}`);
  const others = t('admin.others');
  const { axes, drawing } = useMemo(() => {
    if (!usage.data) return {};
    const { axes, rows } = chartOf(usage.data, measure, { measure: measureName, nameless, others });
    return { axes, drawing: draw(axes, rows) };
  }, [usage.data, measure, measureName, nameless, others]);
  const shown = PERIODS.find((days) => typed.to === today && typed.from === firstOf(days, Date.now()));
  const type = (change: Partial<Period>) => setTyped((now) => ({ ...now, ...change }));

  return (
    <Part title={t('admin.usage')} hint={t('admin.usageHint')}>
      <div className={style.choices}>
        <Choice label={t('admin.period')}>
          <Segmented<number>
            aria-label={t('admin.period')}
            value={shown ?? 0}
            onChange={(days) => setTyped({ from: firstOf(days, Date.now()), to: today })}
            options={PERIODS.map((days) => ({ value: days, label: t('admin.days', { count: days }) }))}
          />
        </Choice>
        <Choice label={t('admin.from')}>
          <Input
            type="date"
            aria-label={t('admin.from')}
            value={typed.from}
            min={earliestOf(typed.to)}
            max={typed.to || today}
            onChange={({ target }) => type({ from: target.value })}
          />
        </Choice>
        <Choice label={t('admin.to')}>
          <Input
            type="date"
            aria-label={t('admin.to')}
            value={typed.to}
            min={typed.from}
            max={today}
            onChange={({ target }) => type({ to: target.value })}
          />
        </Choice>
        <Choice label={t('admin.by')}>
          <Segmented<By>
            aria-label={t('admin.by')}
            value={by}
            onChange={setBy}
            options={(['day', 'week', 'month'] as const).map((value) => ({ value, label: t(`admin.bys.${value}`) }))}
          />
        </Choice>
        <Choice label={t('admin.of')}>
          <Segmented<Usage['of']>
            aria-label={t('admin.of')}
            value={of}
            onChange={setOf}
            options={(['all', 'model', 'user'] as const).map((value) => ({ value, label: t(`admin.ofs.${value}`) }))}
          />
        </Choice>
      </div>
      {fault && fault !== 'unfinished' && (
        <p role="alert" className={card.bad}>
          {t(`admin.periodFaults.${fault}`, { most: MOST_DAYS })}
        </p>
      )}
      {usage.isLoading && <Skeleton active />}
      <Failed query={usage} />
      {usage.data && (
        <>
          <dl className={style.figures}>
            {MEASURES.map((one) => (
              <div key={one}>
                <dt>{t(`admin.measures.${one}`)}</dt>
                <dd>{sumOf(usage.data.rows, one).toLocaleString(locale)}</dd>
              </div>
            ))}
          </dl>
          <figure className={style.chart}>
            <Segmented<Measure>
              size="small"
              aria-label={t('admin.measure')}
              value={measure}
              onChange={setMeasure}
              options={MEASURES.map((value) => ({ value, label: t(`admin.measures.${value}`) }))}
            />
            {axes && drawing && <DrawnChart axes={axes} drawing={drawing} title={measureName} />}
          </figure>
          <UsageTable usage={usage.data} nameless={nameless} />
        </>
      )}
    </Part>
  );
}

function Choice({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={style.choice}>
      <span aria-hidden>{label}</span>
      {children}
    </div>
  );
}
