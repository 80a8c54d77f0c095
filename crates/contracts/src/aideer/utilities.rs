//! `/utils`: what developers do to a server of their own. The routes are there in debug mode alone.
//!
//! The document has them as GETs without a token, so that a link in any web page would call them: a browser that says that it comes from
//! another site is refused, navigations too.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use wenshu_core::accounts::Operator;
use wenshu_core::{AppError, ErrorKind, Text};

use super::answer::{answer, message};
use super::dto::users::UserDto;
use crate::http::address::FromThisMachine;
use crate::http::failure::Failure;
use crate::http::guard;
use crate::http::language::Spoken;
use crate::http::protocol;
use crate::http::settings::Deps;

const INITIALIZED: Text = Text { zh: Cow::Borrowed("初始化完成"), en: Cow::Borrowed("Initialized") };
const EMPTIED: Text =
    Text { zh: Cow::Borrowed("数据库已清空"), en: Cow::Borrowed("The database is empty now") };

/// `GET /utils/init`
pub async fn initialize(
    State(deps): State<Deps>,
    spoken: Spoken,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    developer(&deps, &headers)?;
    deps.app.make_what_is_missing().await?;
    Ok(message(spoken, &INITIALIZED))
}

/// `GET /utils/admin`
pub async fn make_admin(State(deps): State<Deps>, headers: HeaderMap) -> Result<Response, Failure> {
    let account = deps.app.make_debug_admin(&developer(&deps, &headers)?).await?;
    Ok(answer(&UserDto::whole(&account)))
}

/// `GET /utils/drop`
pub async fn empty(
    State(deps): State<Deps>,
    spoken: Spoken,
    FromThisMachine(is_from_here): FromThisMachine,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let developer = developer(&deps, &headers)?;
    if !is_from_here {
        return Err(Failure(AppError::new(
            ErrorKind::Forbidden,
            "not_on_loopback",
            Text::new(
                "只有仅限本机访问的服务器才能清空数据库：监听本机地址，不经过代理，且未设置 hosts 和 trusted_proxies",
                "Others may reach this server: its database can be emptied from the machine itself alone, on a loopback address, through \
                 no proxy, and without the settings hosts and trusted_proxies",
            ),
        )));
    }
    deps.app.empty(&developer).await?;
    Ok(message(spoken, &EMPTIED))
}

/// A HEAD must not do what a GET does.
pub async fn no_head() -> Failure {
    Failure(protocol::method_not_allowed())
}

fn developer(deps: &Deps, headers: &HeaderMap) -> Result<Operator, AppError> {
    if !deps.settings.debug {
        return Err(protocol::route_not_found());
    }
    if guard::is_from_elsewhere(headers) {
        return Err(protocol::foreign_origin());
    }
    Ok(Operator::in_debug_mode())
}
