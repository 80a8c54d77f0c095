// Why there is no answer, and what to do about it.
import { RedoOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AnswerFailure } from '../../answers/model';
import { Mark } from '../../parts/Mark';
import style from './Failure.module.css';

interface FailureProps {
  failure: AnswerFailure;
  isStopped: boolean;
  canAsk: boolean;
  onAsk: (query: string) => void;
  onAgain: () => void;
}

export function Failure({ failure, isStopped, canAsk, onAsk, onAgain }: FailureProps) {
  const { t } = useTranslation();
  const { suggestions = [], attempts = [], understood = [] } = failure.details ?? {};

  const again = canAsk && (
    <Button size="small" icon={<RedoOutlined />} onClick={onAgain}>
      {t('ask.askAgain')}
    </Button>
  );
  if (isStopped) {
    return (
      <p className={style.stopped}>
        {t('ask.stopped')} {again}
      </p>
    );
  }
  return (
    <Alert
      type="warning"
      showIcon
      title={failure.message}
      action={again}
      description={
        (understood.length > 0 || suggestions.length > 0 || attempts.length > 0) && (
          <div className={style.details}>
            {/* What wasn't is in the message. */}
            {understood.length > 0 && (
              <p>
                <Mark>{t('ask.understood')}</Mark> {understood.join(' · ')}
              </p>
            )}
            {suggestions.length > 0 && (
              <p>
                {t('ask.tryInstead')}
                {suggestions.map((question) => (
                  <Button key={question} type="link" size="small" disabled={!canAsk} onClick={() => onAsk(question)}>
                    {question}
                  </Button>
                ))}
              </p>
            )}
            {attempts.length > 0 && (
              <details>
                <summary>{t('ask.attempts')}</summary>
                {attempts.map(({ sql, error }, index) => (
                  <div key={index} className={style.attempt}>
                    {sql && <pre>{sql}</pre>}
                    <p>{error}</p>
                  </div>
                ))}
              </details>
            )}
          </div>
        )
      }
    />
  );
}
