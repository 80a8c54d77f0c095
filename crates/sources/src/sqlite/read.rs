//! Running one statement within its limits.

use std::sync::Arc;

use arrow::array::RecordBatch;
use rusqlite::{Error, ErrorCode, Statement};

use super::failure;
use super::session::Session;
use super::values::{self, Column};
use crate::stream::{Room, Tally};
use crate::{Limits, SourceError, SourceErrorKind, ValueKind};

/// Values may be this long whatever the byte limit, so that a query that only looks at a part of them works.
const SMALLEST_VALUE_LIMIT: usize = 1024 * 1024;

/// What a statement gave.
#[derive(Clone)]
pub(super) struct Rows {
    pub(super) batch: RecordBatch,
    pub(super) kinds: Arc<[ValueKind]>,
    pub(super) truncated: bool,
}

/// Why a statement gave nothing.
pub(super) enum Failure {
    /// SQLite said no.
    Sqlite(Error),
    /// Anything else.
    Source(SourceError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    /// Whether a lock was in the way.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Self::Sqlite(error) if failure::is_busy(error))
    }

    /// Whether the fault lies in the statement, so that the session may be used again.
    pub(super) fn leaves_session_usable(&self) -> bool {
        match self {
            Self::Sqlite(error) => matches!(
                failure::code(error),
                Some(
                    ErrorCode::Unknown
                        | ErrorCode::OperationInterrupted
                        | ErrorCode::AuthorizationForStatementDenied
                        | ErrorCode::ReadOnly
                        | ErrorCode::TooBig
                        | ErrorCode::TypeMismatch
                )
            ),
            Self::Source(_) => true,
        }
    }
}

/// Runs the statement and reads up to the limits.
///
/// A row that would pass the byte limit isn't kept, nor is any after it. A single value larger than the byte limit (and
/// than a megabyte) is refused by SQLite itself, before it takes memory. Full parts go to `hand_on`, where there is one.
pub(super) fn run(
    session: &Session,
    sql: &str,
    limits: &Limits,
    hand_on: Option<&dyn Fn(Rows)>,
) -> Result<Rows, Failure> {
    session.limit_values(limits.bytes.max(SMALLEST_VALUE_LIMIT))?;
    let mut statement = session.connection.prepare(sql)?;
    if !statement.readonly() || statement.column_count() == 0 {
        return Err(Failure::Sqlite(Error::InvalidQuery));
    }
    let parameters = statement.parameter_count();
    if parameters > 0 {
        return Err(Failure::Source(SourceError::new(
            SourceErrorKind::Execution,
            format!("the statement has {parameters} parameters without a value; write the values into it"),
        )));
    }
    let mut columns = described(&statement);
    let mut rows = statement.raw_query();
    let mut tally = Tally::new(*limits);
    let mut truncated = false;
    let mut first = true;
    while let Some(row) = rows.next()? {
        if first {
            // The first step compiles anew what was compiled against an older schema.
            columns = described(row.as_ref());
            first = false;
        }
        let mut bytes = 0_usize;
        for position in 0..columns.len() {
            bytes = bytes.saturating_add(values::size(row.get_ref(position)?));
        }
        if tally.count(bytes) != Room::Yes {
            truncated = true;
            break;
        }
        for (position, column) in columns.iter_mut().enumerate() {
            column.push(row.get_ref(position)?);
        }
        if let Some(hand_on) = hand_on.filter(|_| tally.is_part_full()) {
            let emptied = columns.iter().map(Column::emptied).collect();
            hand_on(finished(std::mem::replace(&mut columns, emptied), tally.next_part(), false)?);
        }
    }
    finished(columns, tally.part_rows(), truncated)
}

fn finished(columns: Vec<Column>, rows: usize, truncated: bool) -> Result<Rows, Failure> {
    let (batch, kinds) = values::batch(columns, rows).map_err(|error| {
        Failure::Source(SourceError::new(
            SourceErrorKind::Internal,
            format!("the rows don't fit together: {error}"),
        ))
    })?;
    Ok(Rows { batch, kinds, truncated })
}

/// The columns of a statement, without values yet.
fn described(statement: &Statement<'_>) -> Vec<Column> {
    statement.columns().iter().map(|column| Column::new(column.name(), column.decl_type())).collect()
}
