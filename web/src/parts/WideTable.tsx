// A table of the component library that keeps its width: on a narrow screen its box is scrolled, also with the keyboard.
import { Table, type TableProps } from 'antd';
import { usePageItems } from './pages';
import style from './WideTable.module.css';

interface WideProps<T> extends TableProps<T> {
  label: string;
  /** The least width in which it can be read, in pixels. */
  least: number;
}

export function WideTable<T extends object>({ label, least, pagination, ...table }: WideProps<T>) {
  const itemRender = usePageItems();
  return (
    <div className={style.box} tabIndex={0} role="group" aria-label={label}>
      <Table<T>
        {...table}
        pagination={pagination ? { ...pagination, itemRender } : false}
        style={{ minWidth: least }}
      />
    </div>
  );
}
