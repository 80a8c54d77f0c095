// A few words in the middle of an otherwise empty place, with what to do next.
import type { ReactNode } from 'react';
import style from './Notice.module.css';

export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={style.notice}>
      <p className={style.title}>{title}</p>
      {children}
    </div>
  );
}
