//! A part of a plan whose rows pass through as they are, and are counted on the way.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{Array as _, ArrayRef, RecordBatch};
use arrow::compute::partition;
use arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt as _;

use crate::sizes::total;

/// How often rows are there: as they came, and put together.
const TIMES_HELD: usize = 2;

/// Bytes of a view of a text, besides the text.
const VIEW: usize = 16;

/// What is watched.
#[derive(Debug)]
enum Watch {
    /// All rows, which whoever takes them holds until they are all.
    All,
    /// Rows that are equal in these, which whoever takes them holds until others come.
    Equal(Vec<Arc<dyn PhysicalExpr>>),
    /// That the rows are asked for once; whether they have been.
    Once(AtomicBool),
}

/// Rows of another part.
#[derive(Debug)]
pub(super) struct Watched {
    input: Arc<dyn ExecutionPlan>,
    watch: Watch,
}

impl Watched {
    /// Counts all rows.
    pub(super) fn whole(input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self { input, watch: Watch::All })
    }

    /// Counts rows as long as they are equal in these.
    pub(super) fn equal(
        input: Arc<dyn ExecutionPlan>,
        keys: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self { input, watch: Watch::Equal(keys) })
    }

    /// Says that there is no memory when the rows are asked for again.
    pub(super) fn once(input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self { input, watch: Watch::Once(AtomicBool::new(false)) })
    }
}

impl DisplayAs for Watched {
    fn fmt_as(&self, _format: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Watched")
    }
}

impl ExecutionPlan for Watched {
    fn name(&self) -> &str {
        "Watched"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _apply: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    /// The new one has been asked for nothing.
    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(input) = children.pop() else {
            return datafusion::common::internal_err!("rows come from somewhere");
        };
        Ok(match &self.watch {
            Watch::All => Self::whole(input),
            Watch::Equal(keys) => Self::equal(input, keys.clone()),
            Watch::Once(_) => Self::once(input),
        })
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let reserve = |name: &str| MemoryConsumer::new(name).register(context.memory_pool());
        match &self.watch {
            Watch::Once(was_asked) => {
                if was_asked.swap(true, Ordering::Relaxed) {
                    return Err(DataFusionError::ResourcesExhausted(
                        "the rows of a join's left side don't fit into memory".to_owned(),
                    ));
                }
                self.input.execute(partition, context)
            }
            Watch::All => {
                let reserved = reserve("window");
                let rows = self.input.execute(partition, context)?;
                let rows = rows.map(move |batch| {
                    let batch = batch?;
                    reserved.try_grow(TIMES_HELD * held(&batch))?;
                    Ok(batch)
                });
                Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
            }
            Watch::Equal(keys) => {
                let mut run =
                    Run { keys: keys.clone(), last: Vec::new(), held: 0, reserved: reserve("window") };
                let rows = self.input.execute(partition, context)?;
                let rows = rows.map(move |batch| {
                    let batch = batch?;
                    run.take(&batch)?;
                    Ok(batch)
                });
                Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
            }
        }
    }
}

/// Rows that are equal by now.
struct Run {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// What they have in common.
    last: Vec<ScalarValue>,
    /// Bytes of the batches that they are in.
    held: usize,
    reserved: MemoryReservation,
}

impl Run {
    fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        let Some(last_row) = batch.num_rows().checked_sub(1) else { return Ok(()) };
        let keys = self.keys.iter().map(|key| key.evaluate(batch)?.into_array(batch.num_rows()));
        let keys = keys.collect::<Result<Vec<ArrayRef>>>()?;
        let at = |row: usize| -> Result<Vec<ScalarValue>> {
            keys.iter().map(|key| ScalarValue::try_from_array(key, row)).collect()
        };
        let runs = if keys.is_empty() { 1 } else { partition(&keys)?.len() };
        let own = held(batch);
        // What came before is held until this one has been looked at.
        self.reserved.try_resize(TIMES_HELD * (self.held + own))?;
        let goes_on = runs == 1 && at(0)? == self.last;
        self.held = if goes_on { self.held + own } else { own };
        self.last = at(last_row)?;
        Ok(())
    }
}

/// What the rows take, each value of them for itself: how much of what they share is theirs alone nobody can tell.
fn held(batch: &RecordBatch) -> usize {
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::Utf8View | DataType::BinaryView => total(column.as_ref()) + VIEW * column.len(),
        _ => column.to_data().get_slice_memory_size().unwrap_or_else(|_| column.get_array_memory_size()),
    });
    columns.sum()
}
