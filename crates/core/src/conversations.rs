//! Conversations and their messages.

use std::sync::Arc;

use moka::sync::Cache;
use uuid::Uuid;
use wenshu_store::{
    ChatVisibility, Conversation, ConversationFilter, Feedback, Message, NewChat, Page, Store,
};

use crate::clock::Clock;
use crate::faults::Faults;
use crate::runs::AnswerRecord;
use crate::{Actor, AppError, Text};

/// The most conversations on one page.
const LARGEST_PAGE: u64 = 100;

/// The longest title that a person gives, in characters.
const LONGEST_TITLE: usize = 200;

/// Pages kept.
const KEPT_PAGES: u64 = 1_000;

/// A conversation with its messages, oldest first.
#[derive(Clone, Debug)]
pub struct ConversationView {
    /// The conversation.
    pub conversation: Conversation,
    /// The messages.
    pub messages: Vec<MessageView>,
}

/// A message with what its answer was made of.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// The message; its stored metadata is already read into `record`.
    pub message: Message,
    /// SQL, rows, chart: for answers about data.
    pub record: Option<AnswerRecord>,
}

/// What a page of the list depends on, apart from the conversations themselves, whose every change raises the revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PageKey {
    owner: Uuid,
    revision: i64,
    favorites: bool,
    limit: u64,
    offset: u64,
}

/// What the number of conversations that a search finds depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct SearchKey {
    owner: Uuid,
    revision: i64,
    favorites: bool,
    search: String,
}

/// Use cases of conversations.
pub struct Conversations {
    store: Store,
    clock: Arc<dyn Clock>,
    /// Pages of lists without a search. Exact, on every replica: the caller's revision is read with the session on each call and
    /// raised in the transaction of each change.
    pages: Cache<PageKey, Arc<Page<Conversation>>>,
    /// How many a search finds, exact in the same way: counted once for all its pages.
    totals: Cache<SearchKey, u64>,
}

impl Conversations {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, pages: Cache::new(KEPT_PAGES), totals: Cache::new(KEPT_PAGES) }
    }

    /// The caller's conversations, newest activity first.
    ///
    /// # Errors
    ///
    /// `Invalid` for a limit outside 1–100; failures of the store.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: ConversationFilter,
    ) -> Result<Arc<Page<Conversation>>, AppError> {
        if !(1..=LARGEST_PAGE).contains(&filter.limit) {
            return Err(AppError::invalid(
                "limit",
                Text::new(
                    format!("limit 须在 1 到 {LARGEST_PAGE} 之间"),
                    format!("limit has to be between 1 and {LARGEST_PAGE}"),
                ),
            ));
        }
        if let Some(search) = filter.search.clone() {
            return self.search(actor, filter, search).await;
        }
        let key = PageKey {
            owner: actor.id(),
            revision: actor.conversations_revision,
            favorites: filter.favorites,
            limit: filter.limit,
            offset: filter.offset,
        };
        if let Some(page) = self.pages.get(&key) {
            return Ok(page);
        }
        let page = Arc::new(self.store.conversations(actor.id(), &filter).await?);
        // A change between reading the revision and the page would be kept under the older revision, which nobody asks for again.
        self.pages.insert(key, Arc::clone(&page));
        Ok(page)
    }

    async fn search(
        &self,
        actor: &Actor,
        mut filter: ConversationFilter,
        search: String,
    ) -> Result<Arc<Page<Conversation>>, AppError> {
        let (owner, revision) = (actor.id(), actor.conversations_revision);
        let key = SearchKey { owner, revision, favorites: filter.favorites, search };
        filter.known_total = self.totals.get(&key);
        let page = self.store.conversations(owner, &filter).await?;
        if page.is_total_exact && filter.known_total.is_none() {
            self.totals.insert(key, page.total);
        }
        Ok(Arc::new(page))
    }

    /// Renames one of the caller's conversations.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `title`; `NotFound`, for somebody else's too.
    pub async fn rename(&self, actor: &Actor, id: Uuid, title: &str) -> Result<Conversation, AppError> {
        let title = title.trim();
        let mut faults = Faults::default();
        if title.is_empty() {
            faults.missing("title");
        }
        faults.line("title", title, LONGEST_TITLE);
        faults.finish(&[])?;
        let not_found = || AppError::not_found("对话", "Conversation");
        if !self.store.set_title(actor.id(), id, title).await? {
            return Err(not_found());
        }
        self.store.find_conversation(actor.id(), id).await?.ok_or_else(not_found)
    }

    /// Marks one of the caller's conversations as a favourite, or takes the mark off; answers how it stands then.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too.
    pub async fn toggle_favorite(&self, actor: &Actor, id: Uuid) -> Result<bool, AppError> {
        let not_found = || AppError::not_found("对话", "Conversation");
        let conversation = self.store.find_conversation(actor.id(), id).await?.ok_or_else(not_found)?;
        let is_favorite = !conversation.is_favorite;
        if !self.store.set_favorite(actor.id(), id, is_favorite).await? {
            return Err(not_found());
        }
        Ok(is_favorite)
    }

    /// Deletes one of the caller's conversations with its messages. What still runs in it is stopped before: see
    /// [`App::delete_conversation`](crate::App::delete_conversation).
    pub(crate) async fn delete(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        if self.store.delete_conversation(actor.id(), id).await? {
            return Ok(());
        }
        Err(AppError::not_found("对话", "Conversation"))
    }

    /// One of the caller's conversations.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too.
    pub async fn find(&self, actor: &Actor, id: Uuid) -> Result<ConversationView, AppError> {
        let conversation = self
            .store
            .find_conversation(actor.id(), id)
            .await?
            .ok_or_else(|| AppError::not_found("对话", "Conversation"))?;
        self.view(actor, conversation).await
    }

    async fn view(&self, actor: &Actor, conversation: Conversation) -> Result<ConversationView, AppError> {
        let messages = self.store.messages(actor.id(), conversation.id).await?;
        Ok(ConversationView { conversation, messages: messages.into_iter().map(MessageView::from).collect() })
    }

    /// Begins a conversation in which nothing is said yet, under a name or none.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor; `Invalid` naming `name`.
    pub async fn begin(&self, actor: &Actor, name: Option<&str>) -> Result<Conversation, AppError> {
        actor.may_write()?;
        let title = name.map(str::trim).unwrap_or_default();
        let mut faults = Faults::default();
        faults.line("name", title, LONGEST_TITLE);
        faults.finish(&[])?;
        let id = self.clock.new_id();
        let new = NewChat {
            id,
            owner: actor.id(),
            preset: None,
            title: title.to_owned(),
            is_named: !title.is_empty(),
            visibility: ChatVisibility::Private,
            messages: Vec::new(),
            copied_from: None,
            created_at: self.clock.now(),
        };
        self.store.insert_chat(new).await?;
        self.store.find_conversation(actor.id(), id).await?.ok_or_else(no_conversation)
    }

    /// A part of the caller's conversations, those begun last first; all of them without a limit.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn begun(
        &self,
        actor: &Actor,
        offset: u64,
        limit: Option<u64>,
    ) -> Result<Vec<Conversation>, AppError> {
        Ok(self.store.conversations_begun(actor.id(), offset, limit).await?)
    }

    /// The caller's conversation with this number.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too.
    pub async fn find_numbered(&self, actor: &Actor, number: i64) -> Result<ConversationView, AppError> {
        let found = self.store.conversation_by_number(actor.id(), number).await?;
        self.view(actor, found.ok_or_else(no_conversation)?).await
    }

    /// The caller's conversation with this session id.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too.
    pub async fn of_session(&self, actor: &Actor, session: &str) -> Result<Conversation, AppError> {
        self.store.conversation_by_session(actor.id(), session).await?.ok_or_else(no_session)
    }

    /// The same with its messages.
    ///
    /// # Errors
    ///
    /// As for [`of_session`](Self::of_session).
    pub async fn find_session(&self, actor: &Actor, session: &str) -> Result<ConversationView, AppError> {
        let conversation = self.of_session(actor, session).await?;
        self.view(actor, conversation).await
    }

    /// What the caller thinks of an answer: the message with this number in the conversation with this session id.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor; `NotFound` when the caller has no such conversation, or it no such answer.
    pub async fn give_feedback(
        &self,
        actor: &Actor,
        session: &str,
        number: i64,
        is_liked: bool,
    ) -> Result<(), AppError> {
        actor.may_write()?;
        let conversation = self.of_session(actor, session).await?.id;
        let feedback = Feedback { is_liked, at: self.clock.now() };
        if self.store.set_feedback(actor.id(), conversation, number, feedback).await? {
            return Ok(());
        }
        Err(AppError::not_found("消息", "Message"))
    }
}

/// A session id for a conversation that is still to begin: 12 letters and digits, which nobody can guess.
///
/// # Errors
///
/// `Internal` when the system gives no random bytes.
pub fn new_session_id() -> Result<String, AppError> {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const LENGTH: usize = 12;
    let mut id = String::with_capacity(LENGTH);
    while id.len() < LENGTH {
        let mut bytes = [0_u8; 2 * LENGTH];
        getrandom::fill(&mut bytes).map_err(AppError::internal)?;
        // What 62 doesn't go into evenly is left out, so that every character is as likely as any other.
        let even = bytes.iter().filter(|byte| usize::from(**byte) < 4 * ALPHABET.len());
        let characters = even.map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
        id.extend(characters.take(LENGTH - id.len()));
    }
    Ok(id)
}

/// What a conversation is known by as a session.
pub fn session_id(conversation: &Conversation) -> String {
    conversation.session.clone().unwrap_or_else(|| conversation.id.to_string())
}

fn no_conversation() -> AppError {
    AppError::not_found("对话", "Conversation")
}

pub(crate) fn no_session() -> AppError {
    AppError::not_found("会话", "Session")
}

impl From<Message> for MessageView {
    fn from(mut message: Message) -> Self {
        let record = message.metadata.take().and_then(|metadata| {
            AnswerRecord::from_json(&metadata)
                .inspect_err(|error| {
                    tracing::warn!(message.id = %message.id, error = %error, "stored metadata of a message can't be read");
                })
                .ok()
        });
        Self { message, record }
    }
}
