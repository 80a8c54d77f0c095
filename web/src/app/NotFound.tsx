// An address that nothing is at.
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Notice } from '../parts/Notice';
import { useTitle } from '../parts/title';

export function NotFound() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  useTitle(t('common.notFound'));
  return (
    <Notice title={t('common.notFound')}>
      <Button type="primary" onClick={() => void navigate('/')}>
        {t('common.backHome')}
      </Button>
    </Notice>
  );
}
