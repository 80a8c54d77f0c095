//! OpenAI's wire format for Chat Completions: chunks, whole replies, errors.

use serde_json::{Map, Value, json};

use super::reply::{ScriptedReply, Step, Usage};
use super::request::ModelRequest;

/// Everything a server of this format would say is of this time.
const CREATED: u64 = 1_750_000_000;

/// Turns the steps of one reply into its wire format.
pub(super) struct Encoder {
    id: String,
    model: String,
    wants_usage: bool,
    usage: Option<Value>,
    finish_reason: String,
    /// What was read and written by now, where each piece says it.
    so_far: Option<(u64, u64)>,
}

impl Encoder {
    /// For the reply to a request, the so-manyth.
    pub(super) fn new(number: usize, request: &ModelRequest, reply: &ScriptedReply) -> Self {
        let calls_tools = reply.steps.iter().any(|step| matches!(step, Step::ToolCall { .. }));
        let usual = if calls_tools { "tool_calls" } else { "stop" };
        Self {
            id: format!("chatcmpl-{number:08}"),
            model: request.model().to_owned(),
            wants_usage: request.wants_usage(),
            usage: usage(request, reply),
            finish_reason: reply.finish_reason.clone().unwrap_or_else(|| usual.to_owned()),
            so_far: counted(request, reply).filter(|_| reply.reports).map(|(read, _)| (read, 0)),
        }
    }

    /// What comes before the first piece.
    pub(super) fn opening(&self) -> Vec<u8> {
        self.delta(&json!({ "role": "assistant", "content": "" }))
    }

    /// A step.
    pub(super) fn step(&mut self, step: &Step) -> Vec<u8> {
        if let Some((_, written)) = &mut self.so_far {
            *written += 1;
        }
        match step {
            Step::Text(text) => self.delta(&json!({ "content": text })),
            Step::Thinking(text) => self.delta(&json!({ "reasoning_content": text })),
            Step::ToolCall { call, name } => self.delta(&json!({ "tool_calls": [{
                "index": call,
                "id": call_id(*call),
                "type": "function",
                "function": { "name": name, "arguments": "" },
            }] })),
            Step::Arguments { call, json } => self.delta(&json!({ "tool_calls": [{
                "index": call,
                "function": { "arguments": json },
            }] })),
            Step::Data(data) => event(data),
            Step::Raw(bytes) => bytes.clone(),
        }
    }

    /// What says that the reply is over.
    pub(super) fn ending(&self) -> Vec<u8> {
        let mut bytes = self.chunk(&json!([self.choice(&json!({}), &json!(self.finish_reason))]), None);
        if self.wants_usage
            && let Some(usage) = &self.usage
        {
            bytes.extend(self.chunk(&json!([]), Some(usage)));
        }
        bytes.extend(event("[DONE]"));
        bytes
    }

    fn delta(&self, delta: &Value) -> Vec<u8> {
        let usage = self.so_far.map(|(read, written)| usage_object(read, written));
        self.chunk(&json!([self.choice(delta, &Value::Null)]), usage.as_ref())
    }

    fn choice(&self, delta: &Value, finish_reason: &Value) -> Value {
        json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason })
    }

    fn chunk(&self, choices: &Value, usage: Option<&Value>) -> Vec<u8> {
        let mut chunk = json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": self.model,
            "system_fingerprint": null,
            "choices": choices,
        });
        // With usage asked for, every chunk has the field and only the last one a value.
        if self.wants_usage && self.usage.is_some() {
            chunk["usage"] = usage.cloned().unwrap_or(Value::Null);
        }
        event(&chunk.to_string())
    }

    /// The whole reply as one document.
    pub(super) fn whole(&self, reply: &ScriptedReply) -> Vec<u8> {
        let mut text = String::new();
        let mut thinking = String::new();
        let mut calls: Vec<(String, String)> = Vec::new();
        let mut raw = Vec::new();
        for step in &reply.steps {
            match step {
                Step::Text(piece) => text.push_str(piece),
                Step::Thinking(piece) => thinking.push_str(piece),
                Step::ToolCall { name, .. } => calls.push((name.clone(), String::new())),
                Step::Arguments { call, json } => {
                    if let Some((_, arguments)) = calls.get_mut(*call) {
                        arguments.push_str(json);
                    }
                }
                Step::Data(data) => raw.extend_from_slice(data.as_bytes()),
                Step::Raw(bytes) => raw.extend_from_slice(bytes),
            }
        }
        if !raw.is_empty() {
            return raw;
        }
        let mut message = Map::new();
        message.insert("role".to_owned(), json!("assistant"));
        let no_words = text.is_empty() && !calls.is_empty();
        message.insert("content".to_owned(), if no_words { Value::Null } else { json!(text) });
        message.insert("refusal".to_owned(), Value::Null);
        if !thinking.is_empty() {
            message.insert("reasoning_content".to_owned(), json!(thinking));
        }
        if !calls.is_empty() {
            let calls = calls.iter().enumerate().map(|(call, (name, arguments))| {
                json!({
                    "id": call_id(call),
                    "type": "function",
                    "function": { "name": name, "arguments": arguments },
                })
            });
            message.insert("tool_calls".to_owned(), calls.collect());
        }
        let mut document = json!({
            "id": self.id,
            "object": "chat.completion",
            "created": CREATED,
            "model": self.model,
            "system_fingerprint": null,
            "choices": [{
                "index": 0,
                "message": message,
                "logprobs": null,
                "finish_reason": self.finish_reason,
            }],
        });
        if let Some(usage) = &self.usage {
            document["usage"] = usage.clone();
        }
        document.to_string().into_bytes()
    }
}

/// The body of a refusal as OpenAI writes it. Its message quotes the key and the prompt, which nobody may pass on.
pub(super) fn refusal(status: u16, request: &ModelRequest) -> Value {
    let key = request.authorization().unwrap_or("no key");
    let question = request.question();
    let (message, kind, code) = match status {
        401 => {
            (format!("Incorrect API key provided: {key}."), "invalid_request_error", json!("invalid_api_key"))
        }
        403 => (format!("{key} may not do this."), "permission_error", Value::Null),
        404 => (
            format!("The model `{}` does not exist or you do not have access to it.", request.model()),
            "invalid_request_error",
            json!("model_not_found"),
        ),
        429 => {
            (format!("Rate limit reached for {key}: {question}"), "requests", json!("rate_limit_exceeded"))
        }
        500.. => (format!("The server had an error: {question}"), "server_error", Value::Null),
        _ => (format!("Invalid request: {question}"), "invalid_request_error", Value::Null),
    };
    error(&message, kind, &code)
}

/// The body of an error.
pub(super) fn error(message: &str, kind: &str, code: &Value) -> Value {
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}

/// The list of models.
pub(super) fn models(names: &[String]) -> Value {
    let models = names
        .iter()
        .map(|name| json!({ "id": name, "object": "model", "created": CREATED, "owned_by": "script" }));
    json!({ "object": "list", "data": models.collect::<Vec<_>>() })
}

/// The input and output tokens that a reply says it took.
pub(super) fn counted(request: &ModelRequest, reply: &ScriptedReply) -> Option<(u64, u64)> {
    match reply.usage {
        Usage::Counted => Some((request.characters(), reply.steps.len() as u64)),
        Usage::Told(input_tokens, output_tokens) => Some((input_tokens, output_tokens)),
        Usage::Missing => None,
    }
}

fn usage(request: &ModelRequest, reply: &ScriptedReply) -> Option<Value> {
    let (input_tokens, output_tokens) = counted(request, reply)?;
    Some(usage_object(input_tokens, output_tokens))
}

fn usage_object(input_tokens: u64, output_tokens: u64) -> Value {
    json!({
        "prompt_tokens": input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "prompt_tokens_details": { "cached_tokens": 0, "audio_tokens": 0 },
        "completion_tokens_details": { "reasoning_tokens": 0, "audio_tokens": 0 },
    })
}

fn call_id(call: usize) -> String {
    format!("call_{call:024}")
}

fn event(data: &str) -> Vec<u8> {
    format!("data: {data}\n\n").into_bytes()
}
