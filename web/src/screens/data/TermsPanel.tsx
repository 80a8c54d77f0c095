// Business words of a database: what people say, and what it means in SQL.
import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS, queryClient, useTerms } from '../../app/queries';
import { Failed } from '../../parts/Failed';
import { useConfirm } from '../../parts/confirm';
import { useSubmit } from '../../parts/forms';
import { WideTable } from '../../parts/WideTable';
import card from '../../parts/cards.module.css';
import style from './DataScreen.module.css';
import { TermForm } from './TermForm';
import { Mark } from '../../parts/Mark';

type Term = Schemas['Term'];

export function TermsPanel({ connection }: { connection: Schemas['Connection'] }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const terms = useTerms(connection.id);
  const [form, setForm] = useState<{ term?: Term }>();
  const { submit } = useSubmit();

  const remove = (term: Term) =>
    confirm({
      title: t('data.deleteTerm', { term: term.term }),
      work: () =>
        submit(async () => {
          const path = { id: connection.id, term_id: term.id };
          await data(querygpt.DELETE('/api/v1/connections/{id}/terms/{term_id}', { params: { path } }));
          await queryClient.invalidateQueries({ queryKey: KEYS.terms(connection.id) });
        }),
    });

  // One's own are looked for more often than those that came along.
  const own = [...(terms.data ?? [])].sort((one, other) => Number(other.is_editable) - Number(one.is_editable));
  if (terms.isLoading) return <Skeleton active />;
  if (!terms.data) return <Failed query={terms} />;
  return (
    <>
      <div className={style.tools}>
        <Button icon={<PlusOutlined />} onClick={() => setForm({})}>
          {t('data.addTerm')}
        </Button>
      </div>
      <WideTable<Term>
        label={t('data.terms')}
        least={640}
        rowKey="id"
        size="small"
        dataSource={own}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        columns={[
          { title: t('data.term'), dataIndex: 'term', width: 150, render: (term: string) => <strong>{term}</strong> },
          {
            title: t('data.kind'),
            dataIndex: 'kind',
            width: 90,
            render: (kind: Term['kind']) => (
              <Mark isStrong={kind === 'metric' || kind === 'dimension'}>{t(`data.kinds.${kind}`)}</Mark>
            ),
          },
          {
            title: t('data.meaning'),
            key: 'meaning',
            render: (_, { expression, description }) => (
              <>
                {expression && <code>{expression}</code>}
                {description && <p className={card.quiet}>{description}</p>}
              </>
            ),
          },
          {
            title: <span className="visually-hidden">{t('common.more')}</span>,
            key: 'actions',
            width: 90,
            render: (_, term) =>
              term.is_editable && (
                <>
                  <Button
                    type="text"
                    size="small"
                    icon={<EditOutlined />}
                    aria-label={`${t('common.edit')}: ${term.term}`}
                    onClick={() => setForm({ term })}
                  />
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={`${t('common.delete')}: ${term.term}`}
                    onClick={() => remove(term)}
                  />
                </>
              ),
          },
        ]}
      />
      {form && <TermForm connection={connection.id} term={form.term} onClose={() => setForm(undefined)} />}
    </>
  );
}
