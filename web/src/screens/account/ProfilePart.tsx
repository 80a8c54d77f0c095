// Name and picture.
import { UploadOutlined, UserOutlined } from '@ant-design/icons';
import { App, Avatar, Button, Form, Input, Upload } from 'antd';
import { useTranslation } from 'react-i18next';
import { aideer, authorizedFetch, plain, reasonOf, type AideerSchemas } from '../../api/client';
import { failureOf } from '../../api/errors';
import { KEYS, queryClient, useMe } from '../../app/queries';
import { useSubmit } from '../../parts/forms';
import { Part } from '../../parts/Screen';
import style from './account.module.css';
import { USER } from './queries';

type Fields = Pick<AideerSchemas['ChangeBody'], 'username' | 'nickname' | 'email'>;
const PICTURES = 'image/png,image/jpeg,image/webp,image/gif';

async function refresh() {
  await queryClient.invalidateQueries({ queryKey: USER });
  await queryClient.invalidateQueries({ queryKey: KEYS.me });
}

export function ProfilePart({ user }: { user: AideerSchemas['User'] }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { data: me } = useMe();
  const [form] = Form.useForm<Fields>();
  const { isBusy, submit } = useSubmit(form);

  const save = (fields: Fields) =>
    submit(async () => {
      const body = {
        username: fields.username?.trim() ?? '',
        nickname: fields.nickname?.trim() || null,
        email: fields.email?.trim() || null,
      };
      await plain(aideer.PUT('/api/v1/users/{user_id}', { params: { path: { user_id: user.id } }, body }));
      await refresh();
    });
  const upload = async (file: Blob) => {
    const body = new FormData();
    body.append('avatar_file', file);
    try {
      const response = await authorizedFetch('/api/v1/users/me/avatar', { method: 'POST', body });
      if (!response.ok) throw await failureOf(response);
      await refresh();
      void message.success(t('common.saved'));
    } catch (error) {
      void message.error(reasonOf(error));
    }
  };
  const required = [{ required: true, message: t('common.required') }];
  return (
    <Part title={t('account.profile')}>
      <div className={style.profile}>
        <div className={style.picture}>
          <Avatar size={88} src={user.avatar} icon={<UserOutlined />} alt={t('account.picture')} />
          <Upload accept={PICTURES} showUploadList={false} customRequest={({ file }) => void upload(file as Blob)}>
            <Button size="small" icon={<UploadOutlined />}>
              {t('account.changePicture')}
            </Button>
          </Upload>
        </div>
        <Form<Fields>
          form={form}
          layout="vertical"
          className={style.form!}
          disabled={isBusy}
          initialValues={user}
          onFinish={(fields) => void save(fields)}
        >
          <Form.Item name="nickname" label={t('account.nickname')}>
            <Input maxLength={50} placeholder={me?.display_name ?? ''} />
          </Form.Item>
          <Form.Item name="username" label={t('account.username')} extra={t('account.usernameHint')} rules={required}>
            <Input maxLength={50} autoComplete="username" />
          </Form.Item>
          <Form.Item name="email" label={t('signIn.email')} rules={[{ type: 'email', message: t('signIn.emailRule') }]}>
            <Input autoComplete="email" />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={isBusy}>
            {t('common.save')}
          </Button>
        </Form>
      </div>
    </Part>
  );
}
