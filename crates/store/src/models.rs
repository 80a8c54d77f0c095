//! Language models of one's own: where they are and how they are called.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::{
    EncryptedSecret, Store, StoreError,
    database::{self, from_millis, storable, to_millis},
    entity::model,
};

/// A language model of one account, or of everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Identifies the model.
    pub id: Uuid,
    /// Whose it is. None: everybody's.
    pub owner: Option<Uuid>,
    /// What people call it.
    pub name: String,
    /// Who provides it.
    pub provider: String,
    /// What its provider calls it.
    pub model_id: String,
    /// Where it is; None: where its provider usually is.
    pub base_url: Option<String>,
    /// What it is paid with.
    pub api_key: Option<EncryptedSecret>,
    /// What a token of it costs in credits; 1 for somebody's own.
    pub multiplier: u32,
    /// Whether it answered when it was last tried. None: not tried yet, or changed since.
    pub last_reached: Option<bool>,
    /// Grows with every edit of what is above, so that nobody goes on with an older state of it.
    pub revision: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last edited.
    pub updated_at: DateTime<Utc>,
}

/// A model to be made; the fields are those of [`Model`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewModel {
    /// Identifies the model.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Who provides it.
    pub provider: String,
    /// What its provider calls it.
    pub model_id: String,
    /// Where it is.
    pub base_url: Option<String>,
    /// What it is paid with.
    pub api_key: Option<EncryptedSecret>,
    /// Whether it becomes the one that answers its owner when a question names none.
    pub is_default: bool,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

/// A model as it is to be from now on; the fields are those of [`Model`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelUpdate {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub owner: Uuid,
    /// The [revision](Model::revision) that the edit was made from. Nothing is written over another one.
    pub seen: i64,
    /// What its owner calls it.
    pub name: String,
    /// Who provides it.
    pub provider: String,
    /// What its provider calls it.
    pub model_id: String,
    /// Where it is.
    pub base_url: Option<String>,
    /// What it is paid with.
    pub api_key: Option<EncryptedSecret>,
    /// Whether it becomes its owner's default, or stops being it; None leaves that as it is.
    pub is_default: Option<bool>,
    /// When it is edited.
    pub updated_at: DateTime<Utc>,
}

impl Store {
    /// The owner's models in the order they were made.
    pub async fn models(&self, owner: Uuid) -> Result<Vec<Model>, StoreError> {
        let text = "SELECT * FROM models WHERE owner = $1 ORDER BY number";
        let rows = database::query_all(self.readers(), text, [owner.into()]).await?;
        rows.iter().map(from_row).collect()
    }

    /// The owner's model with this id.
    pub async fn find_model(&self, owner: Uuid, id: Uuid) -> Result<Option<Model>, StoreError> {
        let text = "SELECT * FROM models WHERE id = $2 AND owner = $1";
        let row = database::query_one(self.readers(), text, [owner.into(), id.into()]).await?;
        row.as_ref().map(from_row).transpose()
    }

    /// Makes a model. `NotFound` when the owner doesn't exist, `Conflict` of `id` when the model does.
    pub async fn insert_model(&self, new: NewModel) -> Result<Model, StoreError> {
        let NewModel { id, owner, name, provider, model_id, base_url, api_key, is_default, created_at } = new;
        let transaction = self.begin().await?;
        let row = database::query_one(
            &transaction,
            "INSERT INTO models (id, owner, name, provider, model_id, base_url, api_key, revision, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8) RETURNING *",
            [
                id.into(),
                owner.into(),
                storable(name).into(),
                storable(provider).into(),
                storable(model_id).into(),
                base_url.map(storable).into(),
                api_key.map(EncryptedSecret::into_bytes).into(),
                to_millis(created_at).into(),
            ],
        )
        .await?;
        let row = row.ok_or_else(|| StoreError::Other("the model was not returned".into()))?;
        note_change(&transaction, owner, id, is_default.then_some(true)).await?;
        transaction.commit().await?;
        from_row(&row)
    }

    /// Edits a model. None when the owner has none of this id in this revision; nothing is written then.
    ///
    /// Whether it was reached is forgotten unless only its name changed: that was another model, or another way to it.
    pub async fn update_model(&self, update: ModelUpdate) -> Result<Option<Model>, StoreError> {
        let ModelUpdate {
            id,
            owner,
            seen,
            name,
            provider,
            model_id,
            base_url,
            api_key,
            is_default,
            updated_at,
        } = update;
        let transaction = self.begin().await?;
        let row = database::query_one(
            &transaction,
            "UPDATE models SET name = $4, provider = $5, model_id = $6, base_url = $7, api_key = $8, updated_at = $9,
             revision = revision + 1, last_reached = CASE
                WHEN provider = $5 AND model_id = $6 AND base_url IS NOT DISTINCT FROM $7 AND api_key IS NOT DISTINCT FROM $8
                THEN last_reached END
             WHERE id = $1 AND owner = $2 AND revision = $3 RETURNING *",
            [
                id.into(),
                owner.into(),
                seen.into(),
                storable(name).into(),
                storable(provider).into(),
                storable(model_id).into(),
                base_url.map(storable).into(),
                api_key.map(EncryptedSecret::into_bytes).into(),
                to_millis(updated_at).into(),
            ],
        )
        .await?;
        let Some(row) = row else {
            transaction.rollback().await?;
            return Ok(None);
        };
        note_change(&transaction, owner, id, is_default).await?;
        transaction.commit().await?;
        from_row(&row).map(Some)
    }

    /// Deletes the owner's model, which is nobody's default then. What was answered by it stays. False when the owner has no such
    /// model.
    pub async fn delete_model(&self, owner: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        let text = "DELETE FROM models WHERE id = $2 AND owner = $1";
        let deleted = database::execute(&transaction, text, [owner.into(), id.into()]).await?;
        if deleted > 0 {
            note_change(&transaction, owner, id, Some(false)).await?;
        }
        transaction.commit().await?;
        Ok(deleted > 0)
    }

    /// Notes whether the owner's model answered, if it still is as it was in this revision. Writes only on a change.
    pub async fn set_model_reached(
        &self,
        owner: Uuid,
        id: Uuid,
        revision: i64,
        reached: bool,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        let changed = database::execute(
            &transaction,
            "UPDATE models SET last_reached = $4
             WHERE id = $2 AND owner = $1 AND revision = $3 AND last_reached IS DISTINCT FROM $4",
            [owner.into(), id.into(), revision.into(), reached.into()],
        )
        .await?;
        if changed > 0 {
            note_change(&transaction, owner, id, None).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Raises the number of the owner's changes, and makes the model the default, or no longer.
async fn note_change<C: ConnectionTrait>(
    transaction: &C,
    owner: Uuid,
    model: Uuid,
    is_default: Option<bool>,
) -> Result<(), StoreError> {
    database::execute(
        transaction,
        "UPDATE accounts SET models_revision = models_revision + 1, default_model = CASE
            WHEN $3 THEN $2
            WHEN $4 AND default_model = $2 THEN NULL
            ELSE default_model END
         WHERE id = $1",
        [owner.into(), model.into(), (is_default == Some(true)).into(), (is_default == Some(false)).into()],
    )
    .await
    .map(drop)
}

fn from_row(row: &QueryResult) -> Result<Model, StoreError> {
    model::Model::from_query_result(row, "")?.try_into()
}

impl TryFrom<model::Model> for Model {
    type Error = StoreError;

    fn try_from(row: model::Model) -> Result<Self, StoreError> {
        let model::Model {
            id,
            number: _,
            owner,
            name,
            provider,
            model_id,
            base_url,
            api_key,
            last_reached,
            revision,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id,
            owner: Some(owner),
            name,
            provider,
            model_id,
            base_url,
            api_key: api_key.map(EncryptedSecret::new),
            multiplier: 1,
            last_reached,
            revision,
            created_at: from_millis(created_at)?,
            updated_at: from_millis(updated_at)?,
        })
    }
}
