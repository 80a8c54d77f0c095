//! Playing a reply: from its script to bytes, at the pace and with the faults it asks for.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use serde_json::Value;
use tokio::time::{Interval, interval};

use super::connection::Fuse;
use super::format::{Encoder, Format};
use super::openai;
use super::reply::{Ending, Opening, ScriptedReply};
use super::request::ModelRequest;
use super::{Exchange, State, lock};

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Answers one request, or breaks off.
pub(super) async fn answer(
    state: &Arc<State>,
    request: Request<Incoming>,
    fuse: Fuse,
) -> Result<Response<Body>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
    let request = ModelRequest {
        path,
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let mut exchange = Exchange::begin(state, request.clone());
    let refused = refuse(state, parts.uri.path(), &parts.method, &request);
    if let Some((status, body)) = refused {
        exchange.finish();
        return Ok(json_response(status, &body, &[]));
    }
    if parts.method == http::Method::GET {
        exchange.finish();
        let models = lock(&state.access).models.clone().unwrap_or_default();
        return Ok(json_response(200, &openai::models(&models), &[]));
    }
    let format = Format::at(parts.uri.path()).expect("others are refused");
    let number = lock(&state.requests).len();
    let reply = lock(&state.rules).choose(&request);
    play(exchange, number, format, &request, reply, fuse).await
}

async fn play(
    mut exchange: Exchange,
    number: usize,
    format: Format,
    request: &ModelRequest,
    reply: ScriptedReply,
    fuse: Fuse,
) -> Result<Response<Body>, io::Error> {
    match &reply.opening {
        Opening::Steps => {}
        Opening::Status(status, body) => {
            exchange.finish();
            let (status, body) = match body {
                Some(body) => (*status, body.clone()),
                None => format.refusal(*status, request),
            };
            return Ok(json_response(status, &body, &reply.headers));
        }
        Opening::Never => pending().await,
        Opening::Reset => {
            exchange.break_off();
            fuse.blow();
            return Err(io::Error::from(io::ErrorKind::ConnectionReset));
        }
    }
    let told = openai::counted(request, &reply).filter(|_| reply.is_told());
    let read = told.map_or(request.tokens(), |(input_tokens, _)| input_tokens);
    exchange.charge(|charge| charge.input_tokens = read);
    let encoder = format.encoder(number, request, &reply);
    let streams = format.streams(request);
    let content_type = format.content_type(streams);
    let mut response = Response::builder().header("x-request-id", format!("req_{number:08}"));
    if !reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        response = response.header("content-type", content_type);
    }
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    let pace = reply.pace.map(interval);
    let player = Player {
        exchange,
        told,
        encoder,
        reply,
        fuse,
        streams,
        pace,
        next: Next::Opening,
        unsent: Bytes::new(),
    };
    let frames = stream::unfold(player, |mut player| async move {
        let chunk = player.next_chunk().await?;
        Some((chunk.map(Frame::data), player))
    });
    Ok(response.body(StreamBody::new(frames).boxed_unsync()).expect("a response"))
}

/// The body of a reply that is under way.
struct Player {
    exchange: Exchange,
    /// What the reply says it took, if it does.
    told: Option<(u64, u64)>,
    encoder: Encoder,
    reply: ScriptedReply,
    fuse: Fuse,
    streams: bool,
    pace: Option<Interval>,
    next: Next,
    /// What the current step still has, where it is sent in small writes.
    unsent: Bytes,
}

/// What is to be sent next.
#[derive(Clone, Copy)]
enum Next {
    Opening,
    Step(usize),
    Ending,
    Nothing,
}

impl Player {
    /// The next write; none at the end.
    async fn next_chunk(&mut self) -> Option<Result<Bytes, io::Error>> {
        while self.unsent.is_empty() {
            match self.next_step().await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
        let length = self.reply.fragment.unwrap_or(usize::MAX).min(self.unsent.len());
        let chunk = self.unsent.split_to(length);
        // hyper writes what it has when it must wait, so each chunk is a write of its own.
        tokio::task::yield_now().await;
        Some(Ok(chunk))
    }

    /// Makes the next bytes; false when there are none.
    async fn next_step(&mut self) -> Result<bool, io::Error> {
        let bytes = match self.next {
            Next::Opening => {
                self.next = if self.streams { Next::Step(0) } else { Next::Ending };
                if self.streams { self.encoder.opening() } else { Vec::new() }
            }
            Next::Step(index) => {
                let Some(step) = self.reply.steps.get(index) else {
                    self.next = Next::Ending;
                    return Ok(true);
                };
                let bytes = self.encoder.step(step);
                self.next = Next::Step(index + 1);
                self.wait().await;
                self.exchange.charge(|charge| charge.output_tokens += 1);
                bytes
            }
            Next::Ending => {
                self.next = Next::Nothing;
                self.wait().await;
                self.end().await?
            }
            Next::Nothing => return Ok(false),
        };
        self.unsent = Bytes::from(bytes);
        Ok(true)
    }

    async fn end(&mut self) -> Result<Vec<u8>, io::Error> {
        match self.reply.ending {
            Ending::Whole | Ending::Eof => {
                if let Some((_, written)) = self.told {
                    self.exchange.charge(|charge| charge.output_tokens = written);
                } else if !self.streams {
                    let pieces = self.reply.steps.len() as u64;
                    self.exchange.charge(|charge| charge.output_tokens = pieces);
                }
                self.exchange.finish();
                Ok(match (self.streams, self.reply.ending) {
                    (true, Ending::Whole) => self.encoder.ending(),
                    (true, _) => Vec::new(),
                    (false, _) => self.encoder.whole(&self.reply),
                })
            }
            Ending::Cut => {
                self.exchange.break_off();
                Err(io::Error::from(io::ErrorKind::UnexpectedEof))
            }
            Ending::Reset => {
                self.exchange.break_off();
                self.fuse.blow();
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            }
            Ending::Hang => pending().await,
        }
    }

    async fn wait(&mut self) {
        if let Some(gate) = &self.reply.gate {
            gate.pass().await;
        }
        if let Some(pace) = &mut self.pace {
            pace.tick().await;
        }
        // What came before has been written by the time this goes on: see `next_chunk`.
        tokio::task::yield_now().await;
    }
}

/// Status and body for a request that doesn't get to the script.
fn refuse(state: &State, path: &str, method: &http::Method, request: &ModelRequest) -> Option<(u16, Value)> {
    let access = lock(&state.access);
    let asked = Format::at(path).filter(|_| method == http::Method::POST);
    let format = match (method.as_str(), path) {
        _ if asked.is_some() => asked,
        ("GET", "/v1/models") => None,
        (method, path) => {
            let message = format!("Invalid URL ({method} {path})");
            return Some((404, openai::error(&message, "invalid_request_error", &Value::Null)));
        }
    };
    let shown = format.unwrap_or(Format::Chat);
    if let Some(key) = &access.key
        && shown.key(request) != Some(key)
    {
        return Some(shown.refusal(401, request));
    }
    let format = format?;
    if let Some(message) = format.missing(request) {
        return Some((400, format.refusal_of_missing(message, request)));
    }
    let known =
        access.models.as_ref().is_none_or(|models| models.iter().any(|model| model == request.model()));
    (!known).then(|| format.refusal(404, request))
}

fn json_response(status: u16, body: &Value, headers: &[(String, String)]) -> Response<Body> {
    let status = StatusCode::from_u16(status).expect("a status");
    let mut response = Response::builder().status(status);
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        response = response.header("content-type", "application/json");
    }
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let body = Full::from(body.to_string()).map_err(|never: Infallible| match never {}).boxed_unsync();
    response.body(body).expect("a response")
}
