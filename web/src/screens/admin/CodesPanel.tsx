// Codes that bring credits: made here, handed on by the admin, and taken back while nobody has used them.
import { CopyOutlined, DeleteOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { App, Button, Form, Input, InputNumber } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { aideer, plain, reasonOf, wenshu, type WenshuSchemas } from '../../api/client';
import { queryClient } from '../../app/queries';
import { useLocale, useTime } from '../../i18n/locale';
import { useConfirm } from '../../parts/confirm';
import { useCopy } from '../../parts/copy';
import { Failed } from '../../parts/Failed';
import { useSubmit } from '../../parts/forms';
import { Part } from '../../parts/Screen';
import { WideTable } from '../../parts/WideTable';
import style from './admin.module.css';
import { around, PAGE, pageWithin, stateOf } from './codes';

type Code = WenshuSchemas['Code'];
const CODES = ['codes'] as const;
const list = (limit: number, offset: number) =>
  plain(wenshu.GET('/wenshu/v1/codes', { params: { query: { limit, offset } } }));
const refresh = () => queryClient.invalidateQueries({ queryKey: CODES });

export function CodesPanel() {
  const { t } = useTranslation();
  const locale = useLocale();
  const time = useTime();
  const copy = useCopy();
  const confirm = useConfirm();
  const { message } = App.useApp();
  const [page, setPage] = useState(1);
  const isLooking = useRef(false);
  const [form] = Form.useForm<{ value: number; redeem_code?: string }>();
  const { isBusy, submit } = useSubmit(form);
  const codes = useQuery({
    queryKey: [...CODES, page],
    placeholderData: keepPreviousData,
    queryFn: () => list(PAGE, (page - 1) * PAGE),
  });
  if (codes.data && !codes.isPlaceholderData) {
    const within = pageWithin(page, codes.data.total);
    if (within !== page) setPage(within);
  }

  const add = async ({ value, redeem_code }: { value: number; redeem_code?: string }) => {
    const isDone = await submit(async () => {
      await plain(aideer.POST('/api/v1/codes', { body: { value, redeem_code: redeem_code?.trim() || null } }));
      await refresh();
    }, t('admin.codeMade'));
    if (!isDone) return;
    form.resetFields(['redeem_code']);
    // It is the newest one.
    setPage(1);
  };
  /** Whether nobody has used it until now; otherwise it is said, and seen in the list. With a redeemed code would go who has redeemed it. */
  const isUnused = async (code: string): Promise<boolean> => {
    try {
      const { limit, offset } = around(page);
      const state = stateOf(code, (await list(limit, offset)).codes);
      if (state === 'unused') return true;
      void message.warning(t(`admin.codeStates.${state}`, { code }), 6);
    } catch (error) {
      void message.error(reasonOf(error), 6);
    }
    void refresh();
    return false;
  };
  const remove = async ({ code }: Code) => {
    // Pressed twice it is asked once.
    if (isLooking.current) return;
    isLooking.current = true;
    const isStill = await isUnused(code);
    isLooking.current = false;
    if (!isStill) return;
    confirm({
      title: t('admin.deleteCode', { code }),
      content: t('admin.deleteCodeHint'),
      work: async () => {
        // It may have been redeemed while the question stood there.
        if (!(await isUnused(code))) return;
        await submit(() =>
          plain(aideer.DELETE('/api/v1/codes/{code}', { params: { path: { code } } })).finally(refresh),
        );
      },
    });
  };

  return (
    <Part title={t('admin.codes')} hint={t('admin.codesHint')}>
      <Form
        form={form}
        layout="inline"
        initialValues={{ value: 100 }}
        onFinish={(fields) => void add(fields)}
        className={style.inline!}
      >
        <Form.Item
          name="value"
          label={t('account.credits')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <InputNumber min={1} precision={0} controls={false} />
        </Form.Item>
        <Form.Item name="redeem_code" label={t('admin.code')}>
          <Input placeholder={t('admin.codeOptional')} maxLength={100} autoComplete="off" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={isBusy}>
          {t('admin.makeCode')}
        </Button>
      </Form>
      <Failed query={codes} />
      {codes.data && (
        <WideTable<Code>
          label={t('admin.codes')}
          least={700}
          rowKey="code"
          size="small"
          dataSource={codes.data.codes}
          locale={{ emptyText: <span className={style.none}>{t('admin.noCodes')}</span> }}
          pagination={{
            current: page,
            pageSize: PAGE,
            total: codes.data.total,
            onChange: setPage,
            hideOnSinglePage: true,
            showSizeChanger: false,
          }}
          columns={[
            {
              title: t('admin.code'),
              dataIndex: 'code',
              render: (code: string) => <code className={style.code}>{code}</code>,
            },
            {
              title: t('account.credits'),
              dataIndex: 'amount',
              align: 'right',
              width: 100,
              render: (amount: number) => amount.toLocaleString(locale),
            },
            { title: t('admin.madeAt'), dataIndex: 'made_at', width: 200, render: (at: string) => time(at) },
            {
              title: t('admin.usedBy'),
              key: 'used',
              width: 250,
              render: (_, { used_by, used_at }) =>
                used_at ? [used_by ?? t('admin.goneUser'), time(used_at)].join(' · ') : t('admin.unused'),
            },
            {
              title: <span className="visually-hidden">{t('common.more')}</span>,
              key: 'actions',
              width: 90,
              render: (_, code) =>
                !code.used_at && (
                  <>
                    <Button
                      type="text"
                      size="small"
                      icon={<CopyOutlined />}
                      aria-label={`${t('common.copy')}: ${code.code}`}
                      onClick={() => copy(code.code)}
                    />
                    <Button
                      type="text"
                      size="small"
                      icon={<DeleteOutlined />}
                      aria-label={`${t('common.delete')}: ${code.code}`}
                      onClick={() => void remove(code)}
                    />
                  </>
                ),
            },
          ]}
        />
      )}
    </Part>
  );
}
