// Codes that bring credits: made here, handed on by the admin, looked up and taken back while nobody has used them.
import { CopyOutlined, DeleteOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { aideer, plain, type AideerSchemas } from '../../api/client';
import { useCopy } from '../../parts/copy';
import { useSubmit } from '../../parts/forms';
import { Part } from '../../parts/Screen';
import { WideTable } from '../../parts/WideTable';
import style from './admin.module.css';

type Code = AideerSchemas['Code'];

export function CodesPanel() {
  const { t, i18n } = useTranslation();
  const copy = useCopy();
  // The server doesn't list codes: whoever made one keeps it.
  const [codes, setCodes] = useState<Code[]>([]);
  const [make] = Form.useForm<{ value: number; redeem_code?: string }>();
  const making = useSubmit(make);
  const [find] = Form.useForm<{ code: string }>();
  const finding = useSubmit(find);
  const keep = (code: Code) => setCodes((now) => [code, ...now.filter((one) => one.redeem_code !== code.redeem_code)]);

  const add = ({ value, redeem_code }: { value: number; redeem_code?: string }) =>
    making.submit(
      async () =>
        keep(await plain(aideer.POST('/api/v1/codes', { body: { value, redeem_code: redeem_code?.trim() || null } }))),
      t('admin.codeMade'),
    );
  const look = ({ code }: { code: string }) =>
    finding.submit(
      async () => keep(await plain(aideer.GET('/api/v1/codes/{code}', { params: { path: { code: code.trim() } } }))),
      '',
    );
  const remove = ({ redeem_code: code }: Code) =>
    finding.submit(async () => {
      await plain(aideer.DELETE('/api/v1/codes/{code}', { params: { path: { code } } }));
      setCodes((now) => now.filter((one) => one.redeem_code !== code));
    });
  const required = [{ required: true, message: t('common.required') }];

  return (
    <div className={style.stack}>
      <Part title={t('admin.makeCode')} hint={t('admin.codesHint')}>
        <Form
          form={make}
          layout="inline"
          initialValues={{ value: 100 }}
          onFinish={(fields) => void add(fields)}
          className={style.inline!}
        >
          <Form.Item name="value" label={t('account.credits')} rules={required}>
            <InputNumber min={1} precision={0} />
          </Form.Item>
          <Form.Item name="redeem_code" label={t('admin.code')}>
            <Input placeholder={t('admin.codeOptional')} maxLength={100} autoComplete="off" />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={making.isBusy}>
            {t('admin.makeCode')}
          </Button>
        </Form>
        <Form form={find} layout="inline" onFinish={(fields) => void look(fields)} className={style.inline!}>
          <Form.Item name="code" label={t('admin.findCode')} rules={required}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
          <Button htmlType="submit" loading={finding.isBusy}>
            {t('common.search')}
          </Button>
        </Form>
        {codes.length > 0 && (
          <WideTable<Code>
            label={t('admin.codes')}
            least={280}
            rowKey="redeem_code"
            size="small"
            pagination={false}
            dataSource={codes}
            columns={[
              {
                title: t('admin.code'),
                dataIndex: 'redeem_code',
                render: (code: string) => <code className={style.code}>{code}</code>,
              },
              {
                title: t('account.credits'),
                dataIndex: 'value',
                align: 'right',
                width: 110,
                render: (value: number) => value.toLocaleString(i18n.language),
              },
              {
                title: <span className="visually-hidden">{t('common.more')}</span>,
                key: 'actions',
                width: 100,
                render: (_, code) => (
                  <>
                    <Button
                      type="text"
                      size="small"
                      icon={<CopyOutlined />}
                      aria-label={`${t('common.copy')}: ${code.redeem_code}`}
                      onClick={() => copy(code.redeem_code)}
                    />
                    <Button
                      type="text"
                      size="small"
                      icon={<DeleteOutlined />}
                      aria-label={`${t('common.delete')}: ${code.redeem_code}`}
                      onClick={() => void remove(code)}
                    />
                  </>
                ),
              },
            ]}
          />
        )}
      </Part>
    </div>
  );
}
