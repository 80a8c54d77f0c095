// What somebody can set up for themselves: models, preferences, prompts; and where the API is described.
import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { later } from '../../parts/later';
import { Screen } from '../../parts/Screen';
import { ModelsPanel } from './ModelsPanel';

const PreferencesPanel = later(async () => (await import('./PreferencesPanel')).PreferencesPanel);
const PresetsPanel = later<{ isAdmin?: boolean }>(async () => (await import('../presets/PresetsPanel')).PresetsPanel);
const PromptsPanel = later(async () => (await import('./PromptsPanel')).PromptsPanel);

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
            children: <PromptsPanel />,
          },
        ]}
      />
    </Screen>
  );
}
