// What can be done with an answer: copy it, take its rows along as a file, say whether it helped.
import { CodeOutlined, CopyOutlined, DownloadOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../answers/model';
import { authorizedFetch, reasonOf } from '../../api/client';
import { failureOf } from '../../api/errors';
import { useCopy } from '../../parts/copy';
import { nameOf, saveFile } from '../../parts/files';
import style from './AnswerActions.module.css';
import { Thumbs } from './Thumbs';

const FORMATS = { csv: 'ask.exportCsv', xlsx: 'ask.exportXlsx', json: 'ask.exportJson' } as const;

interface ActionsProps {
  answer: Answer;
  words: string;
  isSqlShown: boolean;
  onShowSql: (isShown: boolean) => void;
}

export function AnswerActions({ answer, words, isSqlShown, onShowSql }: ActionsProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [isExporting, setExporting] = useState(false);
  const { messageId, result } = answer;

  const exportAs = async (format: string) => {
    setExporting(true);
    try {
      const response = await authorizedFetch(`/api/v1/messages/${messageId}/export?format=${format}`);
      if (!response.ok) throw await failureOf(response);
      saveFile(await response.blob(), nameOf(response) ?? `wenshu.${format}`);
    } catch (error) {
      void message.error(reasonOf(error));
    } finally {
      setExporting(false);
    }
  };
  const copy = useCopy();

  return (
    <div className={style.actions}>
      {answer.sql && (
        <Button
          type="text"
          size="small"
          icon={<CodeOutlined />}
          aria-expanded={isSqlShown}
          onClick={() => onShowSql(!isSqlShown)}
        >
          {isSqlShown ? t('ask.hideSql') : t('ask.showSql')}
        </Button>
      )}
      {words && (
        <Button type="text" size="small" icon={<CopyOutlined />} onClick={() => copy(words)}>
          {t('ask.copyAnswer')}
        </Button>
      )}
      {result && messageId && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: Object.entries(FORMATS).map(([key, label]) => ({ key, label: t(label) })),
            onClick: ({ key }) => void exportAs(key),
          }}
        >
          <Button type="text" size="small" icon={<DownloadOutlined />} loading={isExporting}>
            {isExporting ? t('ask.exporting') : t('ask.export')}
          </Button>
        </Dropdown>
      )}
      <Thumbs answer={messageId} />
    </div>
  );
}
