//! What this contract's document says beyond its routes: its plain answers and its failures.

use http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::{OpenApi, RefOr, Schema};

use super::routes::ROUTES;
use crate::http::describe::{Schemas, named};
use crate::http::detail;
use crate::http::document::{Preface, bearer, document};
use crate::http::operation::Answer;

/// The document of this contract.
pub fn openapi() -> OpenApi {
    document(&PREFACE, &ROUTES)
}

/// What the document says beyond the routes.
pub const PREFACE: Preface = Preface {
    title: "Chat application",
    description: "Plain chat: users by name, conversations by number, and answers as a stream of text.\n\n\
                  In open mode (a server that only its own machine reaches, unless its operator decided otherwise) users are taken at their \
                  word. Otherwise each request shows an access token, and users reach what is their own; admins reach every user.\n\n\
                  Answers are the things themselves, failures `{\"detail\": …}`: a text, or for fields that break rules a list of \
                  `{\"loc\", \"msg\", \"type\"}`. Every response has an `X-Request-Id`. Paths with and without a slash at the end are the \
                  same where no other document tells them apart.",
    token: ("bearer", || bearer("The access token of a sign-in through another contract, a JWT")),
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

/// 200 with text as it comes.
pub(super) fn text() -> Answer {
    Answer::text_events("The pieces of the answer")
}

fn failure(status: StatusCode) -> RefOr<Schema> {
    detail::schema(status)
}
