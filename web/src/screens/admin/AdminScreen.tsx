// What admins look after: people, codes, presets for all, what is shared, and what is used.
import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { useMe } from '../../app/queries';
import { later } from '../../parts/later';
import { Notice } from '../../parts/Notice';
import { useTitle } from '../../parts/title';
import { Screen } from '../../parts/Screen';

const UsersPanel = later(async () => (await import('./UsersPanel')).UsersPanel);
const CodesPanel = later(async () => (await import('./CodesPanel')).CodesPanel);
const PresetsPanel = later<{ isAdmin?: boolean }>(async () => (await import('../presets/PresetsPanel')).PresetsPanel);
const SharedPanel = later(async () => (await import('./SharedPanel')).SharedPanel);
const UsagePanel = later(async () => (await import('./UsagePanel')).UsagePanel);

export function AdminScreen() {
  const { t } = useTranslation();
  const { tab = 'users' } = useParams();
  const navigate = useNavigate();
  const { data: me } = useMe();
  useTitle(t('common.menu.admin'));
  if (me && me.role !== 'admin') return <Notice title={t('admin.onlyAdmins')} />;
  return (
    <Screen title={t('common.menu.admin')}>
      <Tabs
        activeKey={tab}
        onChange={(key) => void navigate(`/admin/${key}`, { replace: true })}
        items={[
          { key: 'users', label: t('admin.users'), children: <UsersPanel /> },
          { key: 'codes', label: t('admin.codes'), children: <CodesPanel /> },
          { key: 'presets', label: t('admin.presets'), children: <PresetsPanel isAdmin /> },
          { key: 'shared', label: t('admin.shared'), children: <SharedPanel /> },
          { key: 'usage', label: t('admin.usage'), children: <UsagePanel /> },
        ]}
      />
    </Screen>
  );
}
