//! The OpenAPI document of a contract, made from the table of its routes: what is mounted is documented, and what is documented is
//! mounted.

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, StatusCode};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{OperationBuilder, Paths, PathsBuilder};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::response::ResponsesBuilder;
use utoipa::openapi::schema::{AllOfBuilder, Components, ObjectBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr,
    Response, ResponseBuilder, Schema,
};

use super::caller::{Access, SESSION_COOKIE};
use super::describe::Schemas;
use super::route::Route;

/// The name of the scheme of refresh tokens in the `Authorization` header.
const REFRESH_TOKEN: &str = "refreshToken";

/// The name of the scheme of tokens in the query string.
const QUERY_TOKEN: &str = "queryToken";

/// The name of the scheme of tokens in a cookie.
const SESSION: &str = "sessionCookie";

/// What a document says beyond its routes.
#[derive(Clone, Copy)]
pub struct Preface {
    /// The name of the system.
    pub title: &'static str,
    /// What holds for all of it, in Markdown.
    pub description: &'static str,
    /// How an access token is shown: the name of the scheme, and the scheme.
    pub token: (&'static str, fn() -> SecurityScheme),
    /// The type of the body of a failure.
    pub failure_type: &'static str,
    /// How the body of a failure of this status looks.
    pub failure: fn(StatusCode) -> RefOr<Schema>,
    /// What those schemas refer to.
    pub failure_schemas: fn() -> Schemas,
}

/// The document of these routes.
pub fn document(preface: &Preface, routes: &[Route]) -> OpenApi {
    let mut components = Components::new();
    let mut tags = Vec::new();
    for (name, schema) in (preface.failure_schemas)() {
        components.schemas.insert(name, schema);
    }
    for route in routes {
        for (name, schema) in route.schemas() {
            components.schemas.insert(name, schema);
        }
        for status in failures(route) {
            let (name, response) = failure(preface, status);
            components.responses.insert(name.to_owned(), RefOr::T(response));
        }
        for (name, scheme) in schemes(preface, route) {
            components.security_schemes.insert(name.to_owned(), RefOr::T(scheme));
        }
        let section = route.operation.section;
        let tag = TagBuilder::new().name(section.name).description(Some(section.description)).build();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title(preface.title)
        .description(Some(preface.description))
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(license));
    OpenApiBuilder::new()
        .info(info)
        // Relative: wherever the document is served, the operations are too.
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .paths(paths(preface, routes))
        .components(Some(components))
        .tags(Some(tags))
        .build()
}

/// How a route may fail: what follows from HTTP, from who may call it, from its request, and what its entry adds.
pub fn failures(route: &Route) -> BTreeSet<StatusCode> {
    let mut failures = BTreeSet::from([
        StatusCode::BAD_REQUEST,
        StatusCode::FORBIDDEN,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
    ]);
    match route.access {
        Access::SignIn | Access::Register => {}
        Access::Open | Access::Caller | Access::CallerOrQueryToken | Access::CallerUnlessOpen => {
            failures.insert(StatusCode::UNAUTHORIZED);
        }
    }
    failures.extend(&route.operation.request.failures);
    failures.extend(&route.operation.failures);
    failures
}

/// The schemes of credentials that a route takes; any one of them is enough.
fn schemes(preface: &Preface, route: &Route) -> Vec<(&'static str, SecurityScheme)> {
    let (name, token) = preface.token;
    if route.operation.request.takes_refresh_token {
        return vec![(REFRESH_TOKEN, bearer("The refresh token of a sign-in, which is good for one use"))];
    }
    match route.access {
        Access::SignIn => Vec::new(),
        Access::Open | Access::Caller => vec![(name, token())],
        Access::CallerUnlessOpen | Access::Register => {
            let said = "The same token, as signing in through `/v1/users/login` sets it";
            let cookie =
                SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(SESSION_COOKIE, said)));
            vec![(name, token()), (SESSION, cookie)]
        }
        Access::CallerOrQueryToken => {
            let said = "The same token, for `EventSource`, which can send no header";
            let query = SecurityScheme::ApiKey(ApiKey::Query(ApiKeyValue::with_description("token", said)));
            vec![(name, token()), (QUERY_TOKEN, query)]
        }
    }
}

/// A token in the `Authorization` header.
pub fn bearer(description: &str) -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description));
    SecurityScheme::Http(scheme.build())
}

/// A failure of this status: the name that it is kept under, and the response.
fn failure(preface: &Preface, status: StatusCode) -> (&'static str, Response) {
    let (name, description) = words_of(status);
    let content = ContentBuilder::new().schema(Some((preface.failure)(status))).build();
    let mut response = ResponseBuilder::new().description(description).content(preface.failure_type, content);
    if status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderBuilder::new()
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .description(Some("`Bearer`"));
        response = response.header("WWW-Authenticate", scheme.build());
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let seconds = HeaderBuilder::new()
            .schema(Some(ObjectBuilder::new().schema_type(Type::Integer)))
            .description(Some("Seconds until it may be tried again"));
        response = response.header("Retry-After", seconds.build());
    }
    (name, response.build())
}

/// The name of a status among the responses, and what it means.
fn words_of(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::BAD_REQUEST => {
            ("BadRequest", "The request is not well-formed, or asks for what can't be")
        }
        StatusCode::UNAUTHORIZED => {
            ("Unauthorized", "Not signed in, or the credential is not valid (any more)")
        }
        StatusCode::PAYMENT_REQUIRED => ("PaymentRequired", "There are no credits left"),
        StatusCode::FORBIDDEN => (
            "Forbidden",
            "It is not the caller's to do; or the request comes from a page of a foreign origin",
        ),
        StatusCode::NOT_FOUND => ("NotFound", "There is no such thing, or it is somebody else's"),
        StatusCode::REQUEST_TIMEOUT => ("RequestTimeout", "The body did not arrive in time"),
        StatusCode::CONFLICT => ("Conflict", "It contradicts what is there or what is under way"),
        StatusCode::PAYLOAD_TOO_LARGE => ("PayloadTooLarge", "The body is too large"),
        StatusCode::URI_TOO_LONG => ("UriTooLong", "The address is too long"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("UnsupportedMediaType", "The body is not of the type that the operation takes")
        }
        StatusCode::UNPROCESSABLE_ENTITY => ("ValidationError", "Fields break rules; all of them are named"),
        StatusCode::TOO_MANY_REQUESTS => ("RateLimited", "Too many requests; `Retry-After` says when again"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            ("HeadersTooLarge", "The headers of the request are too large")
        }
        StatusCode::BAD_GATEWAY => ("UpstreamError", "A database or a model that was asked failed"),
        StatusCode::SERVICE_UNAVAILABLE => ("Unavailable", "The server can't do it at the moment"),
        StatusCode::GATEWAY_TIMEOUT => ("Timeout", "It took longer than allowed"),
        _ => ("InternalError", "The server had an internal error"),
    }
}

fn paths(preface: &Preface, routes: &[Route]) -> Paths {
    let mut items: Vec<(&'static str, PathItem)> = Vec::new();
    for route in routes {
        let item = PathItem::new(method(&route.method), operation(preface, route));
        match items.iter_mut().find(|(path, _)| *path == route.path) {
            Some((_, known)) => known.merge_operations(item),
            None => items.push((route.path, item)),
        }
    }
    items.into_iter().fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path, item)).build()
}

fn operation(preface: &Preface, route: &Route) -> OperationBuilder {
    let described = &route.operation;
    let mut responses = ResponsesBuilder::new();
    for answer in &described.answers {
        responses = responses.response(answer.status.as_str(), answer.response.clone());
    }
    for status in failures(route) {
        let (name, _) = words_of(status);
        responses = responses.response(status.as_str(), Ref::from_response_name(name));
    }
    let security = schemes(preface, route).into_iter();
    let mut security: Vec<SecurityRequirement> =
        security.map(|(name, _)| SecurityRequirement::new::<_, _, &str>(name, [])).collect();
    if matches!(route.access, Access::Open | Access::CallerUnlessOpen | Access::Register) {
        // None is enough too.
        security.insert(0, SecurityRequirement::default());
    }
    OperationBuilder::new()
        .tag(described.section.name)
        .operation_id(Some(described.id))
        .summary(Some(described.summary))
        .description(described.description)
        .parameters(Some(described.request.parameters.clone()))
        .request_body(described.request.body.clone().map(|body| with_required(body, described.required)))
        .responses(responses)
        .securities(Some(security))
}

/// The body, with fields that must be there besides those that its type says.
fn with_required(mut body: RequestBody, fields: &[&str]) -> RequestBody {
    if fields.is_empty() {
        return body;
    }
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content
            && let Some(schema) = content.schema.take()
        {
            let required = fields.iter().fold(ObjectBuilder::new(), |object, field| object.required(*field));
            let both = AllOfBuilder::new().item(schema).item(required).build();
            content.schema = Some(RefOr::T(Schema::AllOf(both)));
        }
    }
    body
}

fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        // The table has no others.
        _ => HttpMethod::Get,
    }
}

/// Named schemas that mean different things under one name.
pub fn ambiguous(preface: &Preface, routes: &[Route]) -> Vec<String> {
    let mut known: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    let mut ambiguous = Vec::new();
    let all = routes.iter().flat_map(Route::schemas).chain((preface.failure_schemas)());
    for (name, schema) in all {
        if known.get(&name).is_some_and(|before| *before != schema) {
            ambiguous.push(name.clone());
        }
        known.insert(name, schema);
    }
    ambiguous
}
