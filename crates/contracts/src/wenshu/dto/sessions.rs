//! Bodies of `/sessions`.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::accounts::SessionView;

use crate::http::time::Rfc3339;

/// The list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sessions)]
pub struct SessionsDto<'a> {
    /// The one of this request first, then the newest.
    sessions: Vec<SessionDto<'a>>,
}

impl<'a> From<&'a [SessionView]> for SessionsDto<'a> {
    fn from(sessions: &'a [SessionView]) -> Self {
        Self { sessions: sessions.iter().map(SessionDto::from).collect() }
    }
}

/// A sign-in that is still good.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionDto<'a> {
    id: Uuid,
    /// When the sign-in was.
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// When its tokens were last given out, by the sign-in or a refresh.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Rfc3339,
    /// When it ends unless its tokens are refreshed before.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Rfc3339,
    /// What signed in, in its own words; `null` where it said nothing.
    user_agent: Option<&'a str>,
    /// Whether this request is of it.
    is_current: bool,
}

impl<'a> From<&'a SessionView> for SessionDto<'a> {
    fn from(view: &'a SessionView) -> Self {
        let SessionView { id, created_at, last_used_at, expires_at, user_agent, is_current } = view;
        Self {
            id: *id,
            created_at: Rfc3339(*created_at),
            last_used_at: Rfc3339(*last_used_at),
            expires_at: Rfc3339(*expires_at),
            user_agent: user_agent.as_deref(),
            is_current: *is_current,
        }
    }
}

/// What came of ending sessions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndedSessions)]
pub struct EndedDto {
    /// How many were ended.
    pub ended: u64,
}
