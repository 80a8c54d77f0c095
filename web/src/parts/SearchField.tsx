// Where one writes what is looked for, with a way to clear it.
import { CloseCircleFilled, SearchOutlined } from '@ant-design/icons';
import { Input, type InputProps } from 'antd';
import { useTranslation } from 'react-i18next';

interface SearchProps extends Pick<InputProps, 'className' | 'onCompositionStart' | 'onCompositionEnd'> {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function SearchField({ label, onChange, ...rest }: SearchProps) {
  const { t } = useTranslation();
  return (
    <Input
      {...rest}
      prefix={<SearchOutlined />}
      allowClear={{ clearIcon: <CloseCircleFilled aria-label={t('common.clear')} /> }}
      placeholder={label}
      aria-label={label}
      maxLength={200}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
