//! From a statement to the first of its rows.

use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::Schema;
use datafusion::common::TableReference;
use datafusion::common::tree_node::TreeNode as _;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;
use wenshu_sources::datasets::DatasetTable;
use wenshu_sources::{ReadOnlyQuery, SourceError, SourceErrorKind};

use super::parsing::parsed;
use super::words::crashed;
use super::{Inner, STORE_URL};
use crate::bounds::{self, Most};
use crate::{aliases, write};

/// Memory that each part of a sort sets aside for putting together what went to disk, where there is enough.
const MERGE_BYTES: usize = 10 * 1024 * 1024;

/// The fewest bytes of rows that are worked at together, where there is little memory, and the most.
const BATCH_BYTES: (usize, usize) = (64 * 1024 * 1024, 256 * 1024 * 1024);

/// Rows at a time of a query that holds as little as possible.
const FRUGAL_ROWS: usize = 1_024;

/// The longest that a question waits for tables that are still being made.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// The stack that reading and planning the deepest statement takes that the guard lets through. It is address space.
const STACK: usize = 64 * 1024 * 1024;

/// More rows than there are anywhere.
const NO_LIMIT: usize = usize::MAX / 4;

/// How a query is worked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// With what is fastest.
    Fast,
    /// With few rows at a time, and joins by sorting both sides, which goes to disk where it doesn't fit into memory.
    Frugal,
}

/// A query that has begun.
pub(super) struct Begun {
    pub(super) rows: SendableRecordBatchStream,
    /// Whether it may hold less in a frugal way.
    pub(super) may_hold_less: bool,
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
            let session = SessionContext::new_with_config_rt(config, Arc::clone(&self.runtime));
            // What stands in the brackets of `generate_series` is computed while the statement is read.
            let most = Most::with(0, self.batch_bytes());
            for function in session.state().scalar_functions().values() {
                if let Some(function) = bounds::bounded(function, most) {
                    session.register_udf(function);
                }
            }
            session
        })
    }

    /// Bytes of rows that are worked at together, at most.
    fn batch_bytes(&self) -> u64 {
        self.query_memory.clamp(BATCH_BYTES.0, BATCH_BYTES.1) as u64
    }

    /// Makes a table known to the session, when it is there. Answers how long its values are.
    async fn know(&self, table: &DatasetTable) -> Result<Vec<u64>, DataFusionError> {
        let waited = self.later.wait_for(&table.path).await;
        waited.map_err(|error| DataFusionError::External(Box::new(error)))?;
        let session = self.session();
        let url = ListingTableUrl::parse(format!("{}/{}", *STORE_URL, self.later.location(&table.path)))?;
        let format = ParquetFormat::default().with_skip_metadata(false);
        let options = ListingOptions::new(Arc::new(format));
        let schema = options.infer_schema(&session.state(), &url).await?;
        let widths = write::widths_of(&schema);
        let schema = Arc::new(Schema::new(schema.fields().clone()));
        let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
        let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
        let provider = Arc::new(ListingTable::try_new(config)?);
        session.register_table(TableReference::bare(table.name.as_str()), provider)?;
        Ok(widths)
    }

    /// Reads a query and waits until its tables are there.
    async fn read(&self, query: &ReadOnlyQuery) -> Result<Statement, DataFusionError> {
        let state = self.session().state();
        let statement = stacker::grow(STACK, || parsed(query.sql()))?;
        bounds::check_statement(&statement, |name| {
            let named = self.tables.iter().find(|(table, _)| table.name == name);
            named.map_or(1, |(table, _)| table.columns.len() as u64)
        })?;
        for reference in stacker::grow(STACK, || state.resolve_table_references(&statement))? {
            let named = self.tables.iter().find(|(table, _)| table.name == reference.table());
            if let Some((table, widths)) = named {
                widths.get_or_try_init(|| self.know(table)).await?;
            }
        }
        Ok(statement)
    }

    /// How a query that gives no more rows than this is worked at.
    async fn plan(
        &self,
        statement: Statement,
        rows: usize,
        way: Way,
    ) -> Result<(Arc<dyn ExecutionPlan>, Arc<TaskContext>), DataFusionError> {
        let mut state = self.session().state();
        let plan = match state.statement_to_plan(statement.clone()).await {
            Err(error) if aliases::are_missing(&error) => {
                state.statement_to_plan(aliases::given_to(statement)).await?
            }
            planned => planned?,
        };
        bounds::check_expressions(&plan)?;
        let plan = bounds::zoned(bounds::signed(plan)?)?;
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)?;
        // A limit that no table reaches is none; DataFusion would take one past its own numbers for a negative one.
        let plan = if rows < NO_LIMIT {
            LogicalPlanBuilder::from(plan).limit(0, Some(rows))?.build()?
        } else {
            plan
        };
        let known =
            self.tables.iter().filter_map(|(table, widths)| Some((table.name.as_str(), widths.get()?)));
        let widths = known.map(|(name, widths)| (name, widths.as_slice())).collect();
        let bytes = self.batch_bytes();
        let analyzed = state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {})?;
        let longest = bounds::longest_scanned(&analyzed, &widths)?;
        let skips_nulls = bounds::skips_nulls(&analyzed)?;
        let (plan, calls) = bounds::swapped(analyzed, |calls| Most::with(longest, bytes / calls.max(1)))?;
        let plan = state.optimizer().optimize(plan, &state, |_, _| {})?;
        let at_once = bounds::rows_at_once(&plan, &widths, calls, bytes)?;
        let mut config = state.config().clone().with_batch_size(at_once);
        if way == Way::Frugal {
            config = config
                .with_target_partitions(self.partitions.max(2))
                .with_batch_size(at_once.min(FRUGAL_ROWS));
            config.options_mut().optimizer.prefer_hash_join = false;
        }
        *state.config_mut() = config;
        let plan = state.query_planner().create_physical_plan(&plan, &state).await?;
        Ok((bounds::counted(plan, skips_nulls)?, Arc::new(TaskContext::from(&state))))
    }

    /// Begins a query that gives no more rows than this. Planning computes without a pause, so that it has a thread of its own.
    pub(super) async fn begin(
        self: &Arc<Self>,
        statement: Statement,
        rows: usize,
        way: Way,
    ) -> Result<Begun, DataFusionError> {
        let turn = self.engine.turn_to_plan().await;
        let (inner, handle) = (Arc::clone(self), self.engine.handle().clone());
        let planning = move || {
            let _turn = turn;
            stacker::grow(STACK, || handle.block_on(inner.plan(statement, rows, way)))
        };
        let planned = self.tasks.spawn_blocking_on(planning, self.engine.handle()).await;
        let (plan, context) = planned.map_err(|_| DataFusionError::External(Box::new(crashed())))??;
        let may_hold_less =
            way == Way::Fast && plan.exists(|node| Ok(node.is::<HashJoinExec>() || node.is::<SortExec>()))?;
        Ok(Begun { rows: execute_stream(plan, context)?, may_hold_less })
    }

    /// What a query asks, when its tables are there. It is no part of the query's time that they are being made.
    pub(super) async fn prepare(&self, query: &ReadOnlyQuery) -> Result<Statement, SourceError> {
        match tokio::time::timeout(LONGEST_WAIT, self.read(query)).await {
            Ok(read) => read.map_err(|error| self.explain(&error)),
            Err(_) => Err(SourceError::new(
                SourceErrorKind::Timeout,
                "the table of a large file is still being made; ask again in some minutes",
            )),
        }
    }
}
