// The languages of the page. Texts are loaded for the one that is spoken.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Texts } from './texts';

export type Language = 'zh' | 'en';
export const LANGUAGES: Language[] = ['zh', 'en'];
const KEY = 'wenshu.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Texts };
  }
}

async function textsOf(language: Language): Promise<Texts> {
  return language === 'zh' ? (await import('./zh')).default : (await import('./en')).default;
}

/** The language chosen before, else the browser's first that is spoken here. */
export function firstLanguage(kept: string | null, browser: readonly string[]): Language {
  if (kept === 'zh' || kept === 'en') return kept;
  for (const tag of browser) {
    const primary = tag.split('-')[0]?.toLowerCase();
    if (primary === 'zh' || primary === 'en') return primary;
  }
  return 'en';
}

export async function startLanguages(): Promise<void> {
  const language = firstLanguage(localStorage.getItem(KEY), navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: { translation: await textsOf(language) } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  say(language);
}

/** Speaks another language from now on. */
export async function speak(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', await textsOf(language));
  }
  await i18next.changeLanguage(language);
  localStorage.setItem(KEY, language);
  say(language);
}

export function currentLanguage(): Language {
  return i18next.language === 'zh' ? 'zh' : 'en';
}

function say(language: Language) {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
