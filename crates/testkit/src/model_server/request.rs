//! What a model was asked.

use http::HeaderMap;
use serde_json::Value;

use super::gemini;

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
        let in_path = || gemini::at(&self.path).map(|(model, _)| model);
        self.body["model"].as_str().or_else(in_path).unwrap_or_default()
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
        // So has Google, in parts.
        if let instruction @ Value::Object(_) = &self.body["systemInstruction"] {
            texts.push(text(instruction));
        }
        texts.extend(self.texts("system"));
        texts.extend(self.texts("developer"));
        texts.join("\n")
    }

    /// The texts of all messages of a role, oldest first, whatever the format calls that: `user`, `assistant`, `system`, or `tool` for
    /// what tools gave.
    pub fn texts(&self, role: &str) -> Vec<String> {
        if role == "tool" {
            return self.messages().flat_map(results).collect();
        }
        let is_of_role =
            |message: &&Value| message["role"] == role || role == "assistant" && message["role"] == "model";
        let is_said = |message: &&Value| results(message).is_empty();
        self.messages().filter(is_of_role).filter(is_said).map(text).collect()
    }

    /// The names of the tools offered.
    pub fn tools(&self) -> Vec<&str> {
        let tools = self.body["tools"].as_array().map(Vec::as_slice).unwrap_or_default();
        // Google has them in a list within the list.
        let declared = tools.iter().flat_map(|tool| match tool["functionDeclarations"].as_array() {
            Some(declared) => declared.iter().collect(),
            None => vec![tool],
        });
        declared.filter_map(|tool| tool["function"]["name"].as_str().or(tool["name"].as_str())).collect()
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
        let messages = self.body["messages"].as_array().or_else(|| self.body["contents"].as_array());
        messages.into_iter().flatten()
    }
}

/// What tools gave, where a message says it.
fn results(message: &Value) -> Vec<String> {
    if message["role"] == "tool" {
        return vec![text(message)];
    }
    let blocks = message["content"].as_array().or_else(|| message["parts"].as_array());
    let results = blocks.into_iter().flatten().filter_map(|block| {
        if block["type"] == "tool_result" {
            return Some(text(block));
        }
        let given = block["functionResponse"]["response"].as_object()?;
        let value = given.values().next()?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    });
    results.collect()
}

/// The text of a message, which is one string or several parts; thinking is none of it.
fn text(message: &Value) -> String {
    match (&message["content"], &message["parts"]) {
        (Value::String(text), _) => text.clone(),
        (Value::Array(parts), _) | (_, Value::Array(parts)) => {
            let said = parts.iter().filter(|part| part["thought"] != true);
            said.filter_map(|part| part["text"].as_str()).collect()
        }
        _ => String::new(),
    }
}
