// What was used over time, as a chart and a table show it. The server counts in days of UTC and leaves out those without anything.
import type { Row } from '../../answers/model';
import type { WenshuSchemas } from '../../api/client';
import type { Axes } from '../../parts/chart/drawing';

export type Usage = WenshuSchemas['Usage'];
export type UsageRow = WenshuSchemas['UsageRow'];
export type By = WenshuSchemas['UsageBy'];

export const MEASURES = ['answers', 'failed', 'tokens', 'credits'] as const;
export type Measure = (typeof MEASURES)[number];

/** The most that still can be told apart; the others come together. */
const MOST_KEYS = 7;
const DAY = 86_400_000;
/** The longest time that the server counts in one answer, in days. */
export const MOST_DAYS = 400;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The day on which a period of so many days began that ends today. */
export function firstOf(days: number, now: number): string {
  return dayOf(now - (days - 1) * DAY);
}

/** The days between which a time is, as they are chosen or typed. */
export interface Period {
  from: string;
  to: string;
}

/** Why a time isn't asked for; `unfinished`: somebody is still typing, a year digit by digit. */
export function faultOf({ from, to }: Period): 'unfinished' | 'reversed' | 'tooLong' | null {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  // "2" on the way to 2026 is the year 2.
  if (Number.isNaN(first) || Number.isNaN(last) || from < '1000' || to < '1000') return 'unfinished';
  if (first > last) return 'reversed';
  return last - first >= MOST_DAYS * DAY ? 'tooLong' : null;
}

/** The earliest day from which a time can be that ends on this one. */
export function earliestOf(to: string): string | undefined {
  const last = Date.parse(to);
  return Number.isNaN(last) || to < '1000' ? undefined : firstOf(MOST_DAYS, last);
}

/** How much of something is in a row. */
export function amountOf(row: UsageRow, measure: Measure): number {
  return measure === 'tokens' ? row.prompt_tokens + row.completion_tokens : row[measure];
}

export function sumOf(rows: UsageRow[], measure: Measure): number {
  return rows.reduce((sum, row) => sum + amountOf(row, measure), 0);
}

/** The first days of all days, weeks or months of a time, also of those in which nothing happened. */
export function startsOf({ from, to, by }: Pick<Usage, 'from' | 'to' | 'by'>): string[] {
  const last = Date.parse(to);
  const first = new Date(from);
  if (by === 'week') first.setUTCDate(first.getUTCDate() - ((first.getUTCDay() + 6) % 7));
  if (by === 'month') first.setUTCDate(1);
  const starts: string[] = [];
  for (const at = first; at.getTime() <= last;) {
    starts.push(dayOf(at.getTime()));
    if (by === 'month') at.setUTCMonth(at.getUTCMonth() + 1);
    else at.setUTCDate(at.getUTCDate() + (by === 'week' ? 7 : 1));
  }
  return starts;
}

interface Names {
  measure: string;
  nameless: string;
  others: string;
}

/** A chart of it: one bar for each time, or one line for each model or user, the busiest first. */
export function chartOf(usage: Usage, measure: Measure, names: Names): { axes: Axes; rows: Row[] } {
  const starts = startsOf(usage);
  const sums = new Map<string, Map<string, number>>();
  const totals = new Map<string, number>();
  const nameOf = ({ key }: UsageRow) => (usage.of === 'all' ? names.measure : (key ?? names.nameless));
  for (const row of usage.rows) totals.set(nameOf(row), (totals.get(nameOf(row)) ?? 0) + amountOf(row, measure));
  const ordered = [...totals].sort(([, one], [, other]) => other - one).map(([name]) => name);
  const shown = new Set(ordered.slice(0, ordered.length > MOST_KEYS + 1 ? MOST_KEYS : MOST_KEYS + 1));
  for (const row of usage.rows) {
    const name = shown.has(nameOf(row)) ? nameOf(row) : names.others;
    const at = sums.get(name) ?? new Map<string, number>();
    at.set(row.start, (at.get(row.start) ?? 0) + amountOf(row, measure));
    sums.set(name, at);
  }
  const series = [...shown, ...(sums.has(names.others) ? [names.others] : [])];
  const rows = (series.length > 0 ? series : [names.measure]).flatMap((name) =>
    starts.map((start): Row => ({ start, name, amount: sums.get(name)?.get(start) ?? 0 })),
  );
  return { axes: { type: usage.of === 'all' ? 'bar' : 'line', x: 'start', y: ['amount'], series: 'name' }, rows };
}
