// Tables and columns of a database, found by any of their words.
import { KeyOutlined, LinkOutlined, ReloadOutlined } from '@ant-design/icons';
import { Button, Skeleton, Tooltip } from 'antd';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../i18n/locale';
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS, queryClient, useSchema } from '../../app/queries';
import { Failed } from '../../parts/Failed';
import { useSubmit } from '../../parts/forms';
import { SearchField } from '../../parts/SearchField';
import card from '../../parts/cards.module.css';
import style from './DataScreen.module.css';
import { searchTables, type Table } from './search';
import { Mark } from '../../parts/Mark';

/** Tables that are opened unasked: as many as can be taken in. */
const OPEN_AT_FIRST = 1;
const MOST_SHOWN = 200;

export function SchemaBrowser({ connection }: { connection: Schemas['Connection'] }) {
  const { t } = useTranslation();
  const schema = useSchema(connection.id);
  const [search, setSearch] = useState('');
  const words = useDeferredValue(search.trim());
  const found = useMemo(() => searchTables(schema.data ?? [], words), [schema.data, words]);
  const { isBusy, submit } = useSubmit();

  const refresh = () =>
    submit(async () => {
      const read = querygpt.GET('/api/v1/connections/{id}/schema', {
        params: { path: { id: connection.id }, query: { refresh: true } },
      });
      queryClient.setQueryData(KEYS.schema(connection.id), (await data(read)).tables);
    }, t('data.readAnew'));

  if (schema.isLoading) return <Skeleton active />;
  if (!schema.data) return <Failed query={schema} />;
  return (
    <>
      <div className={style.tools}>
        <SearchField className={style.search!} label={t('data.searchTables')} value={search} onChange={setSearch} />
        <Button icon={<ReloadOutlined />} loading={isBusy} onClick={() => void refresh()}>
          {t('common.refresh')}
        </Button>
      </div>
      <div className={style.tables}>
        {found.slice(0, MOST_SHOWN).map((table, index) => (
          <TableView
            key={`${table.schema ?? ''}.${table.name}`}
            table={table}
            isOpen={words !== '' || index < OPEN_AT_FIRST}
          />
        ))}
        {found.length === 0 && <p className={card.quiet}>{t('ask.nothingFound')}</p>}
        {found.length > MOST_SHOWN && (
          <p className={card.quiet}>{t('data.moreTables', { count: found.length - MOST_SHOWN })}</p>
        )}
      </div>
    </>
  );
}

function TableView({ table, isOpen }: { table: Table; isOpen: boolean }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { name, schema, kind, comment, columns, foreign_keys, row_count, row_count_exact } = table;
  const keyOf = (column: string) => foreign_keys.find((key) => key.columns.includes(column));
  const count = row_count?.toLocaleString(locale);
  return (
    <details className={style.table} open={isOpen}>
      <summary>
        <strong>
          {schema ? `${schema}.` : ''}
          {name}
        </strong>
        {kind === 'view' && <Mark>{t('data.view')}</Mark>}
        {comment && <span>{comment}</span>}
        <span className={card.quiet}>
          {t('data.columnsCount', { count: columns.length })}
          {count !== undefined &&
            ` · ${row_count_exact ? '' : '≈ '}${t('data.rowsCount', { count: row_count ?? 0, rows: count })}`}
        </span>
      </summary>
      <div className={style.columns} tabIndex={0} role="group" aria-label={name}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('data.column')}</th>
              <th scope="col">{t('data.type')}</th>
              <th scope="col">{t('data.about')}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => {
              const key = keyOf(column.name);
              return (
                <tr key={column.name}>
                  <td>
                    {column.name}{' '}
                    {column.primary && (
                      <Tooltip title={t('data.primaryKey')}>
                        <KeyOutlined aria-label={t('data.primaryKey')} />
                      </Tooltip>
                    )}
                  </td>
                  <td>
                    {column.type}
                    {!column.nullable && !column.primary ? ' NOT NULL' : ''}
                  </td>
                  <td>
                    {column.comment}{' '}
                    {key && (
                      <span className={card.quiet}>
                        <LinkOutlined aria-hidden /> {key.table}.{key.references[key.columns.indexOf(column.name)]}
                      </span>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
