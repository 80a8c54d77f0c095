//! What `/chat` takes and answers outside the stream.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::conversations::{MessageView, session_id};
use wenshu_core::runs::talk::Subject;
use wenshu_core::{AppError, Conversation, Feedback, MessageRole};

use super::fields::{Task, TaskWord, ToolNames, ToolsSchema, session, user_name};
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;
use crate::http::words::words;

/// Characters of the longest thing that is said.
const LONGEST_CONTENT: usize = 100_000;

/// Characters of the longest session id.
const LONGEST_SESSION: usize = 64;

words! {
    /// Who said a message.
    RoleWord as "MessageRole" = ["user", "assistant"];
}

/// Something that is said in a session.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = RequestForChat)]
pub struct ChatBody {
    /// The user's name, or address.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 254)]
    user_name: Given<String>,
    /// What is talked about; `通用对话` when it is empty.
    #[serde(default)]
    #[schema(value_type = Option<TaskWord>)]
    task: Given<Task>,
    /// The session, of `init` or made up: begun if it isn't there yet, and a new one without it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64)]
    session_id: Given<String>,
    /// What is said; not white space alone, and 10,000 characters at most where it is about data or stocks.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100_000)]
    content: Given<String>,
    /// Tools that the answer may use; by default those of the task.
    #[serde(default)]
    #[schema(value_type = ToolsSchema)]
    tools: Given<ToolNames>,
}

/// Something that is said, read.
#[derive(Debug)]
pub struct ChatRequest {
    /// Who says it.
    pub user_name: String,
    /// What it is about.
    pub subject: Subject,
    /// The session; a new one without.
    pub session: Option<String>,
    /// What is said.
    pub content: String,
    /// Names of tools.
    pub tools: Vec<String>,
}

impl ChatBody {
    /// What is said, by whom and where.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that breaks a rule.
    pub fn into_request(self) -> Result<ChatRequest, AppError> {
        let Self { user_name: name, task, session_id, content, tools } = self;
        let mut checks = Checks::default();
        let name = user_name(&mut checks, name);
        let subject = checks.optional("task", task).map_or(Subject::Anything, |task| task.0);
        let session = checks
            .optional("session_id", session_id)
            .map(|session| session.trim().to_owned())
            .filter(|session| !session.is_empty());
        if let Some(session) = &session {
            checks.length("session_id", session, 1..=LONGEST_SESSION);
        }
        let content = checks.required("content", content);
        if let Some(content) = &content {
            let said = if content.trim().is_empty() { "" } else { content.as_str() };
            checks.length("content", said, 1..=LONGEST_CONTENT);
        }
        let tools = checks.optional("tools", tools).unwrap_or_default().0;
        match (name, content) {
            (Some(user_name), Some(content)) if checks.is_clean() => {
                Ok(ChatRequest { user_name, subject, session, content, tools })
            }
            _ => Err(checks.into_error()),
        }
    }
}

/// A session that nobody has used yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewSession)]
pub struct NewSessionDto {
    /// 12 letters and digits.
    pub session_id: String,
}

/// A session in the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionDto<'a> {
    user_id: i64,
    session_id: String,
    title: &'a str,
    #[schema(value_type = String, format = DateTime)]
    start_time: Rfc3339,
}

impl<'a> SessionDto<'a> {
    /// A session of the account with this number.
    pub fn new(user: i64, conversation: &'a Conversation) -> Self {
        Self {
            user_id: user,
            session_id: session_id(conversation),
            title: &conversation.title,
            start_time: Rfc3339(conversation.created_at),
        }
    }
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageDto<'a> {
    id: i64,
    #[schema(value_type = RoleWord)]
    role: &'static str,
    content: &'a str,
    #[schema(value_type = String, format = DateTime)]
    create_time: Rfc3339,
    /// Whether the user likes it.
    feedback: Option<bool>,
    #[schema(value_type = Option<String>, format = DateTime)]
    feedback_time: Option<Rfc3339>,
}

impl<'a> MessageDto<'a> {
    /// A message, if it is anybody's words.
    pub fn new(MessageView { message, record: _ }: &'a MessageView) -> Option<Self> {
        let role = match message.role {
            MessageRole::User => "user",
            MessageRole::Assistant => "assistant",
            MessageRole::System => return None,
        };
        let feedback = message.feedback;
        Some(Self {
            id: message.number,
            role,
            content: &message.content,
            create_time: Rfc3339(message.created_at),
            feedback: feedback.map(|Feedback { is_liked, at: _ }| is_liked),
            feedback_time: feedback.map(|Feedback { is_liked: _, at }| Rfc3339(at)),
        })
    }
}

/// What a user thinks of an answer.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct FeedbackParameters {
    /// The session's id.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 64)]
    session_id: Given<String>,
    /// The answer, by its id.
    #[serde(default)]
    #[schema(value_type = i64, required = true)]
    message_id: Given<i64>,
    /// `true` for liking it, `false` for not.
    #[serde(default)]
    #[schema(value_type = bool, required = true)]
    feedback: Given<bool>,
}

impl FeedbackParameters {
    /// The session, the answer, and whether it is liked.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the parameters.
    pub fn into_parts(self) -> Result<(String, i64, bool), AppError> {
        let Self { session_id, message_id, feedback } = self;
        let mut checks = Checks::default();
        let session = session(&mut checks, session_id);
        let message = checks.required("message_id", message_id);
        let is_liked = checks.required("feedback", feedback);
        match (session, message, is_liked) {
            (Some(session), Some(message), Some(is_liked)) if checks.is_clean() => {
                Ok((session, message, is_liked))
            }
            _ => Err(checks.into_error()),
        }
    }
}
