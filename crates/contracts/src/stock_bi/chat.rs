//! `/chat`: sessions, and what is said in them.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use wenshu_core::conversations::new_session_id;
use wenshu_core::runs::talk::{Talk, TalkPlace, Talked};

use super::dto::chat::{ChatBody, ChatRequest, FeedbackParameters, MessageDto, NewSessionDto, SessionDto};
use super::dto::fields::{SessionParameters, UserParameters};
use super::envelope::{done, success};
use super::stream::ChatEvents;
use crate::http::caller::OnAuthority;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::language;
use crate::http::parameters::Parameters;
use crate::http::settings::Deps;
use crate::http::sse;

/// `POST /chat/`
pub async fn chat(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    headers: HeaderMap,
    Json(body): Json<ChatBody>,
) -> Result<Response, Failure> {
    let ChatRequest { user_name, subject, session, content, tools } = body.into_request()?;
    let actor = deps.app.accounts.act_for_named(&authority, &user_name).await?;
    let last_event = sse::last_event_id(&headers);
    let talk = Talk {
        text: content,
        subject,
        tools,
        place: TalkPlace::Session(session),
        language: language::asked(&headers).unwrap_or_else(|| actor.language()),
        last_event,
    };
    Ok(match deps.app.runs.talk(&actor, talk).await? {
        Talked::Run { run, session } => {
            let is_back = last_event.is_some_and(|event| event.run == run.run);
            let dialect = ChatEvents::new(run.run, session, run.language, is_back);
            sse::respond(run.events, dialect, deps.settings.keep_alive)
        }
        Talked::Over => StatusCode::NO_CONTENT.into_response(),
    })
}

/// `POST /chat/init`
pub async fn init() -> Result<Response, Failure> {
    Ok(success(&NewSessionDto { session_id: new_session_id()? }))
}

/// `POST /chat/get`
pub async fn get(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<SessionParameters>,
) -> Result<Response, Failure> {
    let session = parameters.into_session()?;
    let actor = deps.app.accounts.act_for_owner_of_session(&authority, &session).await?;
    let view = deps.app.conversations.find_session(&actor, &session).await?;
    Ok(success(&view.messages.iter().filter_map(MessageDto::new).collect::<Vec<_>>()))
}

/// `POST /chat/delete`
pub async fn delete(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<SessionParameters>,
) -> Result<Response, Failure> {
    let session = parameters.into_session()?;
    let actor = deps.app.accounts.act_for_owner_of_session(&authority, &session).await?;
    deps.app.delete_session(&actor, &session).await?;
    Ok(done())
}

/// `POST /chat/list`
pub async fn list(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<UserParameters>,
) -> Result<Response, Failure> {
    let actor = deps.app.accounts.act_for_named(&authority, &parameters.into_name()?).await?;
    let conversations = deps.app.conversations.begun(&actor, 0, None).await?;
    let number = actor.account().number;
    let sessions = conversations.iter().map(|conversation| SessionDto::new(number, conversation));
    Ok(success(&sessions.collect::<Vec<_>>()))
}

/// `POST /chat/feedback`
pub async fn feedback(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<FeedbackParameters>,
) -> Result<Response, Failure> {
    let (session, message, is_liked) = parameters.into_parts()?;
    let actor = deps.app.accounts.act_for_owner_of_session(&authority, &session).await?;
    deps.app.conversations.give_feedback(&actor, &session, message, is_liked).await?;
    Ok(done())
}
