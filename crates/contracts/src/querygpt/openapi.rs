//! What this contract's document says beyond its routes: its envelope, its failures, its events.

use std::borrow::Cow;

use http::StatusCode;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{AllOfBuilder, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{
    ContentBuilder, KnownFormat, OneOfBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema, SchemaFormat,
};
use utoipa::{PartialSchema, ToSchema};

use super::error::{Envelope, codes_of};
use super::routes::ROUTES;
use super::stream::{
    ClarificationEvent, DeltaEvent, DoneEvent, ErrorEvent, ProgressEvent, ResultEvent, SqlEvent,
    VisualizationEvent,
};
use crate::http::describe::{Schemas, named};
use crate::http::document::{Preface, bearer, document};
use crate::http::operation::Answer;

/// The document of this contract.
pub fn openapi() -> OpenApi {
    document(&PREFACE, &ROUTES)
}

/// What the document says beyond the routes.
pub const PREFACE: Preface = Preface {
    title: "QueryGPT v2",
    description: "Questions to SQL: a person asks in Chinese or English; the answer is streamed as SQL, rows, a chart and words.\n\n\
                  Success is `{\"success\": true, \"data\": …, \"message\": \"…\"}`, failure \
                  `{\"success\": false, \"error\": {\"code\", \"message\", \"details\"}}`. Messages are Chinese, or English when \
                  `Accept-Language` prefers it. Every response has an `X-Request-Id`; one that is sent along is kept. \
                  Paths with a slash at the end are the same; unknown paths answer 404 and unknown methods 405, in the same envelope.",
    token: ("bearer", || bearer("The access token of a sign-in, a JWT")),
    failure_type: "application/json",
    failure,
    failure_schemas,
};

/// 200 with `T` in this contract's envelope.
pub fn success<T: ToSchema>() -> Answer {
    let mut schemas = Schemas::new();
    let data = named::<T>(&mut schemas);
    success_with("Done", data, schemas)
}

/// 200 with nothing but the envelope.
pub fn done() -> Answer {
    success_with("Done", ObjectBuilder::new().schema_type(Type::Null), Schemas::new())
}

fn success_with(description: &str, data: impl Into<RefOr<Schema>>, schemas: Schemas) -> Answer {
    let success = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
    let message =
        ObjectBuilder::new().schema_type(Type::String).description(Some("What happened, for people"));
    let envelope = ObjectBuilder::new()
        .property("success", success)
        .property("data", data)
        .property("message", message)
        .required("success")
        .required("data")
        .required("message");
    Answer::json(description, envelope, schemas)
}

/// 200 with the events of a run.
pub fn events() -> Answer {
    Answer::events::<StreamEvent>("The answer, event by event")
}

/// 204 for a reader that comes back to a stream whose end it has seen.
pub fn over() -> Answer {
    Answer::empty(
        StatusCode::NO_CONTENT,
        "The run of this `Last-Event-ID` is over and all of it was read; an `EventSource` stops here",
    )
}

fn failure_schemas() -> Schemas {
    let mut schemas = Schemas::new();
    named::<Envelope<'_>>(&mut schemas);
    schemas
}

fn failure(status: StatusCode) -> RefOr<Schema> {
    let codes = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes_of(status)));
    let code = ObjectBuilder::new().property("error", ObjectBuilder::new().property("code", codes));
    AllOfBuilder::new().item(Ref::from_schema_name(Envelope::name())).item(code).into()
}

/// 200 with a file of any of the formats of an export.
pub fn export_file() -> Answer {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let rows = ArrayBuilder::new().items(ObjectBuilder::new());
    let limit = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::Integer)))
        .description(Some("The most rows that the file can have"));
    let name = HeaderBuilder::new().schema(Some(text())).description(Some("The name to save it under"));
    let csv = ContentBuilder::new().schema(Some(text()));
    let workbook = ContentBuilder::new()
        .schema(Some(text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))));
    let response = ResponseBuilder::new()
        .description("The file; a body that breaks off ends the connection")
        .header("X-Row-Limit", limit.build())
        .header("Content-Disposition", name.build())
        .content("text/csv", csv.build())
        .content("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook.build())
        .content("application/json", ContentBuilder::new().schema(Some(rows)).build());
    Answer { status: StatusCode::OK, response: response.build(), schemas: Schemas::new() }
}

/// What the events of a stream are, by their `type`.
#[derive(Clone, Copy, Debug)]
struct StreamEvent;

impl StreamEvent {
    /// Each event by its `type`, and the schemas that they refer to.
    fn each() -> (Vec<Ref>, Schemas) {
        let mut schemas = Schemas::new();
        let mut references = Vec::new();
        let mut event = |kind: &'static str, name: Cow<'static, str>, schema: RefOr<Schema>| {
            references.push(Ref::from_schema_name(name.clone()));
            schemas.push((name.into_owned(), with_type(schema, kind)));
        };
        event("progress", ProgressEvent::name(), ProgressEvent::schema());
        event("sql", SqlEvent::name(), SqlEvent::schema());
        event("result", ResultEvent::name(), ResultEvent::schema());
        event("visualization", VisualizationEvent::name(), VisualizationEvent::schema());
        event("delta", DeltaEvent::name(), DeltaEvent::schema());
        event("clarification", ClarificationEvent::name(), ClarificationEvent::schema());
        event("done", DoneEvent::name(), DoneEvent::schema());
        event("error", ErrorEvent::name(), ErrorEvent::schema());
        ProgressEvent::schemas(&mut schemas);
        ResultEvent::schemas(&mut schemas);
        VisualizationEvent::schemas(&mut schemas);
        ClarificationEvent::schemas(&mut schemas);
        DoneEvent::schemas(&mut schemas);
        ErrorEvent::schemas(&mut schemas);
        (references, schemas)
    }
}

impl PartialSchema for StreamEvent {
    fn schema() -> RefOr<Schema> {
        let (references, _) = Self::each();
        references.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item).into()
    }
}

impl ToSchema for StreamEvent {
    fn schemas(schemas: &mut Schemas) {
        schemas.extend(Self::each().1);
    }
}

/// The schema with the one word that its `type` is.
fn with_type(schema: RefOr<Schema>, kind: &'static str) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind]));
    object.properties.insert("type".to_owned(), word.into());
    RefOr::T(Schema::Object(object))
}
