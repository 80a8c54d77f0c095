// The session of this browser. The server lists no others; a new password ends them all.
import { LogoutOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { currentSession } from '../../api/session';
import { signOut } from '../../app/AccountMenu';
import { Part } from '../../parts/Screen';
import style from './account.module.css';

export function SessionPart() {
  const { t, i18n } = useTranslation();
  const session = currentSession();
  const time = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Part
      title={t('account.session')}
      hint={t('account.sessionHint')}
      actions={
        <Button icon={<LogoutOutlined />} onClick={() => void signOut()}>
          {t('account.endSession')}
        </Button>
      }
    >
      {session && (
        <p className={style.none}>
          {t('account.sessionTimes', { since: time.format(session.since), until: time.format(session.until) })}
        </p>
      )}
    </Part>
  );
}
