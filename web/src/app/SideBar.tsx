// The bar at the side: where to go, the conversations, and who is signed in.
import { DatabaseOutlined, PlusOutlined, SettingOutlined, TeamOutlined } from '@ant-design/icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { Conversations } from '../screens/ask/Conversations';
import { AccountMenu } from './AccountMenu';
import { Logo } from './Logo';
import { useMe } from './queries';
import style from './SideBar.module.css';

export function SideBar() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <div className={style.bar}>
      <Link to="/" className={style.brand}>
        <Logo />
        <span>{t('common.name')}</span>
      </Link>
      <nav aria-label={t('common.nav')} className={style.places}>
        <Place to="/" icon={<PlusOutlined />} end>
          {t('ask.newQuestion')}
        </Place>
        <Place to="/data" icon={<DatabaseOutlined />}>
          {t('common.menu.data')}
        </Place>
        <Place to="/settings" icon={<SettingOutlined />}>
          {t('common.menu.settings')}
        </Place>
        {me.data?.role === 'admin' && (
          <Place to="/admin" icon={<TeamOutlined />}>
            {t('common.menu.admin')}
          </Place>
        )}
      </nav>
      <Conversations />
      <AccountMenu />
    </div>
  );
}

function Place({ to, icon, end, children }: { to: string; icon: ReactNode; end?: boolean; children: ReactNode }) {
  return (
    <NavLink
      to={to}
      end={end ?? false}
      className={({ isActive }) => (isActive ? `${style.place} ${style.here}` : style.place)!}
    >
      <span aria-hidden>{icon}</span>
      {children}
    </NavLink>
  );
}
