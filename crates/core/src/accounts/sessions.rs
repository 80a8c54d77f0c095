//! Sessions as their owners see and end them.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wenshu_store::LiveSession;

use super::Accounts;
use crate::{Actor, AppError};

/// The most characters that are kept of what a program calls itself.
const LONGEST_USER_AGENT: usize = 200;

/// What somebody signs in with, by its own words, so that they know it again among their sessions. Nothing is decided by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    user_agent: Option<String>,
}

impl Device {
    /// One that calls itself this; cut to what can be shown in a line.
    pub fn calling_itself(user_agent: &str) -> Self {
        let printable = user_agent.chars().filter(|character| !character.is_control());
        let text: String = printable.take(LONGEST_USER_AGENT).collect();
        let text = text.trim();
        Self { user_agent: (!text.is_empty()).then(|| text.to_owned()) }
    }

    pub(super) fn into_user_agent(self) -> Option<String> {
        self.user_agent
    }
}

/// A session that is still good, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Identifies the session.
    pub id: Uuid,
    /// When the sign-in was.
    pub created_at: DateTime<Utc>,
    /// When its tokens were last given out: by the sign-in, or a refresh.
    pub last_used_at: DateTime<Utc>,
    /// When it ends unless its tokens are refreshed before.
    pub expires_at: DateTime<Utc>,
    /// What signed in, in its own words.
    pub user_agent: Option<String>,
    /// Whether the call is of it.
    pub is_current: bool,
}

impl Accounts {
    /// The caller's sessions that are still good, that of the call first, then the newest; at most a thousand.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn sessions(&self, actor: &Actor) -> Result<Vec<SessionView>, AppError> {
        let current = actor.session.unwrap_or_default();
        let sessions = self.store.live_sessions(actor.id(), current, self.clock.now()).await?;
        let view = |session| {
            let LiveSession { id, created_at, last_used_at, expires_at, user_agent } = session;
            let is_current = Some(id) == actor.session;
            SessionView { id, created_at, last_used_at, expires_at, user_agent, is_current }
        };
        Ok(sessions.into_iter().map(view).collect())
    }

    /// Ends a session of the caller's, that of the call too: its tokens are good for nothing from now on.
    ///
    /// # Errors
    ///
    /// `NotFound` for somebody else's, and for one that is over.
    pub async fn end_session(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        if self.store.end_live_session(actor.id(), id, self.clock.now()).await? {
            return Ok(());
        }
        Err(AppError::not_found("会话", "Session"))
    }

    /// Ends every session of the caller's but that of the call, and answers how many those were.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn end_other_sessions(&self, actor: &Actor) -> Result<u64, AppError> {
        let kept = actor.session.unwrap_or_default();
        Ok(self.store.end_other_sessions(actor.id(), kept, self.clock.now()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_calls_itself_fits_in_a_line() {
        let kept = |text: &str| Device::calling_itself(text).into_user_agent();
        assert_eq!(kept("Firefox/140.0").as_deref(), Some("Firefox/140.0"));
        assert_eq!(kept(" 问\tA\r\n\u{7f}B ").as_deref(), Some("问AB"));
        assert_eq!(kept(" \n "), None);
        assert_eq!(kept(&"长".repeat(500)).map(|text| text.chars().count()), Some(200));
    }
}
