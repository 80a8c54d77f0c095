// The picture of a chart. Loaded with the first one.
import { useCallback, useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import { PALETTES, useIsDark, useIsStill } from '../../app/appearance';
import style from './ChartCanvas.module.css';
import type { Axes, Drawing } from './drawing';
import { echarts } from './echarts';
import { COLORS, optionOf } from './option';

export interface Picture {
  png: () => Blob | undefined;
  svg: () => Blob | undefined;
}

export interface CanvasProps {
  axes: Axes;
  drawing: Drawing;
  title: string;
  picture?: Ref<Picture>;
}

export function ChartCanvas({ axes, drawing, title, picture }: CanvasProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts>(null);
  const isDark = useIsDark();
  const isStill = useIsStill();
  // Labels have other room when the box has another width.
  const [width, setWidth] = useState<number>();
  const drawnWidth = useRef(0);
  const mode = isDark ? 'dark' : 'light';

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const drawn = echarts.init(box, null, { renderer: 'canvas' });
    chart.current = drawn;
    const sized = new ResizeObserver(() => {
      drawn.resize();
      if (box.clientWidth !== drawnWidth.current) setWidth(box.clientWidth);
    });
    sized.observe(box);
    return () => {
      sized.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, []);

  const option = useCallback(
    (width: number) =>
      optionOf(axes, drawing, { palette: PALETTES[mode], colors: COLORS[mode], locale, title, width, isStill }),
    [axes, drawing, mode, locale, title, isStill],
  );
  // Only what changes the picture draws it again: text that comes meanwhile doesn't.
  useEffect(() => {
    drawnWidth.current = place.current?.clientWidth ?? 600;
    chart.current?.setOption(option(drawnWidth.current), true);
  }, [option, width]);

  useImperativeHandle(picture, () => ({
    png: () => {
      const url = chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: PALETTES[mode].surface });
      return url ? blobOf(url) : undefined;
    },
    svg: () => {
      const size = { width: place.current?.clientWidth ?? 800, height: place.current?.clientHeight ?? 400 };
      const drawn = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size });
      drawn.setOption({ ...option(size.width), animation: false, backgroundColor: PALETTES[mode].surface });
      const text = drawn.renderToSVGString();
      drawn.dispose();
      return new Blob([text], { type: 'image/svg+xml' });
    },
  }));

  return <div ref={place} className={style.place} role="img" aria-label={t('ask.chartOf', { title })} />;
}

function blobOf(dataUrl: string): Blob {
  const bytes = atob(dataUrl.slice(dataUrl.indexOf(',') + 1));
  return new Blob([Uint8Array.from(bytes, (character) => character.charCodeAt(0))], { type: 'image/png' });
}
