//! Reading a stream of events over a real socket as other people's programs do: with a client that none of us wrote, which parses,
//! reconnects and says by itself which event it saw last.

use std::future::ready;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use eventsource_client::{BoxStream, Client as _, ClientBuilder, Error, ReconnectOptions, SSE};
use futures::{StreamExt as _, stream};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use http_body_util::{BodyDataStream, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, ResponseFuture, TransportError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{SseEvent, TestServer};

/// A reader of one stream of events.
pub struct EventSource {
    url: String,
    token: String,
    last_event_id: String,
    wire: Wire,
    /// Open from the first event that is asked for.
    events: Option<BoxStream<Result<SSE, Error>>>,
    attempts: Vec<Attempt>,
}

/// A connection that a reader made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The event it had seen last; empty when it had seen none.
    pub last_event_id: String,
    /// What it was answered.
    pub status: StatusCode,
}

impl EventSource {
    /// Reads a GET of this path and query from its beginning. It connects when the first event is asked for.
    pub fn open(server: &TestServer, path: &str, token: &str) -> Self {
        Self {
            url: format!("http://{}{path}", server.address),
            token: token.to_owned(),
            last_event_id: String::new(),
            wire: Wire::new(),
            events: None,
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
            if let SSE::Event(event) = self.read().await? {
                let id = event.id.unwrap_or_default();
                id.clone_into(&mut self.last_event_id);
                return Some(SseEvent { event: event.event_type, id, data: event.data });
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
        match self.read().await {
            Some(SSE::Comment(_)) => {}
            other => panic!("no comment but {other:?}"),
        }
    }

    /// Cuts the connection, whatever it is in the middle of. Reading on makes another one.
    pub fn cut(&self) {
        self.wire.cut();
    }

    /// The connections made so far.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The next event or comment.
    async fn read(&mut self) -> Option<SSE> {
        if self.events.is_none() {
            self.events = Some(self.connect());
        }
        loop {
            match self.events.as_mut()?.next().await? {
                Ok(SSE::Connected(connection)) => {
                    let response = connection.response();
                    let status = StatusCode::from_u16(response.status()).expect("a status");
                    self.attempts.push(Attempt { last_event_id: self.last_event_id.clone(), status });
                    if status == StatusCode::NO_CONTENT {
                        // As a browser takes it, this is for good; this client would ask on for ever.
                        self.events = None;
                        return None;
                    }
                    let kind = response.get_header_value(CONTENT_TYPE.as_str()).expect("a text");
                    assert_eq!((status, kind), (StatusCode::OK, Some("text/event-stream")));
                }
                Ok(read) => return Some(read),
                // The connection ended, for good or not: that is for the server to say.
                Err(Error::Eof | Error::UnexpectedEof | Error::Transport(_)) => {}
                Err(error) => panic!("no stream of events: {error}"),
            }
        }
    }

    fn connect(&self) -> BoxStream<Result<SSE, Error>> {
        let soon = Duration::from_millis(1);
        let reconnecting = ReconnectOptions::reconnect(true).delay(soon).delay_max(soon).build();
        let client = ClientBuilder::for_url(&self.url)
            .and_then(|client| client.header("authorization", &format!("Bearer {}", self.token)))
            .expect("a request")
            .reconnect(reconnecting)
            .last_event_id(self.last_event_id.clone());
        client.build_with_transport(self.wire.clone()).stream()
    }
}

/// Sockets for the client, which can be cut.
#[derive(Clone)]
struct Wire {
    client: Client<HttpConnector, Empty<Bytes>>,
    cut: watch::Sender<CancellationToken>,
}

impl Wire {
    fn new() -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, cut: watch::Sender::new(CancellationToken::new()) }
    }

    /// Breaks off whatever is being read.
    fn cut(&self) {
        self.cut.send_replace(CancellationToken::new()).cancel();
    }
}

impl HttpTransport for Wire {
    fn request(&self, request: Request<Option<Bytes>>) -> ResponseFuture {
        let response = self.client.request(request.map(|_| Empty::new()));
        let cut = self.cut.borrow().clone();
        Box::pin(async move {
            let response = response.await.map_err(TransportError::new)?;
            Ok(response.map(|body| -> ByteStream {
                let pieces = BodyDataStream::new(body).map(|piece| piece.map_err(TransportError::new));
                let broken = cut.clone();
                let end = stream::iter([()])
                    .filter(move |()| ready(broken.is_cancelled()))
                    .map(|()| Err(TransportError::new(io::Error::from(io::ErrorKind::ConnectionReset))));
                Box::pin(pieces.take_until(cut.cancelled_owned()).chain(end))
            }))
        })
    }
}
