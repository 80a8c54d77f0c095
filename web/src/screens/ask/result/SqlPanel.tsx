// The statement of an answer: to be read, copied, changed and run again.
import { CopyOutlined, EditOutlined, PlayCircleOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCopy } from '../../../parts/copy';
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
  const copy = useCopy();
  const [draft, setDraft] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const pretty = useMemo(() => formatSql(sql), [sql]);

  const run = async () => {
    if (draft === undefined || draft.trim() === '') return;
    setBusy(true);
    try {
      await onRun(draft.trim());
      setDraft(undefined);
    } catch {
      // It was said already; the draft stays to be mended.
    } finally {
      setBusy(false);
    }
  };

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
        <Button size="small" type="text" icon={<CopyOutlined />} onClick={() => copy(draft ?? pretty)}>
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
