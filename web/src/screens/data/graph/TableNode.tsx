// A table in the graph: relations are drawn from one of its columns to another table's.
import { Handle, Position, type NodeProps, type Node } from '@xyflow/react';
import { memo } from 'react';
import style from './graph.module.css';

export type TableNodeType = Node<{ name: string; comment: string; columns: string[]; keys: string[] }, 'table'>;

export const TableNode = memo(function TableNode({ data }: NodeProps<TableNodeType>) {
  const { name, comment, columns, keys } = data;
  return (
    <div className={style.node}>
      <div className={style.head} title={comment || name}>
        {name}
      </div>
      {columns.map((column) => (
        <div key={column} className={keys.includes(column) ? `${style.row} ${style.key}` : style.row} title={column}>
          <Handle type="target" id={column} position={Position.Left} className={style.handle!} />
          <span>{column}</span>
          <Handle type="source" id={column} position={Position.Right} className={style.handle!} />
        </div>
      ))}
    </div>
  );
});
