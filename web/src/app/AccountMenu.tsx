// Who is signed in, with what concerns them alone: account, language, appearance, the way out.
import { FileTextOutlined, LogoutOutlined, UserOutlined } from '@ant-design/icons';
import { App as AntApp, Avatar, Dropdown, type MenuProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { querygpt, reasonOf } from '../api/client';
import { forget } from '../api/session';
import { currentLanguage, type Language } from '../i18n';
import { CHOICES, useChoice, type Choice } from './appearance';
import { prefer, type Preferences } from './preferences';
import { useMe } from './queries';
import style from './AccountMenu.module.css';

const NAMES: Record<Language, string> = { zh: '中文', en: 'English' };

export async function signOut() {
  await querygpt.POST('/api/v1/auth/logout').catch(() => undefined);
  forget();
}

export function AccountMenu() {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const appearance = useChoice();
  const language = currentLanguage();
  const set = (change: Partial<Preferences>) =>
    void prefer(change).catch((error: unknown) => message.error(reasonOf(error)));

  const items: MenuProps['items'] = [
    {
      key: 'account',
      icon: <UserOutlined />,
      label: t('common.menu.account'),
      onClick: () => void navigate('/account'),
    },
    {
      key: 'language',
      type: 'group',
      label: t('common.language'),
      children: (['zh', 'en'] as const).map((key) => ({
        key,
        label: NAMES[key],
        onClick: () => set({ language: key }),
      })),
    },
    {
      key: 'theme',
      type: 'group',
      label: t('common.theme'),
      children: CHOICES.map((key: Choice) => ({ key, label: t(`common.${key}`), onClick: () => set({ theme: key }) })),
    },
    { key: 'docs', icon: <FileTextOutlined />, label: <a href="/docs/">{t('common.docs')}</a> },
    { type: 'divider' },
    { key: 'out', icon: <LogoutOutlined />, label: t('common.signOut'), onClick: () => void signOut() },
  ];

  return (
    <div className={style.place}>
      <Dropdown menu={{ items, selectedKeys: [language, appearance] }} trigger={['click']} placement="topLeft">
        <button type="button" className={style.button}>
          <Avatar size={30} src={me?.avatar_url ?? undefined} icon={<UserOutlined />} alt="" />
          <span className={style.name}>{me?.display_name ?? '…'}</span>
        </button>
      </Dropdown>
    </div>
  );
}
