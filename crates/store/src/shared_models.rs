//! Language models that everybody is offered. They are nobody's, so these finders take no owner; who may change them is decided above.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{
    EncryptedSecret, Model, Store, StoreError,
    database::{self, from_millis, storable, to_millis},
};

/// A model of everybody to be made; the fields are those of [`Model`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSharedModel {
    /// Identifies the model.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Who provides it.
    pub provider: String,
    /// What its provider calls it.
    pub model_id: String,
    /// Where it is.
    pub base_url: Option<String>,
    /// What it is paid with.
    pub api_key: Option<EncryptedSecret>,
    /// What a token of it costs in credits.
    pub multiplier: u32,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

/// A model of everybody as it is to be from now on; the fields are those of [`Model`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedModelUpdate {
    /// Which.
    pub id: Uuid,
    /// The [revision](Model::revision) that the edit was made from. Nothing is written over another one.
    pub seen: i64,
    /// What people call it.
    pub name: String,
    /// Who provides it.
    pub provider: String,
    /// What its provider calls it.
    pub model_id: String,
    /// Where it is.
    pub base_url: Option<String>,
    /// What it is paid with.
    pub api_key: Option<EncryptedSecret>,
    /// What a token of it costs in credits.
    pub multiplier: u32,
    /// When it is edited.
    pub updated_at: DateTime<Utc>,
}

impl Store {
    /// Everybody's models in the order they were made.
    pub async fn shared_models(&self) -> Result<Vec<Model>, StoreError> {
        let text = "SELECT * FROM shared_models ORDER BY number";
        let rows = database::query_all(self.readers(), text, []).await?;
        rows.iter().map(from_row).collect()
    }

    /// Everybody's model with this id.
    pub async fn find_shared_model(&self, id: Uuid) -> Result<Option<Model>, StoreError> {
        let text = "SELECT * FROM shared_models WHERE id = $1";
        let row = database::query_one(self.readers(), text, [id.into()]).await?;
        row.as_ref().map(from_row).transpose()
    }

    /// Makes a model of everybody's. `Conflict` of `id` when it exists.
    pub async fn insert_shared_model(&self, new: NewSharedModel) -> Result<Model, StoreError> {
        let NewSharedModel { id, name, provider, model_id, base_url, api_key, multiplier, created_at } = new;
        let row = database::query_one(
            self.writer(),
            "INSERT INTO shared_models (id, name, provider, model_id, base_url, api_key, multiplier, revision, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8) RETURNING *",
            [
                id.into(),
                storable(name).into(),
                storable(provider).into(),
                storable(model_id).into(),
                base_url.map(storable).into(),
                api_key.map(EncryptedSecret::into_bytes).into(),
                i64::from(multiplier).into(),
                to_millis(created_at).into(),
            ],
        )
        .await?;
        from_row(&row.ok_or_else(|| StoreError::Other("the model was not returned".into()))?)
    }

    /// Edits a model of everybody's. None when there is none of this id in this revision; nothing is written then.
    ///
    /// Whether it was reached is forgotten unless only its name or its price changed: that was another model, or another way to it.
    pub async fn update_shared_model(&self, update: SharedModelUpdate) -> Result<Option<Model>, StoreError> {
        let SharedModelUpdate {
            id,
            seen,
            name,
            provider,
            model_id,
            base_url,
            api_key,
            multiplier,
            updated_at,
        } = update;
        let row = database::query_one(
            self.writer(),
            "UPDATE shared_models SET name = $3, provider = $4, model_id = $5, base_url = $6, api_key = $7, multiplier = $8,
             updated_at = $9, revision = revision + 1, last_reached = CASE
                WHEN provider = $4 AND model_id = $5 AND base_url IS NOT DISTINCT FROM $6 AND api_key IS NOT DISTINCT FROM $7
                THEN last_reached END
             WHERE id = $1 AND revision = $2 RETURNING *",
            [
                id.into(),
                seen.into(),
                storable(name).into(),
                storable(provider).into(),
                storable(model_id).into(),
                base_url.map(storable).into(),
                api_key.map(EncryptedSecret::into_bytes).into(),
                i64::from(multiplier).into(),
                to_millis(updated_at).into(),
            ],
        )
        .await?;
        row.as_ref().map(from_row).transpose()
    }

    /// Deletes a model of everybody's. What was answered by it stays. False when there is none.
    pub async fn delete_shared_model(&self, id: Uuid) -> Result<bool, StoreError> {
        let text = "DELETE FROM shared_models WHERE id = $1";
        Ok(database::execute(self.writer(), text, [id.into()]).await? > 0)
    }

    /// Notes whether everybody's model answered, if it still is as it was in this revision. Writes only on a change.
    pub async fn set_shared_model_reached(
        &self,
        id: Uuid,
        revision: i64,
        reached: bool,
    ) -> Result<(), StoreError> {
        database::execute(
            self.writer(),
            "UPDATE shared_models SET last_reached = $3
             WHERE id = $1 AND revision = $2 AND last_reached IS DISTINCT FROM $3",
            [id.into(), revision.into(), reached.into()],
        )
        .await
        .map(drop)
    }
}

fn from_row(row: &QueryResult) -> Result<Model, StoreError> {
    let multiplier: i64 = row.try_get("", "multiplier")?;
    let api_key: Option<Vec<u8>> = row.try_get("", "api_key")?;
    Ok(Model {
        id: row.try_get("", "id")?,
        owner: None,
        name: row.try_get("", "name")?,
        provider: row.try_get("", "provider")?,
        model_id: row.try_get("", "model_id")?,
        base_url: row.try_get("", "base_url")?,
        api_key: api_key.map(EncryptedSecret::new),
        multiplier: u32::try_from(multiplier).map_err(|error| StoreError::Other(error.into()))?,
        last_reached: row.try_get("", "last_reached")?,
        revision: row.try_get("", "revision")?,
        created_at: from_millis(row.try_get("", "created_at")?)?,
        updated_at: from_millis(row.try_get("", "updated_at")?)?,
    })
}
