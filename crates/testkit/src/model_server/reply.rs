//! What a script can say: a reply with its pieces, its pace and its faults.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;

/// Lets the pieces of replies through as a test says.
#[derive(Clone)]
pub struct Gate {
    permits: Arc<Semaphore>,
}

impl Gate {
    /// One that lets nothing through yet.
    pub fn closed() -> Self {
        Self { permits: Arc::new(Semaphore::new(0)) }
    }

    /// Lets so many more steps go on. A step is a piece, a tool call's piece, a frame, and the end.
    pub fn let_go(&self, steps: usize) {
        self.permits.add_permits(steps);
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        self.permits.close();
    }

    pub(super) async fn pass(&self) {
        // Closed means open for good: see `open`.
        if let Ok(permit) = self.permits.acquire().await {
            permit.forget();
        }
    }
}

/// A reply. Made by [`pieces`](Self::pieces) or from a text, which is cut into pieces of a few characters.
#[derive(Clone)]
pub struct ScriptedReply {
    pub(super) opening: Opening,
    pub(super) headers: Vec<(String, String)>,
    pub(super) steps: Vec<Step>,
    pub(super) ending: Ending,
    pub(super) finish_reason: Option<String>,
    pub(super) usage: Usage,
    pub(super) reports: bool,
    pub(super) gate: Option<Gate>,
    pub(super) pace: Option<Duration>,
    pub(super) fragment: Option<usize>,
}

/// How a reply begins.
#[derive(Clone)]
pub(super) enum Opening {
    /// Status 200, then the steps.
    Steps,
    /// A status with a body instead of a reply; the provider's usual body without one.
    Status(u16, Option<Value>),
    /// Nothing ever, not even a status.
    Never,
    /// The connection is reset.
    Reset,
}

/// A piece of a reply.
#[derive(Clone)]
pub(super) enum Step {
    Text(String),
    Thinking(String),
    /// A call begins: its number within the reply, and the tool.
    ToolCall {
        call: usize,
        name: String,
    },
    /// More of a call's arguments.
    Arguments {
        call: usize,
        json: String,
    },
    /// The data of an event as it is.
    Data(String),
    /// Bytes as they are.
    Raw(Vec<u8>),
}

/// How a reply ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// As the format says.
    Whole,
    /// The body ends in good order, but nothing says that the reply is over.
    Eof,
    /// The body breaks off.
    Cut,
    /// The connection is reset.
    Reset,
    /// Nothing more comes, and the connection stays.
    Hang,
}

/// What a reply says it took.
#[derive(Clone, Copy)]
pub(super) enum Usage {
    /// One input token for each character of the prompt, and one output token for each piece.
    Counted,
    /// These many input and output tokens.
    Told(u64, u64),
    /// Nothing.
    Missing,
}

impl ScriptedReply {
    fn new(opening: Opening) -> Self {
        Self {
            opening,
            headers: Vec::new(),
            steps: Vec::new(),
            ending: Ending::Whole,
            finish_reason: None,
            usage: Usage::Counted,
            reports: false,
            gate: None,
            pace: None,
            fragment: None,
        }
    }

    /// A reply in words, in just these pieces; none at all is an empty reply.
    pub fn pieces<P: Into<String>>(pieces: impl IntoIterator<Item = P>) -> Self {
        let mut reply = Self::new(Opening::Steps);
        reply.steps.extend(pieces.into_iter().map(|piece| Step::Text(piece.into())));
        reply
    }

    /// A reply that calls a tool; the arguments come in pieces of a few characters.
    pub fn tool_call(name: impl Into<String>, arguments: &Value) -> Self {
        Self::pieces::<String>([]).and_tool_call(name, arguments)
    }

    /// A refusal with this status and the provider's usual body.
    pub fn status(status: u16) -> Self {
        Self::new(Opening::Status(status, None))
    }

    /// A refusal with this status and body.
    pub fn status_with(status: u16, body: Value) -> Self {
        Self::new(Opening::Status(status, Some(body)))
    }

    /// No reply, ever: the request is read, and that's it.
    pub fn never() -> Self {
        Self::new(Opening::Never)
    }

    /// The connection is reset once the request has been read.
    pub fn reset() -> Self {
        Self::new(Opening::Reset)
    }

    /// With this header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With these pieces of thinking, before what is added after.
    #[must_use]
    pub fn and_thinking<P: Into<String>>(mut self, pieces: impl IntoIterator<Item = P>) -> Self {
        self.steps.extend(pieces.into_iter().map(|piece| Step::Thinking(piece.into())));
        self
    }

    /// With more pieces of words.
    #[must_use]
    pub fn and_pieces<P: Into<String>>(mut self, pieces: impl IntoIterator<Item = P>) -> Self {
        self.steps.extend(pieces.into_iter().map(|piece| Step::Text(piece.into())));
        self
    }

    /// With a tool call.
    #[must_use]
    pub fn and_tool_call(self, name: impl Into<String>, arguments: &Value) -> Self {
        self.and_raw_tool_call(name, &arguments.to_string())
    }

    /// With a tool call whose arguments needn't be JSON.
    #[must_use]
    pub fn and_raw_tool_call(mut self, name: impl Into<String>, arguments: &str) -> Self {
        let call = self.steps.iter().filter(|step| matches!(step, Step::ToolCall { .. })).count();
        self.steps.push(Step::ToolCall { call, name: name.into() });
        self.steps.extend(cut(arguments, 5).into_iter().map(|json| Step::Arguments { call, json }));
        self
    }

    /// With an event whose data is this, whatever it is: `{"choices":[`.
    #[must_use]
    pub fn and_data(mut self, data: impl Into<String>) -> Self {
        self.steps.push(Step::Data(data.into()));
        self
    }

    /// With bytes of the body that are just these.
    #[must_use]
    pub fn and_raw(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Raw(bytes.into()));
        self
    }

    /// With an error object in the stream, after which the body ends.
    #[must_use]
    pub fn and_error(self, error: &Value) -> Self {
        let mut reply = self.and_data(serde_json::json!({ "error": error }).to_string());
        reply.ending = Ending::Eof;
        reply
    }

    /// The body ends in good order, but before the reply does.
    #[must_use]
    pub fn ending_early(mut self) -> Self {
        self.ending = Ending::Eof;
        self
    }

    /// The body breaks off after the last piece.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.ending = Ending::Cut;
        self
    }

    /// The connection is reset after the last piece.
    #[must_use]
    pub fn then_reset(mut self) -> Self {
        self.ending = Ending::Reset;
        self
    }

    /// After the last piece nothing more comes, and the connection stays.
    #[must_use]
    pub fn then_hang(mut self) -> Self {
        self.ending = Ending::Hang;
        self
    }

    /// Why it ended: `length`, `content_filter`. Without it `stop`, or `tool_calls` where there are some.
    #[must_use]
    pub fn finish_reason(mut self, reason: impl Into<String>) -> Self {
        self.finish_reason = Some(reason.into());
        self
    }

    /// Says that it took so many tokens. Without it: one input token for each character of the prompt, one output token for each piece.
    #[must_use]
    pub fn usage(mut self, input_tokens: u64, output_tokens: u64) -> Self {
        self.usage = Usage::Told(input_tokens, output_tokens);
        self
    }

    /// Says with each piece what it has taken so far: of what it reads as much as at its end, and a token for each piece.
    #[must_use]
    pub fn reporting(mut self) -> Self {
        self.reports = true;
        self
    }

    pub(super) fn is_told(&self) -> bool {
        matches!(self.usage, Usage::Told(..))
    }

    /// Doesn't say what it took, even if asked to.
    #[must_use]
    pub fn without_usage(mut self) -> Self {
        self.usage = Usage::Missing;
        self
    }

    /// Each step waits at the gate.
    #[must_use]
    pub fn gated(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    /// A piece at a time, at this interval. For measuring: tests use a gate.
    #[must_use]
    pub fn paced(mut self, interval: Duration) -> Self {
        self.pace = Some(interval);
        self
    }

    /// In writes of so many bytes, which cut through characters and frames.
    #[must_use]
    pub fn in_writes_of(mut self, bytes: usize) -> Self {
        assert!(bytes > 0, "a write has a byte");
        self.fragment = Some(bytes);
        self
    }
}

impl From<&str> for ScriptedReply {
    fn from(text: &str) -> Self {
        Self::pieces(cut(text, 4))
    }
}

impl From<String> for ScriptedReply {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

/// Pieces of so many characters.
fn cut(text: &str, characters: usize) -> Vec<String> {
    let characters_of_text: Vec<char> = text.chars().collect();
    characters_of_text.chunks(characters).map(|piece| piece.iter().collect()).collect()
}
