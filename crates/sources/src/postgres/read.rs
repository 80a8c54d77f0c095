//! Running one statement within its limits.
//!
//! Before it is run the database is asked for the types of its columns, through a statement that gives a single row of
//! nothing but NULL. The driver's own way of asking is not used: it looks up every type that it doesn't know, and fails on
//! kinds of types that are newer than it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::TryStreamExt as _;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column as _, Row as _};

use super::calls;
use super::session::PostgresSession;
use super::types::{self, Cast, Class, is_known};
use crate::Limits;
use crate::server::column::Column;
use crate::server::gather::{Reading, Rows, undecoded};
use crate::stream::Room;

/// Names of prepared statements must differ where a pooler lets many clients use one connection.
static NEXT_STATEMENT: AtomicU64 = AtomicU64::new(1);

/// Runs the statement and reads up to the limits.
///
/// It is run in the brackets of another one that casts each column to text of which nothing is lost and asks for one row
/// more than the limit. PostgreSQL keeps the order of rows through such brackets.
pub(super) async fn run(
    session: &mut PostgresSession,
    sql: &str,
    reading: Reading,
) -> Result<Rows, sqlx::Error> {
    let limits = reading.limits;
    let connection = &mut session.connection;
    calls::check(connection, &reading.dotted_names).await?;
    let described = describe(connection, sql).await?;
    let mut columns = Vec::with_capacity(described.len());
    let mut casts = Vec::with_capacity(described.len());
    for (name, number, class) in described {
        let (cast, form) = types::reading(number, class);
        columns.push(Column::new(name, form));
        casts.push(cast);
    }
    let statement = within_limits(sql, &casts, &limits);
    let mut gathering = reading.of(columns);
    let mut rows = sqlx::query(AssertSqlSafe(statement)).persistent(false).fetch(connection);
    let (mut truncated, mut is_read_up) = (false, true);
    while let Some(row) = rows.try_next().await? {
        let values: Vec<Option<&[u8]>> =
            (0..gathering.width()).map(|position| value(&row, position)).collect::<Result<_, _>>()?;
        match gathering.push(&values) {
            Room::Yes => gathering.hand_on().await.map_err(undecoded)?,
            // It was the last: the database was asked for one more and no other.
            Room::NoMoreRows => truncated = true,
            Room::NoMoreBytes => (truncated, is_read_up) = (true, false),
        }
        if truncated {
            break;
        }
    }
    drop(rows);
    gathering.finish(truncated, is_read_up).map_err(undecoded)
}

/// Names and types of the statement's columns.
///
/// `PREPARE` goes through the protocol that takes one statement at a time, and takes nothing but queries.
async fn describe(
    connection: &mut PgConnection,
    sql: &str,
) -> Result<Vec<(String, u32, Class)>, sqlx::Error> {
    let statement = format!("wenshu_{}", NEXT_STATEMENT.fetch_add(1, Ordering::Relaxed));
    let prepare = format!(
        "PREPARE {statement} AS SELECT answer.* FROM (SELECT) AS nothing LEFT JOIN (SELECT * FROM (\n{sql}\n) AS answer \
         LIMIT 0) AS answer ON true"
    );
    sqlx::query(AssertSqlSafe(prepare)).persistent(false).execute(&mut *connection).await?;
    // Nothing is left behind on the server, where another's connection may be ours next (a pooler's).
    let execute = format!("EXECUTE {statement}; DEALLOCATE {statement}");
    let row = sqlx::raw_sql(AssertSqlSafe(execute)).fetch_one(&mut *connection).await?;
    let columns: Vec<(String, u32)> = row
        .columns()
        .iter()
        .map(|column| (column.name().to_owned(), column.type_info().oid().map_or(0, |number| number.0)))
        .collect();
    let unknown: Vec<Oid> =
        columns.iter().filter(|(_, number)| !is_known(*number)).map(|(_, number)| Oid(*number)).collect();
    let classes = classes(connection, &unknown).await?;
    Ok(columns
        .into_iter()
        .map(|(name, number)| {
            let class = classes.get(&number).copied().unwrap_or(Class::Other);
            (name, number, class)
        })
        .collect())
}

/// What has to be known of types that aren't built in.
async fn classes(connection: &mut PgConnection, types: &[Oid]) -> Result<HashMap<u32, Class>, sqlx::Error> {
    if types.is_empty() {
        return Ok(HashMap::new());
    }
    let query = "SELECT oid, typcategory::text FROM pg_catalog.pg_type WHERE oid = ANY($1)";
    let rows = sqlx::query(query).bind(types).persistent(false).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let (number, category): (Oid, String) = (row.try_get(0)?, row.try_get(1)?);
            Ok((number.0, Class::of_category(&category)))
        })
        .collect()
}

fn value(row: &PgRow, position: usize) -> Result<Option<&[u8]>, sqlx::Error> {
    // Text and bytes are sent as they are, whatever the format of the rest.
    row.try_get_unchecked(position)
}

/// The statement in brackets.
fn within_limits(sql: &str, casts: &[Cast], limits: &Limits) -> String {
    let names: Vec<String> = (1..=casts.len()).map(|number| format!("c{number}")).collect();
    let outputs: Vec<String> =
        casts.iter().zip(&names).map(|(cast, name)| cast.expression(name, limits.bytes)).collect();
    let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    // Databases count rows in 63 bits. A comment at the statement's end ends with its line.
    let rows = i64::try_from(limits.rows).unwrap_or(i64::MAX).saturating_add(1);
    format!("SELECT {} FROM (\n{sql}\n) AS answer{names} LIMIT {rows}", outputs.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_in_brackets() {
        let limits = Limits { rows: 10, bytes: 100, ..Limits::default() };
        assert_eq!(
            within_limits("SELECT 1 -- one", &[Cast::Number], &limits),
            "SELECT c1::pg_catalog.numeric::pg_catalog.text FROM (\nSELECT 1 -- one\n) AS answer (c1) LIMIT 11"
        );
        assert_eq!(within_limits("SELECT", &[], &limits), "SELECT  FROM (\nSELECT\n) AS answer LIMIT 11");
    }
}
