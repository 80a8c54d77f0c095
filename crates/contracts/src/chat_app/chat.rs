//! `/chat`: something is said, and the answer streamed.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use wenshu_core::runs::talk::{Subject, Talk, TalkPlace, Talked};

use super::dto::ChatBody;
use super::stream::TextEvents;
use crate::http::caller::OnAuthority;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::language;
use crate::http::settings::Deps;
use crate::http::sse;

/// `POST /chat`
pub async fn chat(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    headers: HeaderMap,
    Json(body): Json<ChatBody>,
) -> Result<Response, Failure> {
    let (number, text) = body.into_parts()?;
    let actor = deps.app.accounts.act_for_owner_of_number(&authority, number).await?;
    let talk = Talk {
        text,
        subject: Subject::Anything,
        tools: Vec::new(),
        place: TalkPlace::Number(number),
        language: language::asked(&headers).unwrap_or_else(|| actor.language()),
        // Events have no ids here, so nobody comes back.
        last_event: None,
    };
    Ok(match deps.app.runs.talk(&actor, talk).await? {
        Talked::Run { run, session: _ } => {
            sse::respond(run.events, TextEvents::new(run.language), deps.settings.keep_alive)
        }
        Talked::Over => StatusCode::NO_CONTENT.into_response(),
    })
}
