#![doc = include_str!("../README.md")]
//!
//! Reading order: [`router`] puts everything together, [`openapi`] describes a contract, [`http`] is what contracts share, [`querygpt`]
//! [`aideer`], [`chat_app`] and [`stock_bi`] are those that others documented and [`wenshu`] is what they leave out, `shared` decides about the paths that two of them have, `docs` shows the
//! descriptions, and `web_page` is the web page.

pub mod aideer;
pub mod chat_app;
mod docs;
pub mod http;
pub mod querygpt;
mod root;
mod shared;
pub mod stock_bi;
mod web_page;
pub mod wenshu;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use wenshu_core::{App, AppError};

use crate::http::address::ClientAddress;
use crate::http::boundary::{Boundary, within};
use crate::http::dialect::Dialect;
use crate::http::failure::Failure;
use crate::http::guard::Guard;
use crate::http::protocol;
use crate::http::rate::Limiter;
pub use crate::http::rate::RateLimits;
pub use crate::http::server::ServerSettings;
use crate::http::settings::Deps;
pub use crate::http::settings::{Contract, HttpSettings, PageFiles};
use crate::shared::Sides;

/// Chooses words by a path.
type DialectOf = fn(&str) -> &'static Dialect;

/// Every enabled contract on one router, with `/health`, `/ready` and (when the settings can render them) `/metrics`.
///
/// Unknown paths answer in the words of the contract that owns the prefix.
pub fn router(app: Arc<App>, settings: HttpSettings) -> Router {
    let limiter = Arc::new(Limiter::new(settings.rate_limits, Arc::clone(&settings.clock)));
    let deps = Deps { app, settings: Arc::new(settings), limiter };
    let guard = Arc::new(Guard::new(&deps.settings));
    let boundary = |contract, dialect_of| {
        Boundary::new(contract, dialect_of, Some(Arc::clone(&guard)), Arc::clone(&deps.settings.clock))
    };
    let unmatched = Router::new().fallback(unknown_path).with_state(deps.clone());
    let unmatched = within(unmatched, boundary("none", dialect_of_path));
    let mut router = root::router(&deps, &guard);
    let mut sides = Sides::default();
    // QueryGPT's last: where two contracts have a path with different methods, the last one answers those that neither has.
    let mut contracts = deps.settings.contracts.clone();
    contracts.sort_by_key(|contract| *contract == Contract::QueryGpt);
    for contract in contracts {
        let (mounted, dialect_of, side): (_, DialectOf, _) = match contract {
            Contract::QueryGpt => {
                let mounted = querygpt::routers(&deps, shared::is_shared);
                (mounted, |_| &querygpt::DIALECT, &mut sides.querygpt)
            }
            Contract::Aideer => {
                let mounted = aideer::routers(&deps, shared::is_shared);
                (mounted, |_| &AIDEER, &mut sides.aideer)
            }
            Contract::ChatApp => {
                let mounted = chat_app::routers(&deps, shared::is_shared);
                (mounted, dialect_of_chat_app, &mut sides.chat_app)
            }
            Contract::StockBi => {
                // None of its paths is another contract's too.
                let mounted = stock_bi::routers(&deps, |_| false);
                router =
                    router.merge(within(mounted.own, boundary(contract.as_str(), |_| &stock_bi::DIALECT)));
                continue;
            }
            Contract::Wenshu => {
                // None of its paths either.
                let mounted = wenshu::routers(&deps, |_| false);
                router = router.merge(within(mounted.own, boundary(contract.as_str(), |_| &wenshu::DIALECT)));
                continue;
            }
        };
        router = router.merge(within(mounted.own, boundary(contract.as_str(), dialect_of)));
        *side = Some(within(mounted.shared, boundary(contract.as_str(), dialect_of)));
    }
    router.merge(shared::router(sides, unmatched.clone())).merge(unmatched)
}

/// The OpenAPI document of a contract, as JSON.
pub fn openapi(contract: Contract) -> String {
    let document = match contract {
        Contract::QueryGpt => querygpt::openapi::openapi(),
        Contract::Aideer => aideer::openapi::openapi(),
        Contract::ChatApp => chat_app::openapi::openapi(),
        Contract::StockBi => stock_bi::openapi::openapi(),
        Contract::Wenshu => wenshu::openapi::openapi(),
    };
    // Texts, lists and maps with texts for keys always can be written.
    document.to_pretty_json().unwrap_or_default()
}

/// Serves a router on a listener until `shutdown` comes; then takes no more connections, lets answers that are under way
/// finish, and returns. Whoever doesn't want to wait for them drops the future, which ends them.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: ServerSettings,
    shutdown: impl Future<Output = ()> + Send,
) {
    http::server::serve(listener, router, settings, dialect_of_path, shutdown).await;
}

/// A path of the page's own, which nobody but the page knows, or one that there isn't. Looking for paths that there are counts
/// like any other request without a credential.
async fn unknown_path(
    State(deps): State<Deps>,
    ClientAddress(address): ClientAddress,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method == Method::GET && web_page::may_own(uri.path()) && web_page::is_wanted(&headers) {
        return web_page::show(&deps);
    }
    let error = deps.limiter.count_address(address).err().unwrap_or_else(protocol::route_not_found);
    Failure(error).into_response()
}

/// AIDeer's words, but for methods that its paths don't know.
const AIDEER: Dialect = Dialect {
    render: |error, language, request_id| {
        (words_for(error, &aideer::DIALECT).render)(error, language, request_id)
    },
};

/// Chat-app's words, but for methods that its paths don't know.
const CHAT_APP: Dialect = Dialect {
    render: |error, language, request_id| {
        (words_for(error, &chat_app::DIALECT).render)(error, language, request_id)
    },
};

/// Unknown methods below `/api/v1` are answered like unknown paths there, whichever contract the path is.
fn words_for(error: &AppError, own: &'static Dialect) -> &'static Dialect {
    if error.code() == protocol::METHOD_NOT_ALLOWED { &querygpt::DIALECT } else { own }
}

/// Whose words chat-app's routes answer in. What lies below `/users/me` is never its, though a number could stand there.
fn dialect_of_chat_app(path: &str) -> &'static Dialect {
    if path.starts_with("/api/v1/users/me/") { dialect_of_path(path) } else { &CHAT_APP }
}

/// Whose words an unknown path is answered in.
fn dialect_of_path(path: &str) -> &'static Dialect {
    let below =
        |prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if below("/api/v1") {
        &querygpt::DIALECT
    } else if below("/v1") {
        &stock_bi::DIALECT
    } else if below("/wenshu/v1") {
        &wenshu::DIALECT
    } else {
        &root::DIALECT
    }
}
