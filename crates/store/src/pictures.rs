//! Pictures of accounts: small ones, so that they lie in the database, where every replica finds them and a backup has them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    accounts::found,
    database::{self, to_millis},
};

impl Store {
    /// Gives an account a picture in place of the one it had. `NotFound` when there is no such account.
    pub async fn set_picture(
        &self,
        account: Uuid,
        id: Uuid,
        content: Vec<u8>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        let changed = database::execute(
            &transaction,
            "UPDATE accounts SET picture = $2, updated_at = $3 WHERE id = $1",
            [account.into(), id.into(), to_millis(at).into()],
        )
        .await?;
        found(changed)?;
        database::execute(
            &transaction,
            "INSERT INTO pictures (account, id, content) VALUES ($1, $2, $3)
             ON CONFLICT (account) DO UPDATE SET id = excluded.id, content = excluded.content",
            [account.into(), id.into(), content.into()],
        )
        .await?;
        Ok(transaction.commit().await?)
    }

    /// The picture with this id, for as long as it is somebody's.
    pub async fn picture(&self, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        let text = "SELECT content FROM pictures WHERE id = $1";
        let row = database::query_one(self.readers(), text, [id.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }
}
