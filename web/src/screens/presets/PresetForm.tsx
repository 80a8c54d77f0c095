// A preset, new or changed: the instructions, and the parameters that reach the model.
import { Form, Input, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { aideer, plain, type AideerSchemas } from '../../api/client';
import { queryClient, useModels } from '../../app/queries';
import { useSubmit } from '../../parts/forms';
import { PRESETS } from './queries';

interface FormProps {
  preset: AideerSchemas['Preset'] | undefined;
  isAdmin: boolean;
  onClose: () => void;
}

interface Fields {
  title: string;
  description?: string | null;
  visibility: AideerSchemas['PresetVisibility'];
  instructions?: string;
  model?: string | null;
  temperature?: number | null;
  max_tokens?: number | null;
}

export function PresetForm({ preset, isAdmin, onClose }: FormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const { isBusy, submit } = useSubmit(form);
  const models = useModels();

  const save = async (fields: Fields) => {
    const { title, description, visibility, instructions, model, temperature, max_tokens } = fields;
    const kept = preset?.messages.filter((message) => message.role !== 'system') ?? [];
    const told = instructions?.trim() ? [{ role: 'system' as const, content: instructions.trim() }] : [];
    const parameters = {
      ...preset?.parameters,
      model: model ?? null,
      temperature: temperature ?? null,
      max_tokens: max_tokens ?? null,
    };
    const body: AideerSchemas['PresetBody'] = {
      title,
      description: description || null,
      visibility,
      parameters,
      messages: [...told, ...kept],
    };
    const isDone = await submit(async () => {
      await (preset
        ? plain(aideer.PUT('/api/v1/presets/{preset_id}', { params: { path: { preset_id: preset.id } }, body }))
        : plain(aideer.POST('/api/v1/presets', { body })));
      await queryClient.invalidateQueries({ queryKey: PRESETS });
    });
    if (isDone) onClose();
  };
  const instructions = preset?.messages
    .filter((message) => message.role === 'system')
    .map((message) => message.content)
    .join('\n\n');
  const initial = preset
    ? { ...preset, ...preset.parameters, instructions }
    : { visibility: isAdmin ? 'public' : 'private' };
  const visibilities = (['private', 'unlisted', 'public'] as const).filter((one) => isAdmin || one !== 'public');
  return (
    <Modal
      open
      title={preset ? t('presets.edit') : t('presets.add')}
      okText={t('common.save')}
      confirmLoading={isBusy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form<Fields> form={form} layout="vertical" initialValues={initial} onFinish={(fields) => void save(fields)}>
        <Form.Item name="title" label={t('presets.title')} rules={[{ required: true, message: t('common.required') }]}>
          <Input maxLength={50} />
        </Form.Item>
        <Form.Item name="description" label={t('data.about')}>
          <Input maxLength={255} />
        </Form.Item>
        <Form.Item name="instructions" label={t('presets.instructions')}>
          <Input.TextArea autoSize={{ minRows: 4, maxRows: 12 }} />
        </Form.Item>
        <Form.Item name="visibility" label={t('presets.visibility')}>
          <Select options={visibilities.map((value) => ({ value, label: t(`presets.visibilities.${value}`) }))} />
        </Form.Item>
        <Form.Item name="model" label={t('ask.model')}>
          <Select
            allowClear
            placeholder={t('common.default')}
            options={(models.data ?? [])
              .filter(({ provider }) => provider !== 'builtin')
              .map(({ model_id, name }) => ({ value: model_id, label: name }))}
          />
        </Form.Item>
        <Form.Item name="temperature" label={t('presets.temperature')}>
          <InputNumber controls={false} min={0} max={1.99} step={0.1} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="max_tokens" label={t('presets.maxTokens')}>
          <InputNumber controls={false} min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
