// Whether an answer helped.
import { DislikeFilled, DislikeOutlined, LikeFilled, LikeOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useFeedback } from '../../answers/feedback';
import { reasonOf } from '../../api/client';

export function Thumbs({ answer }: { answer: string | undefined }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { id } = useParams();
  const feedback = useFeedback(id, answer, (error) => void message.error(reasonOf(error)));
  if (!feedback) return null;
  const { isLiked, give } = feedback;
  return (
    <>
      <Button
        type="text"
        size="small"
        icon={isLiked === true ? <LikeFilled /> : <LikeOutlined />}
        aria-label={t('ask.good')}
        aria-pressed={isLiked === true}
        title={t('ask.good')}
        onClick={() => give(true)}
      />
      <Button
        type="text"
        size="small"
        icon={isLiked === false ? <DislikeFilled /> : <DislikeOutlined />}
        aria-label={t('ask.bad')}
        aria-pressed={isLiked === false}
        title={t('ask.bad')}
        onClick={() => give(false)}
      />
    </>
  );
}
