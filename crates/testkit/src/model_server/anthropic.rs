//! Anthropic's wire format for Messages: events with content blocks, whole messages, errors.

use serde_json::{Value, json};

use super::openai::counted;
use super::reply::{ScriptedReply, Step};
use super::request::ModelRequest;

/// Turns the steps of one reply into its wire format.
pub(super) struct Encoder {
    id: String,
    model: String,
    usage: Option<(u64, u64)>,
    stop_reason: String,
    /// The number of the block that is open, and what it is.
    open: Option<(usize, Block)>,
    /// The number of the next block.
    next: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Text,
    Thinking,
    Tool,
}

impl Encoder {
    /// For the reply to a request, the so-manyth.
    pub(super) fn new(number: usize, request: &ModelRequest, reply: &ScriptedReply) -> Self {
        let calls_tools = reply.steps.iter().any(|step| matches!(step, Step::ToolCall { .. }));
        let usual = if calls_tools { "tool_use" } else { "end_turn" };
        Self {
            id: format!("msg_{number:024}"),
            model: request.model().to_owned(),
            usage: counted(request, reply),
            stop_reason: reply.finish_reason.clone().unwrap_or_else(|| usual.to_owned()),
            open: None,
            next: 0,
        }
    }

    /// What comes before the first piece.
    pub(super) fn opening(&self) -> Vec<u8> {
        let usage = self.usage.map(|(input, _)| json!({ "input_tokens": input, "output_tokens": 1 }));
        let message = self.message(&json!([]), &Value::Null, usage);
        let mut bytes = event(&json!({ "type": "message_start", "message": message }));
        bytes.extend(event(&json!({ "type": "ping" })));
        bytes
    }

    /// A step.
    pub(super) fn step(&mut self, step: &Step) -> Vec<u8> {
        match step {
            Step::Text(text) => {
                let mut bytes = self.within(Block::Text, &json!({ "type": "text", "text": "" }));
                bytes.extend(self.delta(&json!({ "type": "text_delta", "text": text })));
                bytes
            }
            Step::Thinking(text) => {
                let block = json!({ "type": "thinking", "thinking": "", "signature": "" });
                let mut bytes = self.within(Block::Thinking, &block);
                bytes.extend(self.delta(&json!({ "type": "thinking_delta", "thinking": text })));
                bytes
            }
            Step::ToolCall { call, name } => {
                let block = json!({ "type": "tool_use", "id": call_id(*call), "name": name, "input": {} });
                let mut bytes = self.close();
                bytes.extend(self.begin(Block::Tool, &block));
                bytes
            }
            Step::Arguments { json: piece, .. } => {
                self.delta(&json!({ "type": "input_json_delta", "partial_json": piece }))
            }
            Step::Data(data) => format!("data: {data}\n\n").into_bytes(),
            Step::Raw(bytes) => bytes.clone(),
        }
    }

    /// What says that the reply is over.
    pub(super) fn ending(&mut self) -> Vec<u8> {
        let mut bytes = self.close();
        let mut end = json!({
            "type": "message_delta",
            "delta": { "stop_reason": self.stop_reason, "stop_sequence": null },
        });
        if let Some((_, output)) = self.usage {
            end["usage"] = json!({ "output_tokens": output });
        }
        bytes.extend(event(&end));
        bytes.extend(event(&json!({ "type": "message_stop" })));
        bytes
    }

    /// The whole reply as one document.
    pub(super) fn whole(&self, reply: &ScriptedReply) -> Vec<u8> {
        let mut content: Vec<Value> = Vec::new();
        let mut arguments: Vec<(usize, String)> = Vec::new();
        for step in &reply.steps {
            match step {
                Step::Text(text) => content.push(json!({ "type": "text", "text": text })),
                Step::Thinking(text) => {
                    content.push(json!({ "type": "thinking", "thinking": text, "signature": "" }));
                }
                Step::ToolCall { call, name } => {
                    arguments.push((content.len(), String::new()));
                    content.push(json!({ "type": "tool_use", "id": call_id(*call), "name": name }));
                }
                Step::Arguments { call, json } => arguments[*call].1.push_str(json),
                Step::Data(_) | Step::Raw(_) => panic!("a whole message has no raw pieces"),
            }
        }
        for (place, arguments) in arguments {
            content[place]["input"] = serde_json::from_str(&arguments).expect("arguments in JSON");
        }
        let usage =
            self.usage.map(|(input, output)| json!({ "input_tokens": input, "output_tokens": output }));
        self.message(&json!(content), &json!(self.stop_reason), usage).to_string().into_bytes()
    }

    fn message(&self, content: &Value, stop_reason: &Value, usage: Option<Value>) -> Value {
        let mut message = json!({
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": null,
        });
        if let Some(usage) = usage {
            message["usage"] = usage;
        }
        message
    }

    /// Sees to it that a block of this sort is open.
    fn within(&mut self, block: Block, beginning: &Value) -> Vec<u8> {
        if self.open.is_some_and(|(_, open)| open == block) {
            return Vec::new();
        }
        let mut bytes = self.close();
        bytes.extend(self.begin(block, beginning));
        bytes
    }

    fn begin(&mut self, block: Block, beginning: &Value) -> Vec<u8> {
        let index = self.next;
        self.next += 1;
        self.open = Some((index, block));
        event(&json!({ "type": "content_block_start", "index": index, "content_block": beginning }))
    }

    fn close(&mut self) -> Vec<u8> {
        let closed = self.open.take();
        closed.map_or_else(Vec::new, |(index, block)| {
            let mut bytes = Vec::new();
            if block == Block::Thinking {
                let delta = json!({ "type": "signature_delta", "signature": format!("signed{index:04}") });
                bytes
                    .extend(event(&json!({ "type": "content_block_delta", "index": index, "delta": delta })));
            }
            bytes.extend(event(&json!({ "type": "content_block_stop", "index": index })));
            bytes
        })
    }

    fn delta(&self, delta: &Value) -> Vec<u8> {
        let (index, _) = self.open.expect("a block is open");
        event(&json!({ "type": "content_block_delta", "index": index, "delta": delta }))
    }
}

/// The body of a refusal as Anthropic writes it.
pub(super) fn refusal(status: u16, request: &ModelRequest) -> Value {
    let key = request.headers.get("x-api-key").and_then(|key| key.to_str().ok()).unwrap_or("no key");
    let question = request.question();
    let (kind, message) = match status {
        401 => ("authentication_error", format!("invalid x-api-key: {key}")),
        403 => ("permission_error", format!("{key} may not do this")),
        404 => ("not_found_error", format!("model: {}", request.model())),
        413 => ("request_too_large", format!("too large: {question}")),
        429 => ("rate_limit_error", format!("too many requests of {key}: {question}")),
        529 => ("overloaded_error", "Overloaded".to_owned()),
        500.. => ("api_error", format!("an error at: {question}")),
        _ => ("invalid_request_error", format!("invalid request: {question}")),
    };
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_0" })
}

fn call_id(call: usize) -> String {
    format!("toolu_{call:024}")
}

/// An event, named by its type.
fn event(data: &Value) -> Vec<u8> {
    let name = data["type"].as_str().expect("a type");
    format!("event: {name}\ndata: {data}\n\n").into_bytes()
}
