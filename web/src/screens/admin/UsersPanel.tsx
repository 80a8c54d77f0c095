// The people of this server: their rights, credits and passwords, and who may not come in.
import {
  CheckCircleOutlined,
  DeleteOutlined,
  EditOutlined,
  KeyOutlined,
  MoreOutlined,
  PlusOutlined,
  StopOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import { aideer, data, plain, stockbi, type AideerSchemas, type StockBiSchemas } from '../../api/client';
import { queryClient } from '../../app/queries';
import { useConfirm } from '../../parts/confirm';
import { Failed } from '../../parts/Failed';
import { useSubmit } from '../../parts/forms';
import { WideTable } from '../../parts/WideTable';
import card from '../../parts/cards.module.css';
import style from './admin.module.css';
import { PasswordForm, UserForm } from './UserForms';
import { Mark } from '../../parts/Mark';

type User = AideerSchemas['User'];
const PAGE = 50;
export const USERS = ['users'] as const;
export const PERMISSIONS = { 0: 'visitor', 1: 'user', 2: 'admin' } as const;

export function UsersPanel() {
  const { t } = useTranslation();
  const locale = useLocale();
  const confirm = useConfirm();
  const [page, setPage] = useState(1);
  const [form, setForm] = useState<{ kind: 'user' | 'password'; user?: User }>();
  const { submit } = useSubmit();
  const users = useQuery({
    queryKey: [...USERS, page],
    // One more than a page, to know whether there is another.
    queryFn: () =>
      plain(aideer.GET('/api/v1/users', { params: { query: { offset: (page - 1) * PAGE, limit: PAGE + 1 } } })),
  });

  // Whether they may come in is what another contract tells, with the same numbers in the same order.
  const statuses = useQuery({
    queryKey: [...USERS, 'statuses', page],
    retry: false,
    queryFn: () =>
      data(stockbi.POST('/v1/users/list', { params: { query: { offset: (page - 1) * PAGE, limit: PAGE + 1 } } })),
  });
  const statusOf = ({ id }: User) => statuses.data?.find(({ user_id }) => user_id === id);

  const letIn = (person: StockBiSchemas['User'], status: 'active' | 'disabled') =>
    submit(async () => {
      await data(stockbi.POST('/v1/users/reset-info', { body: { user_name: person.user_name, status } }));
      await queryClient.invalidateQueries({ queryKey: USERS });
    });
  const disable = (person: StockBiSchemas['User'], { username }: User) =>
    confirm({
      title: t('admin.disableUser', { name: username }),
      content: t('admin.disableUserHint'),
      yes: t('admin.disable'),
      work: () => letIn(person, 'disabled'),
    });
  const remove = (user: User) =>
    confirm({
      title: t('admin.deleteUser', { name: user.username }),
      content: t('admin.deleteUserHint'),
      work: () =>
        submit(async () => {
          await plain(aideer.DELETE('/api/v1/users/{user_id}', { params: { path: { user_id: user.id } } }));
          await queryClient.invalidateQueries({ queryKey: USERS });
        }),
    });
  if (users.isError && !users.data) return <Failed query={users} />;
  const shown = users.data?.slice(0, PAGE) ?? [];
  const hasMore = (users.data?.length ?? 0) > PAGE;
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  return (
    <>
      <div className={style.tools}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm({ kind: 'user' })}>
          {t('admin.addUser')}
        </Button>
      </div>
      <WideTable<User>
        label={t('admin.users')}
        least={720}
        rowKey="id"
        size="middle"
        loading={users.isLoading}
        dataSource={shown}
        pagination={false}
        columns={[
          {
            title: t('account.username'),
            key: 'name',
            render: (_, user) => {
              const { username, nickname, email } = user;
              return (
                <>
                  <strong>{nickname ?? username}</strong>{' '}
                  {statusOf(user)?.status === 'disabled' && <Mark>{t('admin.disabled')}</Mark>}
                  <p className={card.quiet}>
                    {[nickname ? username : '', email && email !== username ? email : ''].filter(Boolean).join(' · ')}
                  </p>
                </>
              );
            },
          },
          {
            title: t('admin.role'),
            dataIndex: 'permission',
            width: 110,
            render: (permission: keyof typeof PERMISSIONS) => (
              <Mark isStrong={permission === 2}>{t(`admin.roles.${PERMISSIONS[permission]}`)}</Mark>
            ),
          },
          {
            title: t('account.credits'),
            dataIndex: 'credits_left',
            width: 120,
            align: 'right',
            render: (left: number) => left.toLocaleString(locale),
          },
          {
            title: t('admin.since'),
            dataIndex: 'created_at',
            width: 150,
            render: (at: string) => day.format(new Date(at)),
          },
          {
            title: <span className="visually-hidden">{t('common.more')}</span>,
            key: 'actions',
            width: 60,
            render: (_, user) => {
              const person = statusOf(user);
              const isDisabled = person?.status === 'disabled';
              return (
                <Dropdown
                  trigger={['click']}
                  placement="bottomRight"
                  menu={{
                    items: [
                      {
                        key: 'edit',
                        icon: <EditOutlined />,
                        label: t('common.edit'),
                        onClick: () => setForm({ kind: 'user', user }),
                      },
                      {
                        key: 'password',
                        icon: <KeyOutlined />,
                        label: t('admin.setPassword'),
                        onClick: () => setForm({ kind: 'password', user }),
                      },
                      ...(person
                        ? [
                            {
                              key: 'status',
                              icon: isDisabled ? <CheckCircleOutlined /> : <StopOutlined />,
                              label: isDisabled ? t('admin.enable') : t('admin.disable'),
                              onClick: () => (isDisabled ? void letIn(person, 'active') : disable(person, user)),
                            },
                          ]
                        : []),
                      {
                        key: 'delete',
                        icon: <DeleteOutlined />,
                        danger: true,
                        label: t('common.delete'),
                        onClick: () => remove(user),
                      },
                    ],
                  }}
                >
                  <Button
                    type="text"
                    size="small"
                    icon={<MoreOutlined />}
                    aria-label={`${t('common.more')}: ${user.username}`}
                  />
                </Dropdown>
              );
            },
          },
        ]}
      />
      {(page > 1 || hasMore) && (
        <div className={style.tools}>
          <Button disabled={page === 1} onClick={() => setPage(page - 1)}>
            {t('common.previousPage')}
          </Button>
          <Button disabled={!hasMore} onClick={() => setPage(page + 1)}>
            {t('common.nextPage')}
          </Button>
        </div>
      )}
      {form?.kind === 'user' && <UserForm user={form.user} onClose={() => setForm(undefined)} />}
      {form?.kind === 'password' && form.user && <PasswordForm user={form.user} onClose={() => setForm(undefined)} />}
    </>
  );
}
