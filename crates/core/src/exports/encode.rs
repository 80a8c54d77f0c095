//! Parts of a result as the pieces of a file, written while they are taken.

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _};
use wenshu_answer::Language;
use wenshu_sources::{Limits, QueryResult};

use crate::AppError;

/// Writes a file of one format.
pub(super) trait Encoder: Send + 'static {
    /// The next part of the result, the first one with what stands before it.
    fn part(&mut self, part: &QueryResult) -> Result<Vec<u8>, AppError>;

    /// What stands at the end; a file that was cut says so.
    fn end(&mut self, is_cut: bool) -> Vec<u8>;
}

/// What a file that doesn't hold all rows says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub(super) limits: Limits,
    pub(super) language: Language,
}

impl Cut {
    /// The words, for this many rows.
    pub(super) fn words(self, rows: usize) -> String {
        let (most, mebibytes) = (self.limits.rows, self.limits.bytes / (1024 * 1024));
        match self.language {
            Language::Zh => format!(
                "（只导出了前 {rows} 行，其余的行未导出：导出最多 {most} 行、{mebibytes} MiB。请缩小查询范围）"
            ),
            Language::En => format!(
                "(Only the first {rows} rows are here, the rest was left out: an export has at most {most} rows and \
                 {mebibytes} MiB. Narrow the query down)"
            ),
        }
    }
}

/// The file, piece by piece. It holds what it is given, a place perhaps, until it is taken or dropped.
pub(super) fn encoded(
    parts: impl Stream<Item = Result<QueryResult, AppError>> + Send + 'static,
    encoder: impl Encoder,
    held: impl Send + 'static,
) -> BoxStream<'static, Result<Bytes, AppError>> {
    let writing = Writing { parts: parts.boxed(), encoder, is_cut: false, _held: held };
    let pieces = stream::try_unfold(Some(writing), |writing| async move {
        let Some(mut writing) = writing else { return Ok(None) };
        Ok(match writing.parts.next().await.transpose().inspect_err(said)? {
            Some(part) => {
                writing.is_cut |= part.truncated;
                let piece = writing.encoder.part(&part).inspect_err(said)?;
                Some((Bytes::from(piece), Some(writing)))
            }
            None => Some((Bytes::from(writing.encoder.end(writing.is_cut)), None)),
        })
    });
    pieces.boxed()
}

struct Writing<Format, Held> {
    parts: BoxStream<'static, Result<QueryResult, AppError>>,
    encoder: Format,
    is_cut: bool,
    _held: Held,
}

/// A file that breaks off has no answer any more in which to say why.
fn said(error: &AppError) {
    let cause = error.source_error().map(|cause| format!("{cause:#}"));
    tracing::warn!(code = error.code(), cause, "an export broke off");
}
