// Who somebody is here: name and picture, credits, password, session.
import { Skeleton } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { aideer, plain, reasonOf } from '../../api/client';
import { Notice } from '../../parts/Notice';
import { Screen } from '../../parts/Screen';
import { CreditsPart } from './CreditsPart';
import { PasswordPart } from './PasswordPart';
import { ProfilePart } from './ProfilePart';
import { USER } from './queries';
import { SessionPart } from './SessionPart';

export function AccountScreen() {
  const { t } = useTranslation();
  const user = useQuery({ queryKey: USER, queryFn: () => plain(aideer.GET('/api/v1/users/me')) });
  return (
    <Screen title={t('common.menu.account')}>
      {user.isLoading && <Skeleton active />}
      {user.isError && <Notice title={reasonOf(user.error)} />}
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
