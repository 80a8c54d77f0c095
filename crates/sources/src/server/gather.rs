//! The rows of one statement as they come from a server, counted against the limits, kept or handed on in parts.

use std::sync::Arc;
use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::column::{Column, size};
use crate::batch::batch;
use crate::guard::DottedName;
use crate::stream::{Outlet, Room, Tally};
use crate::{Limits, QueryResult, Schema, ValueKind};

/// How a statement's rows are read: within which limits, and where they go.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) limits: Limits,
    /// Where full parts are handed on; without, all is kept and becomes one part.
    pub(crate) outlet: Option<Outlet>,
    /// What is known of the database's tables, for servers that don't say all of it with a result.
    pub(crate) schema: Option<Arc<Schema>>,
    /// The statement's names that only the database can tell from calls.
    pub(crate) dotted_names: Arc<[DottedName]>,
    pub(crate) started: Instant,
}

impl Reading {
    /// All of it as one result.
    pub(crate) fn whole(limits: Limits) -> Self {
        Self { limits, outlet: None, schema: None, dotted_names: Arc::default(), started: Instant::now() }
    }

    /// In parts.
    pub(crate) fn in_parts(limits: Limits, outlet: Outlet) -> Self {
        Self { outlet: Some(outlet), ..Self::whole(limits) }
    }

    /// With what is known of the database's tables.
    pub(crate) fn knowing(self, schema: Option<Arc<Schema>>) -> Self {
        Self { schema, ..self }
    }

    /// With the names in the statement that only the database can tell from calls.
    pub(crate) fn naming(self, dotted_names: &Arc<[DottedName]>) -> Self {
        Self { dotted_names: Arc::clone(dotted_names), ..self }
    }

    /// Whether whoever takes the rows may be slower than the database.
    pub(crate) fn may_be_slow(&self) -> bool {
        self.outlet.is_some()
    }

    /// Begins with these columns, which have no values yet.
    pub(crate) fn of(self, columns: Vec<Column>) -> Gathering {
        let columns = match self.outlet {
            Some(_) => columns.into_iter().map(Column::in_parts).collect(),
            None => columns,
        };
        Gathering { tally: Tally::new(self.limits), columns, reading: self }
    }
}

/// Rows as they come.
pub(crate) struct Gathering {
    columns: Vec<Column>,
    tally: Tally,
    reading: Reading,
}

/// What a statement gave, or the last part of it.
pub(crate) struct Rows {
    batch: RecordBatch,
    kinds: Arc<[ValueKind]>,
    truncated: bool,
    started: Instant,
    /// Whether nothing more of it is on its way.
    pub(crate) is_read_up: bool,
}

impl Gathering {
    /// How many columns there are.
    pub(crate) fn width(&self) -> usize {
        self.columns.len()
    }

    /// One more row, a value for each column, if there is room for it.
    pub(crate) fn push<Value: AsRef<[u8]>>(&mut self, values: &[Option<Value>]) -> Room {
        let value = |value: &'_ Option<Value>| size(value.as_ref().map(AsRef::as_ref));
        let room = self.tally.count(values.iter().map(value).sum());
        if room == Room::Yes {
            for (column, value) in self.columns.iter_mut().zip(values) {
                column.push(value.as_ref().map(AsRef::as_ref));
            }
        }
        room
    }

    /// Hands a full part on, where parts are handed on, and waits until there is room for it.
    pub(crate) async fn hand_on(&mut self) -> Result<(), ArrowError> {
        let Some(outlet) = self.reading.outlet.as_ref().filter(|_| self.tally.is_part_full()) else {
            return Ok(());
        };
        let rows = self.tally.next_part();
        let emptied = self.columns.iter().map(Column::emptied).collect();
        let full = std::mem::replace(&mut self.columns, emptied);
        let (batch, kinds) = batch(full.into_iter().map(Column::finish).collect(), rows)?;
        let elapsed = self.reading.started.elapsed();
        outlet.give(QueryResult { batch, kinds, truncated: false, elapsed }).await;
        Ok(())
    }

    /// What hasn't been handed on; `truncated` says whether rows were left out.
    pub(crate) fn finish(self, truncated: bool, is_read_up: bool) -> Result<Rows, ArrowError> {
        let columns = self.columns.into_iter().map(Column::finish).collect();
        let (batch, kinds) = batch(columns, self.tally.part_rows())?;
        Ok(Rows { batch, kinds, truncated, started: self.reading.started, is_read_up })
    }
}

impl From<Rows> for QueryResult {
    fn from(rows: Rows) -> Self {
        let Rows { batch, kinds, truncated, started, is_read_up: _ } = rows;
        Self { batch, kinds, truncated, elapsed: started.elapsed() }
    }
}

/// Values that don't fit together, as a failure of the driver below.
pub(crate) fn undecoded(error: ArrowError) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}
