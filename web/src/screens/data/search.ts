// Finding tables by words in their names, comments and columns.
import type { Schemas } from '../../api/client';

export type Table = Schemas['SchemaTable'];

/** The tables that have every word somewhere; of those that have it in columns alone, these columns. Names of tables go first. */
export function searchTables(tables: Table[], search: string): Table[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return tables;
  const has = (text: string, word: string) => text.toLowerCase().includes(word);
  const byName: Table[] = [];
  const byColumn: Table[] = [];
  for (const table of tables) {
    const own = `${table.schema ?? ''} ${table.name} ${table.comment ?? ''}`;
    if (words.every((word) => has(own, word))) {
      byName.push(table);
      continue;
    }
    const left = words.filter((word) => !has(own, word));
    const columns = table.columns.filter(({ name, comment }) =>
      left.some((word) => has(`${name} ${comment ?? ''}`, word)),
    );
    const isFound = left.every((word) => columns.some(({ name, comment }) => has(`${name} ${comment ?? ''}`, word)));
    if (isFound) byColumn.push({ ...table, columns });
  }
  return [...byName, ...byColumn];
}
