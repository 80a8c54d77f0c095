//! Accounts as their owners and admins manage them.

use std::net::IpAddr;

use secrecy::SecretString;
use uuid::Uuid;
use wenshu_store::{Account, AccountUpdate, NewBalance, Role, StoreError};

use super::{Accounts, Registration, display_name_fault, email_fault, password_fault, taken, username_fault};
use crate::{Actor, AppError, Change, ErrorKind, FieldFault, Text};

/// What a user is made from, by themselves or by an admin.
#[derive(Debug)]
pub struct NewUser {
    /// Login name.
    pub username: String,
    /// Password, already within the contract's rules.
    pub password: SecretString,
    /// What they may do. Admins are made by admins.
    pub role: Role,
    /// Shown name.
    pub display_name: Option<String>,
    /// What the role of a plain user is called.
    pub role_label: Option<String>,
}

/// What changes of a user.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// Login name.
    pub username: Option<String>,
    /// Mail address.
    pub email: Change<String>,
    /// Shown name.
    pub display_name: Change<String>,
    /// What they may do.
    pub role: Option<Role>,
}

impl Accounts {
    /// Makes an account without signing it in. The first account with a password on a server on loopback is an admin, whatever role it
    /// asks for.
    ///
    /// # Errors
    ///
    /// `Forbidden` for an admin that no admin makes, and for anybody else than an admin when registration is closed (code
    /// `registration_closed`); `Invalid` naming `username`, `password` or `display_name`; a name that is taken with code
    /// `username_taken`.
    pub async fn create_user(&self, actor: Option<&Actor>, new: NewUser) -> Result<Account, AppError> {
        self.check_registration(actor)?;
        let NewUser { username, password, mut role, display_name, role_label } = new;
        if role == Role::Admin && !actor.is_some_and(Actor::is_admin) {
            if !self.first_account_is_admin || self.store.has_accounts_with_password().await? {
                return Err(AppError::forbidden());
            }
            // The store decides who was first; whoever comes second at the same moment is a user.
            role = Role::User;
        }
        let registration = Registration { email: None, username: Some(username), password, display_name };
        self.create(registration, (role, role_label), self.first_account_is_admin).await
    }

    /// A part of all accounts, oldest first.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but admins.
    pub async fn page(&self, actor: &Actor, offset: u64, limit: u64) -> Result<Vec<Account>, AppError> {
        if !actor.is_admin() {
            return Err(AppError::forbidden());
        }
        Ok(self.store.accounts_page(offset, limit).await?)
    }

    /// The account with this number. Everybody who is signed in may know of everybody; what of it is shown to whom, contracts decide.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub async fn find(&self, _actor: &Actor, number: i64) -> Result<Account, AppError> {
        self.store.account_by_number(number).await?.ok_or_else(not_found)
    }

    /// Changes an account: the caller's own, or as an admin any. Whether the caller may make its balance this one was checked before: see
    /// [`App::change_user`](crate::App::change_user).
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for somebody else's, for another role from anybody but an admin, and for the last admin's (code
    /// `last_admin`); `Invalid` naming `username`, `email` or `display_name`, with code `username_taken` or `email_taken` when somebody
    /// else has it.
    pub(crate) async fn change_user(
        &self,
        actor: &Actor,
        number: i64,
        change: UserChange,
        credits: Option<i64>,
    ) -> Result<Account, AppError> {
        let account = self.find(actor, number).await?;
        if account.id != actor.id() && !actor.is_admin() {
            return Err(AppError::forbidden());
        }
        let UserChange { username, email, display_name, role } = change;
        let role = role.filter(|role| *role != account.role);
        if role.is_some() && !actor.is_admin() {
            return Err(AppError::forbidden());
        }
        // Who has no name of their own is shown under the address, and may send that back.
        let shown = account.username.as_ref().or(account.email.as_ref());
        let username = username.map(|name| name.trim().to_owned()).filter(|name| Some(name) != shown);
        let email = email.map(|email| email.trim().to_owned());
        let nickname = display_name.map(|name| name.trim().to_owned());
        let new = |change: &Change<String>| match change {
            Change::Set(value) => Some(value.clone()),
            Change::Keep | Change::Clear => None,
        };
        let faults: Vec<FieldFault> = [
            username.as_deref().and_then(username_fault),
            new(&email).as_deref().and_then(email_fault),
            new(&nickname).as_deref().and_then(display_name_fault),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !faults.is_empty() {
            return Err(AppError::invalid_fields(faults));
        }
        // Another role has no name of its own yet.
        let role_label = role.map(|_| None);
        let credits = credits.map(|credits| NewBalance { credits, grant: self.clock.new_id() });
        let (email, nickname) = (wish(email), wish(nickname));
        let update = AccountUpdate { username, email, nickname, role, role_label, status: None, credits };
        self.store.update_account(account.id, update, self.clock.now()).await.map_err(refused)
    }

    /// The account with this number, if the caller may delete it.
    pub(crate) async fn deletable(&self, actor: &Actor, number: i64) -> Result<Account, AppError> {
        if !actor.is_admin() {
            return Err(AppError::forbidden());
        }
        self.find(actor, number).await
    }

    /// Deletes an account. What runs for it is stopped before: see [`App::delete_user`](crate::App::delete_user).
    pub(crate) async fn delete(&self, account: Uuid) -> Result<(), AppError> {
        self.store.delete_account(account, self.clock.now()).await.map_err(refused)
    }

    /// Changes the caller's password and ends every other session. The old one may be left out by those alone who have none.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `old_password` or `new_password`, with code `wrong_password` when the old one is another; `TooMany` after
    /// repeated wrong ones.
    pub async fn change_password(
        &self,
        actor: &Actor,
        from: IpAddr,
        old: Option<SecretString>,
        new: SecretString,
    ) -> Result<(), AppError> {
        if let Some(hash) = &actor.account.password_hash {
            let Some(old) = old else {
                return Err(AppError::invalid("old_password", Text::new("不能为空", "is required")));
            };
            // Whoever found an open session may not guess on: tries count like failed logins.
            let (counted, now) = (actor.id().to_string(), self.clock.now());
            self.throttle.check(&counted, from, now)?;
            let permitted = || self.throttle.begin(&counted, from, now);
            if !self.passwords.verify(old, Some(hash), permitted).await? {
                return Err(AppError::new(
                    ErrorKind::Invalid,
                    "wrong_password",
                    Text::new("原密码错误", "The old password is wrong"),
                ));
            }
            self.throttle.succeed(&counted, from, now);
        }
        self.set_password(actor.id(), new, actor.session).await
    }

    /// Sets anybody's password and ends their sessions.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but admins; `NotFound`; `Invalid` naming `new_password`.
    pub async fn replace_password(
        &self,
        actor: &Actor,
        number: i64,
        new: SecretString,
    ) -> Result<(), AppError> {
        if !actor.is_admin() {
            return Err(AppError::forbidden());
        }
        let account = self.find(actor, number).await?;
        let kept = actor.session.filter(|_| account.id == actor.id());
        self.set_password(account.id, new, kept).await
    }

    pub(super) async fn set_password(
        &self,
        account: Uuid,
        new: SecretString,
        kept: Option<Uuid>,
    ) -> Result<(), AppError> {
        if let Some(fault) = password_fault(&new) {
            return Err(AppError::invalid("new_password", fault.text));
        }
        let hash = self.passwords.hash(new).await?;
        self.store.set_password(account, hash, kept, self.clock.now()).await.map_err(|error| match error {
            StoreError::NotFound => not_found(),
            error => error.into(),
        })
    }

    /// Refuses a new account while nobody but admins may make one.
    pub(super) fn check_registration(&self, actor: Option<&Actor>) -> Result<(), AppError> {
        if self.registration_is_open || actor.is_some_and(Actor::is_admin) {
            return Ok(());
        }
        Err(AppError::new(
            ErrorKind::Forbidden,
            "registration_closed",
            Text::new(
                "注册已关闭，请联系管理员开通账号",
                "Registration is closed; ask an admin for an account",
            ),
        ))
    }
}

/// An edit as the store has it: outer none keeps, inner none clears.
fn wish(change: Change<String>) -> Option<Option<String>> {
    match change {
        Change::Keep => None,
        Change::Clear => Some(None),
        Change::Set(value) => Some(Some(value)),
    }
}

/// Why the store refused to change an account.
pub(super) fn refused(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => not_found(),
        StoreError::Conflict { field: "role" } => AppError::new(
            ErrorKind::Forbidden,
            "last_admin",
            Text::new(
                "不能删除最后一个管理员或取消其权限",
                "The last admin can't be deleted or made anything else",
            ),
        ),
        StoreError::Conflict { field: "login" } => AppError::invalid(
            "email",
            Text::new(
                "没有用户名的账号必须保留邮箱",
                "has to stay: the account has no other name to sign in with",
            ),
        ),
        error => taken(error),
    }
}

pub(super) fn not_found() -> AppError {
    AppError::not_found("用户", "User")
}
