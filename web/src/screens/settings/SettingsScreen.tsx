// What somebody can set up for themselves: models, preferences, prompts; and where the API is described.
import { Tabs } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { Screen } from '../../parts/Screen';
import { PresetsPanel } from '../presets/PresetsPanel';
import { ModelsPanel } from './ModelsPanel';
import { PreferencesPanel } from './PreferencesPanel';

const PromptsPanel = lazy(async () => ({ default: (await import('./PromptsPanel')).PromptsPanel }));

export function SettingsScreen() {
  const { t } = useTranslation();
  const { tab = 'models' } = useParams();
  const navigate = useNavigate();
  return (
    <Screen title={t('common.menu.settings')} actions={<a href="/docs/">{t('common.docs')}</a>}>
      <Tabs
        activeKey={tab}
        onChange={(key) => void navigate(`/settings/${key}`, { replace: true })}
        items={[
          { key: 'models', label: t('settings.models'), children: <ModelsPanel /> },
          { key: 'preferences', label: t('settings.preferences'), children: <PreferencesPanel /> },
          { key: 'presets', label: t('admin.presets'), children: <PresetsPanel /> },
          {
            key: 'prompts',
            label: t('settings.prompts'),
            children: (
              <Suspense>
                <PromptsPanel />
              </Suspense>
            ),
          },
        ]}
      />
    </Screen>
  );
}
