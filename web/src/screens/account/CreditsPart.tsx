// Credits: how many are left, where they came from and went, and codes that bring more.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Form, Input, Skeleton } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale, useTime } from '../../i18n/locale';
import { aideer, plain, type AideerSchemas } from '../../api/client';
import { queryClient } from '../../app/queries';
import { Failed } from '../../parts/Failed';
import { useSubmit } from '../../parts/forms';
import { Part } from '../../parts/Screen';
import { WideTable } from '../../parts/WideTable';
import style from './account.module.css';
import { CREDITS } from './queries';

const PAGE = 20;

export function CreditsPart() {
  const { t } = useTranslation();
  const locale = useLocale();
  const [form] = Form.useForm<{ redeem_code: string }>();
  const { isBusy, submit } = useSubmit(form);
  const credits = useInfiniteQuery({
    queryKey: CREDITS,
    initialPageParam: 0,
    queryFn: ({ pageParam: offset }) =>
      plain(aideer.GET('/api/v1/users/me/credits', { params: { query: { offset, limit: PAGE } } })),
    getNextPageParam: (last, pages) => (last.credit_records.length === PAGE ? pages.length * PAGE : undefined),
  });
  const records = useMemo(() => credits.data?.pages.flatMap((page) => page.credit_records) ?? [], [credits.data]);
  const left = credits.data?.pages[0]?.credits_left;

  const redeem = async ({ redeem_code }: { redeem_code: string }) => {
    const isDone = await submit(async () => {
      await plain(aideer.POST('/api/v1/users/me/credits', { body: { redeem_code: redeem_code.trim() } }));
      await queryClient.invalidateQueries({ queryKey: CREDITS });
    }, t('account.redeemed'));
    if (isDone) form.resetFields();
  };
  const time = useTime();
  return (
    <Part title={t('account.credits')} hint={t('account.creditsHint')}>
      {credits.isLoading ? (
        <Skeleton active />
      ) : !credits.data ? (
        <Failed query={credits} />
      ) : (
        <>
          <p className={style.balance} aria-label={t('account.balance')}>
            {left?.toLocaleString(locale) ?? '–'}
          </p>
          <Form
            form={form}
            layout="inline"
            onFinish={(fields) => void redeem(fields)}
            disabled={isBusy}
            className={style.redeem!}
          >
            <Form.Item name="redeem_code" rules={[{ required: true, message: t('common.required') }]}>
              <Input
                placeholder={t('account.code')}
                aria-label={t('account.code')}
                maxLength={100}
                autoComplete="off"
              />
            </Form.Item>
            <Button htmlType="submit" loading={isBusy}>
              {t('account.redeem')}
            </Button>
          </Form>
          <WideTable<AideerSchemas['CreditRecord']>
            label={t('account.credits')}
            least={420}
            rowKey="id"
            size="small"
            dataSource={records}
            pagination={false}
            locale={{ emptyText: <span className={style.none}>{t('account.noRecords')}</span> }}
            columns={[
              {
                title: t('account.time'),
                dataIndex: 'create_time',
                width: 190,
                render: (at: string) => time(at),
              },
              { title: t('account.what'), dataIndex: 'description' },
              {
                title: t('account.amount'),
                dataIndex: 'amount',
                align: 'right',
                width: 120,
                render: (amount: number) => amount.toLocaleString(locale, { signDisplay: 'exceptZero' }),
              },
            ]}
          />
          {credits.hasNextPage && (
            <Button loading={credits.isFetchingNextPage} onClick={() => void credits.fetchNextPage()}>
              {t('ask.loadMore')}
            </Button>
          )}
        </>
      )}
    </Part>
  );
}
