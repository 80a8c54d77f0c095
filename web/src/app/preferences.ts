// Language and appearance: seen at once, kept in this browser for whoever comes next, and with the account for its other browsers.
import { useEffect } from 'react';
import { data, querygpt, type Schemas } from '../api/client';
import { currentLanguage, speak, type Language } from '../i18n';
import { choose, currentChoice, type Choice } from './appearance';
import { KEYS, queryClient, useConfig } from './queries';

export interface Preferences {
  language: Language;
  theme: Choice;
}

/** What the server says of an account that has never said anything itself. */
const UNSAID: Preferences = { language: 'zh', theme: 'light' };

/** Whether an account has preferences, rather than the page those of its browser. */
export function isSaid({ language, theme }: Preferences): boolean {
  return language !== UNSAID.language || theme !== UNSAID.theme;
}

/** Changes the configuration of the account, and goes on with what it is then. */
export async function configure(body: Schemas['ConfigBody']): Promise<void> {
  const config = await data(querygpt.PUT('/api/v1/config', { body }));
  // What was asked before it changed would bring back what was.
  await queryClient.cancelQueries({ queryKey: KEYS.config });
  queryClient.setQueryData(KEYS.config, config);
}

/** Shows the page so from now on, here and wherever this account is signed in. */
export async function prefer(change: Partial<Preferences>): Promise<void> {
  const { language, theme } = change;
  if (theme) choose(theme);
  const spoken = language ? speak(language) : undefined;
  await configure({ language: language ?? currentLanguage(), theme: theme ?? currentChoice() });
  await spoken;
}

/** Shows the page as the account that is signed in wants it. */
export function useAccountPreferences(): void {
  const config = useConfig().data;
  const { language, theme } = config ?? UNSAID;
  useEffect(() => {
    if (!isSaid({ language, theme })) return;
    if (language !== currentLanguage()) void speak(language);
    if (theme !== currentChoice()) choose(theme);
  }, [language, theme]);
}
