//! Who is calling, and what they may do.

use std::sync::Arc;

use uuid::Uuid;
use wenshu_store::{Account, Role};

use crate::{AppError, ErrorKind, Text};

/// An account that has proved who it is, or is taken at its word where that is allowed ([`Authority`](crate::accounts::Authority)). Use cases
/// take one; only [`Accounts`](crate::accounts::Accounts) makes one.
#[derive(Clone, Debug)]
pub struct Actor {
    pub(crate) account: Arc<Account>,
    pub(crate) session: Option<Uuid>,
    pub(crate) conversations_revision: i64,
    pub(crate) connections_revision: i64,
    pub(crate) shared_models_revision: i64,
    /// Taken at its word, or somebody else's for it: what it may do is what belongs to the account, and nothing of an admin.
    pub(crate) is_by_word: bool,
}

impl Actor {
    /// The account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The account's id.
    pub fn id(&self) -> Uuid {
        self.account.id
    }

    /// The session the call belongs to; `None` for the command line.
    pub fn session(&self) -> Option<Uuid> {
        self.session
    }

    /// Whether it may do what admins do.
    pub fn is_admin(&self) -> bool {
        self.account.role == Role::Admin && !self.is_by_word
    }

    /// Fails for anybody but an admin.
    pub(crate) fn must_be_admin(&self) -> Result<(), AppError> {
        if self.is_admin() {
            return Ok(());
        }
        Err(AppError::new(
            ErrorKind::Forbidden,
            "admins_only",
            Text::new("只有管理员可以这样做", "Only an admin may do this"),
        ))
    }

    /// Fails for a visitor, who may look and change nothing.
    pub(crate) fn may_write(&self) -> Result<(), AppError> {
        if self.account.role != Role::Visitor {
            return Ok(());
        }
        Err(AppError::new(
            ErrorKind::Forbidden,
            "visitors_read",
            Text::new("访客只能查看，不能这样做", "A visitor may look, and nothing else"),
        ))
    }
}
