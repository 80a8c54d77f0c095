// A new password, which ends every other session of the account.
import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { aideer, plain } from '../../api/client';
import { useSubmit } from '../../parts/forms';
import { Part } from '../../parts/Screen';
import style from './account.module.css';

interface Fields {
  old_password?: string;
  new_password: string;
}

export function PasswordPart() {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const { isBusy, submit } = useSubmit(form);
  const save = async ({ old_password, new_password }: Fields) => {
    const body = { new_password, ...(old_password ? { old_password } : {}) };
    if (await submit(() => plain(aideer.PUT('/api/v1/users/me/password', { body })))) form.resetFields();
  };
  return (
    <Part title={t('account.password')} hint={t('account.passwordHint')}>
      <Form<Fields>
        form={form}
        layout="vertical"
        className={style.form!}
        disabled={isBusy}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item name="old_password" label={t('account.oldPassword')}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="new_password"
          label={t('account.newPassword')}
          extra={t('signIn.passwordRule')}
          rules={[{ required: true, min: 8, message: t('signIn.passwordRule') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={isBusy}>
          {t('account.changePassword')}
        </Button>
      </Form>
    </Part>
  );
}
