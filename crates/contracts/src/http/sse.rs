//! Streams of events over HTTP: the driver that every contract's event dialect runs in.
//!
//! | matter | what the driver does |
//! | --- | --- |
//! | several events are ready | one chunk; an event that is ready never waits for one that isn't |
//! | nothing for 15 s | a comment line, so that proxies and clients see life |
//! | the reader goes away | the stream of events is dropped; the run goes on, it isn't ours |
//! | the run fails | an event like others; the dialect says it in its own words |
//! | the events end | the response ends |

use std::convert::Infallible;
use std::fmt::Display;
use std::future::Future as _;
use std::io::Write as _;
use std::pin::Pin;
use std::str::FromStr;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use tokio::time::{Instant, Sleep, sleep};
use wenshu_core::runs::NumberedEvent;

/// The header in which a reader who comes back names the last event it saw.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// A line that is no event.
pub const KEEP_ALIVE: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// Past this size a chunk is sent even if more is ready, so that memory stays bounded.
const CHUNK: usize = 64 * 1024;

/// Turns run events into a contract's events. A pure state machine: no clock, no input or output of its own.
pub trait EventDialect: Send + 'static {
    /// Writes what comes before all events.
    fn open(&mut self, _out: &mut EventWriter) {}

    /// Writes nothing, one or several events for this one.
    fn encode(&mut self, event: &NumberedEvent, out: &mut EventWriter);

    /// Writes what is said once of all events that were ready together, after the last of them.
    fn flush(&mut self, _out: &mut EventWriter) {}
}

/// The events of a response, being written.
#[derive(Debug, Default)]
pub struct EventWriter {
    buffer: Vec<u8>,
}

impl EventWriter {
    /// An event whose data is one line of JSON.
    pub fn json(&mut self, name: &str, id: impl Display, data: &impl Serialize) {
        // Writing to memory can't fail.
        let _ = writeln!(self.buffer, "event: {name}");
        self.nameless_json(id, data);
    }

    /// The same without a name, which readers take for `message`.
    pub fn nameless_json(&mut self, id: impl Display, data: &impl Serialize) {
        let _ = writeln!(self.buffer, "id: {id}");
        self.line_of_json(data);
    }

    fn line_of_json(&mut self, data: &impl Serialize) {
        self.buffer.extend_from_slice(b"data: ");
        let start = self.buffer.len();
        if let Err(error) = serde_json::to_writer(&mut self.buffer, data) {
            tracing::error!(%error, "an event could not be written");
            self.buffer.truncate(start);
            self.buffer.extend_from_slice(b"null");
        }
        // JSON that is passed through may hold line breaks between its tokens, which would end the data early. (Those within
        // its texts are escaped.)
        for byte in self.buffer.iter_mut().skip(start) {
            if matches!(*byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        self.buffer.extend_from_slice(b"\n\n");
    }

    /// A piece of text as it is, without a name: a line of `data` for each line of it. Lines end with `\n` alone.
    pub fn text(&mut self, id: Option<&dyn Display>, text: &str) {
        if let Some(id) = id {
            // Writing to memory can't fail.
            let _ = writeln!(self.buffer, "id: {id}");
        }
        for line in text.split('\n') {
            self.buffer.extend_from_slice(b"data: ");
            self.buffer.extend_from_slice(line.as_bytes());
            self.buffer.push(b'\n');
        }
        self.buffer.push(b'\n');
    }

    /// An event without an id whose data is one line of JSON.
    pub fn json_without_id(&mut self, name: &str, data: &impl Serialize) {
        let _ = writeln!(self.buffer, "event: {name}");
        self.line_of_json(data);
    }

    /// What has been written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.buffer
    }
}

/// The event that a returning reader saw last. An id that isn't ours counts as none.
pub fn last_event_id<Id: FromStr>(headers: &HeaderMap) -> Option<Id> {
    headers.get(LAST_EVENT_ID)?.to_str().ok()?.trim().parse().ok()
}

/// A response that sends these events in this dialect.
pub fn respond(
    events: BoxStream<'static, NumberedEvent>,
    dialect: impl EventDialect,
    keep_alive: Duration,
) -> Response {
    let body =
        Events { events, dialect: Box::new(dialect), keep_alive, timer: None, begun: false, over: false };
    streamed(Body::from_stream(body))
}

/// A response that sends events which are written already.
pub fn streamed(events: Body) -> Response {
    let mut response = Response::new(events);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Asks nginx and its like not to hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

struct Events {
    events: BoxStream<'static, NumberedEvent>,
    dialect: Box<dyn EventDialect>,
    keep_alive: Duration,
    /// Made when there is first something to wait for: an answer that is ready at once needs no timer.
    timer: Option<Pin<Box<Sleep>>>,
    begun: bool,
    over: bool,
}

impl Stream for Events {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let mut out = EventWriter::default();
        if !this.begun {
            this.begun = true;
            this.dialect.open(&mut out);
        }
        while !this.over && out.buffer.len() < CHUNK {
            match this.events.poll_next_unpin(context) {
                Poll::Ready(Some(event)) => this.dialect.encode(&event, &mut out),
                Poll::Ready(None) => this.over = true,
                Poll::Pending => break,
            }
        }
        this.dialect.flush(&mut out);
        if !out.buffer.is_empty() {
            if let Some(timer) = &mut this.timer {
                timer.as_mut().reset(Instant::now() + this.keep_alive);
            }
            return Poll::Ready(Some(Ok(Bytes::from(out.buffer))));
        }
        if this.over {
            return Poll::Ready(None);
        }
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(this.keep_alive)));
        if timer.as_mut().poll(context).is_ready() {
            timer.as_mut().reset(Instant::now() + this.keep_alive);
            return Poll::Ready(Some(Ok(KEEP_ALIVE)));
        }
        Poll::Pending
    }
}
