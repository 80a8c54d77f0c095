// One conversation in the list, with what can be done to it.
import { DeleteOutlined, EditOutlined, MoreOutlined, StarFilled, StarOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Dropdown, Input, type MenuProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useNavigate, useParams } from 'react-router';
import { data, querygpt, reasonOf, type Schemas } from '../../api/client';
import { useLiveRun } from '../../answers/live';
import { KEYS, queryClient } from '../../app/queries';
import { useConfirm } from '../../parts/confirm';
import style from './Conversations.module.css';

export function ConversationItem({ conversation }: { conversation: Schemas['Conversation'] }) {
  const { t } = useTranslation();
  const { id, title, is_favorite } = conversation;
  const { message } = App.useApp();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const { id: shown } = useParams();
  const [name, setName] = useState<string>();
  const isRunning = useLiveRun(id)?.answer.status === 'running';
  const params = { params: { path: { id } } };

  const options = {
    onSuccess: () =>
      Promise.all(
        [KEYS.conversations, KEYS.conversation(id)].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
      ),
    onError: (error: unknown) => void message.error(reasonOf(error)),
  };
  const rename = useMutation({
    mutationFn: (to: string) => data(querygpt.PATCH('/api/v1/conversations/{id}', { ...params, body: { title: to } })),
    ...options,
  });
  const mark = useMutation({
    mutationFn: () => data(querygpt.POST('/api/v1/conversations/{id}/favorite', params)),
    ...options,
  });
  const remove = useMutation({
    mutationFn: () => data(querygpt.DELETE('/api/v1/conversations/{id}', params)),
    onError: options.onError,
    onSuccess: () => {
      if (shown === id) void navigate('/');
      queryClient.removeQueries({ queryKey: KEYS.conversation(id) });
      return queryClient.invalidateQueries({ queryKey: KEYS.conversations });
    },
  });

  const items: MenuProps['items'] = [
    {
      key: 'favorite',
      icon: is_favorite ? <StarFilled /> : <StarOutlined />,
      label: is_favorite ? t('ask.unfavorite') : t('ask.favorite'),
      onClick: () => mark.mutate(),
    },
    { key: 'rename', icon: <EditOutlined />, label: t('ask.rename'), onClick: () => setName(title) },
    {
      key: 'delete',
      icon: <DeleteOutlined />,
      danger: true,
      label: t('common.delete'),
      onClick: () =>
        confirm({
          title: t('ask.deleteTitle'),
          content: t('ask.deleteHint'),
          work: () => remove.mutateAsync(),
        }),
    },
  ];

  if (name !== undefined) {
    const finish = () => {
      const next = name.trim();
      if (next && next !== title) rename.mutate(next);
      setName(undefined);
    };
    return (
      <li className={style.item}>
        <Input
          autoFocus
          value={name}
          maxLength={200}
          aria-label={t('ask.renameTitle')}
          onChange={(event) => setName(event.target.value)}
          onPressEnter={finish}
          onBlur={finish}
          onKeyDown={(event) => event.key === 'Escape' && setName(undefined)}
        />
      </li>
    );
  }
  return (
    <li className={style.item}>
      <NavLink
        to={`/ask/${id}`}
        className={({ isActive }) => (isActive ? `${style.link} ${style.here}` : style.link)!}
        title={title}
      >
        {isRunning && <span className={style.running} aria-label={t('ask.thinking')} role="img" />}
        {is_favorite && <StarFilled className={style.star} aria-hidden />}
        <span className={style.title}>{title}</span>
      </NavLink>
      <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
        <Button
          type="text"
          size="small"
          className={style.more!}
          icon={<MoreOutlined />}
          aria-label={`${t('common.more')}: ${title}`}
        />
      </Dropdown>
    </li>
  );
}
