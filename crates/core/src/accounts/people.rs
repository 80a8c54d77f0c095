//! Accounts as contracts manage them that may be open: on an [`Authority`], by names.

use std::net::IpAddr;

use secrecy::SecretString;
use wenshu_store::{Account, AccountStatus, AccountUpdate, NewAccount, Role};

use super::authority::Authority;
use super::users::refused;
use super::{Accounts, FieldFault, email_fault, taken};
use crate::{AppError, Text};

/// The longest login name, in characters.
const NAME_LENGTH: usize = 50;

/// The most accounts in one list that has no limit.
const EVERYBODY: u64 = i64::MAX.unsigned_abs();

/// Somebody who is known by a name and has no password, so that they can't sign in.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Login name.
    pub username: String,
    /// Mail address.
    pub email: Option<String>,
}

/// What changes of somebody.
#[derive(Clone, Debug, Default)]
pub struct PersonChange {
    /// What they may do; a plain user's role may have a name of its own.
    pub role: Option<(Role, Option<String>)>,
    /// Whether they may do it.
    pub status: Option<AccountStatus>,
}

impl Accounts {
    /// Makes an account without a password.
    ///
    /// # Errors
    ///
    /// `Forbidden` unless the authority covers everybody, and (code `registration_closed`) for anybody but admins when registration is
    /// closed; `Invalid` naming `username` or `email`, with code `username_taken` or `email_taken` when somebody has it.
    pub async fn add_person(&self, authority: &Authority, new: NewPerson) -> Result<Account, AppError> {
        authority.over_everybody()?;
        self.check_registration(authority.actor())?;
        let username = new.username.trim().to_owned();
        let email = new.email.map(|email| email.trim().to_owned());
        let faults: Vec<FieldFault> =
            [name_fault(&username), email.as_deref().and_then(email_fault)].into_iter().flatten().collect();
        if !faults.is_empty() {
            return Err(AppError::invalid_fields(faults));
        }
        let new = NewAccount {
            id: self.clock.new_id(),
            username: Some(username),
            email,
            nickname: None,
            password_hash: None,
            role: Role::User,
            role_label: None,
            created_at: self.clock.now(),
            admin_if_first: false,
        };
        self.store.insert_account(new).await.map_err(taken)
    }

    /// A part of all accounts, oldest first.
    ///
    /// # Errors
    ///
    /// `Forbidden` unless the authority covers everybody.
    pub async fn people(
        &self,
        authority: &Authority,
        offset: u64,
        limit: Option<u64>,
    ) -> Result<Vec<Account>, AppError> {
        authority.over_everybody()?;
        Ok(self.store.accounts_page(offset, limit.unwrap_or(EVERYBODY)).await?)
    }

    /// Changes what somebody may do.
    ///
    /// # Errors
    ///
    /// As for [`named`](Self::named); `Forbidden` for a role that is more than the one there is, unless the caller has proved to be an admin,
    /// and for what would leave no admin (code `last_admin`).
    pub async fn change_person(
        &self,
        authority: &Authority,
        name: &str,
        change: PersonChange,
    ) -> Result<Account, AppError> {
        let account = self.named(authority, name).await?;
        let PersonChange { role, status } = change;
        let (role, role_label) = role.unzip();
        if role.is_some_and(|role| is_more(role, account.role)) && !authority.is_admin() {
            return Err(AppError::forbidden());
        }
        let update = AccountUpdate { role, role_label, status, ..AccountUpdate::default() };
        self.store.update_account(account.id, update, self.clock.now()).await.map_err(refused)
    }

    /// Replaces somebody's password, who proves to be them with the one so far, and ends every session of theirs.
    ///
    /// # Errors
    ///
    /// As for [`login`](Self::login) when the password is another or there is no such account, in the same time; `Forbidden` as for
    /// [`named`](Self::named); `Invalid` naming `new_password`.
    pub async fn renew_password(
        &self,
        authority: &Authority,
        from: IpAddr,
        name: &str,
        old: SecretString,
        new: SecretString,
    ) -> Result<(), AppError> {
        let account = match self.named(authority, name).await {
            Ok(account) => Some(account),
            Err(error) if error.kind() == crate::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let account = self.proved_by_password(account, from, name, old).await?;
        self.set_password(account.id, new, None).await
    }

    /// The account that may be deleted.
    pub(crate) async fn removable(&self, authority: &Authority, name: &str) -> Result<Account, AppError> {
        self.named(authority, name).await
    }
}

/// Whether one may do more in the first role than in the second.
fn is_more(role: Role, than: Role) -> bool {
    let rank = |role| match role {
        Role::Visitor => 0,
        Role::User => 1,
        Role::Admin => 2,
    };
    rank(role) > rank(than)
}

/// People who don't sign in may be called what an address looks like.
fn name_fault(name: &str) -> Option<FieldFault> {
    let fits = (1..=NAME_LENGTH).contains(&name.chars().count())
        && !name.chars().any(|character| character.is_control() || character == '/')
        && name != "me";
    (!fits).then(|| FieldFault {
        field: "username".into(),
        text: Text::new(
            format!("用户名须为 1–{NAME_LENGTH} 个字符，不能含控制字符或 /，也不能是 me"),
            format!(
                "must have 1 to {NAME_LENGTH} characters, no control characters and no /, and isn't `me`"
            ),
        ),
    })
}
