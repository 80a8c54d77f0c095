// Who somebody is here: name and picture, credits, password, session.
import { Skeleton } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { aideer, plain } from '../../api/client';
import { Failed } from '../../parts/Failed';
import { later } from '../../parts/later';
import { Screen } from '../../parts/Screen';
import { PasswordPart } from './PasswordPart';
import { ProfilePart } from './ProfilePart';
import { USER } from './queries';
import { SessionPart } from './SessionPart';

const CreditsPart = later(async () => (await import('./CreditsPart')).CreditsPart);

export function AccountScreen() {
  const { t } = useTranslation();
  const user = useQuery({ queryKey: USER, queryFn: () => plain(aideer.GET('/api/v1/users/me')) });
  return (
    <Screen title={t('common.menu.account')}>
      {user.isLoading && <Skeleton active />}
      <Failed query={user} />
      {user.data && (
        <>
          <ProfilePart user={user.data} />
          <CreditsPart />
          <PasswordPart />
          <SessionPart />
        </>
      )}
    </Screen>
  );
}
