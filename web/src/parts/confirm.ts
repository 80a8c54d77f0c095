// Asking whether something is meant that can't be taken back.
import { App } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Question {
  title: string;
  content?: ReactNode;
  /** What the button says; that something is deleted, without. */
  yes?: string;
  isHarmless?: boolean;
  work: () => Promise<unknown>;
}

export function useConfirm(): (question: Question) => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  return ({ title, content, yes = t('common.delete'), isHarmless = false, work }) =>
    void modal.confirm({
      title,
      content,
      okText: yes,
      okButtonProps: { danger: !isHarmless },
      onOk: work,
      afterClose: () => setTimeout(keepFocus),
    });
}

/** What was pressed before may have gone with what was deleted: whoever works with the keyboard goes on with the screen. */
function keepFocus() {
  const at = document.activeElement;
  const isLost = !at || at === document.body || at.closest('.ant-modal') || !at.checkVisibility();
  if (isLost) document.getElementById('content')?.focus();
}
