//! Running one statement within its limits.

use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::TryStreamExt as _;
use sqlx::mysql::MySqlConnection;
use sqlx::{
    AssertSqlSafe, Column as _, Either, Executor as _, MySql, SqlSafeStr as _, Statement as _, TypeInfo as _,
};

use super::session::{MySqlSession, value};
use super::types::{Reading, bits, reading};
use crate::batch::batch;
use crate::server::column::{Column, size};
use crate::{Limits, ValueKind};

/// What a statement gave.
pub(super) struct Rows {
    pub(super) batch: RecordBatch,
    pub(super) kinds: Arc<[ValueKind]>,
    pub(super) truncated: bool,
    /// Whether nothing more of it is on its way.
    pub(super) is_read_up: bool,
}

/// Runs the statement and reads up to the limits.
///
/// Values are asked for as text, which alone tells `0000-00-00` from NULL and has room for every time. What is sent that way
/// could be several statements; preparing it, which takes one, shows that it is not.
pub(super) async fn run(session: &mut MySqlSession, sql: &str, limits: &Limits) -> Result<Rows, sqlx::Error> {
    let connection = &mut session.connection;
    let (mut columns, readings) = describe(connection, sql).await?;
    // The database counts rows in 64 bits. It does so only for statements without a limit of their own.
    let rows = u64::try_from(limits.rows).unwrap_or(u64::MAX).saturating_add(1);
    connection.execute(AssertSqlSafe(format!("SET SESSION sql_select_limit = {rows}"))).await?;
    let mut rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch(&mut *connection);
    let mut count = 0;
    let mut bytes = 0_usize;
    let mut truncated = false;
    while let Some(row) = rows.try_next().await? {
        for position in 0..columns.len() {
            bytes = bytes.saturating_add(size(value(&row, position)?));
        }
        if count == limits.rows || bytes > limits.bytes {
            truncated = true;
            break;
        }
        for (position, (column, reading)) in columns.iter_mut().zip(&readings).enumerate() {
            match value(&row, position)? {
                Some(bytes) if reading.is_bits => column.push(Some(bits(bytes).as_bytes())),
                other => column.push(other),
            }
        }
        count += 1;
    }
    // Cut by rows it was mostly the last, since the database was asked for one more and no other.
    let is_read_up = !truncated || count == limits.rows && rows.try_next().await?.is_none();
    drop(rows);
    let (batch, kinds) = batch(columns.into_iter().map(Column::finish).collect(), count)
        .map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(Rows { batch, kinds, truncated, is_read_up })
}

/// The statement's columns, of which none has a value yet, and how their values are read.
async fn describe(
    connection: &mut MySqlConnection,
    sql: &str,
) -> Result<(Vec<Column>, Vec<Reading>), sqlx::Error> {
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
    let mut readings = Vec::new();
    for column in prepared.columns() {
        let is_text = <str as sqlx::Type<MySql>>::compatible(column.type_info());
        let reading = reading(column.type_info().name(), is_text);
        columns.push(Column::new(column.name(), reading.form));
        readings.push(reading);
    }
    if columns.is_empty() {
        return Err(sqlx::Error::InvalidArgument(
            "the database session is read-only and refused this: it is not a query".to_owned(),
        ));
    }
    Ok((columns, readings))
}
