//! rig's wire formats, made lean for streams of which thousands are open.
//!
//! rig keeps, besides what it decodes, the provider's whole document as the frames add up to it, and for Chat Completions it parses each
//! frame eight times on the way there. Nobody here reads that document. What is left is rig's encoder and decoder, and one parse.

use http::header::{HeaderName, HeaderValue};
use rig_core::completion::CompletionRequest;
use rig_core::error::{EncodeError, ProviderError};
use rig_core::operation::Completion;
use rig_core::providers::openai::wire::Chat;
use rig_core::streaming::UnknownPayload;
use rig_core::wire::document::{Reassemble, Serves};
use rig_core::wire::{Decoder, Descriptor, Encoded, Flow, Mode, Out, Wire, WireEvent, WireFrame};
use serde_json::Value;

use crate::text_delta::text_delta;

/// Keeps no document.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDocument;

impl Reassemble<WireFrame> for NoDocument {
    fn absorb(&mut self, _frame: &WireFrame) {}

    fn finish(self) -> Value {
        Value::Null
    }
}

impl Serves<Completion> for NoDocument {}

/// A wire that keeps no document.
#[derive(Clone, Debug)]
pub struct Lean<W> {
    wire: W,
    amend: fn(&mut Encoded),
}

impl<W> Lean<W> {
    /// The wire as it is, with requests amended.
    pub fn new(wire: W, amend: fn(&mut Encoded)) -> Self {
        Self { wire, amend }
    }
}

impl<W> Wire for Lean<W>
where
    W: Wire<Op = Completion, Payload = Encoded, Frame = WireFrame>,
{
    type Op = Completion;
    type Payload = Encoded;
    type Frame = WireFrame;
    type Decoder<'id> = W::Decoder<'id>;
    type Reassembler = NoDocument;

    fn describe(&self) -> Descriptor<'_> {
        self.wire.describe()
    }

    fn encode(&self, request: CompletionRequest, mode: Mode) -> Result<Encoded, EncodeError> {
        let mut encoded = self.wire.encode(request, mode)?;
        (self.amend)(&mut encoded);
        Ok(encoded)
    }

    fn decoder<'id>(&self) -> Self::Decoder<'id> {
        self.wire.decoder()
    }
}

/// Leaves out a key that is none.
pub(crate) fn without_empty_key(encoded: &mut Encoded) {
    let headers = encoded.request.headers_mut();
    if headers.get("x-api-key").is_some_and(HeaderValue::is_empty) {
        headers.remove("x-api-key");
    }
}

/// Moves the key from the address, which intermediaries log, to a header.
pub(crate) fn key_in_header(encoded: &mut Encoded) {
    let uri = encoded.request.uri();
    let Some(query) = uri.query() else { return };
    let (keys, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with("key="));
    let key = keys.first().and_then(|pair| pair.strip_prefix("key=")).unwrap_or_default();
    let header = HeaderValue::from_str(key);
    let mut path_and_query = uri.path().to_owned();
    if !others.is_empty() {
        path_and_query.push('?');
        path_and_query.push_str(&others.join("&"));
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = path_and_query.parse().ok();
    if let (Ok(uri), Ok(header)) = (http::Uri::from_parts(parts), header) {
        *encoded.request.uri_mut() = uri;
        if !header.is_empty() {
            encoded.request.headers_mut().insert(HeaderName::from_static("x-goog-api-key"), header);
        }
    }
}

/// Chat Completions, with one parse for a frame and no document kept.
#[derive(Clone, Debug)]
pub struct LeanChat(Lean<Chat>);

impl LeanChat {
    /// The wire as it is.
    pub fn new(wire: Chat) -> Self {
        Self(Lean::new(wire, |_| {}))
    }
}

impl Wire for LeanChat {
    type Op = Completion;
    type Payload = Encoded;
    type Frame = WireFrame;
    type Decoder<'id> = LeanChatDecoder;
    type Reassembler = NoDocument;

    fn describe(&self) -> Descriptor<'_> {
        self.0.describe()
    }

    fn encode(&self, request: CompletionRequest, mode: Mode) -> Result<Encoded, EncodeError> {
        self.0.encode(request, mode)
    }

    fn decoder<'id>(&self) -> Self::Decoder<'id> {
        LeanChatDecoder { rig: self.0.decoder(), has_begun: false }
    }
}

type ChatDecoder = <Chat as Wire>::Decoder<'static>;
type ChatEvent = <ChatDecoder as Decoder<'static, Completion>>::Event;

/// rig's decoder behind a classifier that parses once.
///
/// The first piece of text goes to it, which makes the reply one of text; those after it are given out as they are, as a payload that
/// it doesn't model, since rig would keep two copies of all of them until the reply ends.
pub struct LeanChatDecoder {
    rig: ChatDecoder,
    /// Whether a frame has gone to rig.
    has_begun: bool,
}

/// A frame of Chat Completions.
pub enum LeanChatEvent {
    /// A piece of text and nothing else.
    Text(String),
    /// What rig decodes.
    Other(ChatEvent),
}

/// A piece of text on its way past rig: in a list, which no frame of a provider is.
fn past_rig(piece: String) -> UnknownPayload {
    UnknownPayload::new(Value::Array(vec![Value::String(piece)]))
}

/// The piece of text that was given out past rig, if this is one.
pub(crate) fn text_past_rig(payload: &UnknownPayload) -> Option<&str> {
    match payload.value().as_array()?.as_slice() {
        [Value::String(piece)] => Some(piece),
        _ => None,
    }
}

impl<'id> Decoder<'id, Completion> for LeanChatDecoder {
    type Event = LeanChatEvent;

    /// A frame is what rig takes it for, but for two things: an object that has a key twice isn't refused, and an error isn't logged
    /// with the provider's words, which may quote the key or the prompt.
    fn classify(&self, frame: WireFrame) -> WireEvent<LeanChatEvent> {
        let text = frame.as_str();
        if self.has_begun
            && let Some(piece) = text_delta(&text)
        {
            return WireEvent::Known(LeanChatEvent::Text(piece.into_owned()));
        }
        classify(&text).map(LeanChatEvent::Other)
    }

    fn decode(&mut self, event: LeanChatEvent, mut out: Out<'id, Completion>) -> Result<Flow, ProviderError> {
        match event {
            LeanChatEvent::Text(piece) => {
                out.unknown(past_rig(piece));
                Ok(Flow::More)
            }
            LeanChatEvent::Other(event) => {
                self.has_begun = true;
                self.rig.decode(event, out)
            }
        }
    }

    fn eof(&mut self, out: Out<'id, Completion>) -> Result<Flow, ProviderError> {
        self.rig.eof(out)
    }
}

fn classify(text: &str) -> WireEvent<ChatEvent> {
    if text == "[DONE]" {
        return WireEvent::Known(ChatEvent::Done);
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return WireEvent::Corrupt(error),
    };
    let choices = value.get("choices");
    let has_choices = choices.and_then(Value::as_array).is_some_and(|choices| !choices.is_empty());
    let failed = match value.get("error") {
        Some(Value::Object(_)) => true,
        Some(Value::String(error)) => !error.is_empty(),
        _ => false,
    };
    if failed && !has_choices {
        return WireEvent::Known(ChatEvent::Failure(ProviderError::from_provider_body(text)));
    }
    let object = value.get("object").and_then(Value::as_str);
    let is_whole = match object {
        Some(object) => object == "chat.completion",
        None => choices
            .and_then(Value::as_array)
            .is_some_and(|choices| choices.iter().any(|choice| choice["message"].is_object())),
    };
    match object {
        _ if is_whole => WireEvent::Known(ChatEvent::Whole(value)),
        Some("chat.completion.chunk") => WireEvent::Known(ChatEvent::Chunk(value)),
        _ if choices.is_some() => WireEvent::Known(ChatEvent::Chunk(value)),
        _ => WireEvent::unrecognized(object.unwrap_or_default().to_owned(), ""),
    }
}
