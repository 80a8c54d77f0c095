// Where somebody is signed in: this browser and the others, each of which can be ended.
import { LogoutOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { plain, wenshu, type WenshuSchemas } from '../../api/client';
import { signOut } from '../../app/AccountMenu';
import { queryClient } from '../../app/queries';
import { useTime } from '../../i18n/locale';
import card from '../../parts/cards.module.css';
import { useConfirm } from '../../parts/confirm';
import { Failed } from '../../parts/Failed';
import { useSubmit } from '../../parts/forms';
import { Mark } from '../../parts/Mark';
import { Part } from '../../parts/Screen';
import { agentOf } from './agent';
import { SESSIONS } from './queries';

type Session = WenshuSchemas['Session'];

export function SessionPart() {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { isBusy, submit } = useSubmit();
  const sessions = useQuery({
    queryKey: SESSIONS,
    queryFn: async () => (await plain(wenshu.GET('/wenshu/v1/sessions'))).sessions,
  });
  // One that ended elsewhere meanwhile can't be ended, and leaves the list too.
  const end = (work: () => Promise<unknown>) =>
    submit(
      () => work().finally(() => queryClient.invalidateQueries({ queryKey: SESSIONS })),
      t('account.sessionEnded'),
    );
  const endOne = ({ id }: Session) =>
    void end(() => plain(wenshu.DELETE('/wenshu/v1/sessions/{id}', { params: { path: { id } } })));
  const endOthers = () =>
    confirm({
      title: t('account.endOthersTitle'),
      content: t('account.endOthersHint'),
      yes: t('account.endOthers'),
      work: () => end(() => plain(wenshu.DELETE('/wenshu/v1/sessions'))),
    });
  const others = sessions.data?.filter(({ is_current }) => !is_current) ?? [];
  return (
    <Part
      title={t('account.sessions')}
      hint={t('account.sessionsHint')}
      actions={
        others.length > 0 && (
          <Button danger loading={isBusy} onClick={endOthers}>
            {t('account.endOthers')}
          </Button>
        )
      }
    >
      {sessions.isLoading && <Skeleton active />}
      <Failed query={sessions} />
      <ul className={card.cards} aria-label={t('account.sessions')}>
        {sessions.data?.map((session) => (
          <SessionCard key={session.id} session={session} isBusy={isBusy} onEnd={() => endOne(session)} />
        ))}
      </ul>
    </Part>
  );
}

function SessionCard({ session, isBusy, onEnd }: { session: Session; isBusy: boolean; onEnd: () => void }) {
  const { t } = useTranslation();
  const time = useTime();
  const { user_agent, is_current, created_at, last_used_at, expires_at } = session;
  const agent = agentOf(user_agent) ?? t('account.unknownAgent');
  const signedIn = t('account.signedIn', { at: time(created_at) });
  return (
    <li className={card.card}>
      <div className={card.head}>
        <span className={card.name} title={user_agent ?? undefined}>
          {agent}
        </span>
        {is_current && <Mark isStrong>{t('account.thisBrowser')}</Mark>}
      </div>
      <p className={card.quiet}>{signedIn}</p>
      <p className={card.quiet}>{t('account.renewed', { at: time(last_used_at) })}</p>
      <p className={card.quiet}>{t('account.endsAt', { at: time(expires_at) })}</p>
      <div className={card.tools}>
        {is_current ? (
          <Button size="small" icon={<LogoutOutlined />} onClick={() => void signOut()}>
            {t('account.endSession')}
          </Button>
        ) : (
          <Button
            size="small"
            disabled={isBusy}
            // Two of the same browser are told apart by when they began.
            aria-label={`${t('account.endOne')}: ${agent} · ${signedIn}`}
            onClick={onEnd}
          >
            {t('account.endOne')}
          </Button>
        )}
      </div>
    </li>
  );
}
