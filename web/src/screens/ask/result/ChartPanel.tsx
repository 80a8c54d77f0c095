// A chart of the rows, whose kind and axes can be changed, and which can be taken along as a picture.
import {
  AreaChartOutlined,
  BarChartOutlined,
  DotChartOutlined,
  DownloadOutlined,
  LineChartOutlined,
  PieChartOutlined,
} from '@ant-design/icons';
import { Button, Dropdown, Segmented, Select } from 'antd';
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Chart, Result } from '../../../answers/model';
import type { Picture } from '../../../parts/chart/ChartCanvas';
import { DrawnChart } from '../../../parts/chart/DrawnChart';
import { axesOf, CHART_TYPES, draw, isEmpty, type Axes, type ChartType } from '../../../parts/chart/drawing';
import { fileName, saveFile } from '../../../parts/files';
import style from './ChartPanel.module.css';
import { isNumeric } from '../../../parts/table/values';

const ICONS: Record<ChartType, ReactNode> = {
  bar: <BarChartOutlined />,
  line: <LineChartOutlined />,
  area: <AreaChartOutlined />,
  pie: <PieChartOutlined />,
  scatter: <DotChartOutlined />,
};

export function ChartPanel({ result, chart, title }: { result: Result; chart: Chart | undefined; title: string }) {
  const { t } = useTranslation();
  const [chosen, setAxes] = useState<Axes>();
  // The server's chart comes after the rows; whatever somebody chose by then stays.
  const usual = useMemo(() => axesOf(chart, result), [chart, result]);
  const axes = chosen ?? usual;
  const picture = useRef<Picture>(null);
  const drawing = useMemo(() => draw(axes, result.rows), [axes, result.rows]);
  const { columns, rows } = result;
  const numbers = columns.filter((column) => isNumeric(column, rows));
  const named = (list: typeof columns) => list.map(({ name }) => ({ value: name, label: name }));
  const splits = columns.filter(({ name }) => name !== axes.x && !axes.y.includes(name));

  const { left } = drawing;
  const said = [
    result.truncated && t('ask.chartTruncated', { count: rows.length }),
    left.labels > 0 && t('ask.labelsLeft', { count: left.labels }),
    left.series > 0 && t('ask.seriesLeft', { count: left.series }),
    left.isSummed && t('ask.summed'),
  ].filter((one) => one !== false);

  const download = (kind: string) => {
    const content = kind === 'svg' ? picture.current?.svg() : picture.current?.png();
    if (content) saveFile(content, fileName(title, kind));
  };

  return (
    <figure className={style.panel} aria-label={t('ask.chartOf', { title })}>
      <div className={style.tools}>
        <Segmented<ChartType>
          size="small"
          aria-label={t('ask.chartType')}
          value={axes.type}
          onChange={(type) => setAxes({ ...axes, type })}
          options={CHART_TYPES.map((type) => ({
            value: type,
            icon: ICONS[type],
            title: t(`ask.${type}`),
            label: <span className="visually-hidden">{t(`ask.${type}`)}</span>,
          }))}
        />
        <label className={style.choice}>
          <span>{t('ask.xAxis')}</span>
          <Select
            size="small"
            variant="filled"
            popupMatchSelectWidth={false}
            aria-label={t('ask.xAxis')}
            value={axes.x}
            options={named(columns)}
            onChange={(x: string) => setAxes({ ...axes, x })}
          />
        </label>
        <label className={style.choice}>
          <span>{t('ask.yAxis')}</span>
          <Select
            size="small"
            variant="filled"
            mode="multiple"
            maxTagCount={2}
            maxTagTextLength={10}
            className={style.values!}
            popupMatchSelectWidth={false}
            aria-label={t('ask.yAxis')}
            value={axes.y}
            options={named(numbers)}
            onChange={(y: string[]) => setAxes({ ...axes, y })}
          />
        </label>
        {splits.length > 0 && axes.y.length === 1 && axes.type !== 'pie' && axes.type !== 'scatter' && (
          <label className={style.choice}>
            <span>{t('ask.series')}</span>
            <Select
              size="small"
              variant="filled"
              popupMatchSelectWidth={false}
              aria-label={t('ask.series')}
              value={axes.series ?? ''}
              options={[{ value: '', label: t('ask.noSeries') }, ...named(splits)]}
              onChange={(name: string) => {
                const { series: _, ...rest } = axes;
                setAxes(name ? { ...rest, series: name } : rest);
              }}
            />
          </label>
        )}
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'png', label: t('ask.downloadPng') },
              { key: 'svg', label: t('ask.downloadSvg') },
            ],
            onClick: ({ key }) => download(key),
          }}
        >
          <Button
            size="small"
            type="text"
            className={style.download!}
            icon={<DownloadOutlined />}
            aria-label={t('ask.download')}
          />
        </Dropdown>
      </div>
      {isEmpty(drawing) ? (
        <p className={style.empty}>{t('ask.noChart')}</p>
      ) : (
        <DrawnChart axes={axes} drawing={drawing} title={title} picture={picture} />
      )}
      {said.length > 0 && <figcaption className={style.left}>{said.join(' ')}</figcaption>}
    </figure>
  );
}
