// What somebody prefers: kept with the account where it concerns answers, in this browser where it concerns the page.
import { InputNumber, Segmented, Select, Skeleton } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { CHOICES, useChoice, type Choice } from '../../app/appearance';
import { configure, prefer } from '../../app/preferences';
import { KEYS, queryClient, useConfig, useConnections, useModels } from '../../app/queries';
import { currentLanguage, type Language } from '../../i18n';
import { Failed } from '../../parts/Failed';
import { useSubmit } from '../../parts/forms';
import card from '../../parts/cards.module.css';
import style from './settings.module.css';

export function PreferencesPanel() {
  const { t } = useTranslation();
  const config = useConfig();
  const models = useModels();
  const connections = useConnections();
  const appearance = useChoice();
  const { submit } = useSubmit();
  const [rounds, setRounds] = useState<number | null>();

  const change = (body: Schemas['ConfigBody']) =>
    submit(async () => {
      await configure(body);
      await queryClient.invalidateQueries({ queryKey: KEYS.models });
      await queryClient.invalidateQueries({ queryKey: KEYS.connections });
    });

  if (config.isLoading) return <Skeleton active />;
  if (!config.data) return <Failed query={config} />;
  const { default_model_id, default_connection_id, view_mode, context_rounds } = config.data;
  return (
    <div className={style.preferences}>
      <Preference label={t('common.language')}>
        <Segmented<Language>
          aria-label={t('common.language')}
          value={currentLanguage()}
          options={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
          onChange={(language) => void submit(() => prefer({ language }))}
        />
      </Preference>
      <Preference label={t('common.theme')}>
        <Segmented<Choice>
          aria-label={t('common.theme')}
          value={appearance}
          options={CHOICES.map((value) => ({ value, label: t(`common.${value}`) }))}
          onChange={(theme) => void submit(() => prefer({ theme }))}
        />
      </Preference>
      <Preference label={t('settings.defaultModel')} hint={t('settings.defaultModelHint')}>
        <Select
          className={style.select!}
          aria-label={t('settings.defaultModel')}
          value={default_model_id}
          options={(models.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id: string) => void change({ default_model_id: id })}
        />
      </Preference>
      <Preference label={t('settings.defaultConnection')}>
        <Select
          className={style.select!}
          aria-label={t('settings.defaultConnection')}
          value={default_connection_id ?? null}
          options={(connections.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id: string) => void change({ default_connection_id: id })}
        />
      </Preference>
      <Preference label={t('settings.viewMode')} hint={t('settings.viewModeHint')}>
        <Segmented<Schemas['ViewMode']>
          aria-label={t('settings.viewMode')}
          value={view_mode}
          options={[
            { value: 'user', label: t('settings.viewUser') },
            { value: 'developer', label: t('settings.viewDeveloper') },
          ]}
          onChange={(mode) => void change({ view_mode: mode })}
        />
      </Preference>
      <Preference label={t('settings.contextRounds')} hint={t('settings.contextRoundsHint')}>
        <InputNumber
          controls={false}
          min={0}
          max={20}
          aria-label={t('settings.contextRounds')}
          precision={0}
          value={rounds === undefined ? context_rounds : rounds}
          onChange={setRounds}
          onBlur={() => {
            // An empty field is no number of rounds: what was there comes back.
            if (typeof rounds === 'number' && rounds !== context_rounds) void change({ context_rounds: rounds });
            setRounds(undefined);
          }}
        />
      </Preference>
    </div>
  );
}

function Preference({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className={style.preference}>
      <div>
        <strong>{label}</strong>
        {hint && <p className={card.quiet}>{hint}</p>}
      </div>
      {children}
    </div>
  );
}
