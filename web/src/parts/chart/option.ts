// A drawing as ECharts wants it.
import type { EChartsOption, SeriesOption } from './echarts';
import type { Palette } from '../../app/appearance';
import type { Locale } from '../../i18n/locale';
import { formatTime, shortNumber } from '../table/values';
import type { Axes, Drawing } from './drawing';

export const COLORS = {
  light: ['#0f766e', '#c2703d', '#4f6bb0', '#a5862a', '#8a5a9e', '#3f8a4d', '#b5516a', '#5b7280'],
  dark: ['#2fb5a6', '#e09a6a', '#8aa3e6', '#d4b757', '#c195d6', '#7bc088', '#e58aa2', '#9fb3bf'],
};

interface Look {
  palette: Palette;
  colors: string[];
  locale: Locale;
  title: string;
  /** The chart's width in pixels. */
  width: number;
  /** Whether nothing may move. */
  isStill: boolean;
}

export function optionOf(axes: Axes, drawing: Drawing, look: Look): EChartsOption {
  const { palette, colors, locale, width, isStill } = look;
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const shown = (value: unknown) => (typeof value === 'number' ? shortNumber(value, locale) : String(value ?? '–'));
  const hasLegend = axes.type === 'pie' || (drawing.pairs ?? drawing.series).length > 1;
  const common: EChartsOption = {
    color: colors,
    textStyle: { color: palette.text, fontFamily: 'inherit' },
    animation: !isStill,
    animationDuration: 350,
    aria: { enabled: false },
    tooltip: {
      trigger: axes.type === 'pie' || drawing.pairs ? 'item' : 'axis',
      // As part of the picture: markup with styles of its own is against the page's policy.
      renderMode: 'richText',
      confine: true,
      backgroundColor: palette.raised,
      borderColor: palette.line,
      textStyle: { color: palette.text },
      valueFormatter: shown,
    },
    ...(hasLegend ? { legend: { type: 'scroll', bottom: 0, textStyle: { color: palette.quiet } } } : {}),
  };
  if (axes.type === 'pie') return { ...common, series: [pieOf(drawing, look)] };
  const valueAxis = {
    type: 'value' as const,
    axisLabel: { color: palette.quiet, formatter: (value: number) => short.format(value) },
    splitLine: { lineStyle: { color: palette.line } },
  };
  const grid = {
    left: 12,
    right: 18,
    top: 18,
    bottom: hasLegend ? 34 : 8,
    outerBoundsMode: 'same' as const,
    outerBoundsContain: 'axisLabel' as const,
  };
  if (drawing.pairs) {
    const series: SeriesOption[] = drawing.pairs.map(({ name, points }) => ({
      type: 'scatter',
      name,
      data: points,
      symbolSize: 8,
    }));
    return {
      ...common,
      grid,
      xAxis: { ...valueAxis, scale: true, name: axes.x },
      yAxis: { ...valueAxis, scale: true },
      series,
    };
  }
  const isLong = drawing.labels.some((label) => label.length > 8);
  // Long names are read lying, on the left of bars.
  const isLying =
    axes.type === 'bar' &&
    isLong &&
    drawing.labels.length <= 12 &&
    drawing.series.length === 1 &&
    !looksLikeTime(drawing.labels);
  const labelAxis = {
    type: 'category' as const,
    data: drawing.labels.map((label) => formatTime(label, locale)),
    inverse: isLying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.line } },
    axisLabel: {
      color: palette.quiet,
      hideOverlap: true,
      overflow: 'truncate' as const,
      width: isLying ? Math.min(200, width * 0.35) : 110,
    },
  };
  const series = drawing.series.map(({ name, values }): SeriesOption => {
    if (axes.type === 'bar') {
      const borderRadius = isLying ? [0, 4, 4, 0] : [4, 4, 0, 0];
      return { type: 'bar', name, data: values, barMaxWidth: 42, itemStyle: { borderRadius } };
    }
    if (axes.type === 'scatter') return { type: 'scatter', name, data: values, symbolSize: 9 };
    const line: SeriesOption = {
      type: 'line',
      name,
      data: values,
      symbolSize: 7,
      showSymbol: drawing.labels.length <= 60,
      lineStyle: { width: 2.5 },
    };
    return axes.type === 'area' ? { ...line, areaStyle: { opacity: 0.16 } } : line;
  });
  return {
    ...common,
    grid,
    series,
    ...(isLying ? { xAxis: valueAxis, yAxis: labelAxis } : { xAxis: labelAxis, yAxis: valueAxis }),
  };
}

function pieOf({ labels, series }: Drawing, { palette, width, locale }: Look): SeriesOption {
  const values = series[0]?.values ?? [];
  const data = labels.map((label, place) => ({ name: formatTime(label, locale), value: values[place] ?? 0 }));
  return {
    type: 'pie',
    name: series[0]?.name ?? '',
    radius: ['42%', '70%'],
    center: ['50%', '46%'],
    data,
    itemStyle: { borderColor: palette.surface, borderWidth: 2, borderRadius: 5 },
    label: { show: width > 480, color: palette.text, formatter: '{b} {d}%' },
  };
}

function looksLikeTime(labels: string[]): boolean {
  return labels.every((label) => /^\d{4}[-/年]/.test(label));
}
