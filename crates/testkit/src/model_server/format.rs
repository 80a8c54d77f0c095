//! The wire formats that the scripted model speaks: which one a request is in follows from its path.

use serde_json::{Value, json};

use super::reply::{ScriptedReply, Step};
use super::request::ModelRequest;
use super::{anthropic, gemini, ollama, openai};

/// A wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// OpenAI's Chat Completions.
    Chat,
    /// Anthropic's Messages.
    Messages,
    /// Google's `generateContent`.
    GenerateContent,
    /// Ollama's own chat.
    Ollama,
}

impl Format {
    /// The format of what is posted here.
    pub(super) fn at(path: &str) -> Option<Self> {
        match path {
            "/v1/chat/completions" => Some(Self::Chat),
            "/v1/messages" => Some(Self::Messages),
            "/api/chat" => Some(Self::Ollama),
            path => gemini::at(path).map(|_| Self::GenerateContent),
        }
    }

    /// Whether the reply is to be streamed. Ollama streams unless it is told not to.
    pub(super) fn streams(self, request: &ModelRequest) -> bool {
        match self {
            Self::Chat | Self::Messages => request.streams(),
            Self::GenerateContent => gemini::streams(request),
            Self::Ollama => request.body["stream"] != false,
        }
    }

    /// What a reply is sent as.
    pub(super) fn content_type(self, streams: bool) -> &'static str {
        match self {
            _ if !streams => "application/json",
            Self::Chat | Self::Messages | Self::GenerateContent => "text/event-stream",
            Self::Ollama => "application/x-ndjson",
        }
    }

    /// The key that the request shows.
    pub(super) fn key(self, request: &ModelRequest) -> Option<&str> {
        match self {
            Self::Messages => request.headers.get("x-api-key")?.to_str().ok(),
            Self::GenerateContent => request.headers.get("x-goog-api-key")?.to_str().ok(),
            Self::Chat | Self::Ollama => request.authorization()?.strip_prefix("Bearer "),
        }
    }

    /// What the request lacks of what the format asks for.
    pub(super) fn missing(self, request: &ModelRequest) -> Option<&'static str> {
        if self == Self::GenerateContent {
            return gemini::missing(request);
        }
        let body = &request.body;
        if !body["messages"].is_array() || !body["model"].is_string() {
            return Some("you must provide a model and messages");
        }
        match self {
            Self::Messages if !body["max_tokens"].is_u64() => Some("max_tokens: Field required"),
            Self::Messages if !request.headers.contains_key("anthropic-version") => {
                Some("anthropic-version: header is required")
            }
            _ => None,
        }
    }

    /// A refusal as the provider writes it: its status and its body. Its message quotes the key and the prompt, which nobody may pass on.
    pub(super) fn refusal(self, status: u16, request: &ModelRequest) -> (u16, Value) {
        match self {
            Self::Chat => (status, openai::refusal(status, request)),
            Self::Messages => (status, anthropic::refusal(status, request)),
            Self::GenerateContent => gemini::refusal(status, request),
            Self::Ollama => (status, ollama::refusal(status, request)),
        }
    }

    /// The body of a refusal for what a request lacks.
    pub(super) fn refusal_of_missing(self, message: &str, request: &ModelRequest) -> Value {
        match self {
            Self::Chat => {
                openai::error(message, "invalid_request_error", &json!("missing_required_parameter"))
            }
            Self::GenerateContent => gemini::error(400, "INVALID_ARGUMENT", message),
            Self::Messages | Self::Ollama => self.refusal(400, request).1,
        }
    }

    /// What turns the steps of a reply, the so-manyth, into this format.
    pub(super) fn encoder(self, number: usize, request: &ModelRequest, reply: &ScriptedReply) -> Encoder {
        match self {
            Self::Chat => Encoder::Chat(openai::Encoder::new(number, request, reply)),
            Self::Messages => Encoder::Messages(anthropic::Encoder::new(number, request, reply)),
            Self::GenerateContent => Encoder::GenerateContent(gemini::Encoder::new(number, request, reply)),
            Self::Ollama => Encoder::Ollama(ollama::Encoder::new(request, reply)),
        }
    }
}

/// Turns the steps of one reply into its wire format.
pub(super) enum Encoder {
    Chat(openai::Encoder),
    Messages(anthropic::Encoder),
    GenerateContent(gemini::Encoder),
    Ollama(ollama::Encoder),
}

impl Encoder {
    /// What comes before the first piece.
    pub(super) fn opening(&self) -> Vec<u8> {
        match self {
            Self::Chat(encoder) => encoder.opening(),
            Self::Messages(encoder) => encoder.opening(),
            Self::GenerateContent(_) | Self::Ollama(_) => Vec::new(),
        }
    }

    /// A step.
    pub(super) fn step(&mut self, step: &Step) -> Vec<u8> {
        match self {
            Self::Chat(encoder) => encoder.step(step),
            Self::Messages(encoder) => encoder.step(step),
            Self::GenerateContent(encoder) => encoder.step(step),
            Self::Ollama(encoder) => encoder.step(step),
        }
    }

    /// What says that the reply is over.
    pub(super) fn ending(&mut self) -> Vec<u8> {
        match self {
            Self::Chat(encoder) => encoder.ending(),
            Self::Messages(encoder) => encoder.ending(),
            Self::GenerateContent(encoder) => encoder.ending(),
            Self::Ollama(encoder) => encoder.ending(),
        }
    }

    /// The whole reply as one document.
    pub(super) fn whole(&mut self, reply: &ScriptedReply) -> Vec<u8> {
        match self {
            Self::Chat(encoder) => encoder.whole(reply),
            Self::Messages(encoder) => encoder.whole(reply),
            Self::GenerateContent(encoder) => encoder.whole(reply),
            Self::Ollama(encoder) => encoder.whole(reply),
        }
    }
}
