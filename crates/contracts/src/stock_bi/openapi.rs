//! What this contract's document says beyond its routes: its envelope, its failures, its events.

use http::StatusCode;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{OneOfBuilder, OpenApi, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::dto::data::DatasetDto;
use super::progress::ProgressEvent;
use super::routes::ROUTES;
use super::stream::{DoneEvent, ErrorEvent, ResultEvent, SessionEvent, ToolEvent, VisualizationEvent};
use crate::http::describe::{Schemas, named};
use crate::http::document::{Preface, bearer, document};
use crate::http::operation::Answer;

/// The document of this contract.
pub fn openapi() -> OpenApi {
    document(&PREFACE, &ROUTES)
}

/// What the document says beyond the routes.
pub const PREFACE: Preface = Preface {
    title: "Stock BI assistant",
    description: "Chat about anything, about data and about stocks, in sessions.\n\n\
                  In open mode (a server that only its own machine reaches, unless its operator decided otherwise) users are taken at their \
                  word. Otherwise each request shows the access token of a sign-in, in the `Authorization` header or the session cookie, and \
                  users reach what is their own; admins reach every user.\n\n\
                  Every body is `{\"code\": 200, \"message\": \"ok\", \"data\": …}`; a failure has its HTTP status as `code` and `[]` as \
                  `data`. Parameters of the query string may also come in the body, as a form or a JSON object. Messages are Chinese, or \
                  English when `Accept-Language` prefers it. Every response has an `X-Request-Id`. Paths with and without a slash at the end \
                  are the same; unknown paths answer 404 and unknown methods 405, in the same envelope.",
    token: ("bearer", || bearer("The access token of a sign-in, a JWT")),
    failure_type: "application/json",
    failure,
    failure_schemas: Schemas::new,
};

/// 200 with a thing.
pub(super) fn success<T: ToSchema>() -> Answer {
    let mut schemas = Schemas::new();
    let data = named::<T>(&mut schemas);
    in_envelope(data, schemas)
}

/// 200 with a list of things.
pub(super) fn list<T: ToSchema>() -> Answer {
    let mut schemas = Schemas::new();
    let data = named::<T>(&mut schemas);
    in_envelope(ArrayBuilder::new().items(data), schemas)
}

/// 200 with nothing to say.
pub(super) fn done() -> Answer {
    in_envelope(nothing(), Schemas::new())
}

/// 200 with the dataset that a file became, or with the events of its becoming one.
pub(super) fn uploaded() -> Answer {
    let answer = success::<DatasetDto<'_>>();
    let events = Answer::events::<UploadEvent>(
        "Where `Accept` asks for `text/event-stream`: `progress` now and then; `done` with the dataset, or `error`, last",
    );
    answer.or_as(events)
}

/// 200 with a file.
pub(super) fn file() -> Answer {
    let kinds = [
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/x-ndjson",
        "application/vnd.apache.parquet",
        "application/zip",
        "application/octet-stream",
    ];
    let csv = Answer::bytes("The file, in the type of its format", "text/csv");
    let rows = Answer::json("", ArrayBuilder::new().items(ObjectBuilder::new()), Schemas::new());
    kinds.into_iter().fold(csv, |answer, kind| answer.or_as(Answer::bytes("", kind))).or_as(rows)
}

/// 200 with the events of an answer.
pub(super) fn events() -> Answer {
    Answer::events::<ChatEvent>(
        "`session` first; pieces of text as they are, without a name; `tool`; `result`, `visualization`; `done` or `error` last",
    )
}

/// 204 for a reader that comes back to a stream whose end it has seen.
pub(super) fn over() -> Answer {
    Answer::empty(StatusCode::NO_CONTENT, "All events of the stream of this `Last-Event-ID` were read")
}

fn in_envelope(data: impl Into<RefOr<Schema>>, schemas: Schemas) -> Answer {
    Answer::json("Done", envelope(StatusCode::OK, data), schemas)
}

fn failure(status: StatusCode) -> RefOr<Schema> {
    RefOr::T(envelope(status, nothing()).into())
}

fn envelope(status: StatusCode, data: impl Into<RefOr<Schema>>) -> ObjectBuilder {
    let code = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([status.as_u16()]));
    let message =
        ObjectBuilder::new().schema_type(Type::String).description(Some("What happened, for people"));
    ObjectBuilder::new()
        .property("code", code)
        .property("message", message)
        .property("data", data)
        .required("code")
        .required("message")
        .required("data")
}

fn nothing() -> ArrayBuilder {
    ArrayBuilder::new().items(ObjectBuilder::new()).max_items(Some(0))
}

/// What the `data` of an event is: JSON for one with a name, and a piece of text for one without.
struct ChatEvent;

impl PartialSchema for ChatEvent {
    fn schema() -> RefOr<Schema> {
        let mut schemas = Schemas::new();
        OneOfBuilder::new()
            .item(
                ObjectBuilder::new().schema_type(Type::String).description(Some("A piece of text, as it is")),
            )
            .item(named::<SessionEvent<'_>>(&mut schemas))
            .item(named::<ToolEvent<'_>>(&mut schemas))
            .item(named::<ResultEvent<'_>>(&mut schemas))
            .item(named::<VisualizationEvent<'_>>(&mut schemas))
            .item(named::<DoneEvent<'_>>(&mut schemas))
            .item(named::<ErrorEvent>(&mut schemas))
            .into()
    }
}

impl ToSchema for ChatEvent {
    fn schemas(schemas: &mut Schemas) {
        named::<SessionEvent<'_>>(schemas);
        named::<ToolEvent<'_>>(schemas);
        named::<ResultEvent<'_>>(schemas);
        named::<VisualizationEvent<'_>>(schemas);
        named::<DoneEvent<'_>>(schemas);
        named::<ErrorEvent>(schemas);
    }
}

/// What the `data` of an event of an upload is.
struct UploadEvent;

impl PartialSchema for UploadEvent {
    fn schema() -> RefOr<Schema> {
        let mut schemas = Schemas::new();
        OneOfBuilder::new()
            .item(named::<ProgressEvent>(&mut schemas))
            .item(named::<DatasetDto<'_>>(&mut schemas))
            .item(named::<ErrorEvent>(&mut schemas))
            .into()
    }
}

impl ToSchema for UploadEvent {
    fn schemas(schemas: &mut Schemas) {
        named::<ProgressEvent>(schemas);
        named::<DatasetDto<'_>>(schemas);
        named::<ErrorEvent>(schemas);
    }
}
