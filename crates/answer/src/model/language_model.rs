//! The port to language models: what an interpreter needs of one. Implemented by the crate that speaks to providers.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use secrecy::SecretString;

pub use super::picture::{Picture, PictureKind};
pub use super::taken::Taken;

/// A language model that can be asked. Cheap to share.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// Whether it can be offered tools ([`Prompt::tools`]), as far as is known: one that has refused some can't any more.
    fn takes_tools(&self) -> bool;

    /// Asks, and gives the parts of the reply as they arrive.
    ///
    /// Failures before the first part (refused connections, 429, 5xx) have been retried by then as often as makes sense; once a part
    /// has been given out, nothing is retried. Dropping the future or the stream ends the request at the provider.
    ///
    /// # Errors
    ///
    /// What went wrong before the first part; what goes wrong later is the stream's last item.
    async fn reply(&self, prompt: Prompt) -> Result<Reply, ModelError>;

    /// The same, noting in `taken` what the provider takes on meanwhile. Of a model that doesn't know, nothing is noted.
    ///
    /// # Errors
    ///
    /// As for [`reply`](Self::reply).
    async fn reply_noting(&self, prompt: Prompt, taken: &Taken) -> Result<Reply, ModelError> {
        let _unknown = taken;
        self.reply(prompt).await
    }
}

/// Opens language models of any provider.
pub trait ModelConnector: Send + Sync {
    /// The providers there are, by name.
    fn providers(&self) -> Vec<ProviderInfo>;

    /// A model as configured. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Rejected`](ModelErrorKind::Rejected) for a provider that isn't known, or a base URL that is none.
    fn connect(&self, settings: &ModelSettings) -> Result<Arc<dyn LanguageModel>, ModelError>;

    /// The same for a model of somebody's who isn't to reach everything that this machine can: the rule is kept at each connect,
    /// whatever the host's name leads to by then. A base URL with an address in the place of a name is for the caller to check.
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect); a host that the rule refuses is [`Unreachable`](ModelErrorKind::Unreachable) when the model
    /// is asked.
    fn connect_within(
        &self,
        settings: &ModelSettings,
        rule: HostRule,
    ) -> Result<Arc<dyn LanguageModel>, ModelError>;
}

/// Whether an address may be connected to.
pub type HostRule = fn(IpAddr) -> bool;

/// What whoever configures a model has to know of its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderInfo {
    /// Its name in settings.
    pub name: &'static str,
    /// Whether it has a usual address; without one settings must say where the model is.
    pub has_address: bool,
    /// Whether it wants a key at its usual address.
    pub needs_key: bool,
}

/// Where a model is and how it is called.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    /// The provider: `openai`, `openai_compatible`, `anthropic`, `ollama`, `deepseek`, `dashscope`, `gemini`, `openrouter`.
    pub provider: String,
    /// What the provider calls the model: `gpt-4o`.
    pub model_id: String,
    /// Another address than the provider's own, http(s).
    pub base_url: Option<String>,
    /// The key; local servers need none.
    pub api_key: Option<SecretString>,
}

/// What a model is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prompt {
    /// Instructions that hold for the whole conversation.
    pub system: String,
    /// The conversation, oldest first; the last one is to be replied to.
    pub messages: Vec<PromptMessage>,
    /// Tools the model may call instead of replying in words.
    pub tools: Vec<Tool>,
    /// What it has called since the last message, and what that gave, oldest first.
    pub rounds: Vec<ToolRound>,
    /// The most tokens of the reply; the provider's own limit without.
    pub max_output_tokens: Option<u64>,
    /// How freely words are chosen, 0 to 2; the provider's default without.
    pub temperature: Option<f64>,
    /// How else words are chosen.
    pub sampling: Sampling,
    /// Whether a request that fails is not sent again: where somebody wants to know whether the model can be reached.
    pub is_trial: bool,
}

/// How words are chosen; the provider's defaults without. What a provider doesn't take is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sampling {
    /// The same seed should give the same reply.
    pub seed: Option<u64>,
    /// Only the likeliest words that have this probability together: above 0, at most 1.
    pub top_p: Option<f64>,
    /// Only so many of the likeliest words.
    pub top_k: Option<u64>,
    /// Makes words less likely that came before: 1 doesn't, more does.
    pub repetition_penalty: Option<f64>,
    /// Makes words less likely the more often they came before, -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// Makes words less likely that came before at all, -2 to 2.
    pub presence_penalty: Option<f64>,
}

/// One message of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptMessage {
    /// Who said it.
    pub speaker: Speaker,
    /// What.
    pub text: String,
    /// What it shows, before the words; of a person's message alone.
    pub pictures: Vec<Picture>,
}

impl PromptMessage {
    /// A message of words alone.
    pub fn new(speaker: Speaker, text: impl Into<String>) -> Self {
        Self { speaker, text: text.into(), pictures: Vec::new() }
    }

    /// Whether it says and shows nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.pictures.is_empty()
    }
}

/// Who said a message of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The person.
    User,
    /// The model.
    Assistant,
    /// Neither: an instruction.
    System,
}

/// A tool that a model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its name: `[a-z_]+`.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON Schema of its arguments, an object.
    pub parameters: serde_json::Value,
}

/// Calls that a model made at once, and what they gave.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolRound {
    /// What it said before; may be empty.
    pub said: String,
    /// The calls, at least one.
    pub calls: Vec<AnsweredCall>,
    /// The reply that made them in its provider's own form, where there is one.
    pub own_form: Option<OwnForm>,
}

/// A reply that calls tools as its provider wants to have it back beside what they gave: with its thinking, which some sign and some
/// refuse to go on without, and the provider's own names for the calls. Only whoever speaks to the provider knows what is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnForm {
    /// The reply.
    pub reply: serde_json::Value,
    /// Its thinking in words, which count as a part of the prompt.
    pub thinking: String,
}

/// A call of a tool, and what it gave.
#[derive(Clone, Debug, PartialEq)]
pub struct AnsweredCall {
    /// The tool.
    pub name: String,
    /// With what.
    pub arguments: serde_json::Map<String, serde_json::Value>,
    /// What it gave, or why it gave nothing.
    pub result: String,
    /// Whether it gave nothing.
    pub is_error: bool,
}

/// A reply that is under way.
pub struct Reply {
    /// The parts as they arrive; an error is the last item.
    pub parts: BoxStream<'static, Result<ReplyPart, ModelError>>,
    /// How often the request was sent until it was taken: 1 without retries.
    pub requests: u32,
}

/// A part of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyPart {
    /// The next words. Never empty.
    Text(String),
    /// The next words of its thinking, where a provider sends those apart.
    Thinking(String),
    /// A whole call of a tool.
    ToolCall {
        /// Which.
        name: String,
        /// With what; text that is no JSON comes as a JSON string.
        arguments: serde_json::Value,
    },
    /// The whole reply, for [`ToolRound::own_form`]; at most once, behind all that is said, of one that calls tools.
    OwnForm(OwnForm),
    /// The reply isn't whole, though it came to an end in good order; at most once, behind all that is said. What comes without it is
    /// whole.
    Unfinished(Unfinished),
    /// What the provider says the reply took; at most once, at the end.
    Usage(TokenUsage),
}

/// Why a reply is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The limit on its length was reached: the model would have gone on.
    Length,
    /// The provider withheld it, or the rest of it, for what it says or was asked.
    Filtered,
}

/// What a reply took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenUsage {
    /// Tokens read: the prompt.
    pub input_tokens: u64,
    /// Tokens written: the reply, its thinking included.
    pub output_tokens: u64,
}

/// Why a model gave no (complete) reply.
///
/// The message is ours and may be shown: it never holds a key, a prompt or what a provider wrote beyond a status and an error code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// What happened, as far as a caller acts on it.
    pub kind: ModelErrorKind,
    /// What is known besides, in English: `status 429, insufficient_quota`.
    pub detail: String,
    /// How often the request was sent.
    pub requests: u32,
    /// When the provider wants to be asked again.
    pub retry_after: Option<Duration>,
}

/// What happened to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModelErrorKind {
    /// No connection: refused, unknown host, TLS.
    Unreachable,
    /// The key is missing or not accepted (401, 403).
    Unauthorized,
    /// The provider has no such model, or no such address (404).
    UnknownModel,
    /// Too many requests, or no quota left (429).
    RateLimited,
    /// The prompt is longer than the model takes.
    PromptTooLong,
    /// The provider doesn't accept the request for another reason (4xx), or it can't be made at all.
    Rejected,
    /// The same, and what it said of that is that the model takes no tools.
    TakesNoTools,
    /// The provider failed (5xx, or an error within the stream).
    ProviderFailed,
    /// Nothing came within the time for the first part, or for the whole reply.
    Timeout,
    /// The stream ended before the reply did.
    Cut,
    /// The reply reached the limit on its length before its end.
    LengthLimit,
    /// The provider withheld the reply for what it says or was asked.
    Filtered,
    /// What came is not of the provider's format.
    Malformed,
}

impl ModelError {
    /// A failure after one request.
    pub fn new(kind: ModelErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), requests: 1, retry_after: None }
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl std::error::Error for ModelError {}
