// A chart in its place. What draws it is loaded with the first one.
import { lazy, Suspense } from 'react';
import type { CanvasProps } from './ChartCanvas';
import style from './ChartCanvas.module.css';

const ChartCanvas = lazy(async () => ({ default: (await import('./ChartCanvas')).ChartCanvas }));

export function DrawnChart(props: CanvasProps) {
  return (
    <Suspense fallback={<div className={style.place} />}>
      <ChartCanvas {...props} />
    </Suspense>
  );
}
