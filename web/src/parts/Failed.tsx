// What couldn't be read, why, and another try. Nothing is shown while there is nothing to say.
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { reasonOf } from '../api/client';

interface Query {
  isError: boolean;
  error: unknown;
  /** What is known from before is shown, and needs no excuse. */
  data: unknown;
  refetch: () => unknown;
}

export function Failed({ query }: { query: Query }) {
  const { t } = useTranslation();
  if (!query.isError || query.data !== undefined) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={reasonOf(query.error)}
      action={
        <Button size="small" onClick={() => void query.refetch()}>
          {t('common.retry')}
        </Button>
      }
    />
  );
}
