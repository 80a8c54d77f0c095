// The frame of every screen: the bar at the side, which is a drawer on narrow screens, and the screen's own place.
import { MenuOutlined } from '@ant-design/icons';
import { Button, Drawer, Grid } from 'antd';
import { Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation } from 'react-router';
import { Boundary } from './Broken';
import { Logo } from './Logo';
import { useAccountPreferences } from './preferences';
import { SideBar } from './SideBar';
import style from './Shell.module.css';

export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [isOpen, setOpen] = useState(false);
  const isWide = Grid.useBreakpoint().lg ?? window.innerWidth >= 992;
  useEffect(() => setOpen(false), [pathname]);
  useAccountPreferences();

  return (
    <div className={style.shell}>
      <a className={style.skip} href="#content">
        {t('common.skip')}
      </a>
      {isWide ? (
        <div className={style.side}>
          <SideBar />
        </div>
      ) : (
        <header className={style.top}>
          <Button type="text" icon={<MenuOutlined />} aria-label={t('common.openMenu')} onClick={() => setOpen(true)} />
          <Link to="/" className={style.brand}>
            <Logo size={24} />
            {t('common.name')}
          </Link>
        </header>
      )}
      {!isWide && (
        <Drawer
          placement="left"
          open={isOpen}
          onClose={() => setOpen(false)}
          size={300}
          closable={false}
          styles={{ body: { padding: 0 } }}
          title={<span className="visually-hidden">{t('common.nav')}</span>}
          classNames={{ header: 'visually-hidden' }}
        >
          <SideBar />
        </Drawer>
      )}
      <main id="content" className={style.content} tabIndex={-1}>
        <Boundary key={pathname.split('/')[1]}>
          <Suspense>
            <Outlet />
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
}
