//! Sessions: one for each login, kept alive by refresh tokens that are each used once.
//!
//! A refresh token is stored as the SHA-256 hash of what the client holds, so that a copy of the database logs nobody in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Account, Store, StoreError, store::unfinished};

/// A session to be made, with its first refresh token.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Identifies the session; access tokens carry it.
    pub id: Uuid,
    /// Whose session.
    pub account: Uuid,
    /// When the login was.
    pub created_at: DateTime<Utc>,
    /// The token to go on with.
    pub refresh: NewRefreshToken,
}

/// A refresh token to be stored.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// From when.
    pub issued_at: DateTime<Utc>,
    /// Until when, exclusive.
    pub expires_at: DateTime<Utc>,
}

/// What came of presenting a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The old token is used up and the new one is stored.
    Rotated {
        /// Whose session.
        account: Account,
        /// The session that goes on.
        session: Uuid,
    },
    /// There is no such token.
    Unknown,
    /// Its time has passed.
    Expired,
    /// Its session was ended, or the account is disabled.
    Ended,
    /// It had been used before. If its session was still live, somebody copied the token: every session of the account has
    /// been ended.
    Reused {
        /// Whose token.
        account: Uuid,
    },
}

/// The account behind a live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionAccount {
    /// Whose session; it is active.
    pub account: Account,
    /// Grows with every change of the account's conversations.
    pub conversations_revision: i64,
}

impl Store {
    /// Starts a session. `NotFound` when there is no such account; `Conflict` of `id` when the id or the token exists.
    pub async fn insert_session(&self, new: NewSession) -> Result<(), StoreError> {
        let _ = new;
        Err(unfinished())
    }

    /// Swaps a refresh token for a new one, atomically: exactly one of many simultaneous callers wins.
    pub async fn rotate_refresh(
        &self,
        old: &[u8; 32],
        new: NewRefreshToken,
        now: DateTime<Utc>,
    ) -> Result<Rotation, StoreError> {
        let _ = (old, new, now);
        Err(unfinished())
    }

    /// The account of a live session, in one query: None when the session ended, or the account is gone or disabled.
    pub async fn session_account(&self, session: Uuid) -> Result<Option<SessionAccount>, StoreError> {
        let _ = session;
        Err(unfinished())
    }

    /// Ends the owner's session. Nothing happens when it is somebody else's, unknown, or over already.
    pub async fn end_session(&self, owner: Uuid, session: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        let _ = (owner, session, at);
        Err(unfinished())
    }

    /// Ends every session of the account.
    pub async fn end_sessions(&self, account: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        let _ = (account, at);
        Err(unfinished())
    }
}
