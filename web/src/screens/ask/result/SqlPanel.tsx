// The statement of an answer: to be read, copied, changed and run again.
import { CopyOutlined, EditOutlined, PlayCircleOutlined } from '@ant-design/icons';
import { App, Button, Skeleton } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from '../../../parts/files';
import { formatSql } from './sql';
import style from './SqlPanel.module.css';

const CodeEditor = lazy(async () => ({ default: (await import('../../../parts/CodeEditor')).CodeEditor }));

interface SqlProps {
  sql: string;
  canRun: boolean;
  onRun: (sql: string) => Promise<void>;
}

export function SqlPanel({ sql, canRun, onRun }: SqlProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [draft, setDraft] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const pretty = useMemo(() => formatSql(sql), [sql]);

  const run = async () => {
    if (draft === undefined || draft.trim() === '') return;
    setBusy(true);
    try {
      await onRun(draft);
      setDraft(undefined);
    } catch {
      // It was said already; the draft stays to be mended.
    } finally {
      setBusy(false);
    }
  };
  const copy = () => void copyText(draft ?? pretty).then(() => message.success(t('common.copied')));

  return (
    <div className={style.box}>
      <Suspense fallback={<Skeleton active title={false} className={style.loading!} />}>
        <CodeEditor
          language="sql"
          label={t('ask.sqlEditor')}
          value={draft ?? pretty}
          isReadOnly={draft === undefined}
          onChange={setDraft}
          onSubmit={() => void run()}
        />
      </Suspense>
      <div className={style.tools}>
        <Button size="small" type="text" icon={<CopyOutlined />} onClick={copy}>
          {t('ask.copySql')}
        </Button>
        {draft === undefined ? (
          <Button size="small" type="text" icon={<EditOutlined />} onClick={() => setDraft(pretty)}>
            {t('ask.editSql')}
          </Button>
        ) : (
          <>
            <Button size="small" onClick={() => setDraft(undefined)}>
              {t('common.cancel')}
            </Button>
            <Button
              size="small"
              type="primary"
              icon={<PlayCircleOutlined />}
              loading={isBusy}
              disabled={!canRun}
              onClick={() => void run()}
            >
              {t('ask.runSql')}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
