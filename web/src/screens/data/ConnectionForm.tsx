// Adding a database or changing one: what its kind needs, tried before it is kept for use.
import { useQueryClient } from '@tanstack/react-query';
import { Button, Drawer, Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS } from '../../app/queries';
import { useSubmit } from '../../parts/forms';
import { DRIVERS, TLS, type Driver } from './drivers';

interface FormProps {
  /** The one to change; a new one without. */
  connection: Schemas['Connection'] | undefined;
  onClose: () => void;
  onSaved: (connection: Schemas['Connection']) => void;
}

type Fields = Required<Pick<Schemas['ConnectionBody'], 'name' | 'driver' | 'database'>> &
  Pick<Schemas['ConnectionBody'], 'host' | 'port' | 'username' | 'password' | 'tls' | 'is_default'>;

export function ConnectionForm({ connection, onClose, onSaved }: FormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const { isBusy, submit } = useSubmit(form);
  const client = useQueryClient();
  const driver = Form.useWatch<Driver | undefined>('driver', form) ?? connection?.driver ?? 'postgresql';
  const isFile = driver === 'sqlite';

  const save = (fields: Fields) =>
    submit(async () => {
      const { password, ...rest } = fields;
      const body: Schemas['ConnectionBody'] = isFile
        ? { name: rest.name, driver, database: rest.database, is_default: rest.is_default ?? false }
        : { ...rest, ...(password ? { password } : {}) };
      const saved = connection
        ? await data(querygpt.PUT('/api/v1/connections/{id}', { params: { path: { id: connection.id } }, body }))
        : await data(querygpt.POST('/api/v1/connections', { body }));
      await client.invalidateQueries({ queryKey: KEYS.connections });
      await client.invalidateQueries({ queryKey: KEYS.schema(saved.id) });
      onSaved(saved);
    });

  const required = [{ required: true, message: t('common.required') }];
  return (
    <Drawer
      open
      onClose={onClose}
      size={Math.min(460, window.innerWidth)}
      title={connection ? t('data.editConnection') : t('data.addConnection')}
      footer={
        <Button type="primary" block loading={isBusy} onClick={() => form.submit()}>
          {t('data.saveAndTest')}
        </Button>
      }
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        disabled={isBusy}
        onFinish={(fields) => void save(fields)}
        initialValues={
          connection ?? { driver: 'postgresql', host: '127.0.0.1', port: DRIVERS.postgresql.port, tls: 'prefer' }
        }
      >
        <Form.Item name="driver" label={t('data.driver')} rules={required}>
          <Select
            options={Object.entries(DRIVERS).map(([value, { name }]) => ({ value, label: name }))}
            onChange={(next: Driver) => form.setFieldValue('port', DRIVERS[next].port)}
          />
        </Form.Item>
        <Form.Item name="name" label={t('data.name')} rules={required}>
          <Input maxLength={100} />
        </Form.Item>
        {!isFile && (
          <>
            <Form.Item name="host" label={t('data.host')} rules={required}>
              <Input autoComplete="off" />
            </Form.Item>
            <Form.Item name="port" label={t('data.port')}>
              <InputNumber min={1} max={65535} controls={false} style={{ width: '100%' }} />
            </Form.Item>
          </>
        )}
        <Form.Item
          name="database"
          label={isFile ? t('data.file') : t('data.database')}
          extra={isFile ? t('data.fileHint') : undefined}
          rules={required}
        >
          <Input autoComplete="off" />
        </Form.Item>
        {!isFile && (
          <>
            <Form.Item name="username" label={t('data.username')} extra={t('data.usernameHint')}>
              <Input autoComplete="off" />
            </Form.Item>
            <Form.Item
              name="password"
              label={t('data.password')}
              extra={connection?.password_configured ? t('data.passwordKept') : undefined}
            >
              <Input.Password autoComplete="new-password" />
            </Form.Item>
            <Form.Item name="tls" label={t('data.tls')}>
              <Select options={TLS.map((value) => ({ value, label: t(`data.tlsModes.${value}`) }))} />
            </Form.Item>
          </>
        )}
        <Form.Item name="is_default" label={t('data.makeDefault')} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
