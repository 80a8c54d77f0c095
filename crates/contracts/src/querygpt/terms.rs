//! `/connections/{id}/terms`: business words and what they mean in a database.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::dto::terms::{TermBody, TermDto, TermsDto};
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, IdsPath, Json};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const ADDED: Text = Text { zh: Cow::Borrowed("已添加术语"), en: Cow::Borrowed("Term added") };
const CHANGED: Text = Text { zh: Cow::Borrowed("已更新术语"), en: Cow::Borrowed("Term updated") };
const REMOVED: Text = Text { zh: Cow::Borrowed("已删除术语"), en: Cow::Borrowed("Term deleted") };

/// `GET /connections/{id}/terms`
pub async fn list(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(connection): IdPath,
) -> Result<Response, Failure> {
    let terms = deps.app.connections.terms(&actor, connection).await?;
    Ok(success(spoken, &DONE, &TermsDto::from(terms.as_slice())))
}

/// `POST /connections/{id}/terms`
pub async fn add(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(connection): IdPath,
    Json(body): Json<TermBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let added = deps.app.connections.add_term(&actor, connection, draft, unread).await?;
    Ok(success(spoken, &ADDED, &TermDto::from(&added)))
}

/// `PUT /connections/{id}/terms/{term_id}`
pub async fn change(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdsPath(connection, term): IdsPath,
    Json(body): Json<TermBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let changed = deps.app.connections.change_term(&actor, connection, term, draft, unread).await?;
    Ok(success(spoken, &CHANGED, &TermDto::from(&changed)))
}

/// `DELETE /connections/{id}/terms/{term_id}`
pub async fn remove(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdsPath(connection, term): IdsPath,
) -> Result<Response, Failure> {
    deps.app.connections.remove_term(&actor, connection, term).await?;
    Ok(success(spoken, &REMOVED, &()))
}
