// A model of one's own: who offers it, which it is, and the key to it, which is stored encrypted and never shown again.
import { AutoComplete, Form, Input, Modal, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { data, querygpt, type Schemas } from '../../api/client';
import { useSubmit } from '../../parts/forms';
import { PROVIDERS, type Provider } from './providers';

interface FormProps {
  model: Schemas['Model'] | undefined;
  onClose: () => void;
  onSaved: (id: string) => void;
}

interface Fields {
  name: string;
  provider: Provider;
  model_id: string;
  base_url?: string | null;
  api_key?: string;
  is_default?: boolean;
}

export function ModelForm({ model, onClose, onSaved }: FormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const { isBusy, submit } = useSubmit(form);
  const provider = Form.useWatch<Provider | undefined>('provider', form) ?? 'openai';
  const usual = PROVIDERS[provider];

  const save = ({ api_key, base_url, ...rest }: Fields) =>
    submit(async () => {
      const body = { ...rest, base_url: base_url?.trim() || null, ...(api_key ? { api_key } : {}) };
      const saved = model
        ? await data(querygpt.PUT('/api/v1/models/{id}', { params: { path: { id: model.id } }, body }))
        : await data(querygpt.POST('/api/v1/models', { body }));
      onSaved(saved.id);
    });
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
      <Form<Fields>
        form={form}
        layout="vertical"
        onFinish={(fields) => void save(fields)}
        initialValues={model ?? { provider: 'openai' }}
        onValuesChange={(changed: Partial<Fields>) => {
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
          extra={model?.api_key_configured ? t('settings.keyKept') : t('settings.keyHint')}
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
        <Form.Item name="is_default" label={t('settings.makeDefault')} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
    </Modal>
  );
}
