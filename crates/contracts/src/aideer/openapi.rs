//! What this contract's document says beyond its routes: its plain answers, its failures, its events.

use http::StatusCode;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::security::{Flow, OAuth2, Password, Scopes, SecurityScheme};
use utoipa::openapi::{OneOfBuilder, OpenApi, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::answer::Message;
use super::routes::ROUTES;
use super::stream::{EndEvent, Nothing, RunningEvent};
use crate::http::describe::{Schemas, named};
use crate::http::detail;
use crate::http::document::{Preface, document};
use crate::http::operation::Answer;

/// The document of this contract.
pub fn openapi() -> OpenApi {
    document(&PREFACE, &ROUTES)
}

/// What the document says beyond the routes.
pub const PREFACE: Preface = Preface {
    title: "AIDeer",
    description: "Chats with models, presets that they begin with, and credits that they cost.\n\n\
                  Answers are the things themselves, failures `{\"detail\": …}`: a text, or for fields that break rules a list of \
                  `{\"loc\", \"msg\", \"type\"}`. Texts are Chinese, or English when `Accept-Language` prefers it, but for those that the \
                  system has word for word. Every response has an `X-Request-Id`. Paths with a slash at the end are the same; unknown \
                  paths answer 404 and unknown methods 405.",
    token: ("oauth2", oauth2),
    failure_type: "application/json",
    failure,
    failure_schemas: detail::schemas,
};

/// 200 with a thing.
pub(super) fn thing<T: ToSchema>() -> Answer {
    let mut schemas = Schemas::new();
    let schema = named::<T>(&mut schemas);
    Answer::json("Done", schema, schemas)
}

/// 200 with a list of things.
pub(super) fn list<T: ToSchema>() -> Answer {
    let mut schemas = Schemas::new();
    let schema = named::<T>(&mut schemas);
    Answer::json("The part of the list that is asked for", ArrayBuilder::new().items(schema), schemas)
}

/// 200 with words alone.
pub(super) fn done() -> Answer {
    thing::<Message<'_>>()
}

/// 200 with the events of a task.
pub(super) fn events() -> Answer {
    Answer::events::<TaskEvent>("`open`, all of the text so far as it grows, its end, `close`")
}

/// 204 for a reader that comes back to a stream whose end it has seen.
pub(super) fn over() -> Answer {
    Answer::empty(StatusCode::NO_CONTENT, "All of it was read; an `EventSource` stops here")
}

/// 307 to where a picture is now.
pub(super) fn elsewhere() -> Answer {
    Answer::empty(StatusCode::TEMPORARY_REDIRECT, "`Location` says where the picture is")
}

/// 200 with a picture.
pub(super) fn picture() -> Answer {
    Answer::bytes("The picture, which never changes under this name", "image/webp")
}

/// By password, as Swagger UI and OAuth2 clients do it.
fn oauth2() -> SecurityScheme {
    let by_password = Password::new("/api/v1/session/oauth2/token", Scopes::new());
    SecurityScheme::OAuth2(OAuth2::new([Flow::Password(by_password)]))
}

fn failure(status: StatusCode) -> RefOr<Schema> {
    detail::schema(status)
}

/// What the `data` of an event is.
struct TaskEvent;

impl PartialSchema for TaskEvent {
    fn schema() -> RefOr<Schema> {
        let mut schemas = Schemas::new();
        OneOfBuilder::new()
            .item(named::<Nothing>(&mut schemas))
            .item(named::<RunningEvent<'_>>(&mut schemas))
            .item(named::<EndEvent<'_>>(&mut schemas))
            .into()
    }
}

impl ToSchema for TaskEvent {
    fn schemas(schemas: &mut Schemas) {
        named::<Nothing>(schemas);
        named::<RunningEvent<'_>>(schemas);
        named::<EndEvent<'_>>(schemas);
    }
}
