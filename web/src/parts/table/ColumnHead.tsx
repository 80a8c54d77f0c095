// The head of a column: its name sorts, its edge makes it wider, with the mouse, a finger or the arrow keys.
import { CaretDownOutlined, CaretUpOutlined } from '@ant-design/icons';
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import style from './DataTable.module.css';

export interface Sort {
  column: number;
  isDescending: boolean;
}

interface HeadProps {
  name: string;
  isNumeric: boolean;
  sort: Sort | undefined;
  /** `undefined`: not sorted by this column any more. */
  onSort: (isDescending: boolean | undefined) => void;
  width: number | undefined;
  onWidth: (width: number) => void;
}

const NARROWEST = 48;
const STEP = 16;

export function ColumnHead({ name, isNumeric, sort, onSort, width, onWidth }: HeadProps) {
  const { t } = useTranslation();
  const head = useRef<HTMLTableCellElement>(null);
  // Figures are looked at from the largest, names from the first.
  const order = isNumeric ? [true, false] : [false, true];
  const next = !sort ? order[0] : sort.isDescending === order[0] ? order[1] : undefined;

  const onDown = (event: PointerEvent<HTMLSpanElement>) => {
    event.preventDefault();
    const edge = event.currentTarget;
    const from = event.clientX;
    const before = head.current?.offsetWidth ?? NARROWEST;
    edge.setPointerCapture(event.pointerId);
    const onMove = (move: globalThis.PointerEvent) => onWidth(Math.max(NARROWEST, before + move.clientX - from));
    const onUp = () => {
      edge.removeEventListener('pointermove', onMove);
      edge.removeEventListener('pointerup', onUp);
      edge.removeEventListener('pointercancel', onUp);
    };
    edge.addEventListener('pointermove', onMove);
    edge.addEventListener('pointerup', onUp);
    edge.addEventListener('pointercancel', onUp);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -STEP : event.key === 'ArrowRight' ? STEP : 0;
    if (step === 0) return;
    event.preventDefault();
    onWidth(Math.max(NARROWEST, (head.current?.offsetWidth ?? NARROWEST) + step));
  };

  return (
    <th
      ref={head}
      scope="col"
      aria-sort={sort ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
      className={isNumeric ? style.number : undefined}
      style={width ? { minWidth: width, maxWidth: width } : undefined}
    >
      <button type="button" className={style.sort} title={t('ask.sortBy', { name })} onClick={() => onSort(next)}>
        <span>{name}</span>
        {sort && (sort.isDescending ? <CaretDownOutlined aria-hidden /> : <CaretUpOutlined aria-hidden />)}
      </button>
      <span
        role="separator"
        aria-orientation="vertical"
        aria-label={t('ask.resize', { name })}
        aria-valuenow={Math.round(width ?? 0)}
        tabIndex={0}
        className={style.edge}
        onPointerDown={onDown}
        onKeyDown={onKey}
      />
    </th>
  );
}
