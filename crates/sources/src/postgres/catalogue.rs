//! The schema out of PostgreSQL's catalogues: a handful of statements, however many tables there are.

use std::collections::HashMap;

use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use super::session::PostgresSession;
use super::types::{Class, reading};
use crate::{Column, Dialect, ForeignKey, RowCount, Schema, Table, TableKind};

/// Tables up to this size are counted; of larger ones the database's estimate is taken.
const COUNTED_BYTES: i64 = 1024 * 1024;
/// What is read for counting in all.
const COUNTED_BYTES_IN_ALL: i64 = 64 * 1024 * 1024;
/// Tables counted by one statement.
const COUNTED_AT_ONCE: usize = 250;

/// Everything that holds rows and may be read: not the database's own, not what an extension brought, and not the pieces of
/// a partitioned table. The default schema comes first, tables in the order in which they were made.
const RELATIONS: &str = "
    SELECT c.oid, n.nspname::text, coalesce(n.nspname = $1, false), c.relname::text,
           c.relkind IN ('v', 'm'), obj_description(c.oid, 'pg_class'),
           CASE WHEN c.relkind = 'p' THEN pieces.rows ELSE c.reltuples::float8 END,
           CASE WHEN c.relkind = 'p' THEN pieces.bytes
                WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) END,
           c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT')
           OR c.relkind = 'm' AND c.relispopulated AND has_table_privilege(c.oid, 'SELECT')
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (
        WITH RECURSIVE piece (oid) AS (
            SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid
            UNION ALL SELECT inhrelid FROM pg_inherits JOIN piece ON inhparent = piece.oid
        )
        SELECT sum(p.reltuples::float8) FILTER (WHERE p.reltuples > 0) AS rows,
               coalesce(sum(pg_relation_size(p.oid)), 0)::int8 AS bytes
        FROM piece JOIN pg_class p ON p.oid = piece.oid WHERE p.relkind = 'r'
    ) AS pieces ON c.relkind = 'p'
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND has_schema_privilege(n.oid, 'USAGE')
      AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 3 DESC, 2, c.oid";

/// Their columns. A domain has the type that it is made of.
const COLUMNS: &str = "
    SELECT a.attrelid, a.attnum, a.attname::text, format_type(a.atttypid, a.atttypmod),
           coalesce(b.oid, t.oid), coalesce(b.typcategory, t.typcategory)::text, NOT a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    ORDER BY a.attrelid, a.attnum";

/// Indexes over whole columns that keep rows apart.
const KEYS: &str = "
    SELECT indrelid, indisprimary, indkey::text, indnkeyatts::int4
    FROM pg_index
    WHERE indrelid = ANY($1) AND indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL";

/// Keys into other tables, but for the copies that partitioning makes.
const FOREIGN_KEYS: &str = "
    SELECT conrelid, array_to_string(conkey, ' '), confrelid, array_to_string(confkey, ' ')
    FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND conrelid = ANY($1)
    ORDER BY conrelid, oid";

/// A table and where its columns stand in it by their number.
struct Found {
    /// The schema's name, of the default one too.
    schema: String,
    table: Table,
    positions: HashMap<i16, usize>,
    bytes: Option<i64>,
    may_count: bool,
}

/// Reads the schema in the transaction that the session is in.
pub(super) async fn read(session: &mut PostgresSession) -> Result<Schema, sqlx::Error> {
    let (order, mut found) = relations(session).await?;
    let connection = &mut session.connection;
    columns(connection, &order, &mut found).await?;
    keys(connection, &order, &mut found).await?;
    foreign_keys(connection, &order, &mut found).await?;
    count(connection, &order, &mut found).await?;
    let tables = order.iter().filter_map(|oid| found.remove(oid)).map(|found| found.table);
    // Where no column may be read there is nothing to ask.
    Ok(Schema { tables: tables.filter(|table| !table.columns.is_empty()).collect() })
}

type Relations = HashMap<Oid, Found>;

async fn fetch(
    connection: &mut PgConnection,
    statement: &'static str,
    order: &[Oid],
) -> Result<Vec<PgRow>, sqlx::Error> {
    sqlx::query(statement).bind(order).persistent(false).fetch_all(connection).await
}

async fn relations(session: &mut PostgresSession) -> Result<(Vec<Oid>, Relations), sqlx::Error> {
    let mut order = Vec::new();
    let mut found = Relations::new();
    let query = sqlx::query(RELATIONS).bind(&session.default_schema).persistent(false);
    for row in query.fetch_all(&mut session.connection).await? {
        let oid: Oid = row.try_get(0)?;
        let schema: String = row.try_get(1)?;
        let is_default: bool = row.try_get(2)?;
        let is_view: bool = row.try_get(4)?;
        let estimate: Option<f64> = row.try_get(6)?;
        let table = Table {
            schema: (!is_default).then(|| schema.clone()),
            name: row.try_get(3)?,
            kind: if is_view { TableKind::View } else { TableKind::Table },
            comment: row.try_get(5)?,
            columns: Vec::new(),
            foreign_keys: Vec::new(),
            row_count: estimate.and_then(estimated),
        };
        let (bytes, may_count) = (row.try_get(7)?, row.try_get(8)?);
        order.push(oid);
        found.insert(oid, Found { schema, table, positions: HashMap::new(), bytes, may_count });
    }
    Ok((order, found))
}

/// The database's estimate: before the first `ANALYZE` there is none, which it says with zero or less.
fn estimated(rows: f64) -> Option<RowCount> {
    // A float becomes the nearest integer there is.
    (rows > 0.0).then_some(RowCount { rows: rows.round() as u64, exact: false })
}

async fn columns(
    connection: &mut PgConnection,
    order: &[Oid],
    found: &mut Relations,
) -> Result<(), sqlx::Error> {
    for row in fetch(connection, COLUMNS, order).await? {
        let oid: Oid = row.try_get(0)?;
        let number: i16 = row.try_get(1)?;
        let kind_of: Oid = row.try_get(4)?;
        let category: String = row.try_get(5)?;
        let (_, form) = reading(kind_of.0, Class::of_category(&category));
        let Some(found) = found.get_mut(&oid) else { continue };
        found.positions.insert(number, found.table.columns.len());
        found.table.columns.push(Column {
            name: row.try_get(2)?,
            declared_type: row.try_get(3)?,
            kind: form.kind(),
            nullable: row.try_get(6)?,
            primary: false,
            unique: false,
            distinct: false,
            default: row.try_get(7)?,
            comment: row.try_get(8)?,
        });
    }
    Ok(())
}

async fn keys(
    connection: &mut PgConnection,
    order: &[Oid],
    found: &mut Relations,
) -> Result<(), sqlx::Error> {
    for row in fetch(connection, KEYS, order).await? {
        let oid: Oid = row.try_get(0)?;
        let is_primary: bool = row.try_get(1)?;
        let numbers: String = row.try_get(2)?;
        let count: i32 = row.try_get(3)?;
        let Some(found) = found.get_mut(&oid) else { continue };
        // What follows the key in the index only lies there.
        let key: Vec<i16> = numbers_of(&numbers).take(usize::try_from(count).unwrap_or(0)).collect();
        for number in &key {
            let Some(position) = found.positions.get(number) else { continue };
            let column = &mut found.table.columns[*position];
            column.primary |= is_primary;
            column.unique |= key.len() == 1;
        }
    }
    Ok(())
}

async fn foreign_keys(
    connection: &mut PgConnection,
    order: &[Oid],
    found: &mut Relations,
) -> Result<(), sqlx::Error> {
    for row in fetch(connection, FOREIGN_KEYS, order).await? {
        let (here, there): (Oid, Oid) = (row.try_get(0)?, row.try_get(2)?);
        let (columns, references): (String, String) = (row.try_get(1)?, row.try_get(3)?);
        let names = |found: &Found, numbers: &str| -> Option<Vec<String>> {
            numbers_of(numbers)
                .map(|number| Some(found.table.columns[*found.positions.get(&number)?].name.clone()))
                .collect()
        };
        // A key whose other end this account may not see leads nowhere.
        let Some(target) = found.get(&there) else { continue };
        let Some(source) = found.get(&here) else { continue };
        let (Some(columns), Some(references)) = (names(source, &columns), names(target, &references)) else {
            continue;
        };
        let key = ForeignKey {
            columns,
            schema: target.table.schema.clone(),
            table: target.table.name.clone(),
            references,
        };
        if let Some(found) = found.get_mut(&here) {
            found.table.foreign_keys.push(key);
        }
    }
    Ok(())
}

fn numbers_of(text: &str) -> impl Iterator<Item = i16> {
    text.split_ascii_whitespace().filter_map(|number| number.parse().ok())
}

/// Counts the small tables, the smallest first, for as long as that is little work.
async fn count(
    connection: &mut PgConnection,
    order: &[Oid],
    found: &mut Relations,
) -> Result<(), sqlx::Error> {
    let mut small: Vec<(i64, Oid)> = order
        .iter()
        .filter_map(|oid| {
            let bytes = found.get(oid).filter(|found| found.may_count)?.bytes?;
            (bytes <= COUNTED_BYTES).then_some((bytes, *oid))
        })
        .collect();
    small.sort_by_key(|(bytes, _)| *bytes);
    let mut in_all = 0;
    small.retain(|(bytes, _)| {
        in_all += bytes;
        in_all <= COUNTED_BYTES_IN_ALL
    });
    for some in small.chunks(COUNTED_AT_ONCE) {
        let counts: Vec<String> = some
            .iter()
            .filter_map(|(_, oid)| {
                let found = found.get(oid)?;
                let schema = Dialect::Postgres.quote_identifier(&found.schema);
                let place = format!("{schema}.{}", Dialect::Postgres.quote_identifier(&found.table.name));
                Some(format!("SELECT {}::int8, count(*) FROM {place}", oid.0))
            })
            .collect();
        let statement = AssertSqlSafe(counts.join(" UNION ALL "));
        // A table that can't be read now (dropped, a policy that fails) must not cost all the others their schema.
        (&mut *connection).execute("SAVEPOINT attempt").await?;
        let rows = match sqlx::query(statement).persistent(false).fetch_all(&mut *connection).await {
            Ok(rows) => rows,
            Err(sqlx::Error::Database(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        (&mut *connection).execute("ROLLBACK TO SAVEPOINT attempt").await?;
        for row in rows {
            let (oid, rows): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let oid = Oid(u32::try_from(oid).unwrap_or_default());
            if let (Some(found), Ok(rows)) = (found.get_mut(&oid), u64::try_from(rows)) {
                found.table.row_count = Some(RowCount { rows, exact: true });
            }
        }
    }
    Ok(())
}
