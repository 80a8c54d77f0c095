//! Bodies and answers as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::accounts::NewPerson;
use wenshu_core::conversations::{ConversationView, MessageView};
use wenshu_core::{Account, AppError, Conversation, MessageRole};

use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;
use crate::http::words::words;

/// How many conversations are answered when nothing else is asked for.
const DEFAULT_LIMIT: i64 = 10;

/// The most that are answered.
const LARGEST_LIMIT: i64 = 100;

/// Characters of the longest name of a user.
const LONGEST_USERNAME: usize = 50;

/// Characters of the longest name of a conversation.
const LONGEST_NAME: usize = 200;

/// Characters of the longest message.
const LONGEST_MESSAGE: usize = 100_000;

words! {
    /// Who said a message.
    RoleWord as "MessageRole" = ["user", "assistant"];
}

/// What a new user is made from.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = CreateUserBody)]
pub struct UserBody {
    /// What the user is called: unique without regard to case, without control characters and `/`, and not `me`.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 50)]
    username: Given<String>,
    /// A mail address, which nobody else has.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    email: Given<String>,
}

impl TryFrom<UserBody> for NewPerson {
    type Error = AppError;

    fn try_from(body: UserBody) -> Result<Self, AppError> {
        let UserBody { username, email } = body;
        let mut checks = Checks::default();
        let username = checks.required("username", username).map(|username| username.trim().to_owned());
        if let Some(username) = &username {
            checks.length("username", username, 1..=LONGEST_USERNAME);
        }
        let email = checks.optional("email", email).map(|email| email.trim().to_owned());
        if let Some(email) = &email {
            checks.email("email", email);
        }
        match username {
            Some(username) if checks.is_clean() => Ok(Self { username, email }),
            _ => Err(checks.into_error()),
        }
    }
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserDto<'a> {
    username: &'a str,
    email: Option<&'a str>,
    id: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl<'a> From<&'a Account> for UserDto<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            // Who registered elsewhere with an address alone is called by that.
            username: account.username.as_deref().or(account.email.as_deref()).unwrap_or_default(),
            email: account.email.as_deref(),
            id: account.number,
            created_at: Rfc3339(account.created_at),
        }
    }
}

/// What a new conversation is made from.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = CreateConversationBody)]
pub struct ConversationBody {
    /// Whose it is.
    #[serde(default)]
    #[schema(value_type = i64, required = true)]
    user_id: Given<i64>,
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    name: Given<String>,
}

impl ConversationBody {
    /// Whose it is to be, and what it is to be called.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(i64, Option<String>), AppError> {
        let Self { user_id, name } = self;
        let mut checks = Checks::default();
        let user = checks.required("user_id", user_id);
        let name = checks.optional("name", name);
        if let Some(name) = &name {
            checks.length("name", name, 0..=LONGEST_NAME);
        }
        match user {
            Some(user) if checks.is_clean() => Ok((user, name)),
            _ => Err(checks.into_error()),
        }
    }
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationDto<'a> {
    user_id: i64,
    name: Option<&'a str>,
    id: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl<'a> ConversationDto<'a> {
    /// A conversation of the account with this number.
    pub fn new(user: i64, conversation: &'a Conversation) -> Self {
        Self {
            user_id: user,
            name: conversation.is_named.then_some(conversation.title.as_str()),
            id: conversation.number,
            created_at: Rfc3339(conversation.created_at),
        }
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct PageQuery {
    /// How many to leave out.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, default = 0)]
    skip: Given<i64>,
    /// How many to answer at most.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 100, default = 10)]
    limit: Given<i64>,
}

impl PageQuery {
    /// How many to leave out, and how many to answer.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(u64, u64), AppError> {
        let Self { skip, limit } = self;
        let mut checks = Checks::default();
        let skip = checks.optional("query.skip", skip).unwrap_or_default();
        checks.range("query.skip", skip, 0..=i64::MAX);
        let limit = checks.optional("query.limit", limit).unwrap_or(DEFAULT_LIMIT);
        checks.range("query.limit", limit, 1..=LARGEST_LIMIT);
        checks.finish()?;
        Ok((skip.unsigned_abs(), limit.unsigned_abs()))
    }
}

/// A conversation with its messages, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConversationWithMessages)]
pub struct ConversationWithMessagesDto<'a> {
    #[serde(flatten)]
    conversation: ConversationDto<'a>,
    messages: Vec<MessageDto<'a>>,
}

impl<'a> ConversationWithMessagesDto<'a> {
    /// A conversation of the account with this number.
    pub fn new(user: i64, view: &'a ConversationView) -> Self {
        let ConversationView { conversation, messages } = view;
        let messages = messages.iter().filter_map(|message| MessageDto::new(conversation.number, message));
        Self { conversation: ConversationDto::new(user, conversation), messages: messages.collect() }
    }
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageDto<'a> {
    #[schema(value_type = RoleWord)]
    role: &'static str,
    content: &'a str,
    id: i64,
    conversation_id: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl<'a> MessageDto<'a> {
    /// A message, if it is anybody's words.
    fn new(conversation: i64, MessageView { message, record: _ }: &'a MessageView) -> Option<Self> {
        let role = match message.role {
            MessageRole::User => "user",
            MessageRole::Assistant => "assistant",
            MessageRole::System => return None,
        };
        Some(Self {
            role,
            content: &message.content,
            id: message.number,
            conversation_id: conversation,
            created_at: Rfc3339(message.created_at),
        })
    }
}

/// Something that is said in a conversation.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ChatBody {
    /// The conversation.
    #[serde(default)]
    #[schema(value_type = i64, required = true)]
    conversation_id: Given<i64>,
    /// What is said; not white space alone.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100_000)]
    message: Given<String>,
}

impl ChatBody {
    /// The conversation's number, and what is said.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(i64, String), AppError> {
        let Self { conversation_id, message } = self;
        let mut checks = Checks::default();
        let conversation = checks.required("conversation_id", conversation_id);
        let message = checks.required("message", message);
        if let Some(message) = &message {
            let said = if message.trim().is_empty() { "" } else { message.as_str() };
            checks.length("message", said, 1..=LONGEST_MESSAGE);
        }
        match (conversation, message) {
            (Some(conversation), Some(message)) if checks.is_clean() => Ok((conversation, message)),
            _ => Err(checks.into_error()),
        }
    }
}
