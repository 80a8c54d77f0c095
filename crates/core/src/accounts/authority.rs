//! On whose authority accounts are acted for, in contracts that were made without proofs of who calls.
//!
//! Whoever has proved who they are acts for themselves, and an admin for everybody. In open mode anybody acts for every account that they
//! name, but never as an admin: what makes an admin, or shows that one is asking, needs the proof.

use uuid::Uuid;
use wenshu_store::{Account, login_key};

use super::{Accounts, users};
use crate::{Actor, AppError, ErrorKind, Text};

/// That callers are taken at their word: because this machine alone reaches the server, or since its operator said so. Contracts have no way
/// to make one that isn't seen in review.
#[derive(Debug)]
pub struct Trust(());

impl Trust {
    /// For contracts without authentication, while the server is in open mode.
    pub fn in_open_mode() -> Self {
        Self(())
    }
}

/// Who may act for which accounts.
#[derive(Clone, Debug)]
pub struct Authority {
    actor: Option<Actor>,
    is_open: bool,
}

impl Authority {
    /// Of somebody who has proved who they are.
    pub fn of(actor: Actor) -> Self {
        Self { actor: Some(actor), is_open: false }
    }

    /// Of anybody, who may have proved who they are besides.
    pub fn open(_trust: &Trust, actor: Option<Actor>) -> Self {
        Self { actor, is_open: true }
    }

    /// Whether the caller has proved to be an admin.
    pub(super) fn is_admin(&self) -> bool {
        self.actor.as_ref().is_some_and(Actor::is_admin)
    }

    /// Whoever has proved who they are.
    pub(super) fn actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// Whether the caller has proved who they are, so that a name may be left out.
    pub fn says_who(&self) -> bool {
        self.actor.is_some()
    }

    /// Fails unless it covers every account.
    pub(super) fn over_everybody(&self) -> Result<(), AppError> {
        if self.is_over_everybody() { Ok(()) } else { Err(AppError::forbidden()) }
    }

    fn is_over_everybody(&self) -> bool {
        self.is_open || self.is_admin()
    }

    fn own(&self, is_meant: impl Fn(&Account) -> bool) -> Option<&Actor> {
        self.actor.as_ref().filter(|actor| is_meant(actor.account()))
    }
}

impl Accounts {
    /// The account that signs in with this name or address.
    ///
    /// # Errors
    ///
    /// `Forbidden` for another one than the caller's own, whether it exists or not, unless the authority covers everybody; `NotFound`.
    pub async fn named(&self, authority: &Authority, name: &str) -> Result<Account, AppError> {
        if let Some(actor) = authority.own(|account| is_called(account, name)) {
            return Ok(actor.account().clone());
        }
        authority.over_everybody()?;
        self.store.account_by_login(name.trim()).await?.ok_or_else(users::not_found)
    }

    /// The account with this number.
    ///
    /// # Errors
    ///
    /// As for [`named`](Self::named).
    pub async fn numbered(&self, authority: &Authority, number: i64) -> Result<Account, AppError> {
        if let Some(actor) = authority.own(|account| account.number == number) {
            return Ok(actor.account().clone());
        }
        authority.over_everybody()?;
        self.store.account_by_number(number).await?.ok_or_else(users::not_found)
    }

    /// An actor for the account that signs in with this name or address.
    ///
    /// # Errors
    ///
    /// As for [`named`](Self::named); `Forbidden` with code `account_disabled`.
    pub async fn act_for_named(&self, authority: &Authority, name: &str) -> Result<Actor, AppError> {
        let account = self.named(authority, name).await?;
        self.act_for(authority, account.id).await
    }

    /// An actor for the account with this number.
    ///
    /// # Errors
    ///
    /// As for [`act_for_named`](Self::act_for_named).
    pub async fn act_for_numbered(&self, authority: &Authority, number: i64) -> Result<Actor, AppError> {
        let account = self.numbered(authority, number).await?;
        self.act_for(authority, account.id).await
    }

    /// The same where the name may be left out by whoever has proved who they are.
    ///
    /// # Errors
    ///
    /// As for [`act_for_named`](Self::act_for_named); `Invalid` naming `user_name` when nothing says who is meant.
    pub async fn act_for_somebody(
        &self,
        authority: &Authority,
        name: Option<&str>,
    ) -> Result<Actor, AppError> {
        match (name, &authority.actor) {
            (Some(name), _) => self.act_for_named(authority, name).await,
            (None, Some(actor)) => Ok(actor.clone()),
            (None, None) => Err(AppError::invalid("user_name", Text::new("不能为空", "is required"))),
        }
    }

    /// An actor for whoever has the conversation with this number: in open mode and for an admin its number is enough, and otherwise it is
    /// the caller, who may have it or not.
    ///
    /// # Errors
    ///
    /// `NotFound` in open mode; `Forbidden` with code `account_disabled`.
    pub async fn act_for_owner_of_number(
        &self,
        authority: &Authority,
        number: i64,
    ) -> Result<Actor, AppError> {
        let owner =
            if authority.is_over_everybody() { self.store.owner_of_number(number).await? } else { None };
        self.act_for_owner(authority, owner, || AppError::not_found("对话", "Conversation")).await
    }

    /// The same with the id of its session.
    ///
    /// # Errors
    ///
    /// As for [`act_for_owner_of_number`](Self::act_for_owner_of_number).
    pub async fn act_for_owner_of_session(
        &self,
        authority: &Authority,
        session: &str,
    ) -> Result<Actor, AppError> {
        let owner =
            if authority.is_over_everybody() { self.store.owner_of_session(session).await? } else { None };
        self.act_for_owner(authority, owner, crate::conversations::no_session).await
    }

    /// The same with the id of a dataset.
    ///
    /// # Errors
    ///
    /// As for [`act_for_owner_of_number`](Self::act_for_owner_of_number).
    pub async fn act_for_owner_of_dataset(
        &self,
        authority: &Authority,
        dataset: Uuid,
    ) -> Result<Actor, AppError> {
        let owner =
            if authority.is_over_everybody() { self.store.dataset_owner(dataset).await? } else { None };
        self.act_for_owner(authority, owner, crate::datasets::not_found).await
    }

    async fn act_for_owner(
        &self,
        authority: &Authority,
        owner: Option<Uuid>,
        nobodys: impl FnOnce() -> AppError,
    ) -> Result<Actor, AppError> {
        match (&authority.actor, owner) {
            (_, Some(owner)) => self.act_for(authority, owner).await,
            (Some(actor), None) if !authority.is_open => Ok(actor.clone()),
            (_, None) => Err(nobodys()),
        }
    }

    /// An actor for an account that the authority was found to cover.
    async fn act_for(&self, authority: &Authority, account: Uuid) -> Result<Actor, AppError> {
        if let Some(actor) = authority.own(|own| own.id == account) {
            return Ok(actor.clone());
        }
        let found = self.store.active_account(account).await?.ok_or_else(|| {
            AppError::new(
                ErrorKind::Forbidden,
                "account_disabled",
                Text::new("该用户已被禁用", "This user is disabled"),
            )
        })?;
        Ok(Actor {
            account: found.account.into(),
            session: None,
            conversations_revision: found.conversations_revision,
            connections_revision: found.connections_revision,
            shared_models_revision: found.shared_models_revision,
            is_by_word: true,
        })
    }
}

/// Whether somebody signs in with this name or address.
fn is_called(account: &Account, name: &str) -> bool {
    let name = login_key(name.trim());
    [&account.username, &account.email].into_iter().flatten().any(|own| login_key(own) == name)
}
