// What the tab of the browser is called: the screen that is open, in the language that is spoken.
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

export function useTitle(title: string | undefined): void {
  const { t } = useTranslation();
  const name = t('common.name');
  useEffect(() => {
    document.title = title ? `${title} · ${name}` : name;
  }, [title, name]);
}
