// One of the things that a question goes to. Loaded after the place to write in: nobody chooses before that is there.
import { Select } from 'antd';
import type { ReactNode } from 'react';

export interface ChoiceProps {
  label: string;
  icon?: ReactNode;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  options: { id: string; name: string }[];
  /** Whether none has to be chosen. */
  isOptional?: boolean;
}

export function Choice({ label, icon, value, onChange, options, isOptional = false }: ChoiceProps) {
  return (
    <Select
      variant="filled"
      size="small"
      aria-label={label}
      prefix={icon}
      popupMatchSelectWidth={false}
      value={value ?? null}
      onChange={(id: string | undefined) => onChange(id)}
      options={options.map(({ id, name }) => ({ value: id, label: name }))}
      {...(isOptional ? { allowClear: true, placeholder: label } : {})}
    />
  );
}
