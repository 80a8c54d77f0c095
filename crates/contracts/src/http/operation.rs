//! What a route's document says beyond the handler's signature: what it is for, what it answers, and how else it may fail.

use std::collections::BTreeSet;

use http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{
    ContentBuilder, KnownFormat, Ref, RefOr, Required, Response, ResponseBuilder, Schema, SchemaFormat,
};

use super::describe::{RequestDescription, Schemas, in_query, named};

/// A group of operations, which documents call a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub description: &'static str,
}

impl Section {
    /// An operation of this group: its id, unique within the contract and what generated clients call it by, what it does in a
    /// line, and what it answers when all is well.
    pub fn operation(self, id: &'static str, summary: &'static str, answer: Answer) -> Operation {
        Operation {
            section: self,
            id,
            summary,
            description: None,
            answers: vec![answer],
            failures: BTreeSet::new(),
            required: &[],
            request: RequestDescription::default(),
        }
    }
}

/// What there is to know of a route, apart from its method, its path and who may call it.
#[derive(Clone)]
pub struct Operation {
    /// Its group.
    pub section: Section,
    /// What generated clients call it.
    pub id: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What else there is to know.
    pub description: Option<&'static str>,
    /// What it answers when all is well.
    pub answers: Vec<Answer>,
    /// How it may fail, beyond what follows from the request and from who may call it.
    pub failures: BTreeSet<StatusCode>,
    /// Fields of the body that must be there, where its type doesn't say so because an edit of the same thing may leave them out.
    pub required: &'static [&'static str],
    /// What the handler's arguments say.
    pub request: RequestDescription,
}

impl Operation {
    /// More about it, in Markdown.
    #[must_use]
    pub fn explained(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// Another answer when all is well.
    #[must_use]
    pub fn or_answers(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// It may also fail with these.
    #[must_use]
    pub fn fails<const N: usize>(mut self, statuses: [StatusCode; N]) -> Self {
        self.failures.extend(statuses);
        self
    }

    /// It takes these fields in its query string, which the handler reads by itself.
    #[must_use]
    pub fn with_query<T: ToSchema>(mut self) -> Self {
        in_query::<T>(&mut self.request);
        self
    }

    /// It takes a file, as this part of a multipart form.
    #[must_use]
    pub fn uploads(mut self, part: &'static str, description: &'static str) -> Self {
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .description(Some(description));
        let form = ObjectBuilder::new().property(part, file).required(part);
        let content = ContentBuilder::new().schema(Some(form)).build();
        let body =
            RequestBodyBuilder::new().content("multipart/form-data", content).required(Some(Required::True));
        self.request.body = Some(body.build());
        self.fails([
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            StatusCode::UNPROCESSABLE_ENTITY,
        ])
    }

    /// These fields of the body must be there.
    #[must_use]
    pub fn requires(mut self, fields: &'static [&'static str]) -> Self {
        self.required = fields;
        self
    }
}

/// What is answered when all is well.
#[derive(Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers and its body.
    pub response: Response,
    /// What its schema refers to.
    pub schemas: Schemas,
}

impl Answer {
    /// 200 with JSON of this schema, which may refer to these.
    pub fn json(description: &str, schema: impl Into<RefOr<Schema>>, schemas: Schemas) -> Self {
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new().description(description).content("application/json", content);
        Self { status: StatusCode::OK, response: response.build(), schemas }
    }

    /// 200 with server-sent events; the JSON in their `data` is one of what `Event` describes.
    pub fn events<Event: ToSchema>(description: &str) -> Self {
        let mut schemas = Schemas::new();
        named::<Event>(&mut schemas);
        let event = Ref::from_schema_name(Event::name());
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(format!("Events; the JSON in each `data` is a `{}`", Event::name())))
            .build();
        let text = RefOr::T(Schema::Object(text));
        // OpenAPI 3.1 has no word for the parts of a stream; 3.2 calls it `itemSchema`.
        let extensions = utoipa::openapi::extensions::ExtensionsBuilder::new()
            .add("x-itemSchema", serde_json::json!({"$ref": event.ref_location}))
            .build();
        let content = ContentBuilder::new().schema(Some(text)).extensions(Some(extensions)).build();
        let response = ResponseBuilder::new().description(description).content("text/event-stream", content);
        Self { status: StatusCode::OK, response: response.build(), schemas }
    }

    /// 200 with server-sent events whose `data` is plain text, but for events with names.
    pub fn text_events(description: &str) -> Self {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let content = ContentBuilder::new().schema(Some(text)).build();
        let response = ResponseBuilder::new().description(description).content("text/event-stream", content);
        Self { status: StatusCode::OK, response: response.build(), schemas: Schemas::new() }
    }

    /// 200 with bytes of this type.
    pub fn bytes(description: &str, media_type: &str) -> Self {
        let bytes = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let content = ContentBuilder::new().schema(Some(bytes)).build();
        let response = ResponseBuilder::new().description(description).content(media_type, content);
        Self { status: StatusCode::OK, response: response.build(), schemas: Schemas::new() }
    }

    /// This, or the same in the form of another answer of the same status.
    #[must_use]
    pub fn or_as(mut self, other: Self) -> Self {
        self.response.content.extend(other.response.content);
        self.schemas.extend(other.schemas);
        self
    }

    /// This status, with no body.
    pub fn empty(status: StatusCode, description: &str) -> Self {
        let response = ResponseBuilder::new().description(description).build();
        Self { status, response, schemas: Schemas::new() }
    }
}
