// A business word, new or changed. What the database can't run is refused with the reason.
import { Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS, queryClient } from '../../app/queries';
import { useSubmit } from '../../parts/forms';

interface FormProps {
  connection: string;
  term: Schemas['Term'] | undefined;
  onClose: () => void;
}

const KINDS: Schemas['TermKind'][] = ['metric', 'dimension', 'alias', 'note'];

export function TermForm({ connection, term, onClose }: FormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Schemas['TermBody']>();
  const { isBusy, submit } = useSubmit(form);
  const kind = Form.useWatch<Schemas['TermKind'] | undefined>('kind', form) ?? 'metric';

  const save = async (fields: Schemas['TermBody']) => {
    const body = { ...fields, expression: fields.expression ?? '' };
    const saved = await submit(async () => {
      await (term
        ? data(
            querygpt.PUT('/api/v1/connections/{id}/terms/{term_id}', {
              params: { path: { id: connection, term_id: term.id } },
              body,
            }),
          )
        : data(querygpt.POST('/api/v1/connections/{id}/terms', { params: { path: { id: connection } }, body })));
      await queryClient.invalidateQueries({ queryKey: KEYS.terms(connection) });
    });
    if (saved) onClose();
  };
  const required = [{ required: true, message: t('common.required') }];
  return (
    <Modal
      open
      title={term ? t('data.editTerm') : t('data.addTerm')}
      okText={t('common.save')}
      confirmLoading={isBusy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form
        form={form}
        layout="vertical"
        onFinish={(fields) => void save(fields)}
        initialValues={term ?? { kind: 'metric' }}
      >
        <Form.Item name="term" label={t('data.term')} rules={required}>
          <Input maxLength={100} placeholder={t('data.termExample')} />
        </Form.Item>
        <Form.Item name="kind" label={t('data.kind')} extra={t(`data.kindHints.${kind}`)}>
          <Select options={KINDS.map((value) => ({ value, label: t(`data.kinds.${value}`) }))} />
        </Form.Item>
        {kind !== 'note' && (
          <Form.Item
            name="expression"
            label={kind === 'alias' ? t('data.aliasOf') : t('data.expression')}
            rules={required}
          >
            <Input.TextArea
              autoSize={{ minRows: 1, maxRows: 6 }}
              spellCheck={false}
              placeholder={kind === 'alias' ? '' : 'SUM(orders.total_amount)'}
            />
          </Form.Item>
        )}
        <Form.Item name="description" label={t('data.about')} rules={kind === 'note' ? required : []}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
