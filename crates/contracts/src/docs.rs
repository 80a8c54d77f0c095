//! `/docs`: the enabled contracts' OpenAPI documents, and Swagger UI to read them with. Everything comes from the binary.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use utoipa_swagger_ui::{Config, Url};
use wenshu_core::AppError;

use crate::http::failure::Failure;
use crate::http::protocol;
use crate::http::settings::{Contract, HttpSettings};
use crate::openapi;

/// What the page may do: nothing but its own scripts, styles, pictures and requests. Swagger UI writes styles into its elements and
/// holds its pictures as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a browser is told with every part of the page.
const SECURITY: [(HeaderName, &str); 4] = [
    (CACHE_CONTROL, "no-cache"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// What the page is made from.
struct Docs {
    config: Arc<Config<'static>>,
    documents: Vec<Document>,
}

/// A contract's document, which is made when it is asked for first: most servers are never asked, and making it takes longer, and more
/// memory, than everything else at their start.
struct Document {
    contract: Contract,
    text: OnceLock<Bytes>,
}

impl Document {
    fn text(&self) -> Bytes {
        self.text.get_or_init(|| Bytes::from(openapi(self.contract))).clone()
    }
}

/// `/docs` and `/openapi/…` for the contracts that are switched on.
pub(crate) fn router(settings: &HttpSettings) -> Router {
    let contracts = &settings.contracts;
    let documents = contracts.iter().map(|contract| Url::new(contract.as_str(), document_path(*contract)));
    let config = Config::new(documents)
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .display_operation_id(true)
        .filter(true)
        .persist_authorization(true)
        // Otherwise Swagger UI shows every document to a validator elsewhere.
        .validator_url("none");
    let documents =
        contracts.iter().map(|contract| Document { contract: *contract, text: OnceLock::new() }).collect();
    let docs = Arc::new(Docs { config: Arc::new(config), documents });
    Router::new()
        .route("/docs", get(to_page))
        .route("/docs/", get(page))
        .route("/docs/{file}", get(file))
        .route("/openapi/{document}", get(document))
        .with_state(docs)
}

/// The page asks for its files beside itself, so it must end in a slash.
async fn to_page() -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(LOCATION, HeaderValue::from_static("/docs/"))]).into_response()
}

async fn page(State(docs): State<Arc<Docs>>) -> Response {
    part(&docs, "index.html")
}

async fn file(State(docs): State<Arc<Docs>>, Path(name): Path<String>) -> Response {
    part(&docs, &name)
}

fn part(docs: &Docs, name: &str) -> Response {
    let found = utoipa_swagger_ui::serve(name, Arc::clone(&docs.config))
        .map_err(|error| AppError::internal(std::io::Error::other(error.to_string())));
    let (bytes, content_type, is_gzipped) = match found {
        Ok(Some(found)) => (found.bytes, found.content_type, found.gzpipped),
        Ok(None) => return Failure(protocol::route_not_found()).into_response(),
        Err(error) => return Failure(error).into_response(),
    };
    let mut response = bytes.into_owned().into_response();
    let headers = response.headers_mut();
    // Every program that shows pages unpacks; packed is all there is.
    if is_gzipped {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Ok(content_type) = HeaderValue::from_str(&content_type) {
        headers.insert(CONTENT_TYPE, content_type);
    }
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn document(State(docs): State<Arc<Docs>>, uri: Uri) -> Response {
    let is_meant = |document: &&Document| document_path(document.contract) == uri.path();
    let Some(document) = docs.documents.iter().find(is_meant) else {
        return Failure(protocol::route_not_found()).into_response();
    };
    let mut response = document.text().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Where a contract's document is.
fn document_path(contract: Contract) -> &'static str {
    match contract {
        Contract::QueryGpt => "/openapi/querygpt.json",
        Contract::Aideer => "/openapi/aideer.json",
        Contract::ChatApp => "/openapi/chat-app.json",
        Contract::StockBi => "/openapi/stock-bi.json",
        Contract::Wenshu => "/openapi/wenshu.json",
    }
}
