// What forms have in common: sending, showing what the server found wrong at its fields, and saying that it is done.
import { App, type FormInstance } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reasonOf } from '../api/client';
import { ApiError } from '../api/errors';

/** Puts the server's faults to the fields they are about; what belongs to none is answered. */
export function showFaults(form: FormInstance, error: unknown): string | null {
  if (!(error instanceof ApiError) || error.fields.length === 0) return reasonOf(error);
  const fields = form.getFieldsValue(true) as object;
  const known = error.fields.filter(({ field }) => field in fields || form.getFieldInstance(field) !== undefined);
  form.setFields(known.map(({ field, message }) => ({ name: field, errors: [message] })));
  const others = error.fields.filter((fault) => !known.includes(fault));
  return others.length > 0 ? others.map(({ field, message }) => `${field}: ${message}`).join('; ') : null;
}

/** Does something for a form: once at a time, with what went wrong at its fields or in a message. Answers whether it worked. */
export function useSubmit(form?: FormInstance) {
  const { message } = App.useApp();
  const { t } = useTranslation();
  const [isBusy, setBusy] = useState(false);
  const submit = async (work: () => Promise<unknown>, said = t('common.saved')): Promise<boolean> => {
    setBusy(true);
    try {
      await work();
      if (said) void message.success(said);
      return true;
    } catch (error) {
      const reason = form ? showFaults(form, error) : reasonOf(error);
      if (reason) void message.error(reason, 6);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, submit };
}
