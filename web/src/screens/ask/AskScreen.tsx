// Asking: a new question, or a conversation with its answers and the one that is being given.
import { App, Button, Skeleton } from 'antd';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import { reasonOf } from '../../api/client';
import { chat, isChat } from '../../answers/chat';
import { ask, letGo, onRunEnded, runSql, useLiveRun } from '../../answers/live';
import { useLook } from '../../answers/look';
import { NOTHING_YET, roundsOf, withLive } from '../../answers/model';
import { KEYS, queryClient, useConnections, useConversation, useModels } from '../../app/queries';
import { currentLanguage } from '../../i18n';
import { Failed } from '../../parts/Failed';
import { Notice } from '../../parts/Notice';
import { useTitle } from '../../parts/title';
import style from './AskScreen.module.css';
import { modelOf } from './choices';
import { Composer, type Mode } from './Composer';
import { Hello } from './Hello';
import { RoundView } from './RoundView';
import { useLastInSight } from './reading';

// However a run ends, what the lists and its conversation show has changed.
onRunEnded((conversation) => {
  void queryClient.invalidateQueries({ queryKey: KEYS.conversation(conversation) }).then(() => letGo(conversation));
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
  useTitle(id ? detail.data?.title : t('ask.newQuestion'));
  const messages = detail.data?.messages;
  const stored = useMemo(() => roundsOf(messages ?? []), [messages]);
  const isRunning = live?.answer.status === 'running';
  const rounds = useMemo(() => {
    const known = withLive(stored, live);
    // What was just said is seen before the server has taken it.
    const isThere = sent === undefined || isRunning || (known.at(-1)?.question === sent && !known.at(-1)?.answer);
    return isThere ? known : [...known, { question: sent, answer: NOTHING_YET }];
  }, [stored, live, sent, isRunning]);
  const isKnown = !id || detail.data !== undefined;
  const mode: Mode = id ? (detail.data && isChat(detail.data) ? 'chat' : 'data') : wantedMode;
  const isLooking = useLook(id, messages?.at(-1), { isFresh: !detail.isFetching, isRunning });

  const lastRound = useLastInSight(rounds.length);
  // One that was wanted may be gone by now.
  const picked = connections.data?.some((one) => one.id === connection) ? connection : undefined;
  const chosen = picked ?? detail.data?.connection_id ?? connections.data?.find((one) => one.is_default)?.id;

  const usedModel = model ?? modelOf(detail.data?.model, models.data ?? []);

  const send = async (query: string): Promise<boolean> => {
    // Before it is known what a conversation is, nothing can be said in it.
    if (isRunning || sent || !isKnown) return false;
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
              ...(usedModel ? { model: usedModel } : {}),
            });
      if (!id) void navigate(`/ask/${conversation}`);
      else if (mode === 'chat') void queryClient.invalidateQueries({ queryKey: KEYS.conversation(conversation) });
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
  // Rounds that don't change aren't drawn again because what can be done with them is made anew.
  const latest = useRef({ send, run });
  latest.current = { send, run };
  const onAsk = useCallback((query: string) => void latest.current.send(query), []);
  const onRunSql = useCallback((sql: string) => latest.current.run(sql), []);

  const composer = (
    <Composer
      isNew={!id}
      isRunning={isRunning || sent !== undefined}
      conversation={id}
      connections={connections.data ?? []}
      connection={chosen}
      onConnection={setConnection}
      models={models.data ?? []}
      model={usedModel}
      onModel={setModel}
      onSend={send}
      mode={isKnown ? mode : undefined}
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
          onAsk={onAsk}
          sent={sent}
          tables={chosen === wanted?.connection ? wanted?.tables : undefined}
        >
          {mode === 'data' && <Failed query={connections} />}
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
            isConnected={index < rounds.length - 1 || (live?.isConnected ?? true)}
            isLooking={isLooking && index === rounds.length - 1}
            onAsk={onAsk}
            onRunSql={onRunSql}
          />
        ))}
      </div>
      <div className={style.foot}>{composer}</div>
    </div>
  );
}
