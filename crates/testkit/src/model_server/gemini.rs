//! Google's wire format for `generateContent`: responses of parts, one for each event or one for the whole; the model's name is a part of
//! the path. Calls of tools come whole.

use serde_json::{Value, json};

use super::openai::counted;
use super::reply::{ScriptedReply, Step};
use super::request::ModelRequest;

/// Where models are: `/v1beta/models/NAME:streamGenerateContent`.
const MODELS: &str = "/v1beta/models/";

/// What Google's models of the third generation and later say of a call, which they want to have back.
const SIGNED_FROM: &str = "gemini-3";

/// The model and the method that a path names.
pub(super) fn at(path: &str) -> Option<(&str, &str)> {
    let path = path.split('?').next().unwrap_or_default();
    let (model, method) = path.strip_prefix(MODELS)?.split_once(':')?;
    matches!(method, "generateContent" | "streamGenerateContent").then_some((model, method))
}

/// Whether a reply is to be streamed.
pub(super) fn streams(request: &ModelRequest) -> bool {
    at(&request.path).is_some_and(|(_, method)| method == "streamGenerateContent")
}

/// What a request lacks, as far as Google looks.
pub(super) fn missing(request: &ModelRequest) -> Option<&'static str> {
    let Some(contents) = request.body["contents"].as_array() else {
        return Some("contents is not specified");
    };
    if streams(request) && !request.path.contains("alt=sse") {
        return Some("this server streams events alone");
    }
    let parts = |content: &Value| content["parts"].as_array().cloned().unwrap_or_default();
    let mut called = 0;
    for content in contents {
        let parts = parts(content);
        if parts.is_empty() {
            return Some("contents.parts must not be empty");
        }
        let responses = parts.iter().filter(|part| part["functionResponse"].is_object()).count();
        if responses != called {
            return Some(
                "Please ensure that the number of function response parts is equal to the number of function call parts of the function \
                 call turn.",
            );
        }
        let calls: Vec<&Value> = parts.iter().filter(|part| part["functionCall"].is_object()).collect();
        called = calls.len();
        // Of calls that were made at once the first alone is signed.
        let is_signed = calls.first().is_none_or(|call| call["thoughtSignature"].is_string());
        if request.model().starts_with(SIGNED_FROM) && !is_signed {
            return Some("Function call is missing a thought_signature in functionCall parts.");
        }
    }
    None
}

/// Turns the steps of one reply into its wire format.
pub(super) struct Encoder {
    id: String,
    model: String,
    usage: Option<(u64, u64)>,
    finish_reason: String,
    /// How many pieces have been sent.
    sent: u64,
    /// A call whose arguments are still coming: which one, its name, and those.
    call: Option<(usize, String, String)>,
}

impl Encoder {
    /// For the reply to a request, the so-manyth.
    pub(super) fn new(number: usize, request: &ModelRequest, reply: &ScriptedReply) -> Self {
        Self {
            id: format!("response{number:08}"),
            model: request.model().to_owned(),
            usage: counted(request, reply),
            finish_reason: reply.finish_reason.clone().unwrap_or_else(|| "STOP".to_owned()),
            sent: 0,
            call: None,
        }
    }

    /// A step.
    pub(super) fn step(&mut self, step: &Step) -> Vec<u8> {
        if let Step::Arguments { json, .. } = step {
            let (_, _, arguments) = self.call.as_mut().expect("a call is open");
            arguments.push_str(json);
            return Vec::new();
        }
        let mut bytes = self.close();
        match step {
            Step::Text(text) => bytes.extend(self.event(&json!({ "text": text }))),
            Step::Thinking(text) => bytes.extend(self.event(&json!({ "text": text, "thought": true }))),
            Step::ToolCall { call, name } => self.call = Some((*call, name.clone(), String::new())),
            Step::Arguments { .. } => {}
            Step::Data(data) => bytes.extend(format!("data: {data}\r\n\r\n").into_bytes()),
            Step::Raw(raw) => bytes.extend(raw),
        }
        bytes
    }

    /// What says that the reply is over.
    pub(super) fn ending(&mut self) -> Vec<u8> {
        let mut bytes = self.close();
        let usage = self.usage;
        let response = self.response(&json!([{ "text": "" }]), Some(&self.finish_reason), usage);
        bytes.extend(event(&response));
        bytes
    }

    /// The whole reply as one document.
    pub(super) fn whole(&mut self, reply: &ScriptedReply) -> Vec<u8> {
        let mut parts: Vec<Value> = Vec::new();
        let mut calls: Vec<(usize, String, String)> = Vec::new();
        for step in &reply.steps {
            match step {
                Step::Text(text) => parts.push(json!({ "text": text })),
                Step::Thinking(text) => parts.push(json!({ "text": text, "thought": true })),
                Step::ToolCall { call, name } => calls.push((*call, name.clone(), String::new())),
                Step::Arguments { call, json } => calls[*call].2.push_str(json),
                Step::Data(_) | Step::Raw(_) => panic!("a whole response has no raw pieces"),
            }
        }
        parts
            .extend(calls.into_iter().map(|(call, name, arguments)| self.call_part(call, &name, &arguments)));
        self.response(&json!(parts), Some(&self.finish_reason), self.usage).to_string().into_bytes()
    }

    /// The call that was coming, if one was.
    fn close(&mut self) -> Vec<u8> {
        let Some((call, name, arguments)) = self.call.take() else { return Vec::new() };
        let part = self.call_part(call, &name, &arguments);
        self.event(&part)
    }

    fn call_part(&self, call: usize, name: &str, arguments: &str) -> Value {
        let arguments: Value = serde_json::from_str(arguments).expect("arguments in JSON");
        let mut part = json!({ "functionCall": { "name": name, "args": arguments } });
        if self.model.starts_with(SIGNED_FROM) {
            part["functionCall"]["id"] = json!(format!("call{call:08}"));
            if call == 0 {
                part["thoughtSignature"] = json!(signature(&self.id));
            }
        }
        part
    }

    fn event(&mut self, part: &Value) -> Vec<u8> {
        self.sent += 1;
        let usage = self.usage.map(|(read, _)| (read, self.sent));
        event(&self.response(&json!([part]), None, usage))
    }

    fn response(&self, parts: &Value, finish_reason: Option<&str>, usage: Option<(u64, u64)>) -> Value {
        let mut candidate = json!({ "content": { "parts": parts, "role": "model" }, "index": 0 });
        if let Some(reason) = finish_reason {
            candidate["finishReason"] = json!(reason);
        }
        let mut response =
            json!({ "candidates": [candidate], "modelVersion": self.model, "responseId": self.id });
        if let Some((read, written)) = usage {
            response["usageMetadata"] = json!({
                "promptTokenCount": read,
                "candidatesTokenCount": written,
                "totalTokenCount": read + written,
                "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": read }],
            });
        }
        response
    }
}

/// What stands for the thinking of a response: base64, which is looked at.
pub(super) fn signature(response: &str) -> String {
    format!("{response}SignedByGemini==")
}

/// The status and the body of a refusal as Google writes it. A key that isn't known is a fault of the request.
pub(super) fn refusal(status: u16, request: &ModelRequest) -> (u16, Value) {
    let (model, question) = (request.model(), request.question());
    let key = request.headers.get("x-goog-api-key").and_then(|key| key.to_str().ok()).unwrap_or("no key");
    let (status, word, message) = match status {
        401 => {
            let message = "API key not valid. Please pass a valid API key.";
            let mut body = error(400, "INVALID_ARGUMENT", message);
            body["error"]["details"] = json!([{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": { "service": "generativelanguage.googleapis.com" },
            }]);
            return (400, body);
        }
        403 => (403, "PERMISSION_DENIED", format!("{key} may not do this")),
        404 => {
            let message = format!("models/{model} is not found for API version v1beta, or is not supported.");
            (404, "NOT_FOUND", message)
        }
        429 => (429, "RESOURCE_EXHAUSTED", format!("You exceeded your current quota of {key}: {question}")),
        503 => (503, "UNAVAILABLE", "The model is overloaded. Please try again later.".to_owned()),
        500.. => (status, "INTERNAL", format!("An internal error has occurred at: {question}")),
        _ => (status, "INVALID_ARGUMENT", format!("Invalid request: {question}")),
    };
    (status, error(status, word, &message))
}

/// The body of an error.
pub(super) fn error(status: u16, word: &str, message: &str) -> Value {
    json!({ "error": { "code": status, "message": message, "status": word } })
}

/// An event as Google ends its lines.
fn event(response: &Value) -> Vec<u8> {
    format!("data: {response}\r\n\r\n").into_bytes()
}
