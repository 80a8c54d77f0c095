//! Changing and deleting accounts, and emptying the whole store.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use uuid::Uuid;

use crate::{
    Account, AccountStatus, Role, Store, StoreError,
    accounts::{insert_logins, role_of},
    credits,
    database::{self, storable, to_millis},
    entity::account,
    sessions::end_all_sessions,
};

/// Everything that is emptied, in an order in which nothing refers to what is gone already.
const TABLES: &[&str] = &[
    "credit_holds",
    "runs",
    "conversations",
    "presets",
    "likes",
    "favourite_stocks",
    "datasets",
    "connections",
    "models",
    "shared_models",
    "prompts",
    "pictures",
    "wechat_people",
    "refresh_tokens",
    "sessions",
    "logins",
    "accounts",
    "credit_entries",
    "redeem_codes",
    // Last: runs and entries that go are counted there.
    "usage_days",
];

/// What changes of an account. Outer None: it stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountUpdate {
    /// The user name.
    pub username: Option<String>,
    /// The mail address; inner None: there is none any more.
    pub email: Option<Option<String>>,
    /// What the person wants to be called; inner None: nothing any more.
    pub nickname: Option<Option<String>>,
    /// What the account may do.
    pub role: Option<Role>,
    /// What a plain user's role is called; inner None: nothing any more.
    pub role_label: Option<Option<String>>,
    /// Whether it may be used; every session of one that may not ends.
    pub status: Option<AccountStatus>,
    /// The balance.
    pub credits: Option<NewBalance>,
}

/// A balance that an admin sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewBalance {
    /// What is left from now on.
    pub credits: i64,
    /// What the difference is booked under: an id never given before.
    pub grant: Uuid,
}

impl Store {
    /// Changes an account. `NotFound` when there is none; `Conflict` of `username` or `email` when another account logs in with it, of
    /// `login` when it would have none left, and of `role` when nobody active would be an admin.
    pub async fn update_account(
        &self,
        id: Uuid,
        update: AccountUpdate,
        at: DateTime<Utc>,
    ) -> Result<Account, StoreError> {
        let transaction = self.begin().await?;
        let changed = apply(&transaction, id, update, at).await;
        match changed {
            Ok(account) => {
                transaction.commit().await?;
                Ok(account)
            }
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
    }

    /// Deletes an account with everything that belongs to it but its ledger, in which what its running tasks have cost so far is booked.
    /// `NotFound` when there is none; `Conflict` of `role` when nobody active would
    /// be an admin.
    pub async fn delete_account(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        lock_people(&transaction).await?;
        let row = read(&transaction, id).await?;
        if role_of(&row)? == Role::Admin && !another_admin(&transaction, id).await? {
            transaction.rollback().await?;
            return Err(StoreError::Conflict { field: "role" });
        }
        // Runs first, as when a conversation is deleted: two transactions that take the same rows in the same order never wait for each
        // other in a circle.
        for text in [
            "DELETE FROM runs WHERE conversation IN (SELECT id FROM conversations WHERE owner = $1)",
            "DELETE FROM conversations WHERE owner = $1",
            // Those that chats of others begin with stay for them, as nobody's.
            "DELETE FROM presets WHERE owner = $1
             AND NOT EXISTS (SELECT 1 FROM conversations WHERE conversations.preset = presets.id)",
        ] {
            database::execute(&transaction, text, [id.into()]).await?;
        }
        credits::settle_all_of(&transaction, id, at).await?;
        database::execute(&transaction, "DELETE FROM accounts WHERE id = $1", [id.into()]).await?;
        Ok(transaction.commit().await?)
    }

    /// Deletes everything that was ever put into the store.
    pub async fn empty(&self) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        lock_people(&transaction).await?;
        for table in TABLES {
            database::execute(&transaction, &format!("DELETE FROM {table}"), []).await?;
        }
        Ok(transaction.commit().await?)
    }
}

async fn apply(
    transaction: &DatabaseTransaction,
    id: Uuid,
    update: AccountUpdate,
    at: DateTime<Utc>,
) -> Result<Account, StoreError> {
    lock_people(transaction).await?;
    let row = read(transaction, id).await?;
    let role = role_of(&row)?;
    let AccountUpdate { username, email, nickname, role: new_role, role_label, status, credits } = update;
    let new_role = new_role.unwrap_or(role);
    let steps_back = new_role != Role::Admin || status == Some(AccountStatus::Disabled);
    if role == Role::Admin && steps_back && !another_admin(transaction, id).await? {
        return Err(StoreError::Conflict { field: "role" });
    }
    let username = username.map(storable).or(row.username);
    let email = email.map_or(row.email, |email| email.map(storable));
    if username.is_none() && email.is_none() {
        return Err(StoreError::Conflict { field: "login" });
    }
    database::execute(transaction, "DELETE FROM logins WHERE account = $1", [id.into()]).await?;
    insert_logins(transaction, id, username.as_deref(), email.as_deref()).await?;
    if let Some(NewBalance { credits, grant }) = credits {
        credits::set(transaction, id, credits, grant, at).await?;
    }
    let nickname = nickname.map_or(row.display_name, |name| storable(name.unwrap_or_default()));
    let row = database::query_one(
        transaction,
        "UPDATE accounts SET username = $2, email = $3, display_name = $4, role = $5, updated_at = $6,
         role_label = $7, status = $8 WHERE id = $1 RETURNING *",
        [
            id.into(),
            username.into(),
            email.into(),
            nickname.into(),
            new_role.as_str().into(),
            to_millis(at).into(),
            role_label.map_or(row.role_label, |label| label.map(storable)).into(),
            status.map_or(row.status, |status| status.as_str().to_owned()).into(),
        ],
    )
    .await?;
    if status == Some(AccountStatus::Disabled) {
        end_all_sessions(transaction, id, at).await?;
    }
    account::Model::from_query_result(&row.ok_or(StoreError::NotFound)?, "")?.try_into()
}

/// Lets one transaction at a time change names and roles on PostgreSQL, where two that exchange names would wait for each other in a
/// circle, and two admins could each leave the last place to the other; on SQLite the transaction does.
async fn lock_people(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    const ADVISORY_LOCK: i64 = 0x7065_6f70_6c65; // "people"
    if database::is_postgres(transaction) {
        database::execute(transaction, "SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK.into()]).await?;
    }
    Ok(())
}

async fn read<C: ConnectionTrait>(transaction: &C, id: Uuid) -> Result<account::Model, StoreError> {
    let row = database::query_one(transaction, "SELECT * FROM accounts WHERE id = $1", [id.into()]).await?;
    Ok(account::Model::from_query_result(&row.ok_or(StoreError::NotFound)?, "")?)
}

/// Whether somebody else is an admin who may log in.
async fn another_admin<C: ConnectionTrait>(transaction: &C, than: Uuid) -> Result<bool, StoreError> {
    let text = "SELECT 1 FROM accounts WHERE role = 'admin' AND status = 'active' AND id <> $1
                AND (password_hash IS NOT NULL OR id IN (SELECT account FROM wechat_people)) LIMIT 1";
    Ok(database::query_one(transaction, text, [than.into()]).await?.is_some())
}
