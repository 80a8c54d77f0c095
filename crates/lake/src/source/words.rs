//! What went wrong with a query, in words for whoever asked it.

use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use wenshu_sources::{Limits, SourceError, SourceErrorKind};

use super::Inner;

/// What DataFusion names where there is no more room on disk.
const SPILL_SETTING: &str = "max_temp_directory_size";

impl Inner {
    /// What went wrong, in words for whoever asked.
    pub(super) fn explain(&self, error: &DataFusionError) -> SourceError {
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
                 may use; group by fewer values, filter first, ask for fewer rows, or join by `=` instead of by `<` alone; where other \
                 questions have that memory just now, ask again"
            ),
        )
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

/// Whether a query needed more memory than there is.
pub(super) fn is_exhausted(error: &DataFusionError) -> bool {
    matches!(error.find_root(), DataFusionError::ResourcesExhausted(message) if !message.contains(SPILL_SETTING))
}

pub(super) fn timed_out(limits: &Limits) -> SourceError {
    SourceError::new(
        SourceErrorKind::Timeout,
        format!(
            "the query took longer than {} s and was ended; ask for less, or for a shorter time",
            limits.time.as_secs_f64()
        ),
    )
}

pub(super) fn cancelled() -> SourceError {
    SourceError::new(SourceErrorKind::Cancelled, "the query was cancelled")
}

pub(super) fn crashed() -> SourceError {
    SourceError::new(
        SourceErrorKind::Internal,
        "the query engine failed on this query, or the server is stopping; ask again, and report it if it stays so",
    )
}
