//! What a model was asked.

use http::HeaderMap;
use serde_json::Value;

/// A request that reached the scripted model.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    /// The path and query: `/v1/chat/completions`.
    pub path: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body; `null` if there was none or it wasn't JSON.
    pub body: Value,
}

impl ModelRequest {
    /// The `Authorization` header.
    pub fn authorization(&self) -> Option<&str> {
        self.headers.get(http::header::AUTHORIZATION)?.to_str().ok()
    }

    /// The model asked for.
    pub fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or_default()
    }

    /// Whether the reply is to be streamed.
    pub fn streams(&self) -> bool {
        self.body["stream"] == true
    }

    /// Whether the stream is to end with what it took.
    pub fn wants_usage(&self) -> bool {
        self.body["stream_options"]["include_usage"] == true
    }

    /// The last message of the user.
    pub fn question(&self) -> String {
        self.texts("user").pop().unwrap_or_default()
    }

    /// The instructions, joined by line feeds.
    pub fn system(&self) -> String {
        // Anthropic has them beside the messages, as one text or as blocks.
        let mut texts: Vec<String> = match &self.body["system"] {
            Value::String(text) => vec![text.clone()],
            Value::Array(blocks) => {
                blocks.iter().filter_map(|block| block["text"].as_str()).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        texts.extend(self.texts("system"));
        texts.extend(self.texts("developer"));
        texts.join("\n")
    }

    /// The texts of all messages of a role, oldest first.
    pub fn texts(&self, role: &str) -> Vec<String> {
        self.messages().filter(|message| message["role"] == role).map(text).collect()
    }

    /// The names of the tools offered.
    pub fn tools(&self) -> Vec<&str> {
        let tools = self.body["tools"].as_array().map(Vec::as_slice).unwrap_or_default();
        tools.iter().filter_map(|tool| tool["function"]["name"].as_str().or(tool["name"].as_str())).collect()
    }

    /// How many characters the messages have.
    pub(super) fn characters(&self) -> u64 {
        let characters: usize = self.messages().map(|message| text(message).chars().count()).sum();
        u64::try_from(characters).unwrap_or(u64::MAX)
    }

    /// How many tokens the messages are, at four characters to one.
    pub(super) fn tokens(&self) -> u64 {
        self.messages().map(|message| (text(message).chars().count() as u64).div_ceil(4)).sum()
    }

    fn messages(&self) -> impl Iterator<Item = &Value> {
        self.body["messages"].as_array().into_iter().flatten()
    }
}

/// The text of a message, which is one string or several parts.
fn text(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}
