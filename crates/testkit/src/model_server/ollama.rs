//! Ollama's own wire format for chats: records, one a line; tool calls come whole.

use serde_json::{Map, Value, json};

use super::openai::counted;
use super::reply::{ScriptedReply, Step};
use super::request::ModelRequest;

/// Turns the steps of one reply into its wire format.
pub(super) struct Encoder {
    model: String,
    usage: Option<(u64, u64)>,
    done_reason: String,
    /// A tool call whose arguments are still coming.
    call: Option<(String, String)>,
}

impl Encoder {
    /// For the reply to a request.
    pub(super) fn new(request: &ModelRequest, reply: &ScriptedReply) -> Self {
        Self {
            model: request.model().to_owned(),
            usage: counted(request, reply),
            done_reason: reply.finish_reason.clone().unwrap_or_else(|| "stop".to_owned()),
            call: None,
        }
    }

    /// A step.
    pub(super) fn step(&mut self, step: &Step) -> Vec<u8> {
        if let Step::Arguments { json, .. } = step {
            let (_, arguments) = self.call.as_mut().expect("a call is open");
            arguments.push_str(json);
            return Vec::new();
        }
        let mut bytes = self.close();
        match step {
            Step::Text(text) => bytes.extend(self.record(&json!({ "role": "assistant", "content": text }))),
            Step::Thinking(text) => {
                let message = json!({ "role": "assistant", "content": "", "thinking": text });
                bytes.extend(self.record(&message));
            }
            Step::ToolCall { name, .. } => self.call = Some((name.clone(), String::new())),
            Step::Arguments { .. } => {}
            Step::Data(data) => bytes.extend(format!("{data}\n").into_bytes()),
            Step::Raw(raw) => bytes.extend(raw),
        }
        bytes
    }

    /// What says that the reply is over.
    pub(super) fn ending(&mut self) -> Vec<u8> {
        let mut bytes = self.close();
        bytes.extend(line(&self.last(&json!({ "role": "assistant", "content": "" }))));
        bytes
    }

    /// The whole reply as one document.
    pub(super) fn whole(&mut self, reply: &ScriptedReply) -> Vec<u8> {
        let (mut content, mut thinking, mut calls) = (String::new(), String::new(), Vec::new());
        for step in &reply.steps {
            match step {
                Step::Text(text) => content.push_str(text),
                Step::Thinking(text) => thinking.push_str(text),
                Step::ToolCall { name, .. } => calls.push((name.clone(), String::new())),
                Step::Arguments { call, json } => calls[*call].1.push_str(json),
                Step::Data(_) | Step::Raw(_) => panic!("a whole record has no raw pieces"),
            }
        }
        let mut message = Map::new();
        message.insert("role".to_owned(), json!("assistant"));
        message.insert("content".to_owned(), json!(content));
        if !thinking.is_empty() {
            message.insert("thinking".to_owned(), json!(thinking));
        }
        if !calls.is_empty() {
            message.insert(
                "tool_calls".to_owned(),
                calls.into_iter().map(|(name, arguments)| tool_call(&name, &arguments)).collect(),
            );
        }
        self.last(&Value::Object(message)).to_string().into_bytes()
    }

    /// The call that was coming, if one was.
    fn close(&mut self) -> Vec<u8> {
        let Some((name, arguments)) = self.call.take() else { return Vec::new() };
        let calls = [tool_call(&name, &arguments)];
        self.record(&json!({ "role": "assistant", "content": "", "tool_calls": calls }))
    }

    fn record(&self, message: &Value) -> Vec<u8> {
        line(&json!({
            "model": self.model, "created_at": "2025-06-15T15:06:40.000000Z", "message": message, "done": false,
        }))
    }

    fn last(&self, message: &Value) -> Value {
        let mut record = json!({
            "model": self.model,
            "created_at": "2025-06-15T15:06:41.000000Z",
            "message": message,
            "done_reason": self.done_reason,
            "done": true,
            "total_duration": 1_000_000_000_u64,
            "load_duration": 1_000_000,
        });
        if let Some((input, output)) = self.usage {
            record["prompt_eval_count"] = json!(input);
            record["eval_count"] = json!(output);
        }
        record
    }
}

/// The body of a refusal as Ollama writes it: words alone.
pub(super) fn refusal(status: u16, request: &ModelRequest) -> Value {
    let (model, question) = (request.model(), request.question());
    let message = match status {
        401 | 403 => format!("unauthorized: {}", request.authorization().unwrap_or("no key")),
        404 => format!("model '{model}' not found"),
        429 => format!("too many requests: {question}"),
        500.. => format!("an error was encountered while running the model: {question}"),
        _ => format!("invalid request: {question}"),
    };
    json!({ "error": message })
}

fn tool_call(name: &str, arguments: &str) -> Value {
    let arguments = serde_json::from_str(arguments).unwrap_or_else(|_| json!(arguments));
    json!({ "function": { "name": name, "arguments": arguments } })
}

fn line(record: &Value) -> Vec<u8> {
    format!("{record}\n").into_bytes()
}
