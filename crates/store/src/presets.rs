//! Presets: messages and parameters that chats begin with.
//!
//! Their messages and parameters are kept as the JSON text that went in, and not looked into.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use crate::{
    Found, Slice, Store, StoreError,
    database::{self, from_millis, storable, to_millis},
};

/// Messages and parameters that chats begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Identifies it.
    pub id: Uuid,
    /// Whose it is; none once it was deleted and is only there for the chats that use it.
    pub owner: Option<Uuid>,
    /// The owner's number.
    pub owner_number: Option<i64>,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it makes, in the words of whoever uses it.
    pub kind: String,
    /// Who may read it.
    pub visibility: PresetVisibility,
    /// Its parameters: the JSON text that went in.
    pub parameters: String,
    /// Its messages: the JSON text that went in.
    pub messages: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Who may read a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PresetVisibility {
    /// Its owner.
    Private,
    /// Whoever has its id.
    Unlisted,
    /// Everybody, who is also shown it.
    Public,
}

/// A preset to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPreset {
    /// Identifies it.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// What it is from the beginning.
    pub content: PresetChange,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

/// What a preset is from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetChange {
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it makes.
    pub kind: String,
    /// Who may read it.
    pub visibility: PresetVisibility,
    /// Its parameters, as JSON text.
    pub parameters: String,
    /// Its messages, as JSON text.
    pub messages: String,
}

/// What [`Preset::from_row`] reads.
const COLUMNS: &str =
    "presets.id, presets.owner, accounts.number, presets.title, presets.description, presets.kind,
     presets.visibility, presets.parameters, presets.messages, presets.created_at, presets.updated_at
     FROM presets LEFT JOIN accounts ON accounts.id = presets.owner";

impl Store {
    /// Part of the presets that the account sees: its own, and the public ones.
    pub async fn presets(&self, reader: Uuid, slice: &Slice) -> Result<Vec<Preset>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS} WHERE presets.owner = $1 OR (presets.visibility = 'public' AND presets.owner IS NOT NULL) {}",
            slice.clause("presets", 2)
        );
        let [limit, offset] = slice.values();
        let rows = database::query_all(self.readers(), &text, [reader.into(), limit, offset]).await?;
        rows.iter().map(Preset::from_row).collect()
    }

    /// The preset with this id, as far as this account may read it.
    pub async fn find_preset(&self, reader: Uuid, id: Uuid) -> Result<Found<Preset>, StoreError> {
        let text = format!("SELECT {COLUMNS} WHERE presets.id = $1 AND presets.owner IS NOT NULL");
        let Some(row) = database::query_one(self.readers(), &text, [id.into()]).await? else {
            return Ok(Found::Missing);
        };
        let preset = Preset::from_row(&row)?;
        Ok(if preset.owner == Some(reader) {
            Found::Own(preset)
        } else if preset.visibility == PresetVisibility::Private {
            Found::Denied
        } else {
            Found::Shared(preset)
        })
    }

    /// The preset that the owner's chat begins with, whoever made it, and after it was deleted too.
    pub async fn preset_of_chat(&self, owner: Uuid, chat: Uuid) -> Result<Option<Preset>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS} WHERE presets.id = (SELECT preset FROM conversations WHERE conversations.id = $2
             AND conversations.owner = $1)"
        );
        let row = database::query_one(self.readers(), &text, [owner.into(), chat.into()]).await?;
        row.as_ref().map(Preset::from_row).transpose()
    }

    /// Makes a preset. `NotFound` when the owner doesn't exist.
    pub async fn insert_preset(&self, new: NewPreset) -> Result<(), StoreError> {
        let NewPreset { id, owner, content, created_at } = new;
        let PresetChange { title, description, kind, visibility, parameters, messages } = content;
        database::execute(
            self.writer(),
            "INSERT INTO presets
             (id, owner, title, description, kind, visibility, parameters, messages, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
            [
                id.into(),
                owner.into(),
                storable(title).into(),
                description.map(storable).into(),
                kind.into(),
                visibility.as_str().into(),
                parameters.into(),
                messages.into(),
                to_millis(created_at).into(),
            ],
        )
        .await
        .map(drop)
    }

    /// Changes the owner's preset. False when the owner has no such preset.
    pub async fn change_preset(
        &self,
        owner: Uuid,
        id: Uuid,
        change: PresetChange,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let PresetChange { title, description, kind, visibility, parameters, messages } = change;
        let changed = database::execute(
            self.writer(),
            "UPDATE presets SET title = $3, description = $4, kind = $5, visibility = $6, parameters = $7, messages = $8,
             updated_at = $9 WHERE id = $1 AND owner = $2",
            [
                id.into(),
                owner.into(),
                storable(title).into(),
                description.map(storable).into(),
                kind.into(),
                visibility.as_str().into(),
                parameters.into(),
                messages.into(),
                to_millis(at).into(),
            ],
        )
        .await?;
        Ok(changed > 0)
    }

    /// Deletes the owner's preset; chats that use it keep it for themselves. False when the owner has no such preset.
    pub async fn delete_preset(&self, owner: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        let text = "UPDATE presets SET owner = NULL WHERE id = $1 AND owner = $2";
        let is_deleted = database::execute(&transaction, text, [id.into(), owner.into()]).await? > 0;
        forget_unused(&transaction).await?;
        transaction.commit().await?;
        Ok(is_deleted)
    }
}

/// Removes presets that were deleted and that no chat uses any more.
pub(crate) async fn forget_unused<C: ConnectionTrait>(transaction: &C) -> Result<(), StoreError> {
    let text = "DELETE FROM presets WHERE owner IS NULL AND NOT EXISTS (
         SELECT 1 FROM conversations WHERE conversations.preset = presets.id)";
    database::execute(transaction, text, []).await.map(drop)
}

impl Preset {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        let visibility: String = row.try_get_by_index(6)?;
        Ok(Self {
            id: row.try_get_by_index(0)?,
            owner: row.try_get_by_index(1)?,
            owner_number: row.try_get_by_index(2)?,
            title: row.try_get_by_index(3)?,
            description: row.try_get_by_index(4)?,
            kind: row.try_get_by_index(5)?,
            visibility: PresetVisibility::parse(&visibility)?,
            parameters: row.try_get_by_index(7)?,
            messages: row.try_get_by_index(8)?,
            created_at: from_millis(row.try_get_by_index(9)?)?,
            updated_at: from_millis(row.try_get_by_index(10)?)?,
        })
    }
}

impl PresetVisibility {
    fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Unlisted => "unlisted",
            Self::Public => "public",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Private, Self::Unlisted, Self::Public]
            .into_iter()
            .find(|visibility| visibility.as_str() == word)
            .ok_or_else(|| database::unknown_word("preset visibility", word))
    }
}
