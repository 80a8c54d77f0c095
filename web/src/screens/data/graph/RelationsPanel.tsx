// How tables belong together: keys of the database, and relations that people draw where it has none.
import '@xyflow/react/dist/style.css';
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Background, Controls, ReactFlow, useNodesState, type Connection, type Edge } from '@xyflow/react';
import { Button, Skeleton } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { data, querygpt, type Schemas } from '../../../api/client';
import { useIsDark } from '../../../app/appearance';
import { KEYS, queryClient, useSchema } from '../../../app/queries';
import { Failed } from '../../../parts/Failed';
import { useSubmit } from '../../../parts/forms';
import card from '../../../parts/cards.module.css';
import screen from '../DataScreen.module.css';
import style from './graph.module.css';
import { linksOf, nameOf, placesOf, shownColumns, type Link } from './layout';
import { RelationForm, type Ends } from './RelationForm';
import { TableNode, type TableNodeType } from './TableNode';
import { Mark } from '../../../parts/Mark';

const NODE_TYPES = { table: TableNode };
/** More tables than that are no picture any more; those that belong to others are drawn first. */
const MOST_DRAWN = 120;

export function RelationsPanel({ connection }: { connection: Schemas['Connection'] }) {
  const { t } = useTranslation();
  const isDark = useIsDark();
  const schema = useSchema(connection.id);
  const relations = useQuery({
    queryKey: KEYS.relations(connection.id),
    queryFn: async () =>
      (await data(querygpt.GET('/api/v1/connections/{id}/relations', { params: { path: { id: connection.id } } })))
        .relations,
  });
  const [form, setForm] = useState<Partial<Ends>>();
  const { submit } = useSubmit();
  const [nodes, setNodes, onNodesChange] = useNodesState<TableNodeType>([]);

  const { drawn, links } = useMemo(() => {
    const tables = schema.data ?? [];
    const all = linksOf(tables, relations.data ?? []);
    const linked = new Set(all.flatMap((link) => [link.from, link.to]));
    const ordered = [...tables].sort(
      (one, other) => Number(linked.has(nameOf(other))) - Number(linked.has(nameOf(one))),
    );
    return { drawn: ordered.slice(0, MOST_DRAWN), links: all };
  }, [schema.data, relations.data]);

  useEffect(() => {
    const places = placesOf(drawn, links);
    setNodes((before) =>
      drawn.map((table): TableNodeType => {
        const id = nameOf(table);
        const columns = shownColumns(table, links);
        const keys = table.columns.filter((column) => column.primary).map((column) => column.name);
        // What was moved stays where it was put.
        const position = before.find((node) => node.id === id)?.position ?? places.get(id) ?? { x: 0, y: 0 };
        return { id, type: 'table', position, data: { name: id, comment: table.comment ?? '', columns, keys } };
      }),
    );
  }, [drawn, links, setNodes]);
  const edges = useMemo(() => links.map((link) => edgeOf(link)), [links]);

  const remove = (relation: Schemas['Relation']) =>
    submit(async () => {
      const path = { id: connection.id, relation_id: relation.id };
      await data(querygpt.DELETE('/api/v1/connections/{id}/relations/{relation_id}', { params: { path } }));
      await queryClient.invalidateQueries({ queryKey: KEYS.relations(connection.id) });
    });
  const onConnect = ({ source, sourceHandle, target, targetHandle }: Connection) =>
    setForm({
      left_table: source,
      left_column: sourceHandle ?? '',
      right_table: target,
      right_column: targetHandle ?? '',
    });

  if (schema.isLoading || relations.isLoading) return <Skeleton active />;
  if (!schema.data) return <Failed query={schema} />;
  if (!relations.data) return <Failed query={relations} />;
  return (
    <>
      <div className={screen.tools}>
        <Button icon={<PlusOutlined />} onClick={() => setForm({})}>
          {t('data.addRelation')}
        </Button>
        <span className={card.quiet}>{t('data.drawHint')}</span>
      </div>
      <div className={style.graph}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          colorMode={isDark ? 'dark' : 'light'}
          onNodesChange={onNodesChange}
          onConnect={onConnect}
          onEdgesDelete={(deleted) => {
            for (const edge of deleted) {
              const relation = links.find((link) => link.id === edge.id)?.relation;
              if (relation) void remove(relation);
            }
          }}
          fitView
          minZoom={0.1}
          proOptions={{ hideAttribution: true }}
          aria-label={t('data.relations')}
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      <ul className={style.list} aria-label={t('data.relations')}>
        {relations.data?.map((relation) => (
          <li key={relation.id}>
            <code>
              {relation.left_table}.{relation.left_column} — {relation.right_table}.{relation.right_column}
            </code>
            <Mark>{t(`data.cardinalities.${relation.cardinality}`)}</Mark>
            {relation.is_editable && (
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={`${t('common.delete')}: ${relation.left_table}.${relation.left_column}`}
                onClick={() => void remove(relation)}
              />
            )}
          </li>
        ))}
      </ul>
      {form && (
        <RelationForm
          connection={connection.id}
          tables={schema.data ?? []}
          ends={form}
          onClose={() => setForm(undefined)}
        />
      )}
    </>
  );
}

function edgeOf({ id, from, fromColumn, to, toColumn, relation }: Link): Edge {
  return {
    id,
    source: from,
    sourceHandle: fromColumn,
    target: to,
    targetHandle: toColumn,
    deletable: relation?.is_editable ?? false,
    animated: relation !== undefined,
    style: { strokeWidth: 1.5, stroke: relation ? 'var(--accent)' : 'var(--quiet)' },
  };
}
