// The list of conversations: newest first, by day, loaded as it is scrolled; searched, marked, renamed, deleted.
import { StarFilled, StarOutlined } from '@ant-design/icons';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Button, Tooltip } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { data, querygpt } from '../../api/client';
import { KEYS } from '../../app/queries';
import { Failed } from '../../parts/Failed';
import { usePaused } from '../../parts/paused';
import { SearchField } from '../../parts/SearchField';
import { ConversationItem } from './ConversationItem';
import style from './Conversations.module.css';
import { byAge } from './days';

const PAGE = 40;

export function Conversations() {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const [favorites, setFavorites] = useState(false);
  const [isComposing, setComposing] = useState(false);
  const q = usePaused(search.trim(), isComposing);
  const list = useInfiniteQuery({
    queryKey: [...KEYS.conversations, { q, favorites }],
    // What was found before stays until there is something else.
    placeholderData: keepPreviousData,
    initialPageParam: 0,
    queryFn: ({ pageParam: offset }) =>
      data(
        querygpt.GET('/api/v1/conversations', {
          params: { query: { limit: PAGE, offset, ...(q ? { q } : {}), ...(favorites ? { favorites } : {}) } },
        }),
      ),
    getNextPageParam: (last, pages) => (last.has_more ? pages.length * PAGE : undefined),
  });
  const conversations = useMemo(() => list.data?.pages.flatMap((page) => page.conversations) ?? [], [list.data]);
  const groups = useMemo(() => byAge(conversations, new Date()), [conversations]);

  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    const mark = end.current;
    if (!mark || !hasNextPage || isFetchingNextPage) return;
    const watcher = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void fetchNextPage();
    });
    watcher.observe(mark);
    return () => watcher.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const label = favorites ? t('ask.allConversations') : t('ask.favorites');
  return (
    <section className={style.list} aria-label={t('ask.conversations')}>
      <div className={style.search}>
        <SearchField
          label={t('ask.searchConversations')}
          value={search}
          onChange={setSearch}
          onCompositionStart={() => setComposing(true)}
          onCompositionEnd={() => setComposing(false)}
        />
        <Tooltip title={label}>
          <Button
            type="text"
            aria-label={label}
            aria-pressed={favorites}
            icon={favorites ? <StarFilled className={style.star} /> : <StarOutlined />}
            onClick={() => setFavorites(!favorites)}
          />
        </Tooltip>
      </div>
      <div className={style.scroll}>
        {groups.map(({ age, items }) => (
          <div key={age}>
            <h2 className={style.day}>{t(`ask.${age}`)}</h2>
            <ul className={style.items}>
              {items.map((conversation) => (
                <ConversationItem key={conversation.id} conversation={conversation} />
              ))}
            </ul>
          </div>
        ))}
        <Failed query={list} />
        {list.isSuccess && conversations.length === 0 && (
          <p className={style.nothing}>{q || favorites ? t('ask.nothingFound') : t('ask.noConversations')}</p>
        )}
        <div ref={end} className={style.end} />
      </div>
    </section>
  );
}
