//! Accounts as their owners and admins manage them.

use std::net::IpAddr;

use secrecy::SecretString;
use uuid::Uuid;
use wenshu_store::{Account, Role, StoreError};

use super::{Accounts, Registration, password_fault};
use crate::{Actor, AppError, ErrorKind, Text};

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
        let NewUser { username, password, mut role, display_name } = new;
        if role == Role::Admin && !actor.is_some_and(Actor::is_admin) {
            if !self.first_account_is_admin || self.store.has_accounts_with_password().await? {
                return Err(AppError::forbidden());
            }
            // The store decides who was first; whoever comes second at the same moment is a user.
            role = Role::User;
        }
        let registration = Registration { email: None, username: Some(username), password, display_name };
        self.create(registration, role, self.first_account_is_admin).await
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

    async fn set_password(
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

fn not_found() -> AppError {
    AppError::not_found("用户", "User")
}
