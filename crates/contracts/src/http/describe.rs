//! What the arguments of a handler mean for whoever calls its route: the half of an operation's document that nobody has to write,
//! because the handler's signature says it.

use std::collections::BTreeSet;

use axum::extract::{Request, State};
use http::{HeaderMap, StatusCode};
use utoipa::ToSchema;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, OneOf, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, KnownFormat, Ref, RefOr, Required, Schema, SchemaFormat};

use super::address::{ClientAddress, FromThisMachine};
use super::caller::{AnyCaller, BearerToken, Caller, OnAuthority};
use super::device::ClientDevice;
use super::extract::{Form, IdPath, IdsPath, Json, OptionalJson, Query};
use super::language::Spoken;

const JSON: &str = "application/json";

/// Named schemas, in the order in which they were met.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// What a request has to look like, and how it may fail because of that.
#[derive(Clone, Default)]
pub struct RequestDescription {
    /// The path with its `{parameters}`.
    pub path: &'static str,
    /// What goes into path and query string.
    pub parameters: Vec<Parameter>,
    /// The body, where there is one.
    pub body: Option<RequestBody>,
    /// Whether its credential is a refresh token.
    pub takes_refresh_token: bool,
    /// The statuses that say what is wrong with such a request.
    pub failures: BTreeSet<StatusCode>,
    /// What schemas refer to.
    pub schemas: Schemas,
}

impl RequestDescription {
    /// Adds a parameter of the path, and that it may break its rules.
    pub fn path_parameter(&mut self, name: &str, schema: ObjectBuilder) {
        self.parameter(name, None, ParameterIn::Path, schema);
    }

    /// Adds a header that may be sent, and that it may break its rules.
    pub fn header(&mut self, name: &str, description: &str, schema: ObjectBuilder) {
        self.parameter(name, Some(description), ParameterIn::Header, schema);
    }

    fn parameter(
        &mut self,
        name: &str,
        description: Option<&str>,
        place: ParameterIn,
        schema: ObjectBuilder,
    ) {
        let is_required = matches!(place, ParameterIn::Path);
        let parameter = ParameterBuilder::new()
            .name(name)
            .description(description)
            .parameter_in(place)
            .required(if is_required { Required::True } else { Required::False })
            .schema(Some(schema));
        self.parameters.push(parameter.build());
        self.failures.insert(StatusCode::UNPROCESSABLE_ENTITY);
    }
}

/// An argument of a handler. A contract's own extractors implement it beside themselves.
pub trait Argument {
    /// Adds what a caller has to send for it. Most arguments come from what every request has.
    fn describe(_request: &mut RequestDescription) {}
}

/// All arguments of a handler, in the form that axum knows them by.
pub trait Arguments {
    /// Adds what a caller has to send for them.
    fn describe(request: &mut RequestDescription);
}

impl Arguments for ((),) {
    fn describe(_request: &mut RequestDescription) {}
}

macro_rules! arguments {
    ($($argument:ident),+) => {
        // The first one is axum's marker for how the last argument is read.
        impl<Marker, $($argument: Argument),+> Arguments for (Marker, $($argument,)+) {
            fn describe(request: &mut RequestDescription) {
                $($argument::describe(request);)+
            }
        }
    };
}

arguments!(One);
arguments!(One, Two);
arguments!(One, Two, Three);
arguments!(One, Two, Three, Four);
arguments!(One, Two, Three, Four, Five);
arguments!(One, Two, Three, Four, Five, Six);
arguments!(One, Two, Three, Four, Five, Six, Seven);
arguments!(One, Two, Three, Four, Five, Six, Seven, Eight);

impl<Deps> Argument for State<Deps> {}
impl Argument for Spoken {}
impl Argument for Caller {}
impl Argument for AnyCaller {}
impl Argument for ClientAddress {}
impl Argument for ClientDevice {}
impl Argument for FromThisMachine {}
impl Argument for OnAuthority {}
impl Argument for HeaderMap {}
/// A request whose body the handler reads itself; what it is has to be said by the operation.
impl Argument for Request {}

impl<T: ToSchema> Argument for Json<T> {
    fn describe(request: &mut RequestDescription) {
        body::<T>(request, JSON, Required::True);
    }
}

impl<T: ToSchema> Argument for OptionalJson<T> {
    fn describe(request: &mut RequestDescription) {
        body::<T>(request, JSON, Required::False);
    }
}

impl Argument for BearerToken {
    fn describe(request: &mut RequestDescription) {
        request.takes_refresh_token = true;
        request.failures.insert(StatusCode::UNAUTHORIZED);
    }
}

impl<T: ToSchema> Argument for Form<T> {
    fn describe(request: &mut RequestDescription) {
        body::<T>(request, "application/x-www-form-urlencoded", Required::True);
    }
}

impl<T: ToSchema> Argument for Query<T> {
    fn describe(request: &mut RequestDescription) {
        in_query::<T>(request);
    }
}

/// Adds the fields of a type as parameters of the query string.
pub fn in_query<T: ToSchema>(request: &mut RequestDescription) {
    T::schemas(&mut request.schemas);
    request.failures.extend([StatusCode::URI_TOO_LONG, StatusCode::UNPROCESSABLE_ENTITY]);
    let RefOr::T(Schema::Object(fields)) = T::schema() else { return };
    for (name, schema) in fields.properties {
        let required = fields.required.contains(&name);
        let schema = never_null(schema);
        let parameter = ParameterBuilder::new()
            .description(description(&schema))
            // First the place: a parameter that has none yet is one of the path, which is always required.
            .parameter_in(ParameterIn::Query)
            .required(if required { Required::True } else { Required::False })
            .schema(Some(schema))
            .name(name)
            .build();
        request.parameters.push(parameter);
    }
}

impl Argument for IdPath {
    fn describe(request: &mut RequestDescription) {
        ids(request);
    }
}

impl Argument for IdsPath {
    fn describe(request: &mut RequestDescription) {
        ids(request);
    }
}

/// A reference to a type's schema, which is named among the others.
pub fn named<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

/// The names in the braces of a path.
pub fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn body<T: ToSchema>(request: &mut RequestDescription, media_type: &str, required: Required) {
    let schema = named::<T>(&mut request.schemas);
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let body = RequestBodyBuilder::new().content(media_type, content).required(Some(required));
    request.body = Some(body.build());
    request.failures.extend([
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::PAYLOAD_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        StatusCode::UNPROCESSABLE_ENTITY,
    ]);
}

/// Parameters of the path that are UUIDs: all of them.
fn ids(request: &mut RequestDescription) {
    for name in path_names(request.path) {
        request.path_parameter(name, uuid());
    }
    request.failures.insert(StatusCode::NOT_FOUND);
}

/// The schema of a UUID.
pub fn uuid() -> ObjectBuilder {
    let format = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    ObjectBuilder::new().schema_type(Type::String).format(Some(format))
}

/// The schema without `null`, which a query string can't say.
fn never_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let [kind] =
                    types.iter().filter(|kind| **kind != Type::Null).cloned().collect::<Vec<_>>().as_slice()
            {
                object.schema_type = SchemaType::Type(kind.clone());
            }
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::OneOf(OneOf { mut items, .. })) if items.len() == 2 => {
            items.retain(|item| !is_null(item));
            items.pop().unwrap_or_default()
        }
        other => other,
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn description(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(reference) => Some(reference.description.clone()).filter(|text| !text.is_empty()),
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        RefOr::T(_) => None,
    }
}
