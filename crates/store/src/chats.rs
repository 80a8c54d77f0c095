//! Chats: conversations with what only some contracts show of them, and whose messages a person may write anew.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use crate::{
    MessageRole, Store, StoreError,
    conversations::{self, to_bigint},
    database::{self, from_millis, storable, to_millis},
    presets, search_index,
};

/// A conversation as a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// Identifies it; the conversation's id.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// The owner's number.
    pub owner_number: i64,
    /// What comes before its messages.
    pub preset: Option<Uuid>,
    /// What it is called.
    pub title: String,
    /// Who may read it.
    pub visibility: ChatVisibility,
    /// Its messages, oldest first.
    pub messages: Vec<ChatMessage>,
    /// The number of the last of them; another one whenever what was said has changed.
    pub last_message: Option<i64>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last written to.
    pub updated_at: DateTime<Utc>,
}

/// Who may read a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChatVisibility {
    /// Its owner.
    Private,
    /// Whoever has its id.
    Shared,
}

/// A message of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who said it.
    pub role: MessageRole,
    /// What it holds.
    pub kind: MessageKind,
    /// The words, or where the picture is.
    pub content: String,
    /// Whether it is shown; a model reads it all the same.
    pub is_visible: bool,
    /// When it was said.
    pub created_at: DateTime<Utc>,
}

/// What a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// Words.
    Text,
    /// A picture.
    Image,
}

/// A chat to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChat {
    /// Identifies it.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// What comes before its messages.
    pub preset: Option<Uuid>,
    /// What it is called.
    pub title: String,
    /// Whether that is a name that was given to it.
    pub is_named: bool,
    /// Who may read it.
    pub visibility: ChatVisibility,
    /// Its messages with their ids, oldest first.
    pub messages: Vec<(Uuid, ChatMessage)>,
    /// The chat that it is a copy of.
    pub copied_from: Option<Uuid>,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

/// What a chat is from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatChange {
    /// Which.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// What comes before its messages.
    pub preset: Option<Uuid>,
    /// What it is called.
    pub title: String,
    /// Who may read it.
    pub visibility: ChatVisibility,
    /// Its messages, oldest first, with ids for those that are new. Those at the beginning that are there already stay as they are.
    pub messages: Vec<(Uuid, ChatMessage)>,
    /// When it is changed.
    pub updated_at: DateTime<Utc>,
}

/// What somebody who asks for a thing by its id is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// It is theirs.
    Own(T),
    /// It is somebody else's who lets them read it.
    Shared(T),
    /// It is somebody else's.
    Denied,
    /// There is none.
    Missing,
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChatOrder {
    /// When it was made.
    Created,
    /// When it was last written to.
    Updated,
    /// What it is called, by the code points.
    Title,
    /// Its id.
    Id,
}

/// Which part of a list, in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// What it is ordered by; ties go by the order in which things were made.
    pub order: ChatOrder,
    /// From the end to the beginning.
    pub descending: bool,
    /// At most so many.
    pub limit: u64,
    /// Leaving out so many at the start.
    pub offset: u64,
}

impl Slice {
    /// The end of a query, for two placeholders from this one on.
    pub(crate) fn clause(&self, table: &str, first: usize) -> String {
        let column = match self.order {
            ChatOrder::Created => "created_at",
            ChatOrder::Updated => "updated_at",
            ChatOrder::Title => "title",
            ChatOrder::Id => "id",
        };
        let direction = if self.descending { "DESC" } else { "ASC" };
        format!(
            "ORDER BY {table}.{column} {direction}, {table}.number {direction} LIMIT ${first} OFFSET ${}",
            first + 1
        )
    }

    /// The values for [`clause`](Self::clause).
    pub(crate) fn values(&self) -> [Value; 2] {
        [to_bigint(self.limit), to_bigint(self.offset)]
    }
}

/// What [`Chat::from_row`] reads.
const COLUMNS: &str =
    "conversations.id, conversations.owner, accounts.number, conversations.preset, conversations.title,
     conversations.visibility, conversations.created_at, conversations.updated_at
     FROM conversations JOIN accounts ON accounts.id = conversations.owner";

/// Messages added with one statement.
const ROWS: usize = 100;

impl Store {
    /// Part of the owner's chats, which are all of the conversations.
    pub async fn chats(&self, owner: Uuid, slice: &Slice) -> Result<Vec<Chat>, StoreError> {
        let text =
            format!("SELECT {COLUMNS} WHERE conversations.owner = $1 {}", slice.clause("conversations", 2));
        let [limit, offset] = slice.values();
        let rows = database::query_all(self.readers(), &text, [owner.into(), limit, offset]).await?;
        let mut chats: Vec<Chat> = rows.iter().map(Chat::from_row).collect::<Result<_, _>>()?;
        self.add_messages(&mut chats).await?;
        Ok(chats)
    }

    /// The chat with this id, as far as this account may read it.
    pub async fn find_chat(&self, reader: Uuid, id: Uuid) -> Result<Found<Chat>, StoreError> {
        let text = format!("SELECT {COLUMNS} WHERE conversations.id = $1");
        let Some(row) = database::query_one(self.readers(), &text, [id.into()]).await? else {
            return Ok(Found::Missing);
        };
        let mut chat = Chat::from_row(&row)?;
        let is_own = chat.owner == reader;
        if !is_own && chat.visibility == ChatVisibility::Private {
            return Ok(Found::Denied);
        }
        self.add_messages(std::slice::from_mut(&mut chat)).await?;
        Ok(if is_own { Found::Own(chat) } else { Found::Shared(chat) })
    }

    /// The reader's copy of a chat.
    pub async fn find_copy(&self, reader: Uuid, of: Uuid) -> Result<Option<Chat>, StoreError> {
        let text =
            format!("SELECT {COLUMNS} WHERE conversations.owner = $1 AND conversations.copied_from = $2");
        let row = database::query_one(self.readers(), &text, [reader.into(), of.into()]).await?;
        let mut chats: Vec<Chat> = row.iter().map(Chat::from_row).collect::<Result<_, _>>()?;
        self.add_messages(&mut chats).await?;
        Ok(chats.pop())
    }

    /// Makes a chat. `NotFound` when the owner or the preset doesn't exist; `Conflict` when the owner has a copy of the same chat
    /// already.
    pub async fn insert_chat(&self, new: NewChat) -> Result<(), StoreError> {
        let NewChat { id, owner, preset, title, is_named, visibility, messages, copied_from, created_at } =
            new;
        let title = storable(title);
        let transaction = self.begin().await?;
        let row = database::query_one(
            &transaction,
            "INSERT INTO conversations
             (id, owner, title, is_favorite, message_count, preset, visibility, copied_from, created_at, updated_at, is_named)
             VALUES ($1, $2, $3, FALSE, $4, $5, $6, $7, $8, $8, $9)
             RETURNING number, (SELECT number FROM accounts WHERE accounts.id = $2)",
            [
                id.into(),
                owner.into(),
                title.clone().into(),
                to_bigint(messages.len() as u64),
                preset.into(),
                visibility.as_str().into(),
                copied_from.into(),
                to_millis(created_at).into(),
                is_named.into(),
            ],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
        let number: i64 = row.try_get_by_index(0)?;
        let owner_number: Option<i64> = row.try_get_by_index(1)?;
        let owner_number = owner_number.ok_or(StoreError::NotFound)?;
        insert_messages(&transaction, id, messages).await?;
        // A chat may have no message to be indexed with.
        search_index::replace_title(&transaction, owner_number, number, &title).await?;
        database::execute(
            &transaction,
            "UPDATE accounts SET conversations_revision = conversations_revision + 1,
             conversations_count = conversations_count + 1 WHERE id = $1",
            [owner.into()],
        )
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Changes the owner's chat. False when the owner has no such chat; `NotFound` when the preset doesn't exist.
    pub async fn change_chat(&self, change: ChatChange) -> Result<bool, StoreError> {
        let ChatChange { id, owner, preset, title, visibility, mut messages, updated_at } = change;
        let title = storable(title);
        let transaction = self.begin().await?;
        let row = database::query_one(
            &transaction,
            "UPDATE conversations SET title = $3, preset = $4, visibility = $5, message_count = $6, updated_at = $7,
             is_named = is_named OR title <> $3
             WHERE id = $1 AND owner = $2
             RETURNING number, (SELECT number FROM accounts WHERE accounts.id = conversations.owner)",
            [
                id.into(),
                owner.into(),
                title.clone().into(),
                preset.into(),
                visibility.as_str().into(),
                to_bigint(messages.len() as u64),
                to_millis(updated_at).into(),
            ],
        )
        .await?;
        let Some(row) = row else { return Ok(false) };
        let (number, owner_number): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let text = "SELECT role, kind, content, is_visible, created_at, number FROM messages
             WHERE conversation = $1 ORDER BY number";
        let rows = database::query_all(&transaction, text, [id.into()]).await?;
        let mut kept = Vec::new();
        let mut last_kept = 0_i64;
        for (row, (_, wanted)) in rows.iter().zip(&messages) {
            let there = ChatMessage::from_row(row, 0)?;
            if !there.says_the_same(wanted) {
                break;
            }
            last_kept = row.try_get_by_index(5)?;
            kept.push(there.content);
        }
        messages.drain(..kept.len());
        if kept.len() < rows.len() {
            let text = "DELETE FROM messages WHERE conversation = $1 AND number > $2";
            database::execute(&transaction, text, [id.into(), last_kept.into()]).await?;
            search_index::replace_messages(&transaction, owner_number, number, &kept).await?;
        }
        insert_messages(&transaction, id, messages).await?;
        search_index::replace_title(&transaction, owner_number, number, &title).await?;
        conversations::raise_revision(&transaction, owner).await?;
        presets::forget_unused(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Reads the messages of these chats.
    async fn add_messages(&self, chats: &mut [Chat]) -> Result<(), StoreError> {
        if chats.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = (1..=chats.len()).map(|place| format!("${place}")).collect();
        let text = format!(
            "SELECT conversation, role, kind, content, is_visible, created_at, number FROM messages
             WHERE conversation IN ({}) ORDER BY number",
            places.join(", ")
        );
        let ids: Vec<Value> = chats.iter().map(|chat| chat.id.into()).collect();
        for row in database::query_all(self.readers(), &text, ids).await? {
            let conversation: Uuid = row.try_get_by_index(0)?;
            if let Some(chat) = chats.iter_mut().find(|chat| chat.id == conversation) {
                chat.messages.push(ChatMessage::from_row(&row, 1)?);
                chat.last_message = Some(row.try_get_by_index(6)?);
            }
        }
        Ok(())
    }
}

async fn insert_messages<C: ConnectionTrait>(
    transaction: &C,
    conversation: Uuid,
    messages: Vec<(Uuid, ChatMessage)>,
) -> Result<(), StoreError> {
    let mut messages = messages.into_iter().peekable();
    while messages.peek().is_some() {
        let part: Vec<_> = messages.by_ref().take(ROWS).collect();
        let rows: Vec<String> = (0..part.len())
            .map(|row| {
                let places: Vec<String> = (row * 7 + 1..=row * 7 + 7).map(|at| format!("${at}")).collect();
                format!("({}, 'complete')", places.join(", "))
            })
            .collect();
        let text = format!(
            "INSERT INTO messages (id, conversation, role, kind, content, is_visible, created_at, status) VALUES {}",
            rows.join(", ")
        );
        let values = part.into_iter().flat_map(|(id, message)| -> [Value; 7] {
            [
                id.into(),
                conversation.into(),
                message.role.as_str().into(),
                message.kind.as_str().into(),
                storable(message.content).into(),
                message.is_visible.into(),
                to_millis(message.created_at).into(),
            ]
        });
        database::execute(transaction, &text, values.collect::<Vec<Value>>()).await?;
    }
    Ok(())
}

impl Chat {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        let visibility: String = row.try_get_by_index(5)?;
        Ok(Self {
            id: row.try_get_by_index(0)?,
            owner: row.try_get_by_index(1)?,
            owner_number: row.try_get_by_index(2)?,
            preset: row.try_get_by_index(3)?,
            title: row.try_get_by_index(4)?,
            visibility: ChatVisibility::parse(&visibility)?,
            messages: Vec::new(),
            last_message: None,
            created_at: from_millis(row.try_get_by_index(6)?)?,
            updated_at: from_millis(row.try_get_by_index(7)?)?,
        })
    }
}

impl ChatMessage {
    /// Reads five columns from this one on.
    fn from_row(row: &QueryResult, first: usize) -> Result<Self, StoreError> {
        let role: String = row.try_get_by_index(first)?;
        let kind: String = row.try_get_by_index(first + 1)?;
        Ok(Self {
            role: MessageRole::parse(&role)?,
            kind: MessageKind::parse(&kind)?,
            content: row.try_get_by_index(first + 2)?,
            is_visible: row.try_get_by_index(first + 3)?,
            created_at: from_millis(row.try_get_by_index(first + 4)?)?,
        })
    }

    /// Whether it differs in nothing but its time.
    fn says_the_same(&self, other: &Self) -> bool {
        self.role == other.role
            && self.kind == other.kind
            && self.content == other.content
            && self.is_visible == other.is_visible
    }
}

impl ChatVisibility {
    fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Shared => "shared",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Private, Self::Shared]
            .into_iter()
            .find(|visibility| visibility.as_str() == word)
            .ok_or_else(|| database::unknown_word("chat visibility", word))
    }
}

impl MessageKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Text, Self::Image]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| database::unknown_word("message kind", word))
    }
}
