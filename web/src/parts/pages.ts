// The buttons that lead from page to page, which are icons alone, by names.
import type { PaginationProps } from 'antd';
import { cloneElement, isValidElement } from 'react';
import { useTranslation } from 'react-i18next';

export function usePageItems(): NonNullable<PaginationProps['itemRender']> {
  const { t } = useTranslation();
  const names: Record<string, string> = { prev: t('common.previousPage'), next: t('common.nextPage') };
  return (_, type, element) =>
    isValidElement<{ 'aria-label'?: string }>(element) && names[type]
      ? cloneElement(element, { 'aria-label': names[type] })
      : element;
}
