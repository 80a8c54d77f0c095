//! Tables of datasets, asked through DataFusion. Reading order: this, then `planning`, then `words` for what goes wrong.
//!
//! A session knows the tables of one caller by their names and nothing else: no catalog to look around in, no other file, no address.
//! Statements that aren't queries are refused by the plan they become, whatever the guard has let through. What a query has to hold is
//! counted against the memory of all queries together; what doesn't fit goes to disk, and a query that can't do with that fails.

mod parsing;
mod planning;
mod words;

use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Instant;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use async_trait::async_trait;
use datafusion::error::DataFusionError;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use futures::StreamExt as _;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;
use wenshu_sources::batch;
use wenshu_sources::datasets::DatasetTable;
use wenshu_sources::stream::{Outlet, channel};
use wenshu_sources::{
    Column, Dialect, Limits, QueryResult, ReadOnlyQuery, RowCount, RowStream, Schema, Source, SourceError,
    SourceInfo, Table, TableKind, ValueKind,
};

use self::planning::Way;
use self::words::{cancelled, crashed, is_exhausted, timed_out};
use crate::engine::Engine;
use crate::lake::Later;
use crate::normal;

/// What the storage is called within a session.
#[expect(clippy::expect_used, reason = "a constant that a test reads")]
pub(crate) static STORE_URL: LazyLock<Url> = LazyLock::new(|| Url::parse("lake://datasets").expect("a URL"));

/// Rows of one part of a long result.
const PART_ROWS: usize = 1_000;

/// Datasets as one database.
pub(crate) struct LakeSource {
    inner: Arc<Inner>,
}

struct Inner {
    /// Each with how long the longest values of its columns are, when the session knows it.
    tables: Vec<(DatasetTable, OnceCell<Vec<u64>>)>,
    schema: Arc<Schema>,
    runtime: Arc<RuntimeEnv>,
    engine: Arc<Engine>,
    later: Later,
    partitions: usize,
    query_memory: usize,
    session: OnceLock<SessionContext>,
    tasks: TaskTracker,
}

impl LakeSource {
    pub(crate) fn new(
        tables: Vec<DatasetTable>,
        runtime: Arc<RuntimeEnv>,
        engine: Arc<Engine>,
        later: Later,
        partitions: usize,
        query_memory: usize,
        tasks: TaskTracker,
    ) -> Self {
        let schema = Arc::new(Schema { tables: tables.iter().map(described).collect() });
        let tables = tables.into_iter().map(|table| (table, OnceCell::new())).collect();
        let session = OnceLock::new();
        let inner =
            Inner { tables, schema, runtime, engine, later, partitions, query_memory, session, tasks };
        Self { inner: Arc::new(inner) }
    }
}

impl Inner {
    /// Has something worked at on the engine's threads, and waits for it on the caller's: the engine's compute for seconds at times, in
    /// which nothing that happens is seen there.
    async fn on_engine<Output: Send + 'static>(
        &self,
        stop: &CancellationToken,
        work: impl Future<Output = Result<Output, SourceError>> + Send + 'static,
    ) -> Result<Output, SourceError> {
        let stopped = stop.clone();
        let work = async move {
            tokio::select! {
                () = stopped.cancelled() => Err(cancelled()),
                outcome = work => outcome,
            }
        };
        let work = self.tasks.spawn_on(work, self.engine.handle());
        tokio::select! {
            () = stop.cancelled() => Err(cancelled()),
            outcome = work => outcome.unwrap_or_else(|_| Err(crashed())),
        }
    }

    /// A result that is held, within the limits. Its moments are in UTC: it is what people and their programs are told.
    async fn collect(
        self: &Arc<Self>,
        statement: Statement,
        limits: &Limits,
    ) -> Result<QueryResult, SourceError> {
        let started = Instant::now();
        let mut way = Way::Fast;
        loop {
            let mut may_hold_less = false;
            let collected =
                self.collect_by(statement.clone(), limits, way, &mut may_hold_less, started).await;
            match collected {
                Err(error) if may_hold_less && is_exhausted(&error) => way = Way::Frugal,
                collected => return collected.map_err(|error| self.explain(&error)),
            }
        }
    }

    async fn collect_by(
        self: &Arc<Self>,
        statement: Statement,
        limits: &Limits,
        way: Way,
        may_hold_less: &mut bool,
        started: Instant,
    ) -> Result<QueryResult, DataFusionError> {
        let begun = self.begin(statement, limits.rows.saturating_add(1), way).await?;
        *may_hold_less = begun.may_hold_less;
        let mut stream = begun.rows;
        let schema = stream.schema();
        let mut meter = Meter::new(*limits);
        let mut parts = Vec::new();
        let mut truncated = false;
        while let Some(part) = stream.next().await {
            let (part, is_cut) = meter.fit(normal::in_utc(normal::batch(&part?)?)?);
            parts.push(part);
            if is_cut {
                truncated = true;
                break;
            }
        }
        drop(stream);
        let (empty, kinds) = empty_of(&schema)?;
        let empty = normal::in_utc(empty)?;
        let batch = if parts.is_empty() { empty } else { concat_batches(&parts[0].schema(), &parts)? };
        Ok(result(batch, &kinds, truncated, started)?)
    }

    /// Gives a result out part by part, moments in the zones of their columns, which files keep. Answers the last part, which isn't given.
    async fn give_out(
        self: &Arc<Self>,
        statement: Statement,
        limits: &Limits,
        outlet: &Outlet,
    ) -> Result<QueryResult, SourceError> {
        let mut way = Way::Fast;
        loop {
            let mut may_begin_anew = false;
            let given = self.give_out_by(statement.clone(), limits, outlet, way, &mut may_begin_anew).await;
            match given {
                Err(error) if may_begin_anew && is_exhausted(&error) => way = Way::Frugal,
                given => return given.map_err(|error| self.explain(&error)),
            }
        }
    }

    async fn give_out_by(
        self: &Arc<Self>,
        statement: Statement,
        limits: &Limits,
        outlet: &Outlet,
        way: Way,
        may_begin_anew: &mut bool,
    ) -> Result<QueryResult, DataFusionError> {
        let started = Instant::now();
        let begun = self.begin(statement, limits.rows.saturating_add(1), way).await?;
        *may_begin_anew = begun.may_hold_less;
        let mut rows = begun.rows;
        let (empty, kinds) = empty_of(&rows.schema())?;
        let mut meter = Meter::new(*limits);
        let mut last = result(empty, &kinds, false, started)?;
        while let Some(part) = rows.next().await {
            let (part, is_cut) = meter.fit(normal::batch(&part?)?);
            let mut at = 0;
            while at < part.num_rows() {
                let length = PART_ROWS.min(part.num_rows() - at);
                let piece = result(part.slice(at, length), &kinds, false, started)?;
                at += length;
                let before = std::mem::replace(&mut last, piece);
                if before.rows() > 0 {
                    outlet.give(before).await;
                    *may_begin_anew = false;
                }
            }
            if is_cut {
                last.truncated = true;
                break;
            }
        }
        Ok(last)
    }
}

#[async_trait]
impl Source for LakeSource {
    fn dialect(&self) -> Dialect {
        Dialect::DataFusion
    }

    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        let version = format!("DataFusion {}", datafusion::DATAFUSION_VERSION);
        Ok(SourceInfo { version, writable: Some(false) })
    }

    async fn schema(&self, _refresh: bool) -> Result<Arc<Schema>, SourceError> {
        Ok(Arc::clone(&self.inner.schema))
    }

    /// Tables of datasets never change; others make another source.
    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        Ok(Some(0))
    }

    async fn query(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        let stop = cancel.child_token();
        let _stopped_with_future = stop.clone().drop_guard();
        let (inner, query, limits) = (Arc::clone(&self.inner), query.clone(), *limits);
        let prepared = self.inner.on_engine(&stop, async move { inner.prepare(&query).await }).await?;
        let inner = Arc::clone(&self.inner);
        let collected = self.inner.on_engine(&stop, async move { inner.collect(prepared, &limits).await });
        // Whoever asked is told in time, though the thread that computes may see it later.
        tokio::time::timeout(limits.time, collected).await.unwrap_or_else(|_| Err(timed_out(&limits)))
    }

    async fn stream(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        let (stream, outlet, gone) = channel(cancel);
        let (inner, query, limits) = (Arc::clone(&self.inner), query.clone(), *limits);
        let cancel = cancel.clone();
        let work = async move {
            let stop = gone.child_token();
            let asked = Arc::clone(&inner);
            let prepared = inner.on_engine(&stop, async move { asked.prepare(&query).await }).await;
            let end = match prepared {
                Ok(statement) => {
                    let (giving, parts) = (Arc::clone(&inner), outlet.clone());
                    let work = async move { giving.give_out(statement, &limits, &parts).await };
                    let worked = tokio::time::timeout(limits.time, inner.on_engine(&stop, work)).await;
                    worked.unwrap_or_else(|_| Err(timed_out(&limits)))
                }
                Err(error) => Err(error),
            };
            stop.cancel();
            // Nobody reads any more when the stream was dropped, and then there is nobody to tell.
            if !gone.is_cancelled() || cancel.is_cancelled() {
                outlet.end(end).await;
            }
        };
        self.inner.tasks.spawn(work);
        Ok(stream)
    }
}

/// Counts what is read against the limits.
struct Meter {
    limits: Limits,
    rows: usize,
    bytes: usize,
}

impl Meter {
    fn new(limits: Limits) -> Self {
        Self { limits, rows: 0, bytes: 0 }
    }

    /// As much of a batch as is still allowed, and whether that isn't all of it.
    fn fit(&mut self, batch: RecordBatch) -> (RecordBatch, bool) {
        let mut length = batch.num_rows().min(self.limits.rows - self.rows);
        let room = self.limits.bytes.saturating_sub(self.bytes);
        if normal::bytes(&batch.slice(0, length)) > room {
            let (mut fits, mut too_many) = (0, length);
            while too_many - fits > 1 {
                let middle = fits.midpoint(too_many);
                if normal::bytes(&batch.slice(0, middle)) > room { too_many = middle } else { fits = middle }
            }
            length = fits;
        }
        let is_cut = length < batch.num_rows();
        let batch = if is_cut { batch.slice(0, length) } else { batch };
        self.rows += length;
        self.bytes += normal::bytes(&batch);
        (batch, is_cut)
    }
}

/// A result without rows, and what its columns mean.
fn empty_of(schema: &SchemaRef) -> Result<(RecordBatch, Vec<ValueKind>), ArrowError> {
    let kinds = schema.fields().iter().map(|field| normal::target(field.data_type()).1).collect();
    Ok((normal::batch(&RecordBatch::new_empty(Arc::clone(schema)))?, kinds))
}

fn result(
    rows: RecordBatch,
    kinds: &[ValueKind],
    truncated: bool,
    started: Instant,
) -> Result<QueryResult, ArrowError> {
    let names = rows.schema();
    let columns: Vec<(String, ArrayRef, ValueKind)> = names
        .fields()
        .iter()
        .zip(rows.columns())
        .zip(kinds)
        .map(|((field, column), kind)| (field.name().clone(), Arc::clone(column), *kind))
        .collect();
    let (batch, kinds) = batch::batch(columns, rows.num_rows())?;
    Ok(QueryResult { batch, kinds, truncated, elapsed: started.elapsed() })
}

fn described(table: &DatasetTable) -> Table {
    let column = |column: &wenshu_sources::datasets::DatasetColumn| Column {
        name: column.name.clone(),
        declared_type: column.kind.as_str().to_owned(),
        kind: column.kind,
        nullable: true,
        primary: false,
        unique: false,
        distinct: column.distinct,
        default: None,
        comment: None,
    };
    Table {
        schema: None,
        name: table.name.clone(),
        kind: TableKind::Table,
        comment: table.comment.clone(),
        columns: table.columns.iter().map(column).collect(),
        foreign_keys: Vec::new(),
        row_count: Some(RowCount { rows: table.rows, exact: true }),
    }
}
