#![doc = include_str!("../README.md")]
//!
//! Reading order: [`router`] puts everything together, [`http`] is what contracts share, [`querygpt`] is one of them.

pub mod http;
pub mod querygpt;
mod root;
mod stock_bi;

use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use wenshu_core::App;

use crate::http::boundary::{Boundary, within};
use crate::http::dialect::Dialect;
use crate::http::guard::Guard;
use crate::http::protocol;
use crate::http::rate::Limiter;
pub use crate::http::rate::RateLimits;
pub use crate::http::server::ServerSettings;
use crate::http::settings::Deps;
pub use crate::http::settings::{Contract, HttpSettings};

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
    let mut router = root::router(&deps, &guard);
    for contract in &deps.settings.contracts {
        router = router.merge(match contract {
            Contract::QueryGpt => {
                within(querygpt::router(&deps), boundary(contract.as_str(), |_| &querygpt::DIALECT))
            }
        });
    }
    let unmatched = Router::new().fallback(protocol::route_not_found_response);
    router.merge(within(unmatched, boundary("none", dialect_of_path)))
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

/// Whose words an unknown path is answered in.
fn dialect_of_path(path: &str) -> &'static Dialect {
    let below =
        |prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if below("/api/v1") {
        &querygpt::DIALECT
    } else if below("/v1") {
        &stock_bi::DIALECT
    } else {
        &root::DIALECT
    }
}
