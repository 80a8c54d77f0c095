//! How far an upload has come, as events, for callers who ask for `text/event-stream`.
//!
//! The response begins while the file is still arriving. It ends with `done` and the dataset, or with `error`.
//!
//! A caller who comes back to such a stream has the file with him once more. Where the upload has become a dataset he is told that and
//! makes no second one; where it broke off, nothing of it is kept, and it begins anew.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{StreamExt as _, stream};
use http::HeaderMap;
use http::header::ACCEPT;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::sleep;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::datasets::Progress;
use wenshu_core::{AppError, Dataset, ErrorKind, Language};

use super::dto::data::DatasetDto;
use super::stream::ErrorEvent;
use crate::http::sse::{EventWriter, KEEP_ALIVE, streamed};

/// The time between two events, in which a file of usual size is through.
const BETWEEN: Duration = Duration::from_millis(200);

/// Whether a caller wants to know.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = accepted.flat_map(|value| value.split(','));
    kinds.any(|kind| {
        kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/event-stream")
    })
}

/// Which event of which upload it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UploadEventId {
    /// What the dataset is going to be called by.
    dataset: Uuid,
    /// Nothing for the last one.
    number: Option<u64>,
}

impl UploadEventId {
    /// The dataset.
    pub(super) fn dataset(self) -> Uuid {
        self.dataset
    }

    /// Whether nothing comes after it.
    pub(super) fn is_end(self) -> bool {
        self.number.is_none()
    }
}

impl fmt::Display for UploadEventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(formatter, "{}-{number}", self.dataset),
            None => write!(formatter, "{}-end", self.dataset),
        }
    }
}

impl FromStr for UploadEventId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (dataset, number) = text.rsplit_once('-').ok_or(())?;
        let dataset = dataset.parse().map_err(drop)?;
        let number = if number == "end" { None } else { Some(number.parse().map_err(drop)?) };
        Ok(Self { dataset, number })
    }
}

struct Uploading {
    dataset: Uuid,
    /// The number of the next event.
    next: u64,
    /// There until it has ended.
    work: Option<BoxFuture<'static, Result<Dataset, AppError>>>,
    progress: watch::Receiver<Progress>,
    language: Language,
    keep_alive: Duration,
}

/// Does the work, of which a dataset with this id comes, while the response is being sent, and says how far it has come.
pub(super) fn respond(
    work: impl Future<Output = Result<Dataset, AppError>> + Send + 'static,
    dataset: Uuid,
    progress: watch::Receiver<Progress>,
    language: Language,
    keep_alive: Duration,
) -> Response {
    let work = Some(Box::pin(work) as BoxFuture<'static, _>);
    let uploading = Uploading { dataset, next: 1, work, progress, language, keep_alive };
    let events = stream::unfold(uploading, next).map(Ok::<_, Infallible>);
    streamed(Body::from_stream(events))
}

/// What is left to be said of an upload that has become this dataset.
pub(super) fn made(dataset: &Dataset) -> Response {
    let mut out = EventWriter::default();
    out.json("done", UploadEventId { dataset: dataset.id, number: None }, &DatasetDto::from(dataset));
    streamed(Body::from(Bytes::copy_from_slice(out.as_bytes())))
}

async fn next(mut uploading: Uploading) -> Option<(Bytes, Uploading)> {
    let Uploading { dataset, next, work, progress, language, keep_alive } = &mut uploading;
    let running = work.as_mut()?;
    let mut out = EventWriter::default();
    let outcome = tokio::select! {
        outcome = running => Some(outcome),
        step = step(progress) => {
            let id = UploadEventId { dataset: *dataset, number: Some(*next) };
            out.json("progress", id, &ProgressEvent::from(step));
            *next += 1;
            None
        }
        () = sleep(*keep_alive) => return Some((KEEP_ALIVE, uploading)),
    };
    if let Some(outcome) = outcome {
        *work = None;
        let id = UploadEventId { dataset: *dataset, number: None };
        match outcome {
            Ok(dataset) => out.json("done", id, &DatasetDto::from(&dataset)),
            Err(error) => {
                // The status has been sent, so nobody else logs it.
                if error.kind() == ErrorKind::Internal {
                    tracing::error!(code = error.code(), error = %error, "an upload failed");
                }
                out.json("error", id, &ErrorEvent::of(&error, *language));
            }
        }
    }
    Some((Bytes::copy_from_slice(out.as_bytes()), uploading))
}

/// How far it is when it has gone further. Not more often than now and then: who reads that is a person.
async fn step(progress: &mut watch::Receiver<Progress>) -> Progress {
    sleep(BETWEEN).await;
    if progress.changed().await.is_err() {
        // It is over, which the work itself says.
        std::future::pending::<()>().await;
    }
    *progress.borrow_and_update()
}

/// How far a file has come.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgressEvent)]
pub(super) struct ProgressEvent {
    /// The bytes that have arrived.
    received: u64,
    /// Whether those are all.
    is_whole: bool,
    /// The rows that are in tables by now.
    rows: u64,
    /// How many there will be, once that is known.
    rows_in_all: Option<u64>,
}

impl From<Progress> for ProgressEvent {
    fn from(progress: Progress) -> Self {
        let Progress { received, is_whole, rows, rows_in_all } = progress;
        Self { received, is_whole, rows, rows_in_all }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        let dataset = Uuid::from_u128(7);
        for number in [Some(1), Some(u64::MAX), None] {
            let id = UploadEventId { dataset, number };
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for text in ["", "end", "7-1", "00000000-0000-0000-0000-000000000007", "x-end"] {
            assert_eq!(text.parse::<UploadEventId>(), Err(()), "{text}");
        }
    }

    #[test]
    fn events_are_for_those_who_ask_for_them() {
        for (accept, expected) in [
            ("text/event-stream", true),
            ("application/json, Text/Event-Stream;q=0.9", true),
            ("application/json", false),
            ("*/*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(is_wanted(&headers), expected, "{accept}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }
}
