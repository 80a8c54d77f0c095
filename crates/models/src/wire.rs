//! rig's wire formats, made lean for streams of which thousands are open.
//!
//! rig keeps, besides what it decodes, the provider's whole document as the frames add up to it, and for Chat Completions it parses each
//! frame eight times on the way there. Nobody here reads that document. What is left is rig's encoder and decoder, and one parse.

use http::header::{HeaderName, HeaderValue};
use rig_core::completion::history::{IMAGE_UNSENDABLE, USER_IMAGE_OMITTED};
use rig_core::completion::{CompletionRequest, Message};
use rig_core::error::{EncodeError, ProviderError};
use rig_core::message::UserContent;
use rig_core::operation::Completion;
use rig_core::providers::openai::wire::Chat;
use rig_core::wire::document::{Reassemble, Serves};
use rig_core::wire::{Decoder, Descriptor, Encoded, Flow, Mode, Out, Wire, WireEvent, WireFrame};
use serde_json::Value;

use crate::past_rig::{self, SaidUsage};
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
    said: Option<SaysUsage>,
}

/// How a frame says before the end of a reply what it has taken.
#[derive(Clone, Copy, Debug)]
pub struct SaysUsage {
    /// What such a frame holds, whatever else it does.
    pub(crate) word: &'static str,
    pub(crate) read: fn(&Value) -> SaidUsage,
}

impl<W> Lean<W> {
    /// The wire as it is, with requests amended.
    pub fn new(wire: W, amend: fn(&mut Encoded)) -> Self {
        Self { wire, amend, said: None }
    }

    /// With frames that say what has been taken so far.
    pub(crate) fn saying(self, word: &'static str, read: fn(&Value) -> SaidUsage) -> Self {
        Self { said: Some(SaysUsage { word, read }), ..self }
    }
}

impl<W> Wire for Lean<W>
where
    W: Wire<Op = Completion, Payload = Encoded, Frame = WireFrame>,
{
    type Op = Completion;
    type Payload = Encoded;
    type Frame = WireFrame;
    type Decoder<'id> = LeanDecoder<W::Decoder<'id>>;
    type Reassembler = NoDocument;

    fn describe(&self) -> Descriptor<'_> {
        self.wire.describe()
    }

    fn encode(&self, request: CompletionRequest, mode: Mode) -> Result<Encoded, EncodeError> {
        if lacks_a_picture(&request) {
            return Err(EncodeError::request("the provider can't be shown a picture in this form"));
        }
        let mut encoded = self.wire.encode(request, mode)?;
        (self.amend)(&mut encoded);
        Ok(encoded)
    }

    fn decoder<'id>(&self) -> Self::Decoder<'id> {
        LeanDecoder { rig: self.wire.decoder(), said: self.said }
    }
}

/// rig's decoder, with what frames say that has been taken so far beside what it makes of them.
pub struct LeanDecoder<D> {
    rig: D,
    said: Option<SaysUsage>,
}

impl<'id, D: Decoder<'id, Completion>> Decoder<'id, Completion> for LeanDecoder<D> {
    type Event = (SaidUsage, D::Event);

    fn classify(&self, frame: WireFrame) -> WireEvent<Self::Event> {
        let said = self.said.filter(|said| frame.as_str().contains(said.word)).and_then(|said| {
            serde_json::from_str(&frame.as_str()).ok().map(|frame: Value| (said.read)(&frame))
        });
        self.rig.classify(frame).map(|event| (said.unwrap_or_default(), event))
    }

    fn decode(
        &mut self,
        (said, event): Self::Event,
        mut out: Out<'id, Completion>,
    ) -> Result<Flow, ProviderError> {
        if said.is_something() {
            out.unknown(past_rig::usage(said));
        }
        self.rig.decode(event, out)
    }

    fn eof(&mut self, out: Out<'id, Completion>) -> Result<Flow, ProviderError> {
        self.rig.eof(out)
    }
}

/// Whether rig has put words in the place of a picture, which it does before where the provider or the model takes none in that form:
/// the reply would be paid for, and be about nothing.
fn lacks_a_picture(request: &CompletionRequest) -> bool {
    request.chat_history.iter().any(|message| match message {
        Message::User { content } => content.iter().any(|part| {
            matches!(part, UserContent::Text(text) if [IMAGE_UNSENDABLE, USER_IMAGE_OMITTED].contains(&text.text.as_str()))
        }),
        _ => false,
    })
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
        LeanChatDecoder { rig: self.0.wire.decoder(), has_begun: false }
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
                out.unknown(past_rig::text(piece));
                Ok(Flow::More)
            }
            LeanChatEvent::Other(event) => {
                self.has_begun = true;
                if let ChatEvent::Chunk(frame) = &event {
                    let said = SaidUsage::of_chat(frame);
                    if said.is_something() {
                        out.unknown(past_rig::usage(said));
                    }
                }
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
