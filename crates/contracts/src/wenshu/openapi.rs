//! What this contract's document says beyond its routes: its plain answers and its failures.

use http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::{OpenApi, Ref, RefOr, Schema};

use super::error::{MEDIA_TYPE, Problem};
use super::routes::ROUTES;
use crate::http::describe::{Schemas, named};
use crate::http::document::{Preface, bearer, document};
use crate::http::operation::Answer;

/// The document of this contract.
pub fn openapi() -> OpenApi {
    document(&PREFACE, &ROUTES)
}

/// What the document says beyond the routes.
pub const PREFACE: Preface = Preface {
    title: "Wenshu",
    description: "What the documented contracts leave out: sessions of an account; and for admins models and databases that everybody may ask, \
                  codes, and what was used over time.\n\n\
                  Every operation needs the access token of a sign-in, from whichever contract. Answers are the things themselves, failures \
                  problem details (RFC 9457). Texts are Chinese, or English when `Accept-Language` prefers it. Every response has an \
                  `X-Request-Id`. Paths with a slash at the end are the same; unknown paths answer 404 and unknown methods 405.",
    token: ("bearer", || bearer("The access token of a sign-in, a JWT")),
    failure_type: MEDIA_TYPE,
    failure,
    failure_schemas,
};

/// 200 with a thing.
pub(super) fn thing<T: ToSchema>() -> Answer {
    let mut schemas = Schemas::new();
    let schema = named::<T>(&mut schemas);
    Answer::json("Done", schema, schemas)
}

/// 201 with a thing that was made.
pub(super) fn made<T: ToSchema>() -> Answer {
    Answer { status: StatusCode::CREATED, ..thing::<T>() }
}

/// 204: there is nothing to say.
pub(super) fn gone() -> Answer {
    Answer::empty(StatusCode::NO_CONTENT, "Done")
}

fn failure(_status: StatusCode) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(Problem::name()))
}

fn failure_schemas() -> Schemas {
    let mut schemas = Schemas::new();
    named::<Problem<'_>>(&mut schemas);
    schemas
}
