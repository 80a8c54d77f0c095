// What surrounds every screen: colours, language of the components, the cache of what the server said, the routes.
import { QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { antTheme, useIsDark, useIsStill } from './appearance';
import { NONCE } from './nonce';
import { queryClient } from './queries';
import { Screens } from './routes';

async function localeOf(language: string): Promise<Locale> {
  const module = language === 'zh' ? await import('antd/es/locale/zh_CN') : await import('antd/es/locale/en_US');
  return module.default;
}

export function App() {
  const { i18n } = useTranslation();
  const [locale, setLocale] = useState<Locale>();
  const isDark = useIsDark();
  const isStill = useIsStill();
  useEffect(() => {
    let isWanted = true;
    void localeOf(i18n.language).then((loaded) => isWanted && setLocale(loaded));
    return () => {
      isWanted = false;
    };
  }, [i18n.language]);

  return (
    <ConfigProvider
      csp={{ nonce: NONCE }}
      theme={antTheme(isDark, isStill)}
      {...(locale ? { locale } : {})}
      button={{ autoInsertSpace: false }}
    >
      <AntApp component={false}>
        <QueryClientProvider client={queryClient}>
          <Screens />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
