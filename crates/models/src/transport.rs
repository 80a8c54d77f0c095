//! Sends requests, and gives out the frames of replies as they arrive.
//!
//! One client for all models of the operator's and one for those of others: two pools of connections. They follow no redirect, since that
//! would take the key elsewhere, and retry nothing: that is decided in one place, where it is known whether something has been given out.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use rig_core::ProviderError;
use rig_core::driver::{Exchange, Opened, Opening, Transport};
use rig_core::http_client::Error as HttpError;
use rig_core::http_client::framing::{Framing, NdjsonFramer, SseFramer};
use rig_core::wire::{Body, Encoded, Wire, WireFrame};
use wenshu_answer::{HostRule, Taken};

use crate::times::ModelTimes;

/// The longest frame that is taken: far longer than any provider's.
const LONGEST_FRAME: usize = 8 << 20;

/// The most of a reply that is taken, whatever it says: far more than any reply is, frames around its pieces included.
const LONGEST_BODY: usize = 64 << 20;

/// How much of a refusal is read, and for how long: enough for its code.
const LONGEST_REFUSAL: usize = 64 << 10;
const REFUSAL_TIME: Duration = Duration::from_secs(2);

/// How many idle connections to one provider are kept.
const IDLE_CONNECTIONS: usize = 256;

/// Headers that hold a key.
const KEY_HEADERS: [HeaderName; 4] = [
    AUTHORIZATION,
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-goog-api-key"),
];

tokio::task_local! {
    /// Notes for whoever polls a request that the provider has taken it. One client serves all requests, and rig's request has no place
    /// for such a thing.
    pub(crate) static TAKEN: Taken;
}

/// Sends requests of any model. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    client: reqwest::Client,
}

/// What went wrong on the way, as far as somebody acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransportFault {
    /// No connection, or it ended before the provider said anything.
    Unreachable,
    /// The connection ended in the middle.
    Cut,
    /// What came is no stream of frames.
    NoFrames,
    /// More came than any reply is.
    TooLong,
    /// The request is none that can be sent.
    Unsendable,
}

impl fmt::Display for TransportFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

impl Error for TransportFault {}

impl From<TransportFault> for ProviderError {
    fn from(fault: TransportFault) -> Self {
        Self::from_transport_error(HttpError::instance(fault))
    }
}

impl Sender {
    /// A client with its own pool of connections, which connects to whatever it is told.
    pub(crate) fn new(times: &ModelTimes) -> reqwest::Result<Self> {
        Self::with(times, |builder| builder)
    }

    /// The same, but it connects to no name with an address that the rule refuses.
    pub(crate) fn within(times: &ModelTimes, rule: HostRule) -> reqwest::Result<Self> {
        // Where there is a proxy it is the proxy's name that is looked up, and what lies behind is the proxy's to keep.
        Self::with(times, |builder| builder.dns_resolver(Arc::new(RuledResolver(rule))))
    }

    fn with(
        times: &ModelTimes,
        change: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> reqwest::Result<Self> {
        // Fails when somebody else of the process was first, which is as good.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .connect_timeout(times.connect)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .user_agent(concat!("wenshu/", env!("CARGO_PKG_VERSION")));
        Ok(Self { client: change(builder).build()? })
    }

    async fn open(self, encoded: Encoded) -> Result<Opened<WireFrame>, ProviderError> {
        let Encoded { request, framing, .. } = encoded;
        let (mut parts, body) = request.into_parts();
        let Body::Bytes(body) = body else { return Err(TransportFault::Unsendable.into()) };
        parts.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        if framing == Framing::Sse {
            parts.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("text/event-stream"));
        }
        for name in KEY_HEADERS {
            if let Some(key) = parts.headers.get_mut(name) {
                key.set_sensitive(true);
            }
        }
        let request = reqwest::Request::try_from(http::Request::from_parts(parts, body))
            .map_err(|_error| TransportFault::Unsendable)?;
        let response = self.client.execute(request).await.map_err(|error| {
            if error.is_builder() { TransportFault::Unsendable } else { TransportFault::Unreachable }
        })?;
        let status = response.status();
        if status != http::StatusCode::OK {
            return Err(refusal(response).await);
        }
        let framing = actual_framing(framing, response.headers())?;
        // A login page has taken nothing. Whoever doesn't want to know has not set it.
        let _unset = TAKEN.try_with(Taken::accept);
        let frames = Frames {
            chunks: Box::pin(response.bytes_stream()),
            framer: Framer::new(framing),
            ready: VecDeque::new(),
            left: LONGEST_BODY,
            over: false,
        };
        Ok(Opened::new(frames))
    }
}

/// The machine's own way to find a name's addresses, all of which the rule must allow: which one is taken nobody knows.
struct RuledResolver(HostRule);

impl Resolve for RuledResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let rule = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !rule(address.ip())) {
                return Err("the name leads to an address that may not be connected to".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

impl<W> Transport<W> for Sender
where
    W: Wire<Payload = Encoded, Frame = WireFrame>,
{
    fn send(&self, payload: Encoded, _exchange: Exchange) -> Opening<WireFrame> {
        Opening::new(self.clone().open(payload))
    }
}

/// A status other than 200, with as much of the body as tells why.
async fn refusal(response: reqwest::Response) -> ProviderError {
    let status = response.status();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    let reading = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            let room = LONGEST_REFUSAL - body.len();
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if body.len() >= LONGEST_REFUSAL {
                break;
            }
        }
    };
    // What was read by then is enough, or the status alone is.
    let _read_in_time = tokio::time::timeout(REFUSAL_TIME, reading).await;
    let body = String::from_utf8_lossy(&body).into_owned();
    ProviderError::from_transport_error(HttpError::InvalidStatusCodeWithDetails { status, body, headers })
}

/// How the reply is framed, by what it says it is: some servers answer whole though a stream was asked for.
fn actual_framing(asked: Framing, headers: &HeaderMap) -> Result<Framing, TransportFault> {
    let Some(content_type) = headers.get(CONTENT_TYPE) else { return Ok(asked) };
    let content_type = content_type.to_str().unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match (asked, essence.as_str()) {
        (Framing::Sse, "text/event-stream") => Ok(Framing::Sse),
        (Framing::Sse, "application/json") => Ok(Framing::Whole),
        (Framing::Sse, _) | (_, "text/html") => Err(TransportFault::NoFrames),
        (asked, _) => Ok(asked),
    }
}

/// The frames of one reply.
struct Frames<S> {
    chunks: Pin<Box<S>>,
    framer: Framer,
    ready: VecDeque<WireFrame>,
    /// How many bytes more are taken.
    left: usize,
    over: bool,
}

enum Framer {
    Sse(SseFramer),
    Ndjson(NdjsonFramer),
    Whole(Vec<u8>),
}

impl<S: Stream<Item = reqwest::Result<Bytes>>> Stream for Frames<S> {
    type Item = Result<WireFrame, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(frame) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(frame)));
            }
            if this.over {
                return Poll::Ready(None);
            }
            match ready!(this.chunks.as_mut().poll_next(context)) {
                Some(Ok(chunk)) => {
                    let Some(left) = this.left.checked_sub(chunk.len()) else {
                        this.over = true;
                        return Poll::Ready(Some(Err(TransportFault::TooLong.into())));
                    };
                    this.left = left;
                    this.framer.push(&chunk, &mut this.ready);
                    if this.framer.unfinished() > LONGEST_FRAME {
                        this.over = true;
                        return Poll::Ready(Some(Err(TransportFault::NoFrames.into())));
                    }
                }
                Some(Err(_error)) => {
                    this.over = true;
                    return Poll::Ready(Some(Err(TransportFault::Cut.into())));
                }
                None => {
                    this.over = true;
                    this.framer.finish(&mut this.ready);
                }
            }
        }
    }
}

impl Framer {
    fn new(framing: Framing) -> Self {
        match framing {
            Framing::Sse => Self::Sse(SseFramer::new()),
            Framing::Ndjson => Self::Ndjson(NdjsonFramer::new()),
            Framing::Whole => Self::Whole(Vec::new()),
        }
    }

    fn push(&mut self, chunk: &[u8], ready: &mut VecDeque<WireFrame>) {
        match self {
            Self::Sse(framer) => ready.extend(
                framer
                    .push(chunk)
                    .filter(|event| !event.data.trim().is_empty())
                    .map(|event| WireFrame::Text(event.data)),
            ),
            Self::Ndjson(framer) => ready.extend(framer.push(chunk).map(WireFrame::from_bytes)),
            Self::Whole(body) => body.extend_from_slice(chunk),
        }
    }

    /// At the end of the body. An event that no blank line ended is none.
    fn finish(&mut self, ready: &mut VecDeque<WireFrame>) {
        match self {
            Self::Sse(_) => {}
            Self::Ndjson(framer) => ready.extend(framer.finish().map(WireFrame::from_bytes)),
            Self::Whole(body) if body.is_empty() => {}
            Self::Whole(body) => ready.push_back(WireFrame::from_bytes(std::mem::take(body))),
        }
    }

    /// How many bytes wait for the rest of their frame.
    fn unfinished(&self) -> usize {
        match self {
            Self::Sse(framer) => framer.pending(),
            Self::Ndjson(framer) => framer.pending(),
            Self::Whole(body) => body.len(),
        }
    }
}
