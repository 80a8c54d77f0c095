// A list of things that everybody may use, each of which can be tried, and changed and removed where an admin has added it.
import { DeleteOutlined, EditOutlined, PlusOutlined, ThunderboltOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import card from '../../parts/cards.module.css';
import { Failed } from '../../parts/Failed';
import { Mark } from '../../parts/Mark';
import { Part } from '../../parts/Screen';

export interface Outcome {
  isGood: boolean;
  message: string;
}

interface Thing {
  id: string;
  name: string;
  source: string;
}

interface ListProps<T extends Thing> {
  title: string;
  hint: string;
  add: string;
  query: { data: T[] | undefined; isLoading: boolean; isError: boolean; error: unknown; refetch: () => unknown };
  /** What is said of one, line by line. */
  about: (thing: T) => ReactNode[];
  /** Where those come from that can't be changed here. */
  sourceOf: (thing: T) => string;
  outcomes: Record<string, 'running' | Outcome>;
  onTest: (id: string) => void;
  /** `undefined`: a new one is wanted. */
  onForm: (thing: T | undefined) => void;
  onRemove: (thing: T) => void;
  children: ReactNode;
}

export function SharedList<T extends Thing>(props: ListProps<T>) {
  const { title, hint, add, query, about, sourceOf, outcomes, onTest, onForm, onRemove, children } = props;
  const { t } = useTranslation();
  const named = (word: string, { name }: T) => `${word}: ${name}`;
  return (
    <Part
      title={title}
      hint={hint}
      actions={
        <Button icon={<PlusOutlined />} onClick={() => onForm(undefined)}>
          {add}
        </Button>
      }
    >
      {query.isLoading && <Skeleton active />}
      <Failed query={query} />
      {query.data?.length === 0 && <p className={card.quiet}>{t('common.none')}</p>}
      <ul className={card.cards} aria-label={title}>
        {query.data?.map((thing) => {
          const outcome = outcomes[thing.id];
          const isStored = thing.source === 'stored';
          return (
            <li key={thing.id} className={card.card}>
              <div className={card.head}>
                <strong>{thing.name}</strong>
                {!isStored && <Mark>{sourceOf(thing)}</Mark>}
              </div>
              {about(thing).map((line, place) => (
                <p key={place} className={card.quiet}>
                  {line}
                </p>
              ))}
              {outcome && outcome !== 'running' && (
                <p role="status" className={outcome.isGood ? card.good : card.bad}>
                  {outcome.message}
                </p>
              )}
              <div className={card.tools}>
                <Button
                  size="small"
                  icon={<ThunderboltOutlined />}
                  loading={outcome === 'running'}
                  aria-label={named(t('data.test'), thing)}
                  onClick={() => onTest(thing.id)}
                >
                  {t('data.test')}
                </Button>
                {isStored && (
                  <>
                    <Button
                      size="small"
                      icon={<EditOutlined />}
                      aria-label={named(t('common.edit'), thing)}
                      onClick={() => onForm(thing)}
                    >
                      {t('common.edit')}
                    </Button>
                    <Button
                      size="small"
                      danger
                      icon={<DeleteOutlined />}
                      aria-label={named(t('common.delete'), thing)}
                      onClick={() => onRemove(thing)}
                    >
                      {t('common.delete')}
                    </Button>
                  </>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {children}
    </Part>
  );
}
