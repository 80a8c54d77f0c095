//! Tables of datasets, asked through DataFusion.
//!
//! A session knows the tables of one caller by their names and nothing else: no catalog to look around in, no other file, no address.
//! Statements that aren't queries are refused by the plan they become, whatever the guard has let through. What a query has to hold is
//! counted against the memory of all queries together; what doesn't fit goes to disk, and a query that can't do with that fails.

use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Instant;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use async_trait::async_trait;
use datafusion::common::TableReference;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt as _;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;
use wenshu_sources::batch;
use wenshu_sources::datasets::DatasetTable;
use wenshu_sources::stream::channel;
use wenshu_sources::{
    Column, Dialect, Limits, QueryResult, ReadOnlyQuery, RowCount, RowStream, Schema, Source, SourceError,
    SourceErrorKind, SourceInfo, Table, TableKind, ValueKind,
};

use crate::aliases;
use crate::engine::Engine;
use crate::lake::Later;
use crate::normal;

/// What the storage is called within a session.
#[expect(clippy::expect_used, reason = "a constant that a test reads")]
pub(crate) static STORE_URL: LazyLock<Url> = LazyLock::new(|| Url::parse("lake://datasets").expect("a URL"));

/// Memory that each part of a sort sets aside for putting together what went to disk, where there is enough.
const MERGE_BYTES: usize = 10 * 1024 * 1024;

/// More rows than there are anywhere.
const NO_LIMIT: usize = usize::MAX / 4;

/// What DataFusion names where there is no more room on disk.
const SPILL_SETTING: &str = "max_temp_directory_size";

/// Rows of one part of a long result.
const PART_ROWS: usize = 1_000;

/// Datasets as one database.
pub(crate) struct LakeSource {
    inner: Arc<Inner>,
}

struct Inner {
    /// Each with whether the session knows it.
    tables: Vec<(DatasetTable, OnceCell<()>)>,
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
    /// The session, in which the tables are that were asked.
    fn session(&self) -> &SessionContext {
        self.session.get_or_init(|| {
            let merging = self.query_memory.div_ceil(8 * self.partitions).min(MERGE_BYTES);
            let config = SessionConfig::new()
                .with_target_partitions(self.partitions)
                .with_sort_spill_reservation_bytes(merging)
                .with_information_schema(false)
                .set_str("datafusion.sql_parser.dialect", "postgresql");
            SessionContext::new_with_config_rt(config, Arc::clone(&self.runtime))
        })
    }

    /// Makes a table known to the session, when it is there.
    async fn know(&self, table: &DatasetTable) -> Result<(), DataFusionError> {
        let waited = self.later.wait_for(&table.path).await;
        waited.map_err(|error| DataFusionError::External(Box::new(error)))?;
        let session = self.session();
        let url = ListingTableUrl::parse(format!("{}/{}", *STORE_URL, self.later.location(&table.path)))?;
        let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
        let schema = options.infer_schema(&session.state(), &url).await?;
        let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
        let provider = Arc::new(ListingTable::try_new(config)?);
        session.register_table(TableReference::bare(table.name.as_str()), provider).map(drop)
    }

    /// Begins a query that gives no more rows than this.
    async fn begin(
        &self,
        query: &ReadOnlyQuery,
        rows: usize,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let session = self.session();
        let state = session.state();
        let statement = state.sql_to_statement(query.sql(), &state.config().options().sql_parser.dialect)?;
        for reference in state.resolve_table_references(&statement)? {
            let named = self.tables.iter().find(|(table, _)| table.name == reference.table());
            if let Some((table, is_known)) = named {
                is_known.get_or_try_init(|| self.know(table)).await?;
            }
        }
        let plan = match state.statement_to_plan(statement.clone()).await {
            Err(error) if aliases::are_missing(&error) => {
                state.statement_to_plan(aliases::given_to(statement)).await?
            }
            planned => planned?,
        };
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)?;
        let frame = session.execute_logical_plan(plan).await?;
        // A limit that no table reaches is none; DataFusion would take one past its own numbers for a negative one.
        let frame = if rows < NO_LIMIT { frame.limit(0, Some(rows))? } else { frame };
        frame.execute_stream().await
    }

    /// What went wrong, in words for whoever asked.
    fn explain(&self, error: &DataFusionError) -> SourceError {
        let root = error.find_root();
        if let DataFusionError::External(external) = root
            && let Some(own) = external.downcast_ref::<SourceError>()
        {
            return own.clone();
        }
        match root {
            DataFusionError::ResourcesExhausted(message) => self.exhausted(message),
            // Writing to disk passes errors on as those of files.
            other if other.message().contains(SPILL_SETTING) => self.exhausted(&other.message()),
            DataFusionError::ObjectStore(error) => crate::storage::unreachable(error),
            DataFusionError::ParquetError(_) => {
                tracing::error!("the file of a dataset can't be read");
                SourceError::new(
                    SourceErrorKind::Unreachable,
                    "the dataset's file can't be read; upload it again",
                )
            }
            DataFusionError::IoError(error) => of_files(error),
            DataFusionError::ArrowError(error, _) if matches!(**error, ArrowError::IoError(..)) => {
                of_files(error)
            }
            // It may quote the query's values, which are no business of the log.
            DataFusionError::Internal(_) => {
                tracing::error!("a query of datasets failed for a reason within DataFusion");
                SourceError::new(
                    SourceErrorKind::Execution,
                    "the query can't be run in this form; write it otherwise",
                )
            }
            other => SourceError::new(SourceErrorKind::Execution, words(&other.strip_backtrace())),
        }
    }

    fn exhausted(&self, reason: &str) -> SourceError {
        tracing::info!(reason, "a query of datasets needed more than it may");
        let mebibytes = self.query_memory / (1024 * 1024);
        SourceError::new(
            SourceErrorKind::Execution,
            format!(
                "the query needs more memory than the {mebibytes} MiB that queries of datasets have, or more room on disk than they \
                 may use; group by fewer values, filter first, or ask for fewer rows"
            ),
        )
    }

    /// Why a query took too long: perhaps most of it was waiting for a table.
    fn timed_out(&self, limits: &Limits) -> SourceError {
        if self.tables.iter().any(|(table, _)| self.later.is_making(&table.path)) {
            return SourceError::new(
                SourceErrorKind::Timeout,
                "the table of a large file was still being made when the time of the query was over; ask again in a minute",
            );
        }
        SourceError::new(
            SourceErrorKind::Timeout,
            format!(
                "the query took longer than {} s and was ended; ask for less, or for a shorter time",
                limits.time.as_secs_f64()
            ),
        )
    }

    /// A result that is held, within the limits.
    async fn collect(&self, query: &ReadOnlyQuery, limits: &Limits) -> Result<QueryResult, SourceError> {
        let started = Instant::now();
        let mut stream =
            self.begin(query, limits.rows.saturating_add(1)).await.map_err(|error| self.explain(&error))?;
        let schema = stream.schema();
        let mut meter = Meter::new(*limits);
        let mut parts = Vec::new();
        let mut truncated = false;
        while let Some(part) = stream.next().await {
            let part = part.map_err(|error| self.explain(&error))?;
            let (part, is_cut) = meter.fit(normalized(&part)?);
            parts.push(part);
            if is_cut {
                truncated = true;
                break;
            }
        }
        drop(stream);
        let (empty, kinds) = empty_of(&schema)?;
        let batch = if parts.is_empty() {
            empty
        } else {
            concat_batches(&parts[0].schema(), &parts).map_err(|e| fault(&e))?
        };
        result(batch, &kinds, truncated, started)
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
        let work = async move {
            tokio::select! {
                () = stop.cancelled() => Err(cancelled()),
                outcome = tokio::time::timeout(limits.time, inner.collect(&query, &limits)) => {
                    outcome.unwrap_or_else(|_| Err(inner.timed_out(&limits)))
                }
            }
        };
        let work = self.inner.tasks.spawn_on(work, self.inner.engine.handle());
        work.await.unwrap_or_else(|_| Err(crashed()))
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
            let started = Instant::now();
            let work = async {
                let mut rows = inner
                    .begin(&query, limits.rows.saturating_add(1))
                    .await
                    .map_err(|error| inner.explain(&error))?;
                let (empty, kinds) = empty_of(&rows.schema())?;
                let mut meter = Meter::new(limits);
                let mut last = result(empty, &kinds, false, started)?;
                while let Some(part) = rows.next().await {
                    let part = part.map_err(|error| inner.explain(&error))?;
                    let (part, is_cut) = meter.fit(normalized(&part)?);
                    let mut at = 0;
                    while at < part.num_rows() {
                        let length = PART_ROWS.min(part.num_rows() - at);
                        let piece = result(part.slice(at, length), &kinds, false, started)?;
                        at += length;
                        let before = std::mem::replace(&mut last, piece);
                        if before.rows() > 0 {
                            outlet.give(before).await;
                        }
                    }
                    if is_cut {
                        last.truncated = true;
                        break;
                    }
                }
                Ok(last)
            };
            let end = tokio::select! {
                () = gone.cancelled() => Err(cancelled()),
                outcome = tokio::time::timeout(limits.time, work) => outcome.unwrap_or_else(|_| Err(inner.timed_out(&limits))),
            };
            // Nobody reads any more when the stream was dropped, and then there is nobody to tell.
            if !gone.is_cancelled() || cancel.is_cancelled() {
                outlet.end(end).await;
            }
        };
        self.inner.tasks.spawn_on(work, self.inner.engine.handle());
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

fn normalized(batch: &RecordBatch) -> Result<RecordBatch, SourceError> {
    normal::batch(batch).map_err(|error| fault(&error))
}

/// A result without rows, and what its columns mean.
fn empty_of(schema: &SchemaRef) -> Result<(RecordBatch, Vec<ValueKind>), SourceError> {
    let kinds = schema.fields().iter().map(|field| normal::target(field.data_type()).1).collect();
    Ok((normalized(&RecordBatch::new_empty(Arc::clone(schema)))?, kinds))
}

fn result(
    rows: RecordBatch,
    kinds: &[ValueKind],
    truncated: bool,
    started: Instant,
) -> Result<QueryResult, SourceError> {
    let names = rows.schema();
    let columns: Vec<(String, ArrayRef, ValueKind)> = names
        .fields()
        .iter()
        .zip(rows.columns())
        .zip(kinds)
        .map(|((field, column), kind)| (field.name().clone(), Arc::clone(column), *kind))
        .collect();
    let (batch, kinds) = batch::batch(columns, rows.num_rows()).map_err(|error| fault(&error))?;
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

fn of_files(error: &dyn std::error::Error) -> SourceError {
    tracing::error!(error = %error, "a query of datasets failed on a file");
    SourceError::new(SourceErrorKind::Internal, "the server failed on a file of this query; try again")
}

/// The first lines of what DataFusion says: further down are plans.
fn words(error: &str) -> String {
    let words: String = error.lines().take(4).collect::<Vec<_>>().join(" ");
    words.replace("datafusion.public.", "").chars().take(500).collect()
}

fn fault(error: &ArrowError) -> SourceError {
    SourceError::new(SourceErrorKind::Execution, words(&error.to_string()))
}

fn cancelled() -> SourceError {
    SourceError::new(SourceErrorKind::Cancelled, "the query was cancelled")
}

fn crashed() -> SourceError {
    SourceError::new(
        SourceErrorKind::Internal,
        "the query engine failed on this query, or the server is stopping; ask again, and report it if it stays so",
    )
}
