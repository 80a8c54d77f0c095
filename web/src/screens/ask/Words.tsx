// The written answer. Models write Markdown; nothing in it is trusted: no HTML, no pictures from elsewhere.
import { memo } from 'react';
import Markdown from 'react-markdown';
import { useTranslation } from 'react-i18next';
import remarkGfm from 'remark-gfm';
import style from './Words.module.css';

const plugins = [remarkGfm];

export const Words = memo(function Words({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={isGrowing ? `${style.words} ${style.growing}` : style.words}>
      <Markdown
        remarkPlugins={plugins}
        disallowedElements={['img']}
        components={{
          table: ({ children }) => (
            <div className={style.table} tabIndex={0} role="group" aria-label={t('ask.tableInWords')}>
              <table>{children}</table>
            </div>
          ),
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noreferrer noopener">
              {children}
            </a>
          ),
        }}
      >
        {text}
      </Markdown>
    </div>
  );
});
