//! Sessions: one for each login, kept alive by refresh tokens that are each used once.
//!
//! A refresh token is stored as the SHA-256 hash of what the client holds, so that a copy of the database logs nobody in.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::{
    Account, AccountStatus, Store, StoreError,
    database::{self, from_millis, storable, to_millis},
    entity::account,
};

/// A session to be made, with its first refresh token.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Identifies the session; access tokens carry it.
    pub id: Uuid,
    /// Whose session.
    pub account: Uuid,
    /// When the login was.
    pub created_at: DateTime<Utc>,
    /// What logged in, in its own words.
    pub user_agent: Option<String>,
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

/// A session that is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// Identifies the session.
    pub id: Uuid,
    /// When the login was.
    pub created_at: DateTime<Utc>,
    /// When a token of it was last given out: by the login, or a refresh.
    pub last_used_at: DateTime<Utc>,
    /// When the last token runs out, exclusive.
    pub expires_at: DateTime<Utc>,
    /// What logged in, in its own words. None: it said nothing, or it wasn't kept yet.
    pub user_agent: Option<String>,
}

/// What came of presenting a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The old token is used up and the new one is stored.
    Rotated {
        /// Whose session.
        account: Box<Account>,
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
    /// Grows with every change of anybody's connections and semantic terms.
    pub connections_revision: i64,
    /// Grows with every change of a shared model.
    pub shared_models_revision: i64,
}

/// The most sessions in a list: who signs in by a script every minute has more than anybody could look through.
const LISTED_SESSIONS: i64 = 1_000;

impl Store {
    /// Starts a session, and forgets those of the account that have run out. `NotFound` when there is no such account; `Conflict` of `id` when the id or the token exists.
    pub async fn insert_session(&self, new: NewSession) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        database::execute(
            &transaction,
            "INSERT INTO sessions (id, account, created_at, user_agent) VALUES ($1, $2, $3, $4)",
            [
                new.id.into(),
                new.account.into(),
                to_millis(new.created_at).into(),
                new.user_agent.map(storable).into(),
            ],
        )
        .await?;
        insert_refresh_token(&transaction, new.id, new.refresh).await?;
        lock_account(&transaction, new.account).await?;
        delete_run_out(&transaction, new.account, new.created_at).await?;
        Ok(transaction.commit().await?)
    }

    /// Swaps a refresh token for a new one, atomically: exactly one of many simultaneous callers wins.
    pub async fn rotate_refresh(
        &self,
        old: &[u8; 32],
        new: NewRefreshToken,
        now: DateTime<Utc>,
    ) -> Result<Rotation, StoreError> {
        let transaction = self.begin().await?;
        let rotation = rotate(&transaction, old, new, now).await?;
        transaction.commit().await?;
        Ok(rotation)
    }

    /// The account of a live session, in one query: None when the session ended, or the account is gone or disabled.
    pub async fn session_account(&self, session: Uuid) -> Result<Option<SessionAccount>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT accounts.*, (SELECT value FROM revisions WHERE name = 'connections') AS connections_revision,
                (SELECT value FROM revisions WHERE name = 'shared_models') AS shared_models_revision
             FROM sessions JOIN accounts ON accounts.id = sessions.account
             WHERE sessions.id = $1 AND sessions.ended_at IS NULL AND accounts.status = 'active'",
            [session.into()],
        )
        .await?;
        row.map(|row| session_account(&row)).transpose()
    }

    /// An account as it stands, without a session: None when there is none, or it is disabled.
    pub async fn active_account(&self, id: Uuid) -> Result<Option<SessionAccount>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT accounts.*, (SELECT value FROM revisions WHERE name = 'connections') AS connections_revision,
                (SELECT value FROM revisions WHERE name = 'shared_models') AS shared_models_revision
             FROM accounts WHERE id = $1 AND status = 'active'",
            [id.into()],
        )
        .await?;
        row.map(|row| session_account(&row)).transpose()
    }

    /// Ends the owner's session. Nothing happens when it is somebody else's, unknown, or over already.
    pub async fn end_session(&self, owner: Uuid, session: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        database::execute(
            self.writer(),
            "UPDATE sessions SET ended_at = $3 WHERE id = $1 AND account = $2 AND ended_at IS NULL",
            [session.into(), owner.into(), to_millis(at).into()],
        )
        .await
        .map(drop)
    }

    /// The owner's sessions that are still good: this one first, then the newest; at most a thousand.
    pub async fn live_sessions(
        &self,
        owner: Uuid,
        first: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<LiveSession>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT sessions.id, sessions.created_at, max(issued_at) AS used_at, max(expires_at) AS expires_at, user_agent
             FROM sessions JOIN refresh_tokens ON refresh_tokens.session = sessions.id
             WHERE account = $1 AND ended_at IS NULL GROUP BY sessions.id HAVING max(expires_at) > $3
             ORDER BY CASE WHEN sessions.id = $2 THEN 0 ELSE 1 END, sessions.created_at DESC, sessions.id DESC LIMIT $4",
            [owner.into(), first.into(), to_millis(now).into(), LISTED_SESSIONS.into()],
        )
        .await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok(LiveSession {
                id: row.try_get("", "id")?,
                created_at: from_millis(row.try_get("", "created_at")?)?,
                last_used_at: from_millis(row.try_get("", "used_at")?)?,
                expires_at: from_millis(row.try_get("", "expires_at")?)?,
                user_agent: row.try_get("", "user_agent")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Ends a session of the owner's that is still good. False when there is no such one.
    pub async fn end_live_session(
        &self,
        owner: Uuid,
        session: Uuid,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let ended = database::execute(
            self.writer(),
            "UPDATE sessions SET ended_at = $3 WHERE id = $1 AND account = $2 AND ended_at IS NULL
             AND EXISTS (SELECT 1 FROM refresh_tokens WHERE session = $1 AND expires_at > $3)",
            [session.into(), owner.into(), to_millis(at).into()],
        )
        .await?;
        Ok(ended > 0)
    }

    /// Ends every session of the account but this one. Answers how many of those were still good.
    pub async fn end_other_sessions(
        &self,
        account: Uuid,
        kept: Uuid,
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let transaction = self.begin().await?;
        lock_account(&transaction, account).await?;
        let row = database::query_one(
            &transaction,
            "SELECT count(*) FROM sessions WHERE account = $1 AND id <> $2 AND ended_at IS NULL
             AND EXISTS (SELECT 1 FROM refresh_tokens WHERE session = sessions.id AND expires_at > $3)",
            [account.into(), kept.into(), to_millis(at).into()],
        )
        .await?;
        let good: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
        end_other_sessions(&transaction, account, kept, at).await?;
        transaction.commit().await?;
        Ok(good.unsigned_abs())
    }

    /// Ends every session of the account.
    pub async fn end_sessions(&self, account: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        lock_account(&transaction, account).await?;
        end_all_sessions(&transaction, account, at).await?;
        Ok(transaction.commit().await?)
    }
}

fn session_account(row: &sea_orm::QueryResult) -> Result<SessionAccount, StoreError> {
    let model = account::Model::from_query_result(row, "")?;
    let conversations_revision = model.conversations_revision;
    let connections_revision = row.try_get("", "connections_revision")?;
    let shared_models_revision = row.try_get("", "shared_models_revision")?;
    let account = model.try_into()?;
    Ok(SessionAccount { account, conversations_revision, connections_revision, shared_models_revision })
}

/// What a presented token leads to, and the change that goes with it.
async fn rotate<C: ConnectionTrait>(
    transaction: &C,
    old: &[u8; 32],
    new: NewRefreshToken,
    now: DateTime<Utc>,
) -> Result<Rotation, StoreError> {
    let select = "SELECT session, expires_at, used_at FROM refresh_tokens WHERE hash = $1";
    // The lock makes simultaneous callers wait for each other; on SQLite the transaction does.
    let text =
        if database::is_postgres(transaction) { format!("{select} FOR UPDATE") } else { select.to_owned() };
    let Some(token) = database::query_one(transaction, &text, [old.to_vec().into()]).await? else {
        return Ok(Rotation::Unknown);
    };
    let session: Uuid = token.try_get_by_index(0)?;
    let expires_at: i64 = token.try_get_by_index(1)?;
    let used_at: Option<i64> = token.try_get_by_index(2)?;
    if expires_at <= to_millis(now) {
        return Ok(Rotation::Expired);
    }
    let row = database::query_one(
        transaction,
        "SELECT accounts.*, sessions.ended_at AS session_ended_at
         FROM sessions JOIN accounts ON accounts.id = sessions.account WHERE sessions.id = $1",
        [session.into()],
    )
    .await?
    .ok_or_else(|| StoreError::Other("a refresh token has no session".into()))?;
    let account = Account::try_from(account::Model::from_query_result(&row, "")?)?;
    let is_over = row.try_get::<Option<i64>>("", "session_ended_at")?.is_some();
    if used_at.is_some() {
        // A token of a session that is over proves nothing about the sessions that came after it.
        if !is_over {
            lock_account(transaction, account.id).await?;
            end_all_sessions(transaction, account.id, now).await?;
        }
        return Ok(Rotation::Reused { account: account.id });
    }
    if is_over || account.status != AccountStatus::Active {
        return Ok(Rotation::Ended);
    }
    database::execute(
        transaction,
        "UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1",
        [old.to_vec().into(), to_millis(now).into()],
    )
    .await?;
    // Expired tokens tell nothing any more, used or not.
    database::execute(
        transaction,
        "DELETE FROM refresh_tokens WHERE session = $1 AND expires_at <= $2",
        [session.into(), to_millis(now).into()],
    )
    .await?;
    insert_refresh_token(transaction, session, new).await?;
    Ok(Rotation::Rotated { account: Box::new(account), session })
}

async fn insert_refresh_token<C: ConnectionTrait>(
    transaction: &C,
    session: Uuid,
    token: NewRefreshToken,
) -> Result<(), StoreError> {
    database::execute(
        transaction,
        "INSERT INTO refresh_tokens (hash, session, issued_at, expires_at) VALUES ($1, $2, $3, $4)",
        [
            token.hash.to_vec().into(),
            session.into(),
            to_millis(token.issued_at).into(),
            to_millis(token.expires_at).into(),
        ],
    )
    .await
    .map(drop)
}

/// Deletes the sessions of an account, whose row the transaction holds, that nothing can be begun with any more: a script that signs in
/// every minute would leave half a million a year.
async fn delete_run_out<C: ConnectionTrait>(
    transaction: &C,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    database::execute(
        transaction,
        "DELETE FROM sessions WHERE account = $1
         AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE session = sessions.id AND expires_at > $2)",
        [account.into(), to_millis(now).into()],
    )
    .await
    .map(drop)
}

/// Takes the account's row before its sessions are changed, so that two transactions doing so never wait for each other.
async fn lock_account<C: ConnectionTrait>(transaction: &C, account: Uuid) -> Result<(), StoreError> {
    if database::is_postgres(transaction) {
        let text = "SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE";
        database::query_one(transaction, text, [account.into()]).await?;
    }
    Ok(())
}

/// Ends every session of an account, whose row the transaction holds.
pub(crate) async fn end_all_sessions<C: ConnectionTrait>(
    transaction: &C,
    account: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    database::execute(
        transaction,
        "UPDATE sessions SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL",
        [account.into(), to_millis(at).into()],
    )
    .await
    .map(drop)
}

/// The same, but for one.
pub(crate) async fn end_other_sessions<C: ConnectionTrait>(
    transaction: &C,
    account: Uuid,
    kept: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    database::execute(
        transaction,
        "UPDATE sessions SET ended_at = $3 WHERE account = $1 AND id <> $2 AND ended_at IS NULL",
        [account.into(), kept.into(), to_millis(at).into()],
    )
    .await
    .map(drop)
}
