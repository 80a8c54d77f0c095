//! `/codes`: codes that give credits.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::{AppError, Text};

use super::answer::{answer, message};
use super::dto::credits::{CodeBody, CodeDto};
use super::error::CODE_NOT_FOUND;
use super::extract::CodePath;
use crate::http::address::ClientAddress;
use crate::http::caller::Caller;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const DELETED: Text =
    Text { zh: Cow::Borrowed("兑换码已删除"), en: Cow::Borrowed("Code deleted successfully") };

/// `GET /codes/{code}`
pub async fn read(
    State(deps): State<Deps>,
    ClientAddress(address): ClientAddress,
    CodePath(code): CodePath,
) -> Result<Response, Failure> {
    let code = deps.app.credits.find_code(address, &code).await.map_err(in_path)?;
    Ok(answer(&CodeDto::from(&code)))
}

/// `POST /codes`
pub async fn create(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Json(body): Json<CodeBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let code = deps.app.credits.make_code(&actor, draft, unread).await?;
    Ok(answer(&CodeDto::from(&code)))
}

/// `DELETE /codes/{code}`
pub async fn delete(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    CodePath(code): CodePath,
) -> Result<Response, Failure> {
    deps.app.credits.delete_code(&actor, &code).await.map_err(in_path)?;
    Ok(message(spoken, &DELETED))
}

/// Here the code is in the path, not in a body.
fn in_path(error: AppError) -> AppError {
    if error.code() == CODE_NOT_FOUND { AppError::invalid("path.code", error.text().clone()) } else { error }
}
