// Copying, and saying that it is done, or why not.
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { reasonOf } from '../api/client';
import { copyText } from './files';

export function useCopy(): (text: string) => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  return (text) =>
    void copyText(text).then(
      () => message.success(t('common.copied')),
      (error: unknown) => message.error(error instanceof DOMException ? t('common.notCopied') : reasonOf(error)),
    );
}
