//! Tools: what a model may call while it answers. [`Toolbox`] is the port behind which they are, wherever they run; [`DataTool`] is the
//! one that asks a database.

mod data;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub use self::data::{DataTool, QUERY_DATA};

use crate::{EventSink, Language, Tool};

/// Tools that can be called by their names. Cheap to share.
#[async_trait]
pub trait Toolbox: Send + Sync {
    /// The tools there are now, in a fixed order. One that comes and goes is among them while it can be called.
    async fn tools(&self) -> Vec<Tool>;

    /// Calls one. Dropping the future ends the call.
    ///
    /// # Errors
    ///
    /// Whatever keeps the tool from answering, an unknown name and arguments that don't fit among it: it is told to the model, which may
    /// do better, and ends no answer.
    async fn call(&self, request: ToolRequest<'_>) -> Result<ToolOutput, ToolError>;
}

/// A call to be carried out.
#[derive(Clone, Copy)]
pub struct ToolRequest<'a> {
    /// Which tool.
    pub name: &'a str,
    /// With what.
    pub arguments: &'a Map<String, Value>,
    /// The language of the answer.
    pub language: Language,
    /// Where rows, charts and what models take is said; words aren't for a tool to say.
    pub events: &'a dyn EventSink,
    /// Ends the call.
    pub cancel: &'a CancellationToken,
}

/// What a call gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolOutput {
    /// For the model.
    pub text: String,
    /// For the person, whatever the model makes of it: said at the end of the answer, once.
    pub note: Option<String>,
}

impl ToolOutput {
    /// What is for the model alone.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), note: None }
    }
}

/// Why a call gave nothing. In English, for the model; no secret, and nothing of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolError {
    /// What happened and what could be done.
    pub message: String,
}

impl ToolError {
    /// For this reason.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// There is no such tool.
    pub fn unknown(name: &str) -> Self {
        Self::new(format!("There is no tool called {name}."))
    }
}

/// A call as it is shown and kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// Which of the answer's calls it is, from 1.
    pub number: u32,
    /// The tool.
    pub name: String,
    /// With what; what is no object is what the model wrote.
    pub arguments: Value,
    /// How it stands.
    pub status: ToolStatus,
}

/// How a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToolStatus {
    /// It is under way.
    Running,
    /// It gave something.
    Ok,
    /// It gave nothing.
    Error,
}

impl ToolStatus {
    /// Its name: `running`, `ok`, `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

/// No tools.
#[derive(Clone, Copy, Debug)]
pub struct NoTools;

#[async_trait]
impl Toolbox for NoTools {
    async fn tools(&self) -> Vec<Tool> {
        Vec::new()
    }

    async fn call(&self, request: ToolRequest<'_>) -> Result<ToolOutput, ToolError> {
        Err(ToolError::unknown(request.name))
    }
}
