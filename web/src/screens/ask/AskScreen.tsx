// Asking: a new question, or a conversation with its answers and the one that is being given.
import { App, Button, Skeleton } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import { reasonOf } from '../../api/client';
import { chat, isChat } from '../../answers/chat';
import { ask, onRunEnded, runSql, takeUp, useLiveRun } from '../../answers/live';
import { roundsOf } from '../../answers/model';
import { KEYS, queryClient, useConnections, useConversation, useModels } from '../../app/queries';
import { currentLanguage } from '../../i18n';
import { Notice } from '../../parts/Notice';
import style from './AskScreen.module.css';
import { Composer, type Mode } from './Composer';
import { Hello } from './Hello';
import { RoundView } from './RoundView';
import { useLastInSight } from './reading';

// However a run ends, what the lists and its conversation show has changed.
onRunEnded((conversation) => {
  void queryClient.invalidateQueries({ queryKey: KEYS.conversation(conversation) });
  void queryClient.invalidateQueries({ queryKey: KEYS.conversations });
});

/** What another screen wants to be asked. */
interface Wanted {
  connection?: string;
  tables?: string[];
}

export function AskScreen() {
  const { id } = useParams();
  // Another conversation is another screen: nothing of one may stay in the other.
  return <Asking key={id ?? 'new'} id={id} />;
}

function Asking({ id }: { id: string | undefined }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const connections = useConnections();
  const models = useModels();
  const live = useLiveRun(id);
  const wanted = useLocation().state as Wanted | null;
  const [connection, setConnection] = useState(wanted?.connection);
  const [model, setModel] = useState<string>();
  const [sent, setSent] = useState<string>();
  const [wantedMode, setMode] = useState<Mode>('data');
  const [preset, setPreset] = useState<string>();

  const detail = useConversation(id);
  const messages = detail.data?.messages;
  const rounds = useMemo(() => roundsOf(messages ?? [], live), [messages, live]);
  const isRunning = live?.answer.status === 'running';
  const mode: Mode = id ? (detail.data && isChat(detail.data) ? 'chat' : 'data') : wantedMode;

  const last = messages?.at(-1);
  const isFresh = !detail.isFetching;
  useEffect(() => {
    // A question without an answer: it may be on its way, begun before this page was loaded or on another device.
    if (id && last?.role === 'user' && isFresh) takeUp(id, last.id, last.content);
  }, [id, last, isFresh]);

  const lastRound = useLastInSight(rounds.length);
  // One that was wanted may be gone by now.
  const picked = connections.data?.some((one) => one.id === connection) ? connection : undefined;
  const chosen = picked ?? detail.data?.connection_id ?? connections.data?.find((one) => one.is_default)?.id;

  const send = async (query: string): Promise<boolean> => {
    if (isRunning || sent) return false;
    setSent(query);
    try {
      const conversation =
        mode === 'chat'
          ? await chat({ query, ...(id ? { conversation: id } : {}), ...(preset ? { preset } : {}) })
          : await ask({
              query,
              language: currentLanguage(),
              ...(id ? { conversation_id: id } : {}),
              ...(chosen && (picked || !id) ? { connection_id: chosen } : {}),
              ...(model ? { model } : {}),
            });
      if (!id) void navigate(`/ask/${conversation}`);
      void queryClient.invalidateQueries({ queryKey: KEYS.conversations });
      return true;
    } catch (error) {
      void message.error(reasonOf(error));
      return false;
    } finally {
      setSent(undefined);
    }
  };
  const run = async (sql: string) => {
    if (!id) return;
    try {
      await runSql(id, sql, currentLanguage());
    } catch (error) {
      void message.error(reasonOf(error), 8);
      throw error;
    }
  };

  const composer = (
    <Composer
      isNew={!id}
      isRunning={isRunning || sent !== undefined}
      conversation={id}
      connections={connections.data ?? []}
      connection={chosen}
      onConnection={setConnection}
      models={models.data ?? []}
      model={model}
      onModel={setModel}
      onSend={send}
      mode={mode}
      onMode={id ? undefined : setMode}
      preset={preset}
      onPreset={setPreset}
    />
  );

  if (!id) {
    return (
      <div className={style.start}>
        <Hello
          connection={connections.data?.find((one) => one.id === chosen)}
          isEmpty={connections.data?.length === 0}
          isChat={mode === 'chat'}
          onAsk={(query) => void send(query)}
          sent={sent}
          tables={chosen === wanted?.connection ? wanted?.tables : undefined}
        >
          {composer}
        </Hello>
      </div>
    );
  }
  if (detail.isError) {
    return (
      <Notice title={reasonOf(detail.error)}>
        <Button onClick={() => void navigate('/')}>{t('ask.newQuestion')}</Button>
      </Notice>
    );
  }
  return (
    <div className={style.screen}>
      <h1 className="visually-hidden">{detail.data?.title ?? t('ask.conversations')}</h1>
      <div className={style.rounds} aria-busy={isRunning}>
        {detail.isLoading && rounds.length === 0 && <Skeleton active paragraph={{ rows: 6 }} />}
        {rounds.map((round, index) => (
          <RoundView
            key={index}
            ref={index === rounds.length - 1 ? lastRound : null}
            round={round}
            isLast={index === rounds.length - 1}
            isConnected={live?.isConnected ?? true}
            onAsk={(query) => void send(query)}
            onRunSql={run}
          />
        ))}
      </div>
      <div className={style.foot}>{composer}</div>
    </div>
  );
}
