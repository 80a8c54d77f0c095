//! `/stock`: stocks that users follow.

use axum::extract::State;
use axum::response::Response;

use super::dto::fields::UserParameters;
use super::dto::stock::{FavouriteDto, StockParameters};
use super::envelope::{done, success};
use crate::http::caller::OnAuthority;
use crate::http::failure::Failure;
use crate::http::parameters::Parameters;
use crate::http::settings::Deps;

/// `POST /stock/list_fav_stock`
pub async fn list(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<UserParameters>,
) -> Result<Response, Failure> {
    let actor = deps.app.accounts.act_for_named(&authority, &parameters.into_name()?).await?;
    let stocks = deps.app.favourite_stocks.list(&actor).await?;
    Ok(success(&stocks.iter().map(FavouriteDto::from).collect::<Vec<_>>()))
}

/// `POST /stock/add_fav_stock`
pub async fn add(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<StockParameters>,
) -> Result<Response, Failure> {
    let (name, code) = parameters.into_parts()?;
    let actor = deps.app.accounts.act_for_named(&authority, &name).await?;
    deps.app.favourite_stocks.add(&actor, &code).await?;
    Ok(done())
}

/// `POST /stock/del_fav_stock`
pub async fn remove(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<StockParameters>,
) -> Result<Response, Failure> {
    let (name, code) = parameters.into_parts()?;
    let actor = deps.app.accounts.act_for_named(&authority, &name).await?;
    deps.app.favourite_stocks.remove(&actor, &code).await?;
    Ok(done())
}

/// `POST /stock/clear_fav_stock`
pub async fn clear(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<UserParameters>,
) -> Result<Response, Failure> {
    let actor = deps.app.accounts.act_for_named(&authority, &parameters.into_name()?).await?;
    deps.app.favourite_stocks.clear(&actor).await?;
    Ok(done())
}
