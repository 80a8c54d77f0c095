// Before the first question: what can be asked here, as questions that fit this database.
import { ArrowRightOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client';
import { useSchema, useTerms } from '../../app/queries';
import { currentLanguage } from '../../i18n';
import style from './Hello.module.css';
import { suggestions } from './suggestions';

interface HelloProps {
  connection: Schemas['Connection'] | undefined;
  isEmpty: boolean;
  isChat: boolean;
  sent: string | undefined;
  /** The tables that were wanted; all of the connection without. */
  tables: string[] | undefined;
  onAsk: (query: string) => void;
  children: ReactNode;
}

export function Hello({ connection, isEmpty, isChat, sent, tables, onAsk, children }: HelloProps) {
  const { t, i18n } = useTranslation();
  const terms = useTerms(connection?.id);
  const schema = useSchema(connection?.id);
  const questions = useMemo(() => {
    const wanted = schema.data?.filter(({ name }) => tables?.includes(name) ?? true);
    return suggestions(terms.data ?? [], wanted ?? [], currentLanguage(), i18n.t);
  }, [terms.data, schema.data, tables, i18n.t, i18n.language]);
  return (
    <div className={style.hello}>
      <h1 className={style.title}>{t('ask.hello')}</h1>
      {isChat ? (
        <p className={style.hint}>{t('ask.chatHint')}</p>
      ) : isEmpty ? (
        <p className={style.hint}>
          {t('ask.noConnection')}{' '}
          <Link to="/data">
            <Button type="primary">{t('ask.addConnection')}</Button>
          </Link>
        </p>
      ) : (
        <p className={style.hint}>{connection ? t('ask.helloHint', { name: connection.name }) : ' '}</p>
      )}
      {children}
      <ul className={style.suggestions} aria-label={t('ask.suggestTitle')}>
        {(isChat ? [] : questions).map((question) => (
          <li key={question}>
            <button
              type="button"
              className={style.suggestion}
              disabled={sent !== undefined}
              onClick={() => onAsk(question)}
            >
              <span>{question}</span>
              <ArrowRightOutlined aria-hidden />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
