//! Accounts that WeChat knows: by the id that it gives a person for one app.

use uuid::Uuid;

use crate::{
    Account, NewAccount, Store, StoreError,
    accounts::insert_account,
    database::{self, to_millis},
    entity::account,
};
use sea_orm::FromQueryResult;

impl Store {
    /// The account of a person that WeChat knows by this id.
    pub async fn account_by_wechat(&self, open_id: &str) -> Result<Option<Account>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT accounts.* FROM wechat_people JOIN accounts ON accounts.id = wechat_people.account
             WHERE wechat_people.open_id = $1",
            [open_id.into()],
        )
        .await?;
        row.map(|row| account::Model::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// Makes an account for a person that WeChat knows. `Conflict` of `open_id` when the person has one (already: of many at once one
    /// wins), and of `username` when that is taken.
    pub async fn insert_wechat_account(&self, open_id: &str, new: NewAccount) -> Result<Account, StoreError> {
        let (id, created_at): (Uuid, _) = (new.id, new.created_at);
        let transaction = self.begin().await?;
        let account = match insert_account(&transaction, new).await {
            Ok(account) => account,
            Err(error) => {
                transaction.rollback().await?;
                return Err(error);
            }
        };
        let inserted = database::execute(
            &transaction,
            "INSERT INTO wechat_people (open_id, account, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (open_id) DO NOTHING",
            [open_id.into(), id.into(), to_millis(created_at).into()],
        )
        .await?;
        if inserted == 0 {
            transaction.rollback().await?;
            return Err(StoreError::Conflict { field: "open_id" });
        }
        transaction.commit().await?;
        Ok(account)
    }
}
