//! `/config`: what the caller prefers.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::dto::config::{ConfigBody, ConfigDto};
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const CHANGED: Text =
    Text { zh: Cow::Borrowed("已更新配置"), en: Cow::Borrowed("Configuration updated") };

/// `GET /config`
pub async fn get(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
) -> Result<Response, Failure> {
    let preferences = deps.app.preferences.get(&actor).await?;
    Ok(success(spoken, &DONE, &ConfigDto::from(&preferences)))
}

/// `PUT /config`
pub async fn change(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    Json(body): Json<ConfigBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let preferences = deps.app.preferences.set(&actor, draft, unread).await?;
    Ok(success(spoken, &CHANGED, &ConfigDto::from(&preferences)))
}
