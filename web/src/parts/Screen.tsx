// The outline of a screen that isn't the conversation: what it is called, what it is for, and its content.
import type { ReactNode } from 'react';
import style from './Screen.module.css';
import { useTitle } from './title';

interface ScreenProps {
  title: string;
  hint?: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Screen({ title, hint, actions, children }: ScreenProps) {
  useTitle(title);
  return (
    <div className={style.screen}>
      <header className={style.head}>
        <div>
          <h1 className={style.title}>{title}</h1>
          {hint && <p className={style.hint}>{hint}</p>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}

/** A part of a screen with a heading of its own. */
export function Part({ title, hint, actions, children }: ScreenProps) {
  return (
    <section className={style.part}>
      <header className={style.partHead}>
        <div>
          <h2 className={style.partTitle}>{title}</h2>
          {hint && <p className={style.hint}>{hint}</p>}
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}
