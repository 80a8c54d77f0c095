//! Conversations by what some contracts know them by: their numbers and the ids of their sessions.
//!
//! Whose a key is can be asked without an owner, and nothing else: what belongs to a conversation is found with its owner alone.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use uuid::Uuid;

use crate::{
    Conversation, Store, StoreError, database,
    entity::conversation::{self, Column, Entity},
};

/// Finds a conversation by the id of its session ($1), or where it has none by its own ($2).
const BY_SESSION: &str = "(session = $1 OR (session IS NULL AND id = $2))";

impl Store {
    /// The owner's conversation with this number.
    pub async fn conversation_by_number(
        &self,
        owner: Uuid,
        number: i64,
    ) -> Result<Option<Conversation>, StoreError> {
        let found = Entity::find().filter(Column::Number.eq(number)).filter(Column::Owner.eq(owner));
        found.one(self.readers()).await?.map(Conversation::try_from).transpose()
    }

    /// The owner's conversation with this session id; one that was begun without one is known by its own id.
    pub async fn conversation_by_session(
        &self,
        owner: Uuid,
        session: &str,
    ) -> Result<Option<Conversation>, StoreError> {
        let text = format!("SELECT id FROM conversations WHERE {BY_SESSION} AND owner = $3");
        let [session, id] = session_values(session);
        let row = database::query_one(self.readers(), &text, [session, id, owner.into()]).await?;
        match row {
            Some(row) => self.find_conversation(owner, row.try_get_by_index(0)?).await,
            None => Ok(None),
        }
    }

    /// Whose conversation has this number.
    pub async fn owner_of_number(&self, number: i64) -> Result<Option<Uuid>, StoreError> {
        let text = "SELECT owner FROM conversations WHERE number = $1";
        let row = database::query_one(self.readers(), text, [number.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Whose conversation has this session id.
    pub async fn owner_of_session(&self, session: &str) -> Result<Option<Uuid>, StoreError> {
        let text = format!("SELECT owner FROM conversations WHERE {BY_SESSION}");
        let row = database::query_one(self.readers(), &text, session_values(session)).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// A part of the owner's conversations, those begun last first; all of them without a limit.
    pub async fn conversations_begun(
        &self,
        owner: Uuid,
        offset: u64,
        limit: Option<u64>,
    ) -> Result<Vec<Conversation>, StoreError> {
        let newest = Entity::find().filter(Column::Owner.eq(owner)).order_by_desc(Column::Number);
        let rows: Vec<conversation::Model> = match limit {
            Some(limit) => newest.offset(offset).limit(limit).all(self.readers()).await?,
            None => newest.all(self.readers()).await?,
        };
        rows.into_iter().map(Conversation::try_from).collect()
    }
}

/// The values for [`BY_SESSION`].
fn session_values(session: &str) -> [Value; 2] {
    [session.into(), Uuid::try_parse(session).ok().into()]
}
