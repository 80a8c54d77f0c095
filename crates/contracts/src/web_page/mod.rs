//! The web page, as `/` and below: its files, and what a browser may do with them.
//!
//! The page is built apart from the server, so it may not be there; then `/` says how to build it. What stands below `assets/`
//! has a hash of its content in its name and never changes; the document itself is asked for anew each time. Styles that are made
//! while the page runs carry a number that only the document of this one response knows, and attributes of style are allowed, which
//! can load nothing; scripts come from our files and from nowhere else.

mod encoding;

use std::borrow::Cow;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::http::failure::Failure;
use crate::http::protocol;
use crate::http::settings::Deps;

/// What stands in the built document where the number of this response belongs.
const NONCE: &str = "__WENSHU_NONCE__";

/// Shown while the page isn't built.
const NOTICE: &str = include_str!("notice.html");

/// Files beside the document that have no hash in their names.
const BESIDE: [&str; 2] = ["favicon.svg", "robots.txt"];

/// What belongs to the contracts and to operators, first words of paths: never the page's.
const RESERVED: [&str; 9] =
    ["api", "v1", "wenshu", "docs", "openapi", "health", "ready", "metrics", "assets"];

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const NEVER_CHANGES: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_ANEW: HeaderValue = HeaderValue::from_static("no-cache");

/// The files of the page. The document is at `/`, which [`show`] answers.
pub(crate) fn router(deps: &Deps) -> Router {
    let mut router = Router::new().route("/assets/{name}", get(asset));
    for name in BESIDE {
        router = router.route(
            &format!("/{name}"),
            get(move |State(deps): State<Deps>, headers: HeaderMap| async move {
                file(&deps, name, &headers, ASK_ANEW)
            }),
        );
    }
    router.with_state(deps.clone())
}

/// Whether a client is a browser that opens an address, rather than a program that calls it.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// Whether the page may have something to show at this path, which no route has: the page decides what. What looks like a file
/// is none of its screens.
pub(crate) fn may_own(path: &str) -> bool {
    let mut words = path.split('/').skip(1);
    let first = words.next().unwrap_or_default();
    !RESERVED.contains(&first) && !path.rsplit('/').next().is_some_and(|last| last.contains('.'))
}

/// The document.
pub(crate) fn show(deps: &Deps) -> Response {
    let nonce = deps.settings.clock.new_id().simple().to_string();
    let built = read(deps, "index.html");
    let template = match &built {
        Some(bytes) => String::from_utf8_lossy(bytes),
        None => Cow::Borrowed(NOTICE),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let mut response = template.replace(NONCE, &nonce).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

async fn asset(State(deps): State<Deps>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    file(&deps, &format!("assets/{name}"), &headers, NEVER_CHANGES)
}

/// A file, packed as the client can unpack it.
fn file(deps: &Deps, name: &str, headers: &HeaderMap, caching: HeaderValue) -> Response {
    let packed = encoding::accepted(headers.get(ACCEPT_ENCODING)).into_iter().find_map(|encoding| {
        let bytes = read(deps, &format!("{name}.{}", encoding.ending))?;
        Some((bytes, Some(encoding.name)))
    });
    let found = packed.or_else(|| read(deps, name).map(|bytes| (bytes, None)));
    let (Some((bytes, encoding)), Some(kind)) = (found, content_type(name)) else {
        return Failure(protocol::route_not_found()).into_response();
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, caching);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn read(deps: &Deps, name: &str) -> Option<Bytes> {
    match deps.settings.page.as_ref()?(name)? {
        Cow::Borrowed(bytes) => Some(Bytes::from_static(bytes)),
        Cow::Owned(bytes) => Some(Bytes::from(bytes)),
    }
}

/// What a file is, by the ending of its name. The packed ones are found by the names of what they unpack to.
fn content_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_owns_no_path_of_a_contract() {
        for path in ["/ask", "/ask/1f", "/data", "/settings/models", "/apis", "/"] {
            assert!(may_own(path), "{path}");
        }
        for path in [
            "/api",
            "/api/v2/x",
            "/v1/chat",
            "/wenshu/v1/x",
            "/docs/x",
            "/metrics",
            "/assets/x",
            "/favicon.ico",
            "/a/b.js",
        ] {
            assert!(!may_own(path), "{path}");
        }
    }
}
