// A question and its answer.
import { CodeOutlined, RedoOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { memo, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { NOTHING_YET, type Round } from '../../answers/model';
import { AnswerView } from './AnswerView';
import style from './RoundView.module.css';

interface RoundProps {
  ref?: Ref<HTMLElement>;
  round: Round;
  isLast: boolean;
  isConnected: boolean;
  /** Whether an answer that isn't there may be on its way. */
  isLooking: boolean;
  onAsk: (query: string) => void;
  onRunSql: (sql: string) => Promise<void>;
}

export const RoundView = memo(function RoundView(props: RoundProps) {
  const { ref, round, isLast, isConnected, isLooking, onAsk, onRunSql } = props;
  const { t } = useTranslation();
  const { question } = round;
  const answer = round.answer ?? (isLooking ? NOTHING_YET : undefined);
  // What was run by hand is its own question.
  const isSql = answer?.sql !== undefined && answer.sql.trim() === question.trim();
  return (
    <article ref={ref} className={isLast ? `${style.round} ${style.last}` : style.round}>
      {question && (
        <div className={style.question}>
          <h2 className="visually-hidden">{t('ask.you')}</h2>
          {isSql ? (
            <p className={style.ran}>
              <CodeOutlined aria-hidden /> {t('ask.ranSql')}
            </p>
          ) : (
            <p className={style.words}>{question}</p>
          )}
        </div>
      )}
      {answer ? (
        <AnswerView
          answer={answer}
          question={question}
          isSql={isSql}
          isLast={isLast}
          isConnected={isConnected}
          onAsk={onAsk}
          onRunSql={onRunSql}
        />
      ) : (
        <p className={style.unanswered}>
          {t('ask.unanswered')}{' '}
          <Button size="small" icon={<RedoOutlined />} onClick={() => onAsk(question)}>
            {t('ask.askAgain')}
          </Button>
        </p>
      )}
    </article>
  );
});
