//! Accounts: who may log in, and as what.

use std::fmt;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::{
    Preferences, Store, StoreError,
    database::{self, from_millis, storable, to_millis},
    entity::account,
    sessions::{end_all_sessions, end_other_sessions},
};

/// Somebody who may log in, or a visitor without a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Identifies the account everywhere.
    pub id: Uuid,
    /// The store's own number, for contracts whose ids are integers. Fits in 53 bits.
    pub number: i64,
    /// Unique without regard to case, also among e-mail addresses.
    pub username: Option<String>,
    /// Unique without regard to case, also among user names.
    pub email: Option<String>,
    /// What to call the person: the nickname, or what stands in for one.
    pub display_name: String,
    /// What the person wants to be called.
    pub nickname: Option<String>,
    /// A PHC string. None: nobody can log in with a password.
    pub password_hash: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// What a plain user's role is called, where somebody named it.
    pub role_label: Option<String>,
    /// Whether it may do it now.
    pub status: AccountStatus,
    /// The picture of the person; a new one has a new id.
    pub picture: Option<Uuid>,
    /// The connection that is asked when a question names none; none chosen, or it was deleted: a rule above the store decides.
    pub default_connection: Option<Uuid>,
    /// The model that answers when a question names none; none chosen, or there is none of this id (any more): a rule above the store
    /// decides.
    pub default_model: Option<Uuid>,
    /// Grows with every change of the account's models.
    pub models_revision: i64,
    /// Grows with every change of the account's prompts.
    pub prompts_revision: i64,
    /// What the person prefers.
    pub preferences: Preferences,
    /// What is left to pay tasks with, those that are running not counted; below zero after a task that cost more than was there.
    pub credits: i64,
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
#[derive(Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Identifies the account everywhere.
    pub id: Uuid,
    /// Unique without regard to case, also among e-mail addresses.
    pub username: Option<String>,
    /// Unique without regard to case, also among user names.
    pub email: Option<String>,
    /// What the person wants to be called.
    pub nickname: Option<String>,
    /// A PHC string.
    pub password_hash: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// What a plain user's role is called.
    pub role_label: Option<String>,
    /// When it is made.
    pub created_at: DateTime<Utc>,
    /// The role becomes [`Role::Admin`] if no account with a password exists yet. Decided in the same transaction: of
    /// many simultaneous first accounts exactly one becomes an admin.
    pub admin_if_first: bool,
}

impl Store {
    /// Makes an account. Fails with `Conflict` of `email` or `username` when another account logs in with it.
    pub async fn insert_account(&self, new: NewAccount) -> Result<Account, StoreError> {
        let transaction = self.begin().await?;
        match insert_account(&transaction, new).await {
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

    /// The account with this id.
    pub async fn account(&self, id: Uuid) -> Result<Option<Account>, StoreError> {
        let row = account::Entity::find_by_id(id).one(self.readers()).await?;
        row.map(Account::try_from).transpose()
    }

    /// The account that logs in with this user name or e-mail address, without regard to case.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT accounts.* FROM logins JOIN accounts ON accounts.id = logins.account WHERE logins.login = $1",
            [login_key(login).into()],
        )
        .await?;
        row.map(|row| account::Model::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// The account with this number.
    pub async fn account_by_number(&self, number: i64) -> Result<Option<Account>, StoreError> {
        let found = account::Entity::find().filter(account::Column::Number.eq(number));
        let row = found.one(self.readers()).await?;
        row.map(Account::try_from).transpose()
    }

    /// A part of all accounts, oldest first.
    pub async fn accounts_page(&self, offset: u64, limit: u64) -> Result<Vec<Account>, StoreError> {
        let page = account::Entity::find().order_by_asc(account::Column::Number).offset(offset).limit(limit);
        let rows = page.all(self.readers()).await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Whether anybody can log in with a password, or is an admin.
    pub async fn has_accounts_with_password(&self) -> Result<bool, StoreError> {
        Ok(database::query_one(self.readers(), NOT_THE_FIRST, []).await?.is_some())
    }

    /// Every account, oldest first.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = account::Entity::find().order_by_asc(account::Column::Number).all(self.readers()).await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Replaces the password hash and ends every session of the account but the one to be kept. `NotFound` when there is no such account.
    pub async fn set_password(
        &self,
        account: Uuid,
        password_hash: String,
        kept: Option<Uuid>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        let changed = database::execute(
            &transaction,
            "UPDATE accounts SET password_hash = $2, updated_at = $3 WHERE id = $1",
            [account.into(), password_hash.into(), to_millis(at).into()],
        )
        .await?;
        found(changed)?;
        match kept {
            Some(kept) => end_other_sessions(&transaction, account, kept, at).await?,
            None => end_all_sessions(&transaction, account, at).await?,
        }
        Ok(transaction.commit().await?)
    }

    /// Makes an account active, or disables it and ends every session of it. `NotFound` when there is no such account.
    pub async fn set_status(
        &self,
        account: Uuid,
        status: AccountStatus,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        let changed = database::execute(
            &transaction,
            "UPDATE accounts SET status = $2, updated_at = $3 WHERE id = $1",
            [account.into(), status.as_str().into(), to_millis(at).into()],
        )
        .await?;
        found(changed)?;
        if status == AccountStatus::Disabled {
            end_all_sessions(&transaction, account, at).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Gives an account another role. `NotFound` when there is no such account.
    pub async fn set_role(&self, account: Uuid, role: Role, at: DateTime<Utc>) -> Result<(), StoreError> {
        let changed = database::execute(
            self.writer(),
            "UPDATE accounts SET role = $2, updated_at = $3 WHERE id = $1",
            [account.into(), role.as_str().into(), to_millis(at).into()],
        )
        .await?;
        found(changed)
    }
}

/// Makes an account within a transaction, which is to be rolled back after a failure.
pub(crate) async fn insert_account<C: ConnectionTrait>(
    transaction: &C,
    new: NewAccount,
) -> Result<Account, StoreError> {
    let NewAccount {
        id,
        username,
        email,
        nickname,
        password_hash,
        role,
        role_label,
        created_at,
        admin_if_first,
    } = new;
    let username = username.map(storable);
    let email = email.map(storable);
    let role = if admin_if_first && is_first_with_password(transaction).await? { Role::Admin } else { role };
    let row = database::query_one(
        transaction,
        "INSERT INTO accounts (id, username, email, display_name, password_hash, role, status, created_at, updated_at, role_label)
         VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $7, $8) RETURNING *",
        [
            id.into(),
            username.clone().into(),
            email.clone().into(),
            storable(nickname.unwrap_or_default()).into(),
            password_hash.into(),
            role.as_str().into(),
            to_millis(created_at).into(),
            role_label.map(storable).into(),
        ],
    )
    .await?
    .ok_or_else(|| StoreError::Other("the new account was not returned".into()))?;
    insert_logins(transaction, id, username.as_deref(), email.as_deref()).await?;
    account::Model::from_query_result(&row, "")?.try_into()
}

/// Lets an account log in with these. Fails with `Conflict` of `email` or `username` when another one does.
pub(crate) async fn insert_logins<C: ConnectionTrait>(
    transaction: &C,
    account: Uuid,
    username: Option<&str>,
    email: Option<&str>,
) -> Result<(), StoreError> {
    let mut logins: Vec<(String, &'static str)> = Vec::new();
    logins.extend(email.map(|email| (fold_case(email), "email")));
    logins.extend(username.map(|username| (fold_case(username), "username")));
    // In one order everywhere, so that two transactions never wait for each other.
    logins.sort();
    logins.dedup_by(|second, first| second.0 == first.0);
    let mut taken = Vec::new();
    for (login, field) in logins {
        let inserted = database::execute(
            transaction,
            "INSERT INTO logins (login, account) VALUES ($1, $2) ON CONFLICT (login) DO NOTHING",
            [login.into(), account.into()],
        )
        .await?;
        if inserted == 0 {
            taken.push(field);
        }
    }
    // The order of the names is that of what is said when both are taken.
    match ["email", "username"].into_iter().find(|field| taken.contains(field)) {
        Some(field) => Err(StoreError::Conflict { field }),
        None => Ok(()),
    }
}

/// Finds somebody beside whom a new account is not the first.
const NOT_THE_FIRST: &str =
    "SELECT 1 FROM accounts WHERE password_hash IS NOT NULL OR role = 'admin' LIMIT 1";

/// What a row says an account may do.
pub(crate) fn role_of(row: &account::Model) -> Result<Role, StoreError> {
    Role::parse(&row.role)
}

/// Whether nobody can log in with a password or is an admin. Until the transaction ends nobody else can find that out.
async fn is_first_with_password<C: ConnectionTrait>(transaction: &C) -> Result<bool, StoreError> {
    /// Serializes first registrations on PostgreSQL; on SQLite the transaction does.
    const ADVISORY_LOCK: i64 = 0x6669_7273_7441; // "firstA"
    if database::is_postgres(transaction) {
        database::execute(transaction, "SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK.into()]).await?;
    }
    Ok(database::query_one(transaction, NOT_THE_FIRST, []).await?.is_none())
}

/// Fails with `NotFound` when a change changed nothing.
pub(crate) fn found(changed: u64) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// What a login is found by: the same text for every way of writing the same user name or e-mail address.
pub fn login_key(login: &str) -> String {
    fold_case(&storable(login.to_owned()))
}

/// What a login is compared by: the same for any case and any way of writing the same characters. Neither database knows
/// the case of more than ASCII letters everywhere, so it is done here.
fn fold_case(login: &str) -> String {
    // Upper case first, since it spells out what lower case alone keeps apart, such as `ß` and `ss`.
    login.nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect()
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Visitor, Self::User, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or_else(|| database::unknown_word("role", word))
    }
}

impl AccountStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Active, Self::Disabled]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| database::unknown_word("account status", word))
    }
}

impl TryFrom<account::Model> for Account {
    type Error = StoreError;

    fn try_from(row: account::Model) -> Result<Self, StoreError> {
        // The column knows no NULL: empty is none.
        let nickname = Some(row.display_name).filter(|name| !name.is_empty());
        let local_part = row.email.as_deref().and_then(|email| email.split('@').next());
        let display_name = nickname.as_deref().or(row.username.as_deref()).or(local_part);
        let display_name = display_name.unwrap_or_default().to_owned();
        Ok(Self {
            id: row.id,
            number: row.number,
            username: row.username,
            email: row.email,
            display_name,
            nickname,
            password_hash: row.password_hash,
            role: Role::parse(&row.role)?,
            role_label: row.role_label,
            status: AccountStatus::parse(&row.status)?,
            picture: row.picture,
            default_connection: row.default_connection,
            default_model: row.default_model,
            models_revision: row.models_revision,
            prompts_revision: row.prompts_revision,
            preferences: Preferences {
                language: row.language,
                theme: row.theme,
                view_mode: row.view_mode,
                context_rounds: row.context_rounds,
            },
            credits: row.credits,
            created_at: from_millis(row.created_at)?,
            updated_at: from_millis(row.updated_at)?,
        })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("id", &self.id)
            .field("number", &self.number)
            .field("role", &self.role)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NewAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewAccount")
            .field("id", &self.id)
            .field("role", &self.role)
            .field("admin_if_first", &self.admin_if_first)
            .finish_non_exhaustive()
    }
}
