//! The table of a contract's routes: what is mounted, what the document is made from, and what the tests walk.

use std::fmt;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{self, MethodRouter};
use http::Method;

use super::caller::{self, Access, Check};
use super::describe::{Arguments, Schemas};
use super::operation::Operation;
use super::settings::Deps;

/// One documented route. There is none without its document: what a request has to look like comes from the handler's signature,
/// the rest from the operation.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path as documented, the base path included.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Its handler.
    pub handler: MethodRouter<Deps>,
    /// What its document says.
    pub operation: Operation,
}

impl fmt::Debug for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

impl Route {
    /// A GET.
    pub fn get<H, A>(path: &'static str, access: Access, handler: H, operation: Operation) -> Self
    where
        H: Handler<A, Deps>,
        A: Arguments + 'static,
    {
        Self::new::<A>(Method::GET, path, access, routing::get(handler), operation)
    }

    /// A POST.
    pub fn post<H, A>(path: &'static str, access: Access, handler: H, operation: Operation) -> Self
    where
        H: Handler<A, Deps>,
        A: Arguments + 'static,
    {
        Self::new::<A>(Method::POST, path, access, routing::post(handler), operation)
    }

    /// A PUT.
    pub fn put<H, A>(path: &'static str, access: Access, handler: H, operation: Operation) -> Self
    where
        H: Handler<A, Deps>,
        A: Arguments + 'static,
    {
        Self::new::<A>(Method::PUT, path, access, routing::put(handler), operation)
    }

    /// A PATCH.
    pub fn patch<H, A>(path: &'static str, access: Access, handler: H, operation: Operation) -> Self
    where
        H: Handler<A, Deps>,
        A: Arguments + 'static,
    {
        Self::new::<A>(Method::PATCH, path, access, routing::patch(handler), operation)
    }

    /// A DELETE.
    pub fn delete<H, A>(path: &'static str, access: Access, handler: H, operation: Operation) -> Self
    where
        H: Handler<A, Deps>,
        A: Arguments + 'static,
    {
        Self::new::<A>(Method::DELETE, path, access, routing::delete(handler), operation)
    }

    fn new<A: Arguments>(
        method: Method,
        path: &'static str,
        access: Access,
        handler: MethodRouter<Deps>,
        mut operation: Operation,
    ) -> Self {
        operation.request.path = path;
        A::describe(&mut operation.request);
        Self { method, path, access, handler, operation }
    }

    /// With this handler for HEAD, which otherwise is a GET without its body.
    #[must_use]
    pub fn head<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<A, Deps>,
        A: 'static,
    {
        self.handler = self.handler.head(handler);
        self
    }

    /// Every schema that its document names.
    pub fn schemas(&self) -> Schemas {
        let answers = self.operation.answers.iter().flat_map(|answer| answer.schemas.clone());
        self.operation.request.schemas.iter().cloned().chain(answers).collect()
    }
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
        let handler = route.handler.clone().route_layer(from_fn_with_state(check, caller::check));
        let variant = slash_variant(route.path);
        let is_documented = routes.iter().any(|other| other.path == variant);
        // Where the slash is what tells two contracts apart, the path without it is the other one's.
        let is_others = is_shared(route.path) && !is_shared(&variant);
        let variant = (!is_documented && !is_others).then_some(variant.as_str());
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
