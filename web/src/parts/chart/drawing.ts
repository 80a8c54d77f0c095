// What a chart shows, apart from how it is drawn: labels and series, out of rows, for axes that a person may choose.
import type { Chart, Column, Result, Row } from '../../answers/model';
import { isNumeric, isTime, numberOf } from '../table/values';

export type ChartType = Chart['type'];
export const CHART_TYPES: ChartType[] = ['bar', 'line', 'area', 'pie', 'scatter'];

/** What somebody chose to see. */
export interface Axes {
  type: ChartType;
  x: string;
  y: string[];
  /** The column whose values are a series each. */
  series?: string;
}

export interface Drawing {
  labels: string[];
  series: { name: string; values: (number | null)[] }[];
  /** Pairs instead of values at labels, for a scatter chart of two numbers. */
  pairs?: { name: string; points: [number, number][] }[];
  /** What there is more of than is drawn, and what was made of it. */
  left: Left;
}

export interface Left {
  /** Labels and series that aren't drawn. */
  labels: number;
  series: number;
  /** Whether rows of one label were added up. */
  isSummed: boolean;
}

/** The most labels and series that still can be read; what is left out is said. */
const MOST_LABELS = 500;
const MOST_SERIES = 20;

/** The axes that a chart of the server has, in terms of the result's columns. */
export function axesOf(chart: Chart | undefined, { columns, rows }: Result): Axes {
  const names = new Set(columns.map((column) => column.name));
  if (chart && names.has(chart.x) && chart.y.every((name) => names.has(name))) {
    const axes: Axes = { type: chart.type, x: chart.x, y: chart.y };
    const isSplit =
      chart.y.length === 1 && (chart.data.datasets.length > 1 || chart.data.datasets[0]?.label !== chart.y[0]);
    const series = isSplit ? splitBy(chart, columns, rows) : undefined;
    return series ? { ...axes, series } : axes;
  }
  const label =
    columns.find((column) => isTime(column)) ?? columns.find((column) => !isNumeric(column, rows)) ?? columns[0];
  const numbers = columns.filter((column) => column !== label && isNumeric(column, rows));
  return {
    type: chart?.type ?? (label && isTime(label) ? 'line' : 'bar'),
    x: label?.name ?? '',
    y: numbers.slice(0, 1).map((column) => column.name),
  };
}

/** The column whose values the labels of the server's series are. */
function splitBy(chart: Chart, columns: Column[], rows: Row[]): string | undefined {
  const wanted = chart.data.datasets.map((dataset) => dataset.label);
  return columns.find((column) => {
    if (column.name === chart.x || chart.y.includes(column.name)) return false;
    const values = new Set(rows.map((row) => String(row[column.name] ?? '')));
    return wanted.every((label) => values.has(label));
  })?.name;
}

/** The labels and series of these axes. */
export function draw(axes: Axes, rows: Row[]): Drawing {
  const { type, x, y, series } = axes;
  const labelOf = (row: Row) => String(row[x] ?? '');
  if (type === 'scatter') {
    const pairs = y.slice(0, MOST_SERIES).map((name) => ({
      name,
      points: rows.flatMap((row): [number, number][] => {
        const [left, right] = [numberOf(row[x]), numberOf(row[name])];
        return left === null || right === null ? [] : [[left, right]];
      }),
    }));
    const left = { labels: 0, series: Math.max(0, y.length - MOST_SERIES), isSummed: false };
    if (pairs.some((one) => one.points.length > 0)) return { labels: [], series: [], pairs, left };
  }
  const all = [...new Set(rows.map(labelOf))];
  const labels = all.slice(0, MOST_LABELS);
  const left: Left = { labels: all.length - labels.length, series: 0, isSummed: false };
  const places = new Map(labels.map((label, place) => [label, place]));
  const fill = (chosen: Row[], name: string) => {
    const values: (number | null)[] = labels.map(() => null);
    for (const row of chosen) {
      const place = places.get(labelOf(row));
      const number = numberOf(row[name]);
      // Rows of one label come together as their sum.
      if (place === undefined || number === null) continue;
      const before = values[place] ?? null;
      if (before !== null) left.isSummed = true;
      values[place] = (before ?? 0) + number;
    }
    return values;
  };
  const value = y[0];
  if (series && value) {
    const groups = new Map<string, Row[]>();
    for (const row of rows) {
      const name = String(row[series] ?? '');
      const group = groups.get(name);
      if (group) group.push(row);
      else groups.set(name, [row]);
    }
    const shown = [...groups].slice(0, MOST_SERIES).map(([name, chosen]) => ({ name, values: fill(chosen, value) }));
    return { labels, series: shown, left: { ...left, series: groups.size - shown.length } };
  }
  const shown = y.slice(0, type === 'pie' ? 1 : MOST_SERIES).map((name) => ({ name, values: fill(rows, name) }));
  return { labels, series: shown, left: { ...left, series: y.length - shown.length } };
}

/** Whether there is anything to see. */
export function isEmpty({ series, pairs }: Drawing): boolean {
  return (
    !pairs?.some((one) => one.points.length > 0) && !series.some((one) => one.values.some((value) => value !== null))
  );
}
