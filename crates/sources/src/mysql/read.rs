//! Running one statement within its limits.

use std::borrow::Cow;

use futures::TryStreamExt as _;
use sqlx::mysql::MySqlConnection;
use sqlx::{
    AssertSqlSafe, Column as _, Either, Executor as _, MySql, SqlSafeStr as _, Statement as _, TypeInfo as _,
};

use super::session::{MySqlSession, value};
use super::types::{self, bits};
use crate::server::column::Column;
use crate::server::gather::{Reading, Rows, undecoded};
use crate::stream::Room;

/// Runs the statement and reads up to the limits.
///
/// Values are asked for as text, which alone tells `0000-00-00` from NULL and has room for every time. What is sent that way
/// could be several statements; preparing it, which takes one, shows that it is not.
pub(super) async fn run(
    session: &mut MySqlSession,
    sql: &str,
    reading: Reading,
) -> Result<Rows, sqlx::Error> {
    let connection = &mut session.connection;
    let (columns, forms) = describe(connection, sql).await?;
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
    let mut gathering = reading.of(columns);
    let mut rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch(&mut *connection);
    let mut room = Room::Yes;
    while let Some(row) = rows.try_next().await? {
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
    }
    let truncated = room != Room::Yes;
    // Cut by rows it was mostly the last, since the database was asked for one more and no other.
    let is_read_up = !truncated || room == Room::NoMoreRows && rows.try_next().await?.is_none();
    drop(rows);
    gathering.finish(truncated, is_read_up).map_err(undecoded)
}

/// The statement's columns, of which none has a value yet, and how their values are read.
async fn describe(
    connection: &mut MySqlConnection,
    sql: &str,
) -> Result<(Vec<Column>, Vec<types::Reading>), sqlx::Error> {
    let in_brackets = format!("SELECT EXISTS (\n{sql}\n)");
    let prepared = connection.prepare(AssertSqlSafe(in_brackets).into_sql_str()).await?;
    let parameters = prepared.parameters().map_or(0, |parameters| match parameters {
        Either::Left(types) => types.len(),
        Either::Right(count) => count,
    });
    if parameters > 0 {
        return Err(sqlx::Error::InvalidArgument(format!(
            "the statement has {parameters} parameters without a value; write the values into it"
        )));
    }
    let prepared = connection.prepare(AssertSqlSafe(sql.to_owned()).into_sql_str()).await?;
    let mut columns = Vec::new();
    let mut forms = Vec::new();
    for column in prepared.columns() {
        let is_text = <str as sqlx::Type<MySql>>::compatible(column.type_info());
        let form = types::reading(column.type_info().name(), is_text);
        columns.push(Column::new(column.name(), form.form));
        forms.push(form);
    }
    if columns.is_empty() {
        return Err(sqlx::Error::InvalidArgument(
            "the database session is read-only and refused this: it is not a query".to_owned(),
        ));
    }
    Ok((columns, forms))
}
