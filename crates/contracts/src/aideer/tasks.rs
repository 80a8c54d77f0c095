//! `/tasks`: having a model write to a chat. A task's id is the key to it.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};
use http::{HeaderMap, StatusCode};
use wenshu_core::Text;
use wenshu_core::runs::follow::FollowedTask;
use wenshu_core::runs::tasks::TaskOrder;

use super::answer::{answer, message};
use super::dto::tasks::{TaskBody, TaskDto};
use super::extract::{IdempotencyKey, TaskPath};
use super::pace::paced;
use super::stream::{TaskEvents, is_end};
use crate::http::caller::Caller;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;
use crate::http::sse;

const DELETED: Text =
    Text { zh: Cow::Borrowed("任务已删除"), en: Cow::Borrowed("Task deleted successfully") };

/// `POST /tasks`
pub async fn create(
    State(deps): State<Deps>,
    Spoken(language): Spoken,
    Caller(actor): Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<TaskBody>,
) -> Result<Response, Failure> {
    let (chat, kind) = body.into_parts()?;
    let task = deps.app.runs.begin_task(&actor, TaskOrder { chat, kind, language, key }).await?;
    Ok(answer(&TaskDto::begun(task)))
}

/// `GET /tasks/{task_id}`
pub async fn read(State(deps): State<Deps>, TaskPath(id): TaskPath) -> Result<Response, Failure> {
    let task = deps.app.runs.find_task(id).await?;
    Ok(answer(&TaskDto::from(&task)))
}

/// `DELETE /tasks/{task_id}`
pub async fn delete(
    State(deps): State<Deps>,
    spoken: Spoken,
    TaskPath(id): TaskPath,
) -> Result<Response, Failure> {
    deps.app.runs.delete_task(id).await?;
    Ok(message(spoken, &DELETED))
}

/// `GET /tasks/{task_id}/stream`
pub async fn stream(
    State(deps): State<Deps>,
    Spoken(language): Spoken,
    TaskPath(id): TaskPath,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let last = sse::last_event_id(&headers);
    let keep_alive = deps.settings.keep_alive;
    Ok(match deps.app.runs.follow_task(id, last).await? {
        FollowedTask::Live { events, seen } => {
            sse::respond(paced(events), TaskEvents::live(id, seen, language), keep_alive)
        }
        FollowedTask::Over(_) if last.is_some_and(|last| is_end(id, last)) => {
            StatusCode::NO_CONTENT.into_response()
        }
        FollowedTask::Over(task) => {
            sse::respond(stream::empty().boxed(), TaskEvents::over(task, language), keep_alive)
        }
    })
}

/// `HEAD /tasks/{task_id}/stream`: whether there is such a task. It must not take the place of the one reader.
pub async fn head(State(deps): State<Deps>, TaskPath(id): TaskPath) -> Result<Response, Failure> {
    deps.app.runs.find_task(id).await?;
    Ok(StatusCode::OK.into_response())
}
