// A person's account, made or changed by an admin, and a new password for one.
import { Form, Input, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { aideer, plain, type AideerSchemas } from '../../api/client';
import { KEYS, queryClient } from '../../app/queries';
import { useSubmit } from '../../parts/forms';
import { changesOf, type UserFields } from './changes';
import { PERMISSIONS, USERS } from './UsersPanel';

interface Fields extends UserFields {
  password?: string;
}

export function UserForm({ user, onClose }: { user: AideerSchemas['User'] | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const { isBusy, submit } = useSubmit(form);
  const save = async ({ password, ...fields }: Fields) => {
    const isDone = await submit(async () => {
      if (user) {
        const body = changesOf(user, fields);
        await plain(aideer.PUT('/api/v1/users/{user_id}', { params: { path: { user_id: user.id } }, body }));
      } else {
        const body = { ...fields, nickname: fields.nickname?.trim() || null, password: password ?? '' };
        await plain(aideer.POST('/api/v1/users', { body }));
      }
      await queryClient.invalidateQueries({ queryKey: USERS });
      await queryClient.invalidateQueries({ queryKey: KEYS.me });
    });
    if (isDone) onClose();
  };
  const required = [{ required: true, message: t('common.required') }];
  return (
    <Modal
      open
      title={user ? t('admin.editUser') : t('admin.addUser')}
      okText={t('common.save')}
      confirmLoading={isBusy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        initialValues={user ?? { permission: 1 }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item name="username" label={t('account.username')} rules={required}>
          <Input maxLength={50} autoComplete="off" />
        </Form.Item>
        <Form.Item name="nickname" label={t('account.nickname')}>
          <Input maxLength={50} />
        </Form.Item>
        {!user && (
          <Form.Item
            name="password"
            label={t('signIn.password')}
            extra={t('signIn.passwordRule')}
            rules={[{ required: true, min: 8, message: t('signIn.passwordRule') }]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
        )}
        <Form.Item name="permission" label={t('admin.role')} extra={t('admin.roleHint')}>
          <Select
            options={Object.entries(PERMISSIONS).map(([value, name]) => ({
              value: Number(value),
              label: t(`admin.roles.${name}`),
            }))}
          />
        </Form.Item>
        {user && (
          <Form.Item name="credits_left" label={t('account.credits')}>
            <InputNumber controls={false} precision={0} style={{ width: '100%' }} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

export function PasswordForm({ user, onClose }: { user: AideerSchemas['User']; onClose: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ new_password: string }>();
  const { isBusy, submit } = useSubmit(form);
  const save = async (body: { new_password: string }) => {
    const path = { params: { path: { user_id: user.id } } };
    if (await submit(() => plain(aideer.PUT('/api/v1/users/{user_id}/password', { ...path, body })))) onClose();
  };
  return (
    <Modal
      open
      title={t('admin.passwordOf', { name: user.username })}
      okText={t('common.save')}
      confirmLoading={isBusy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form form={form} layout="vertical" onFinish={(fields) => void save(fields)}>
        <Form.Item
          name="new_password"
          label={t('account.newPassword')}
          extra={t('account.passwordHint')}
          rules={[{ required: true, min: 8, message: t('signIn.passwordRule') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
