//! Reading a stream of events over a real socket as other people's programs do: parsed by a library that none of us wrote, and
//! reconnecting as the standard asks of an `EventSource`.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use eventsource_stream::{Event, EventStreamError, Eventsource as _};
use futures::{Stream, StreamExt};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, Request, StatusCode};
use http_body_util::{BodyDataStream, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Notify;

use crate::{SseEvent, TestServer};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

type Events = Pin<Box<dyn Stream<Item = Result<Event, EventStreamError<hyper::Error>>> + Send>>;

/// A reader of one stream of events.
pub struct EventSource {
    client: Client<HttpConnector, Empty<Bytes>>,
    url: String,
    token: String,
    last_event_id: String,
    /// The connection that is open.
    events: Option<Events>,
    commented: Arc<Notify>,
    attempts: Vec<Attempt>,
}

/// A connection that a reader made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The event it said it had seen last; empty when it said none.
    pub last_event_id: String,
    /// What it was answered.
    pub status: StatusCode,
}

impl EventSource {
    /// Reads a GET of this path and query from its beginning. It connects when the first event is asked for.
    pub fn open(server: &TestServer, path: &str, token: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: format!("http://{}{path}", server.address),
            token: token.to_owned(),
            last_event_id: String::new(),
            events: None,
            commented: Arc::default(),
            attempts: Vec::new(),
        }
    }

    /// Reads only what comes after this event, which somebody else has seen.
    #[must_use]
    pub fn after(mut self, last_event_id: &str) -> Self {
        last_event_id.clone_into(&mut self.last_event_id);
        self
    }

    /// The next event, over as many connections as it takes. `None` when the server says with 204 that nothing more will come.
    pub async fn next(&mut self) -> Option<SseEvent> {
        loop {
            if self.events.is_none() && !self.connect().await {
                return None;
            }
            let event = self.events.as_mut()?.next().await;
            match event {
                Some(Ok(Event { event, data, id, retry: _ })) => {
                    id.clone_into(&mut self.last_event_id);
                    return Some(SseEvent { event, id, data });
                }
                Some(Err(error @ (EventStreamError::Utf8(_) | EventStreamError::Parser(_)))) => {
                    panic!("no stream of events: {error}")
                }
                // The connection ended, for good or not: that is for the server to say.
                Some(Err(EventStreamError::Transport(_))) | None => self.events = None,
            }
        }
    }

    /// The next event with this name.
    pub async fn next_named(&mut self, name: &str) -> SseEvent {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended before {name:?}"));
            if event.event == name {
                return event;
            }
        }
    }

    /// Waits for a comment line, before which no event may come.
    pub async fn next_comment(&mut self) {
        let commented = Arc::clone(&self.commented);
        tokio::select! {
            event = self.next() => panic!("no comment but {event:?}"),
            () = commented.notified() => {}
        }
    }

    /// Cuts the connection, whatever it is in the middle of. Reading on makes another one.
    pub fn cut(&mut self) {
        self.events = None;
    }

    /// The connections made so far.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Connects; false when the server says that there is nothing more.
    async fn connect(&mut self) -> bool {
        let mut request = Request::get(&self.url)
            .header(ACCEPT, "text/event-stream")
            .header(AUTHORIZATION, format!("Bearer {}", self.token));
        if !self.last_event_id.is_empty() {
            request = request.header(LAST_EVENT_ID, &self.last_event_id);
        }
        let request = request.body(Empty::new()).expect("a request");
        let response = self.client.request(request).await.expect("an answer");
        let status = response.status();
        self.attempts.push(Attempt { last_event_id: self.last_event_id.clone(), status });
        if status == StatusCode::NO_CONTENT {
            return false;
        }
        assert_eq!(status, StatusCode::OK);
        assert_eq!(response.headers().get(CONTENT_TYPE).expect("a type"), "text/event-stream");
        let commented = Arc::clone(&self.commented);
        // The library passes over comments, as the standard says.
        let pieces = BodyDataStream::new(response.into_body()).inspect(move |piece| {
            if piece.as_ref().is_ok_and(|piece| piece.starts_with(b":")) {
                commented.notify_one();
            }
        });
        self.events = Some(Box::pin(pieces.eventsource()));
        true
    }
}
