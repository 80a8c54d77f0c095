//! Prompts that an account has in the place of those that come with Wenshu.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    Account, Store, StoreError,
    database::{self, storable},
    entity::account,
};

/// A prompt of an account's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomPrompt {
    /// Which prompt, in the words of whoever uses it.
    pub prompt: String,
    /// Its text.
    pub content: String,
}

impl Store {
    /// The account's own prompts, ordered by which they are.
    pub async fn prompts(&self, account: Uuid) -> Result<Vec<CustomPrompt>, StoreError> {
        let text = "SELECT prompt, content FROM prompts WHERE account = $1 ORDER BY prompt";
        let rows = database::query_all(self.readers(), text, [account.into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(CustomPrompt { prompt: row.try_get_by_index(0)?, content: row.try_get_by_index(1)? })
            })
            .collect()
    }

    /// Gives the account these prompts; where there is no content, it has none of its own any more. All of it or nothing. `NotFound`
    /// when the account doesn't exist.
    pub async fn change_prompts(
        &self,
        owner: Uuid,
        changes: Vec<(String, Option<String>)>,
    ) -> Result<Account, StoreError> {
        let transaction = self.begin().await?;
        // The account's row first: whoever else changes its prompts waits here, and the revision is the order of the changes.
        let row = database::query_one(
            &transaction,
            "UPDATE accounts SET prompts_revision = prompts_revision + 1 WHERE id = $1 RETURNING *",
            [owner.into()],
        )
        .await?;
        let changed = account::Model::from_query_result(&row.ok_or(StoreError::NotFound)?, "")?.try_into()?;
        for (prompt, content) in changes {
            let prompt = storable(prompt);
            match content {
                Some(content) => {
                    let text = "INSERT INTO prompts (account, prompt, content) VALUES ($1, $2, $3)
                         ON CONFLICT (account, prompt) DO UPDATE SET content = excluded.content";
                    let values = [owner.into(), prompt.into(), storable(content).into()];
                    database::execute(&transaction, text, values).await?;
                }
                None => {
                    let text = "DELETE FROM prompts WHERE account = $1 AND prompt = $2";
                    database::execute(&transaction, text, [owner.into(), prompt.into()]).await?;
                }
            }
        }
        transaction.commit().await?;
        Ok(changed)
    }
}
