//! What accounts like: presets and chats.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    conversations::to_bigint,
    database::{self, from_millis, to_millis},
};

/// What sort of thing is liked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LikeKind {
    /// A preset.
    Preset,
    /// A chat.
    Chat,
}

/// Something that an account likes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    /// What sort of thing.
    pub kind: LikeKind,
    /// Which one.
    pub thing: Uuid,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl Store {
    /// What the account likes and may still read, newest first.
    pub async fn likes(&self, account: Uuid, limit: u64, offset: u64) -> Result<Vec<Like>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT kind, thing, created_at FROM likes WHERE account = $1 AND (
                (kind = 'preset' AND EXISTS (SELECT 1 FROM presets WHERE presets.id = likes.thing
                 AND presets.owner IS NOT NULL AND (presets.owner = $1 OR presets.visibility <> 'private')))
                OR (kind = 'chat' AND EXISTS (SELECT 1 FROM conversations WHERE conversations.id = likes.thing
                 AND (conversations.owner = $1 OR conversations.visibility <> 'private'))))
             ORDER BY created_at DESC, thing DESC LIMIT $2 OFFSET $3",
            [account.into(), to_bigint(limit), to_bigint(offset)],
        )
        .await?;
        let read = |row: &sea_orm::QueryResult| {
            let kind: String = row.try_get_by_index(0)?;
            Ok(Like {
                kind: LikeKind::parse(&kind)?,
                thing: row.try_get_by_index(1)?,
                created_at: from_millis(row.try_get_by_index(2)?)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Keeps that the account likes something, once however often it is said. `NotFound` when there is no such account.
    pub async fn insert_like(&self, account: Uuid, like: Like) -> Result<(), StoreError> {
        let Like { kind, thing, created_at } = like;
        database::execute(
            self.writer(),
            "INSERT INTO likes (account, kind, thing, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account, kind, thing) DO NOTHING",
            [account.into(), kind.as_str().into(), thing.into(), to_millis(created_at).into()],
        )
        .await
        .map(drop)
    }

    /// Forgets that the account likes something; nothing happens when it doesn't.
    pub async fn delete_like(&self, account: Uuid, kind: LikeKind, thing: Uuid) -> Result<(), StoreError> {
        let text = "DELETE FROM likes WHERE account = $1 AND kind = $2 AND thing = $3";
        let values = [account.into(), kind.as_str().into(), thing.into()];
        database::execute(self.writer(), text, values).await.map(drop)
    }
}

impl LikeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Preset => "preset",
            Self::Chat => "chat",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Preset, Self::Chat]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| database::unknown_word("kind of like", word))
    }
}
