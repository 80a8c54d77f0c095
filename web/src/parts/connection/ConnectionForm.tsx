// A database, one's own or everybody's: what its kind needs, tried before it is kept for use.
import { Button, Drawer, Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Schemas, WenshuSchemas } from '../../api/client';
import { useSubmit } from '../forms';
import { DRIVERS, leadsElsewhere, TLS, type Driver } from './drivers';

/** What a form says of a database. */
export interface ConnectionFields {
  name: string;
  driver: Driver;
  database: string;
  host?: string | null;
  port?: number | null;
  username?: string | null;
  password?: string;
  tls?: Schemas['Tls'] | null;
  /** Of one's own alone. */
  is_default?: boolean;
}

export interface ConnectionFormProps {
  /** The one to change; a new one without. */
  connection: Schemas['Connection'] | WenshuSchemas['SharedConnection'] | undefined;
  /** Whether it is everybody's, of whom each chooses a default. */
  isShared?: boolean;
  onClose: () => void;
  onSave: (fields: ConnectionFields) => Promise<unknown>;
}

export function ConnectionForm({ connection, isShared = false, onClose, onSave }: ConnectionFormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<ConnectionFields>();
  const { isBusy, submit } = useSubmit(form);
  const driver = Form.useWatch<Driver | undefined>('driver', form) ?? connection?.driver ?? 'postgresql';
  const host = Form.useWatch<string | null | undefined>('host', form);
  const port = Form.useWatch<number | null | undefined>('port', form);
  const isFile = driver === 'sqlite';
  // Everybody's password isn't sent to where an admin points it afterwards: it is given again.
  const isPasswordAsked =
    isShared && connection?.password_configured === true && leadsElsewhere(connection, { driver, host, port });
  const passwordHint = connection?.password_configured ? t('data.passwordKept') : undefined;

  const save = ({ password, is_default = false, ...rest }: ConnectionFields) => {
    const { name, database } = rest;
    const place = isFile
      ? { name, driver: 'sqlite' as const, database }
      : { ...rest, ...(password ? { password } : {}) };
    return submit(() => onSave({ ...place, ...(isShared ? {} : { is_default }) }));
  };
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
      <Form<ConnectionFields>
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
              extra={isPasswordAsked ? t('data.passwordAgain') : passwordHint}
              rules={isPasswordAsked ? required : []}
            >
              <Input.Password autoComplete="new-password" />
            </Form.Item>
            <Form.Item name="tls" label={t('data.tls')}>
              <Select options={TLS.map((value) => ({ value, label: t(`data.tlsModes.${value}`) }))} />
            </Form.Item>
          </>
        )}
        {!isShared && (
          <Form.Item name="is_default" label={t('data.makeDefault')} valuePropName="checked">
            <Switch />
          </Form.Item>
        )}
      </Form>
    </Drawer>
  );
}
