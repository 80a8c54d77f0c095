//! `/chat`: the main route. Asks, and streams the answer.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::ALLOW;
use http::{HeaderMap, HeaderValue, StatusCode};
use wenshu_core::runs::{Ask, Asked};

use super::dto::chat::{AskFields, StopBody, StoppedDto};
use super::envelope::{DONE, success};
use super::stream::Events;
use crate::http::caller::Caller;
use crate::http::extract::{Json, Query};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::protocol;
use crate::http::settings::Deps;
use crate::http::sse;

/// `GET /chat/stream`
pub async fn stream(
    State(deps): State<Deps>,
    caller: Caller,
    headers: HeaderMap,
    Query(fields): Query<AskFields>,
) -> Result<Response, Failure> {
    answer(&deps, &caller, &headers, fields).await
}

/// `POST /chat/stream`
pub async fn stream_of_body(
    State(deps): State<Deps>,
    caller: Caller,
    headers: HeaderMap,
    Json(fields): Json<AskFields>,
) -> Result<Response, Failure> {
    answer(&deps, &caller, &headers, fields).await
}

async fn answer(
    deps: &Deps,
    Caller(actor): &Caller,
    headers: &HeaderMap,
    fields: AskFields,
) -> Result<Response, Failure> {
    let ask = Ask { last_event: sse::last_event_id(headers), ..fields.into_ask(actor.language())? };
    Ok(stream_of(deps, deps.app.runs.ask(actor, ask).await?))
}

/// The events of a run as a response.
pub(super) fn stream_of(deps: &Deps, asked: Asked) -> Response {
    match asked {
        Asked::Run(run) => {
            let dialect = Events::of(&run);
            sse::respond(run.events, dialect, deps.settings.keep_alive)
        }
        // An `EventSource` stops reconnecting at a 204.
        Asked::Over => StatusCode::NO_CONTENT.into_response(),
    }
}

/// `HEAD /chat/stream`, which there isn't.
pub async fn no_head() -> Response {
    let mut response = Failure(protocol::method_not_allowed()).into_response();
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET,POST"));
    response
}

/// `POST /chat/stop`
pub async fn stop(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    Json(body): Json<StopBody>,
) -> Result<Response, Failure> {
    let stopped = deps.app.runs.stop(&actor, body.into_conversation()?).await?;
    Ok(success(spoken, &DONE, &StoppedDto { stopped }))
}
