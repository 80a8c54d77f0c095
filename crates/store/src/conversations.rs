//! Conversations: finding, listing, changing and deleting them. What is said in them comes with runs.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryResult, Value};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::{self, from_millis, storable},
    entity::conversation,
    presets, search_index,
};

/// A conversation of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Identifies the conversation.
    pub id: Uuid,
    /// The store's own number, for contracts whose ids are integers. Fits in 53 bits.
    pub number: i64,
    /// Whose it is.
    pub owner: Uuid,
    /// What it is called; empty while it has no name and nothing has been said.
    pub title: String,
    /// Whether its title is a name that was given to it, or stands in for one.
    pub is_named: bool,
    /// The text that a client knows it by, where it was begun under one.
    pub session: Option<String>,
    /// The model that answered last.
    pub model: Option<String>,
    /// The connection that was asked last; None when it is gone.
    pub connection: Option<Uuid>,
    /// Whether the owner marked it.
    pub is_favorite: bool,
    /// How many messages it has.
    pub message_count: i64,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When something was last said in it. A new title or mark doesn't move it.
    pub updated_at: DateTime<Utc>,
}

/// Which of an owner's conversations to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Only those that are marked.
    pub favorites: bool,
    /// Only those with this text in their title or a message, without regard to case (beyond ASCII letters as far as the
    /// database knows it). `%` and `_` stand for themselves. Empty is the same as None.
    pub search: Option<String>,
    /// At most so many.
    pub limit: u64,
    /// Leaving out so many at the start.
    pub offset: u64,
    /// How many a search finds, where that is known already: counting very many takes longer than finding a page of them.
    pub known_total: Option<u64>,
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The part.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: u64,
    /// Whether that is so. Of a search for a long text that finds very many it is how many are known to be found, which is more than
    /// have been shown.
    pub is_total_exact: bool,
}

impl<T> Page<T> {
    /// There is nothing.
    pub(crate) fn empty() -> Self {
        Self { items: Vec::new(), total: 0, is_total_exact: true }
    }
}

/// A longer text to search for finds nothing, since SQLite takes no longer pattern.
const LONGEST_SEARCH: usize = 10_000;

impl Store {
    /// The owner's conversations: newest activity first, then the newest number.
    ///
    /// A search for more than 10,000 bytes finds nothing.
    pub async fn conversations(
        &self,
        owner: Uuid,
        filter: &ConversationFilter,
    ) -> Result<Page<Conversation>, StoreError> {
        match filter.search.as_deref() {
            Some(search) if search.len() > LONGEST_SEARCH => Ok(Page::empty()),
            Some(search) if !search.is_empty() => self.search_conversations(owner, filter, search).await,
            _ => self.list_conversations(owner, filter).await,
        }
    }

    /// A page without a search. The number in all comes from the account's counter, or from a small index.
    async fn list_conversations(
        &self,
        owner: Uuid,
        filter: &ConversationFilter,
    ) -> Result<Page<Conversation>, StoreError> {
        let (only, total) = if filter.favorites {
            ("AND is_favorite", "SELECT count(*) FROM conversations WHERE owner = $1 AND is_favorite")
        } else {
            ("", "SELECT conversations_count FROM accounts WHERE id = $1")
        };
        let text = format!(
            "SELECT {COLUMNS}, ({total}) AS total FROM conversations WHERE owner = $1 {only}
             ORDER BY updated_at DESC, number DESC LIMIT $2 OFFSET $3"
        );
        let values = [owner.into(), to_bigint(filter.limit), to_bigint(filter.offset)];
        let rows = database::query_all(self.readers(), &text, values).await?;
        let total: Option<i64> = match rows.first() {
            Some(row) => row.try_get_by_index(TOTAL)?,
            // Past the end there is no row to carry the number.
            None => {
                let row =
                    database::query_one(self.readers(), &format!("SELECT ({total})"), [owner.into()]).await?;
                row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten()
            }
        };
        page(&rows, total.unwrap_or(0))
    }

    /// The owner's conversation with this id.
    pub async fn find_conversation(&self, owner: Uuid, id: Uuid) -> Result<Option<Conversation>, StoreError> {
        let row = conversation::Entity::find_by_id(id)
            .filter(conversation::Column::Owner.eq(owner))
            .one(self.readers())
            .await?;
        row.map(Conversation::try_from).transpose()
    }

    /// Marks the owner's conversation, or takes the mark off. False when the owner has no such conversation.
    pub async fn set_favorite(
        &self,
        owner: Uuid,
        conversation: Uuid,
        is_favorite: bool,
    ) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        let text = "UPDATE conversations SET is_favorite = $3 WHERE id = $2 AND owner = $1";
        let values = [owner.into(), conversation.into(), is_favorite.into()];
        let is_changed = database::execute(&transaction, text, values).await? > 0;
        if is_changed {
            raise_revision(&transaction, owner).await?;
        }
        transaction.commit().await?;
        Ok(is_changed)
    }

    /// Renames the owner's conversation. False when the owner has no such conversation.
    pub async fn set_title(&self, owner: Uuid, conversation: Uuid, title: &str) -> Result<bool, StoreError> {
        self.change_title(owner, conversation, None, title).await
    }

    /// Renames the owner's conversation if it is still called `from`. False when it isn't, or the owner has no such conversation.
    pub async fn replace_title(
        &self,
        owner: Uuid,
        conversation: Uuid,
        from: &str,
        title: &str,
    ) -> Result<bool, StoreError> {
        self.change_title(owner, conversation, Some(from), title).await
    }

    async fn change_title(
        &self,
        owner: Uuid,
        conversation: Uuid,
        from: Option<&str>,
        title: &str,
    ) -> Result<bool, StoreError> {
        let title = storable(title.to_owned());
        let transaction = self.begin().await?;
        // What takes the place of another title by itself is no name that somebody gave.
        let (only, named) = if from.is_some() { ("AND title = $4", "is_named") } else { ("", "TRUE") };
        let text = format!(
            "UPDATE conversations SET title = $3, is_named = {named} WHERE id = $2 AND owner = $1 {only}
             RETURNING number, (SELECT number FROM accounts WHERE id = $1)"
        );
        let mut values: Vec<Value> = vec![owner.into(), conversation.into(), title.clone().into()];
        values.extend(from.map(|from| Value::from(storable(from.to_owned()))));
        let Some(row) = database::query_one(&transaction, &text, values).await? else { return Ok(false) };
        let (number, owner_number) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        search_index::replace_title(&transaction, owner_number, number, &title).await?;
        raise_revision(&transaction, owner).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Deletes the owner's conversation with its messages and runs. False when the owner has no such conversation.
    pub async fn delete_conversation(&self, owner: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        // Runs first: beginning and ending a run touch the run before its conversation, and two transactions that take the
        // same rows in the same order never wait for each other in a circle.
        database::execute(
            &transaction,
            "DELETE FROM runs WHERE conversation = $2
             AND EXISTS (SELECT 1 FROM conversations WHERE id = $2 AND owner = $1)",
            [owner.into(), id.into()],
        )
        .await?;
        let deleted = database::execute(
            &transaction,
            "DELETE FROM conversations WHERE id = $2 AND owner = $1",
            [owner.into(), id.into()],
        )
        .await?;
        if deleted > 0 {
            database::execute(
                &transaction,
                "UPDATE accounts SET conversations_revision = conversations_revision + 1,
                 conversations_count = conversations_count - 1 WHERE id = $1",
                [owner.into()],
            )
            .await?;
            presets::forget_unused(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(deleted > 0)
    }
}

/// Says that the owner's list has changed.
pub(crate) async fn raise_revision(transaction: &DatabaseTransaction, owner: Uuid) -> Result<(), StoreError> {
    let text = "UPDATE accounts SET conversations_revision = conversations_revision + 1 WHERE id = $1";
    database::execute(transaction, text, [owner.into()]).await.map(drop)
}

/// What [`from_row`] reads, in its order.
pub(crate) const COLUMNS: &str = "id, number, owner, title, model, connection, is_favorite, message_count, created_at, updated_at, session, is_named";

/// Where the number in all is, behind [`COLUMNS`].
pub(crate) const TOTAL: usize = 12;

/// Reads by position: a page has many rows, and looking up names costs more than the values.
fn from_row(row: &QueryResult) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        id: row.try_get_by_index(0)?,
        number: row.try_get_by_index(1)?,
        owner: row.try_get_by_index(2)?,
        title: row.try_get_by_index(3)?,
        model: row.try_get_by_index(4)?,
        connection: row.try_get_by_index(5)?,
        is_favorite: row.try_get_by_index(6)?,
        message_count: row.try_get_by_index(7)?,
        created_at: from_millis(row.try_get_by_index(8)?)?,
        updated_at: from_millis(row.try_get_by_index(9)?)?,
        session: row.try_get_by_index(10)?,
        is_named: row.try_get_by_index(11)?,
    })
}

/// A page of rows of [`COLUMNS`].
pub(crate) fn page(rows: &[QueryResult], total: i64) -> Result<Page<Conversation>, StoreError> {
    let items = rows.iter().map(from_row).collect::<Result<_, _>>()?;
    Ok(Page { items, total: total.unsigned_abs(), is_total_exact: true })
}

/// As a parameter; what doesn't fit becomes the largest that does.
pub(crate) fn to_bigint(number: u64) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

impl TryFrom<conversation::Model> for Conversation {
    type Error = StoreError;

    fn try_from(row: conversation::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            number: row.number,
            owner: row.owner,
            title: row.title,
            is_named: row.is_named,
            session: row.session,
            model: row.model,
            connection: row.connection,
            is_favorite: row.is_favorite,
            message_count: row.message_count,
            created_at: from_millis(row.created_at)?,
            updated_at: from_millis(row.updated_at)?,
        })
    }
}
