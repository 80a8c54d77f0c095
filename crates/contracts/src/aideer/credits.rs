//! `/users/me/credits`: what is left, what moved, and redeeming a code.

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::answer::{answer, message};
use super::dto::credits::{CreditRecordDto, CreditsDto, RedeemBody};
use super::dto::page::{PageQuery, Window};
use crate::http::caller::Caller;
use crate::http::extract::{Json, Query};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

/// `GET /users/me/credits`
pub async fn history(
    State(deps): State<Deps>,
    Spoken(language): Spoken,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Failure> {
    let Window { offset, limit } = query.into_window()?;
    let (entries, credits_left) = deps.app.credits.history(&actor, limit, offset).await?;
    let user = actor.account().number;
    let records = entries.items.iter().map(|entry| CreditRecordDto::new(entry, user, language));
    Ok(answer(&CreditsDto { credit_records: records.collect(), credits_left }))
}

/// `POST /users/me/credits`
pub async fn redeem(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    Json(body): Json<RedeemBody>,
) -> Result<Response, Failure> {
    let redeemed = deps.app.credits.redeem(&actor, &body.into_code()?).await?;
    // The words are documented, in whatever language.
    let text = format!("Redeem {} credits successfully", redeemed.value);
    Ok(message(spoken, &Text::new(text.clone(), text)))
}
