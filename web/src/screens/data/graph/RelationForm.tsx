// A relation between two columns: drawn in the graph, or chosen here without a mouse.
import { Form, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { data, querygpt, type Schemas } from '../../../api/client';
import { KEYS, queryClient } from '../../../app/queries';
import { useSubmit } from '../../../parts/forms';
import { nameOf, type Table } from './layout';

export type Ends = Required<
  Pick<Schemas['RelationBody'], 'left_table' | 'left_column' | 'right_table' | 'right_column'>
>;
type Fields = Ends & { cardinality: Schemas['Cardinality'] };

interface FormProps {
  connection: string;
  tables: Table[];
  ends: Partial<Ends>;
  onClose: () => void;
}

const CARDINALITIES: Schemas['Cardinality'][] = ['many_to_one', 'one_to_many', 'one_to_one', 'many_to_many'];

export function RelationForm({ connection, tables, ends, onClose }: FormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const { isBusy, submit } = useSubmit(form);
  const left = Form.useWatch('left_table', form) ?? ends.left_table;
  const right = Form.useWatch('right_table', form) ?? ends.right_table;

  const save = async (body: Fields) => {
    const saved = await submit(async () => {
      await data(querygpt.POST('/api/v1/connections/{id}/relations', { params: { path: { id: connection } }, body }));
      await queryClient.invalidateQueries({ queryKey: KEYS.relations(connection) });
    });
    if (saved) onClose();
  };
  const required = [{ required: true, message: t('common.required') }];
  const names = tables.map((table) => ({ value: nameOf(table), label: nameOf(table) }));
  const columns = (name: string | undefined) =>
    tables
      .find((table) => nameOf(table) === name)
      ?.columns.map((column) => ({ value: column.name, label: column.name })) ?? [];
  return (
    <Modal
      open
      title={t('data.addRelation')}
      okText={t('common.save')}
      confirmLoading={isBusy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        onFinish={(fields) => void save(fields)}
        initialValues={{ cardinality: 'many_to_one', ...ends }}
      >
        <Form.Item name="left_table" label={t('data.leftTable')} rules={required}>
          <Select showSearch options={names} onChange={() => form.setFieldValue('left_column', undefined)} />
        </Form.Item>
        <Form.Item name="left_column" label={t('data.leftColumn')} rules={required}>
          <Select showSearch options={columns(left)} />
        </Form.Item>
        <Form.Item name="right_table" label={t('data.rightTable')} rules={required}>
          <Select showSearch options={names} onChange={() => form.setFieldValue('right_column', undefined)} />
        </Form.Item>
        <Form.Item name="right_column" label={t('data.rightColumn')} rules={required}>
          <Select showSearch options={columns(right)} />
        </Form.Item>
        <Form.Item name="cardinality" label={t('data.cardinality')}>
          <Select options={CARDINALITIES.map((value) => ({ value, label: t(`data.cardinalities.${value}`) }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
