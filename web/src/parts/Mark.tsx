// A word that marks a thing: what it is, or that it is the one that counts.
import type { ReactNode } from 'react';
import style from './Mark.module.css';

export function Mark({ children, isStrong = false }: { children: ReactNode; isStrong?: boolean }) {
  return <span className={isStrong ? `${style.mark} ${style.strong}` : style.mark}>{children}</span>;
}
