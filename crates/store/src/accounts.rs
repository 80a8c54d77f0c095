//! Accounts: who may log in, and as what.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Store, StoreError, store::unfinished};

/// Somebody who may log in, or a visitor without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Identifies the account everywhere.
    pub id: Uuid,
    /// The store's own number, for contracts whose ids are integers. Fits in 53 bits.
    pub number: i64,
    /// Unique without regard to case, also among e-mail addresses.
    pub username: Option<String>,
    /// Unique without regard to case, also among user names.
    pub email: Option<String>,
    /// What to call the person.
    pub display_name: String,
    /// A PHC string. None: nobody can log in with a password.
    pub password_hash: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// Whether it may do it now.
    pub status: AccountStatus,
    /// Where a picture is.
    pub avatar_url: Option<String>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When the account itself was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What an account may do, in general terms; the rules are above the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Somebody without a password.
    Visitor,
    /// Somebody with an account.
    User,
    /// Somebody who manages the server.
    Admin,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// It may.
    Active,
    /// It may not, until it is made active again.
    Disabled,
}

/// An account to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// Identifies the account everywhere.
    pub id: Uuid,
    /// Unique without regard to case, also among e-mail addresses.
    pub username: Option<String>,
    /// Unique without regard to case, also among user names.
    pub email: Option<String>,
    /// What to call the person.
    pub display_name: String,
    /// A PHC string.
    pub password_hash: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// When it is made.
    pub created_at: DateTime<Utc>,
    /// The role becomes [`Role::Admin`] if no account with a password exists yet. Decided in the same transaction: of
    /// many simultaneous first accounts exactly one becomes an admin.
    pub admin_if_first: bool,
}

impl Store {
    /// Makes an account. Fails with `Conflict` of `username` or `email` when another account logs in with it.
    pub async fn insert_account(&self, new: NewAccount) -> Result<Account, StoreError> {
        let _ = new;
        Err(unfinished())
    }

    /// The account with this id.
    pub async fn account(&self, id: Uuid) -> Result<Option<Account>, StoreError> {
        let _ = id;
        Err(unfinished())
    }

    /// The account that logs in with this user name or e-mail address, without regard to case.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        let _ = login;
        Err(unfinished())
    }

    /// Every account, oldest first.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        Err(unfinished())
    }

    /// Replaces the password hash and ends every session of the account. `NotFound` when there is no such account.
    pub async fn set_password(
        &self,
        account: Uuid,
        password_hash: String,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let _ = (account, password_hash, at);
        Err(unfinished())
    }

    /// Makes an account active, or disables it and ends every session of it. `NotFound` when there is no such account.
    pub async fn set_status(
        &self,
        account: Uuid,
        status: AccountStatus,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let _ = (account, status, at);
        Err(unfinished())
    }

    /// Gives an account another role. `NotFound` when there is no such account.
    pub async fn set_role(&self, account: Uuid, role: Role, at: DateTime<Utc>) -> Result<(), StoreError> {
        let _ = (account, role, at);
        Err(unfinished())
    }
}
