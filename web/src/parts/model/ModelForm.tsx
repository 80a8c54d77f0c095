// A model, one's own or everybody's: who offers it, which it is, and the key to it, which is stored encrypted and never shown again.
import { AutoComplete, Form, Input, InputNumber, Modal, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Schemas, WenshuSchemas } from '../../api/client';
import { useSubmit } from '../forms';
import { leadsElsewhere, PROVIDERS, type Provider } from './providers';

/** What a form says of a model. */
export interface ModelFields {
  name: string;
  provider: Provider;
  model_id: string;
  base_url: string | null;
  api_key?: string;
  /** Of one's own alone. */
  is_default?: boolean;
  /** Of everybody's alone. */
  multiplier?: number;
}

export interface ModelFormProps {
  /** The one to change; a new one without. */
  model: Schemas['Model'] | WenshuSchemas['SharedModel'] | undefined;
  /** Whether it is everybody's, of whom each chooses a default, and pays what a token of it costs. */
  isShared?: boolean;
  onClose: () => void;
  onSave: (fields: ModelFields) => Promise<unknown>;
}

/** Who offers a model; the built-in engine, which nobody does, has no form. */
const knownProvider = (model: ModelFormProps['model']): Provider | undefined =>
  model && model.provider !== 'builtin' ? model.provider : undefined;

export function ModelForm({ model, isShared = false, onClose, onSave }: ModelFormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<ModelFields>();
  const { isBusy, submit } = useSubmit(form);
  const provider = Form.useWatch<Provider | undefined>('provider', form) ?? knownProvider(model) ?? 'openai';
  const baseUrl = Form.useWatch<string | null | undefined>('base_url', form);
  const usual = PROVIDERS[provider];
  // Everybody's key isn't sent to where an admin points it afterwards: it is given again, or is none where none is needed.
  const saved = knownProvider(model);
  const isKeyAsked =
    isShared &&
    model?.api_key_configured === true &&
    saved !== undefined &&
    leadsElsewhere({ provider: saved, base_url: model.base_url ?? null }, { provider, base_url: baseUrl });
  const keyHint = model?.api_key_configured ? t('settings.keyKept') : t('settings.keyHint');

  const save = ({ api_key, base_url, ...rest }: ModelFields) => {
    const key = api_key || (isKeyAsked ? '' : undefined);
    return submit(() =>
      onSave({ ...rest, base_url: base_url?.trim() || null, ...(key === undefined ? {} : { api_key: key }) }),
    );
  };
  const required = [{ required: true, message: t('common.required') }];
  return (
    <Modal
      open
      title={model ? t('settings.editModel') : t('settings.addModel')}
      okText={t('settings.saveAndTest')}
      confirmLoading={isBusy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form<ModelFields>
        form={form}
        layout="vertical"
        onFinish={(fields) => void save(fields)}
        initialValues={model ?? { provider: 'openai', ...(isShared ? { multiplier: 1 } : {}) }}
        onValuesChange={(changed: Partial<ModelFields>) => {
          if (!changed.provider) return;
          const { models, baseUrl } = PROVIDERS[changed.provider];
          form.setFieldsValue({ model_id: models[0] ?? '', base_url: baseUrl ?? null });
        }}
      >
        <Form.Item name="provider" label={t('settings.provider')} rules={required}>
          <Select options={Object.entries(PROVIDERS).map(([value, { name }]) => ({ value, label: name }))} />
        </Form.Item>
        <Form.Item name="model_id" label={t('settings.modelId')} rules={required}>
          <AutoComplete options={usual.models.map((value) => ({ value }))} />
        </Form.Item>
        <Form.Item name="name" label={t('settings.name')} rules={required}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item
          name="api_key"
          label={t('settings.apiKey')}
          extra={isKeyAsked ? t(usual.needsKey ? 'settings.keyAgain' : 'settings.keyAgainOrNone') : keyHint}
          rules={isKeyAsked && usual.needsKey ? required : []}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="base_url"
          label={t('settings.baseUrl')}
          extra={t('settings.baseUrlHint')}
          rules={provider === 'openai_compatible' ? required : []}
        >
          <Input placeholder={usual.baseUrl ?? ''} />
        </Form.Item>
        {isShared ? (
          <Form.Item name="multiplier" label={t('admin.multiplier')} extra={t('admin.multiplierHint')} rules={required}>
            <InputNumber min={0} max={1_000_000} precision={0} controls={false} style={{ width: '100%' }} />
          </Form.Item>
        ) : (
          <Form.Item name="is_default" label={t('settings.makeDefault')} valuePropName="checked">
            <Switch />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
