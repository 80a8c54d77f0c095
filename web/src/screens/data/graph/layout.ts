// Where tables stand in the graph: what refers to others on the left, what is referred to on the right, as few crossings as is easy.
import type { Schemas } from '../../../api/client';

export type Table = Schemas['SchemaTable'];

export interface Link {
  id: string;
  from: string;
  fromColumn: string;
  to: string;
  toColumn: string;
  /** Drawn by a person, rather than a key of the database. */
  relation?: Schemas['Relation'];
}

export interface Place {
  x: number;
  y: number;
}

export const NODE_WIDTH = 220;
export const ROW = 26;
const HEAD = 40;
const GAP_X = 130;
const GAP_Y = 36;

export const nameOf = (table: Table) => (table.schema ? `${table.schema}.${table.name}` : table.name);

/** Keys of the database and relations of people, in one form. */
export function linksOf(tables: Table[], relations: Schemas['Relation'][]): Link[] {
  const names = new Set(tables.map(nameOf));
  const full = (table: string, schema?: string | null) =>
    schema && names.has(`${schema}.${table}`) ? `${schema}.${table}` : table;
  const keys = tables.flatMap((table) =>
    table.foreign_keys.flatMap((key) =>
      key.columns.map((column, place): Link => {
        const [from, to] = [nameOf(table), full(key.table, key.schema ?? table.schema)];
        const toColumn = key.references[place] ?? '';
        return { id: `key:${from}.${column}-${to}.${toColumn}`, from, fromColumn: column, to, toColumn };
      }),
    ),
  );
  const drawn = relations.map((relation): Link => {
    const { id, left_table, left_column, right_table, right_column } = relation;
    return { id, from: left_table, fromColumn: left_column, to: right_table, toColumn: right_column, relation };
  });
  return [...keys, ...drawn].filter(({ from, to }) => names.has(from) && names.has(to));
}

/** The columns of a table that are worth showing in the graph: keys and what is linked first, then the others up to a number. */
export function shownColumns(table: Table, links: Link[], most = 12): string[] {
  const name = nameOf(table);
  const linked = new Set(
    links.flatMap((link) => [
      ...(link.from === name ? [link.fromColumn] : []),
      ...(link.to === name ? [link.toColumn] : []),
    ]),
  );
  const isFirst = (column: Table['columns'][number]) => column.primary || linked.has(column.name);
  const chosen = [...table.columns.filter(isFirst), ...table.columns.filter((column) => !isFirst(column))].slice(
    0,
    Math.max(most, linked.size),
  );
  const names = new Set(chosen.map((column) => column.name));
  return table.columns.filter((column) => names.has(column.name)).map((column) => column.name);
}

/** A place for each table, by its name. */
export function placesOf(tables: Table[], links: Link[]): Map<string, Place> {
  const names = tables.map(nameOf);
  const layers = new Map<string, number>();
  const depth = (name: string, seen: Set<string>): number => {
    const known = layers.get(name);
    if (known !== undefined) return known;
    if (seen.has(name)) return 0;
    seen.add(name);
    const below = links
      .filter((link) => link.from === name && link.to !== name)
      .map((link) => depth(link.to, seen) + 1);
    const layer = Math.max(0, ...below);
    layers.set(name, layer);
    return layer;
  };
  for (const name of names) depth(name, new Set());

  const isLinked = new Set(links.flatMap((link) => [link.from, link.to]));
  const columns: string[][] = [];
  for (const name of names.filter((one) => isLinked.has(one))) (columns[layers.get(name) ?? 0] ??= []).push(name);
  const alone = names.filter((one) => !isLinked.has(one));
  const height = new Map(tables.map((table) => [nameOf(table), HEAD + shownColumns(table, links).length * ROW]));
  const places = new Map<string, Place>();
  const middle = (name: string) => (places.get(name)?.y ?? 0) + (height.get(name) ?? 0) / 2;
  let bottom = 0;
  columns.forEach((column = [], layer) => {
    // Beside what it refers to, as far as that goes.
    const wish = (name: string) => {
      const to = links.filter((link) => link.from === name && places.has(link.to)).map((link) => middle(link.to));
      return to.length > 0 ? to.reduce((sum, one) => sum + one, 0) / to.length : 0;
    };
    let y = 0;
    for (const name of [...column].sort((one, other) => wish(one) - wish(other))) {
      places.set(name, { x: (columns.length - 1 - layer) * (NODE_WIDTH + GAP_X), y });
      y += (height.get(name) ?? 0) + GAP_Y;
    }
    bottom = Math.max(bottom, y);
  });
  // What belongs to nothing stands below, in rows.
  const perRow = Math.max(3, columns.length);
  let rowHeight = 0;
  alone.forEach((name, place) => {
    if (place % perRow === 0 && place > 0) {
      bottom += rowHeight + GAP_Y;
      rowHeight = 0;
    }
    places.set(name, { x: (place % perRow) * (NODE_WIDTH + GAP_X), y: bottom });
    rowHeight = Math.max(rowHeight, height.get(name) ?? 0);
  });
  return places;
}
