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

/// The routes of a contract as routers: what it has to itself, and what lies on paths that another one has too.
pub struct Mounted {
    /// Its own paths.
    pub own: Router,
    /// Paths that are shared: a request is given to this router only when the path's rule says so.
    pub shared: Router,
}

/// Routers of exactly these routes, each behind its access check, and each with and without a slash at the end.
///
/// The slash variant is the same route and not a redirect, which would lose the body of a POST.
pub fn mount(routes: &[Route], deps: &Deps, is_shared: fn(&str) -> bool) -> Mounted {
    let (mut own, mut shared) = (Router::new(), Router::new());
    for route in routes {
        let check = Check { access: route.access, deps: deps.clone() };
        let handler = (route.handler)().route_layer(from_fn_with_state(check, caller::check));
        let variant = slash_variant(route.path);
        let is_documented = routes.iter().any(|other| other.path == variant);
        let variant = (!is_documented).then_some(variant.as_str());
        for path in [Some(route.path), variant].into_iter().flatten() {
            let router = if is_shared(path) { &mut shared } else { &mut own };
            *router = std::mem::take(router).route(path, handler.clone());
        }
    }
    Mounted { own: own.with_state(deps.clone()), shared: shared.with_state(deps.clone()) }
}

fn slash_variant(path: &str) -> String {
    match path.strip_suffix('/') {
        Some(stem) => stem.to_owned(),
        None => format!("{path}/"),
    }
}
