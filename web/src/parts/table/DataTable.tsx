// The rows as a table: sorted by a click on a column's name, columns as wide as they are drawn, page by page, cells that can be copied.
import { CopyOutlined } from '@ant-design/icons';
import { Button, Pagination } from 'antd';
import { useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import type { Column, Row } from '../../answers/model';
import { useCopy } from '../copy';
import { usePageItems } from '../pages';
import { ColumnHead, type Sort } from './ColumnHead';
import style from './DataTable.module.css';
import { asTabbed, compare, formatValue, isNumeric } from './values';

const PAGE_SIZES = [10, 25, 50, 100];

interface TableProps {
  columns: Column[];
  rows: Row[];
  /** What is said of the rows below them. */
  summary: ReactNode;
}

export function DataTable({ columns, rows, summary }: TableProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const copy = useCopy();
  const pageItems = usePageItems();
  const [sort, setSort] = useState<Sort>();
  const [page, setPage] = useState(1);
  const [pageSize, setPageSize] = useState(10);
  const [widths, setWidths] = useState<Record<number, number>>({});

  const numeric = useMemo(() => columns.map((column) => isNumeric(column, rows)), [columns, rows]);
  const sorted = useMemo(() => {
    const column = sort && columns[sort.column];
    if (!column) return rows;
    const direction = sort.isDescending ? -1 : 1;
    return rows.toSorted((one, other) => compare(one[column.name], other[column.name], column, locale, direction));
  }, [rows, columns, sort, locale]);
  const shown = sorted.slice((page - 1) * pageSize, page * pageSize);

  const onKey = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const cell = (event.target as HTMLElement).closest('td');
    if (!cell) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c' && !window.getSelection()?.toString()) {
      event.preventDefault();
      copy(cell.dataset.value ?? '');
      return;
    }
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const row = cell.parentElement as HTMLTableRowElement | null;
    if (!step || !row) return;
    const body = row.parentElement as HTMLTableSectionElement;
    const next = body.rows[row.sectionRowIndex + step[0]!]?.cells[cell.cellIndex + step[1]!];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  };

  return (
    <div className={style.panel}>
      <div className={style.scroll}>
        <table className={style.table}>
          <colgroup>
            {columns.map((_, index) => (
              <col key={index} style={{ width: widths[index] }} />
            ))}
          </colgroup>
          <thead>
            <tr>
              {columns.map((column, index) => (
                <ColumnHead
                  key={index}
                  name={column.name}
                  isNumeric={numeric[index] ?? false}
                  sort={sort?.column === index ? sort : undefined}
                  onSort={(isDescending) => {
                    setSort(isDescending === undefined ? undefined : { column: index, isDescending });
                    setPage(1);
                  }}
                  width={widths[index]}
                  onWidth={(width) => setWidths((now) => ({ ...now, [index]: width }))}
                />
              ))}
            </tr>
          </thead>
          <tbody onKeyDown={onKey}>
            {shown.map((row, rowIndex) => (
              <tr key={rowIndex}>
                {columns.map((column, index) => {
                  const value = row[column.name];
                  const plain =
                    value === null || value === undefined
                      ? ''
                      : typeof value === 'object'
                        ? JSON.stringify(value)
                        : String(value);
                  return (
                    <td
                      key={index}
                      tabIndex={rowIndex === 0 && index === 0 ? 0 : -1}
                      className={numeric[index] ? style.number : undefined}
                      data-value={plain}
                      title={plain}
                      onDoubleClick={() => copy(plain)}
                    >
                      {value === null || value === undefined ? (
                        <span className={style.null}>NULL</span>
                      ) : (
                        formatValue(value, column, locale)
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={style.foot}>
        <span className={style.summary}>{summary}</span>
        <Button size="small" type="text" icon={<CopyOutlined />} onClick={() => copy(asTabbed(columns, sorted))}>
          {t('ask.copyTable')}
        </Button>
        {rows.length > PAGE_SIZES[0]! && (
          <Pagination
            size="small"
            className={style.pages!}
            current={page}
            pageSize={pageSize}
            total={rows.length}
            pageSizeOptions={PAGE_SIZES}
            showSizeChanger
            responsive
            itemRender={pageItems}
            onChange={(next, size) => {
              setPage(size === pageSize ? next : 1);
              setPageSize(size);
            }}
          />
        )}
      </div>
    </div>
  );
}
