//! `/prompts`: what language models are told for the caller.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::dto::prompts::{PromptsBody, PromptsDto, ResetBody};
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::extract::{Json, OptionalJson};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const CHANGED: Text = Text { zh: Cow::Borrowed("已更新提示词"), en: Cow::Borrowed("Prompts updated") };
const RESET: Text = Text { zh: Cow::Borrowed("已重置提示词"), en: Cow::Borrowed("Prompts reset") };

/// `GET /prompts`
pub async fn list(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
) -> Result<Response, Failure> {
    let prompts = deps.app.prompts.list(&actor).await?;
    Ok(success(spoken, &DONE, &PromptsDto::new(&prompts, spoken.0)))
}

/// `PUT /prompts`
pub async fn change(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    Json(body): Json<PromptsBody>,
) -> Result<Response, Failure> {
    let (texts, unread) = body.into_texts();
    let prompts = deps.app.prompts.change(&actor, texts, unread).await?;
    Ok(success(spoken, &CHANGED, &PromptsDto::new(&prompts, spoken.0)))
}

/// `POST /prompts/reset`
pub async fn reset(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    OptionalJson(body): OptionalJson<ResetBody>,
) -> Result<Response, Failure> {
    let prompts = deps.app.prompts.reset(&actor, body.into_keys()?).await?;
    Ok(success(spoken, &RESET, &PromptsDto::new(&prompts, spoken.0)))
}
