// How numbers, days and times are written in the language of the page, and how a server is asked for that language.
import i18next from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

export type Locale = 'zh-CN' | 'en-US';

function localeOf(language: string): Locale {
  return language === 'zh' ? 'zh-CN' : 'en-US';
}

export function useLocale(): Locale {
  return localeOf(useTranslation().i18n.language);
}

/** Writes a time as RFC 3339 for reading: its day and its minute. */
export function useTime(): (at: string) => string {
  const locale = useLocale();
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
    return (at) => format.format(new Date(at));
  }, [locale]);
}

/** What requests say of the language that answers are wanted in. */
export function acceptLanguage(): 'zh' | 'en' {
  return i18next.language?.startsWith('en') ? 'en' : 'zh';
}
