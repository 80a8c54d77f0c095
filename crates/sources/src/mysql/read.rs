//! Running one statement within its limits.

use std::borrow::Cow;

use futures::TryStreamExt as _;
use sqlx::mysql::{MySqlColumn, MySqlConnection};
use sqlx::{
    AssertSqlSafe, Column as _, ColumnOrigin, Executor as _, MySql, Row as _, SqlSafeStr as _,
    Statement as _, TypeInfo as _,
};

use super::session::{MySqlSession, value};
use super::types::{self, bits};
use crate::server::column::{Column, Form};
use crate::server::gather::{Reading, Rows, undecoded};
use crate::stream::Room;
use crate::{Dialect, Schema, ValueKind};

/// What the server says of a text that it can't parse.
const UNPARSED: u16 = 1064;

/// Runs the statement and reads up to the limits.
///
/// Values are asked for as text, which alone tells `0000-00-00` from NULL and has room for every time. What is sent that way
/// could be several statements; preparing it, which takes one, shows that it is not.
pub(super) async fn run(
    session: &mut MySqlSession,
    sql: &str,
    reading: Reading,
) -> Result<Rows, sqlx::Error> {
    let MySqlSession { connection, database, .. } = session;
    parse(connection, &format!("SELECT EXISTS (\n{sql}\n)")).await?;
    parse(connection, sql).await?;
    // The database counts rows in 64 bits. It does so only for statements without a limit of their own.
    let rows = u64::try_from(reading.limits.rows).unwrap_or(u64::MAX).saturating_add(1);
    let mut settings = format!("SET SESSION sql_select_limit = {rows}");
    if reading.may_be_slow() {
        // Else the server takes a reader who pauses for a minute for one who has gone.
        settings.push_str(&format!(
            ", net_write_timeout = {}",
            reading.limits.time.as_secs().clamp(60, 31_000_000)
        ));
    }
    connection.execute(AssertSqlSafe(settings)).await?;
    let schema = reading.schema.clone();
    let schema = schema.as_deref();
    let mut rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch(&mut *connection);
    let Some(first) = rows.try_next().await.map_err(unbound)? else {
        drop(rows);
        // A result without rows comes without its columns too.
        let prepared = connection.prepare(AssertSqlSafe(sql.to_owned()).into_sql_str()).await?;
        let (columns, _) = described(prepared.columns(), schema, database);
        return reading.of(columns).finish(false, true).map_err(undecoded);
    };
    let (columns, forms) = described(first.columns(), schema, database);
    let mut gathering = reading.of(columns);
    let mut next = Some(first);
    let mut room = Room::Yes;
    while let Some(row) = next {
        let read = |(position, form): (usize, &types::Reading)| {
            Ok(value(&row, position)?.map(|bytes| {
                if form.is_bits { Cow::Owned(bits(bytes).into_bytes()) } else { Cow::Borrowed(bytes) }
            }))
        };
        let values: Vec<Option<Cow<'_, [u8]>>> =
            forms.iter().enumerate().map(read).collect::<Result<_, sqlx::Error>>()?;
        room = gathering.push(&values);
        if room != Room::Yes {
            break;
        }
        gathering.hand_on().await.map_err(undecoded)?;
        next = rows.try_next().await?;
    }
    let truncated = room != Room::Yes;
    // Cut by rows it was mostly the last, since the database was asked for one more and no other.
    let is_read_up = !truncated || room == Room::NoMoreRows && rows.try_next().await?.is_none();
    drop(rows);
    gathering.finish(truncated, is_read_up).map_err(undecoded)
}

/// Has the server parse a statement without running it, which takes one statement alone.
///
/// It is asked in words, not by the protocol's own command: a statement that was prepared by that is closed by a message without an
/// answer, behind which the next one waits on the network until the server's kernel acknowledges it, 40 ms later.
async fn parse(connection: &mut MySqlConnection, sql: &str) -> Result<(), sqlx::Error> {
    // The name is taken anew each time, which frees what it meant before.
    let prepare = format!("PREPARE wenshu FROM {}", Dialect::MySql.quote_text(sql));
    connection.execute(AssertSqlSafe(prepare)).await.map(drop)
}

/// A statement that was parsed and then wasn't when it was run has something in it that only a prepared one may have.
fn unbound(error: sqlx::Error) -> sqlx::Error {
    let is_unparsed = |error: &dyn sqlx::error::DatabaseError| {
        let error = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>();
        error.is_some_and(|error| error.number() == UNPARSED)
    };
    match error {
        sqlx::Error::Database(error) if is_unparsed(error.as_ref()) => sqlx::Error::InvalidArgument(
            "the statement has parameters without a value; write the values into it".to_owned(),
        ),
        other => other,
    }
}

/// The columns of a result, of which none has a value yet, and how their values are read.
fn described(
    columns: &[MySqlColumn],
    schema: Option<&Schema>,
    database: &str,
) -> (Vec<Column>, Vec<types::Reading>) {
    let reading = |column: &MySqlColumn| {
        let is_text = <str as sqlx::Type<MySql>>::compatible(column.type_info());
        let mut reading = types::reading(column.type_info().name(), is_text);
        if reading.form == Form::Text(ValueKind::Text) && is_json(&column.origin(), schema, database) {
            reading.form = Form::Text(ValueKind::Json);
        }
        reading
    };
    columns
        .iter()
        .map(|column| {
            let reading = reading(column);
            (Column::new(column.name(), reading.form), reading)
        })
        .unzip()
}

/// Whether a column of a result comes out of a column that the schema knows to hold JSON: MariaDB gives it as text.
fn is_json(origin: &ColumnOrigin, schema: Option<&Schema>, database: &str) -> bool {
    let (ColumnOrigin::Table(origin), Some(schema)) = (origin, schema) else { return false };
    schema.tables.iter().any(|table| {
        let database = table.schema.as_deref().unwrap_or(database);
        let place = origin.table.strip_prefix(database).and_then(|rest| rest.strip_prefix('.'));
        place == Some(table.name.as_str())
            && table
                .columns
                .iter()
                .any(|column| column.kind == ValueKind::Json && *column.name == *origin.name)
    })
}
