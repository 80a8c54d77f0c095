//! Conversations and their messages.

use std::sync::Arc;

use moka::sync::Cache;
use uuid::Uuid;
use wenshu_store::{Conversation, ConversationFilter, Message, Page, Store};

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
    /// Pages of lists without a search. Exact, on every replica: the caller's revision is read with the session on each call and
    /// raised in the transaction of each change.
    pages: Cache<PageKey, Arc<Page<Conversation>>>,
    /// How many a search finds, exact in the same way: counted once for all its pages.
    totals: Cache<SearchKey, u64>,
}

impl Conversations {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, pages: Cache::new(KEPT_PAGES), totals: Cache::new(KEPT_PAGES) }
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
        let messages =
            self.store.messages(actor.id(), id).await?.into_iter().map(MessageView::from).collect();
        Ok(ConversationView { conversation, messages })
    }
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
