//! Stocks: how their codes are written, and those that accounts follow.

mod code;

use std::sync::Arc;

use wenshu_store::{FavouriteStock, Store};

pub use self::code::StockCode;
use crate::clock::Clock;
use crate::{Actor, AppError};

/// Use cases of stocks that accounts follow.
pub struct FavouriteStocks {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl FavouriteStocks {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The stocks that the caller follows, oldest first.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<FavouriteStock>, AppError> {
        Ok(self.store.favourite_stocks(actor.id()).await?)
    }

    /// The caller follows a stock from now on; saying so again changes nothing.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor.
    pub async fn add(&self, actor: &Actor, code: &StockCode) -> Result<(), AppError> {
        actor.may_write()?;
        let stock = FavouriteStock { code: code.as_str().to_owned(), created_at: self.clock.now() };
        Ok(self.store.insert_favourite_stock(actor.id(), stock).await?)
    }

    /// The caller doesn't follow it any more.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor; `NotFound` when the caller doesn't follow it.
    pub async fn remove(&self, actor: &Actor, code: &StockCode) -> Result<(), AppError> {
        actor.may_write()?;
        if self.store.delete_favourite_stock(actor.id(), code.as_str()).await? {
            return Ok(());
        }
        Err(AppError::not_found("该收藏股票", "Favourite stock"))
    }

    /// The caller follows none any more.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor.
    pub async fn clear(&self, actor: &Actor) -> Result<(), AppError> {
        actor.may_write()?;
        Ok(self.store.clear_favourite_stocks(actor.id()).await?)
    }
}
