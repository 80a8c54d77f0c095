//! The table of a contract's routes: what is mounted, and what the tests walk.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;
use http::Method;

use super::caller::{self, Access, Check};
use super::settings::Deps;

/// One documented route.
#[derive(Clone, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path as documented, the base path included.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Its handler.
    pub handler: fn() -> MethodRouter<Deps>,
}

/// A router of exactly these routes, each behind its access check, and each with and without a slash at the end.
///
/// The slash variant is the same route and not a redirect, which would lose the body of a POST.
pub fn mount(routes: &[Route], deps: &Deps) -> Router {
    let mut router = Router::new();
    for route in routes {
        let check = Check { access: route.access, deps: deps.clone() };
        let handler = (route.handler)().route_layer(from_fn_with_state(check, caller::check));
        router = router.route(route.path, handler.clone());
        let variant = slash_variant(route.path);
        if !routes.iter().any(|other| other.path == variant) {
            router = router.route(&variant, handler);
        }
    }
    router.with_state(deps.clone())
}

fn slash_variant(path: &str) -> String {
    match path.strip_suffix('/') {
        Some(stem) => stem.to_owned(),
        None => format!("{path}/"),
    }
}
