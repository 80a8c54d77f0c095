//! Stocks that accounts follow.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::{self, from_millis, to_millis},
};

/// A stock that an account follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FavouriteStock {
    /// Its code, in the form that all codes are kept in.
    pub code: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl Store {
    /// The stocks that the account follows, oldest first.
    pub async fn favourite_stocks(&self, account: Uuid) -> Result<Vec<FavouriteStock>, StoreError> {
        let text = "SELECT code, created_at FROM favourite_stocks WHERE account = $1 ORDER BY number";
        let rows = database::query_all(self.readers(), text, [account.into()]).await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok(FavouriteStock {
                code: row.try_get_by_index(0)?,
                created_at: from_millis(row.try_get_by_index(1)?)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Keeps that the account follows a stock, once however often it is said. `NotFound` when there is no such account.
    pub async fn insert_favourite_stock(
        &self,
        account: Uuid,
        stock: FavouriteStock,
    ) -> Result<(), StoreError> {
        let FavouriteStock { code, created_at } = stock;
        database::execute(
            self.writer(),
            "INSERT INTO favourite_stocks (account, code, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (account, code) DO NOTHING",
            [account.into(), code.into(), to_millis(created_at).into()],
        )
        .await
        .map(drop)
    }

    /// Forgets that the account follows a stock. False when it doesn't.
    pub async fn delete_favourite_stock(&self, account: Uuid, code: &str) -> Result<bool, StoreError> {
        let text = "DELETE FROM favourite_stocks WHERE account = $1 AND code = $2";
        Ok(database::execute(self.writer(), text, [account.into(), code.into()]).await? > 0)
    }

    /// Forgets every stock that the account follows.
    pub async fn clear_favourite_stocks(&self, account: Uuid) -> Result<(), StoreError> {
        let text = "DELETE FROM favourite_stocks WHERE account = $1";
        database::execute(self.writer(), text, [account.into()]).await.map(drop)
    }
}
