//! What an account prefers.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{Account, Store, StoreError, database, entity::account};

/// What an account has chosen, in the words of whoever asked it; the defaults of what it hasn't are above the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The language of answers.
    pub language: Option<String>,
    /// The look of the page.
    pub theme: Option<String>,
    /// How much of the page is shown.
    pub view_mode: Option<String>,
    /// How many earlier rounds a question is read with.
    pub context_rounds: Option<i32>,
}

/// What changes of an account's preferences. Outer None: it stays; inner None: nothing is chosen any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreferencesUpdate {
    /// The language of answers.
    pub language: Option<Option<String>>,
    /// The look of the page.
    pub theme: Option<Option<String>>,
    /// How much of the page is shown.
    pub view_mode: Option<Option<String>>,
    /// How many earlier rounds a question is read with.
    pub context_rounds: Option<Option<i32>>,
    /// The connection that is asked when a question names none: one that the account may ask.
    pub default_connection: Option<Option<Uuid>>,
    /// The model that answers when a question names none, whichever: one that isn't there (any more) is no choice.
    pub default_model: Option<Option<Uuid>>,
}

impl Store {
    /// Changes what an account prefers, all of it or nothing. `NotFound` when the account, or the connection among those that it may
    /// ask, doesn't exist.
    pub async fn set_preferences(
        &self,
        account: Uuid,
        update: PreferencesUpdate,
    ) -> Result<Account, StoreError> {
        let PreferencesUpdate {
            language,
            theme,
            view_mode,
            context_rounds,
            default_connection,
            default_model,
        } = update;
        let row = database::query_one(
            self.writer(),
            "UPDATE accounts SET
                language = CASE WHEN $2 THEN $3 ELSE language END,
                theme = CASE WHEN $4 THEN $5 ELSE theme END,
                view_mode = CASE WHEN $6 THEN $7 ELSE view_mode END,
                context_rounds = CASE WHEN $8 THEN $9 ELSE context_rounds END,
                default_connection = CASE WHEN $10 THEN $11 ELSE default_connection END,
                default_model = CASE WHEN $13 THEN $14 ELSE default_model END
             WHERE id = $1 AND ($12 OR EXISTS (
                SELECT 1 FROM connections WHERE connections.id = $11 AND (connections.owner = $1 OR connections.owner IS NULL)))
             RETURNING *",
            [
                account.into(),
                language.is_some().into(),
                language.flatten().into(),
                theme.is_some().into(),
                theme.flatten().into(),
                view_mode.is_some().into(),
                view_mode.flatten().into(),
                context_rounds.is_some().into(),
                context_rounds.flatten().into(),
                default_connection.is_some().into(),
                default_connection.flatten().into(),
                default_connection.flatten().is_none().into(),
                default_model.is_some().into(),
                default_model.flatten().into(),
            ],
        )
        .await?;
        account::Model::from_query_result(&row.ok_or(StoreError::NotFound)?, "")?.try_into()
    }
}
