//! Relations: columns of two tables that mean the same, where no key of the database says so.
//!
//! They belong to whom [terms](crate::SemanticTermRow) belong to.

use sea_orm::{FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::{self, storable},
    entity::relation,
    terms::IS_THEIRS,
};

/// A relation between two tables of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationRow {
    /// Identifies the relation.
    pub id: Uuid,
    /// On which connection.
    pub connection: Uuid,
    /// For whom alone. None: for everybody who sees the connection.
    pub owner: Option<Uuid>,
    /// The table on the left.
    pub left_table: String,
    /// Its column.
    pub left_column: String,
    /// The table on the right.
    pub right_table: String,
    /// Its column.
    pub right_column: String,
    /// How many rows of one side meet how many of the other, in the words of the answering side.
    pub cardinality: String,
}

impl Store {
    /// The relations that an account sees on a connection, in the order they were made; none when it may not see the connection.
    pub async fn relations(&self, viewer: Uuid, connection: Uuid) -> Result<Vec<RelationRow>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT relations.* FROM relations JOIN connections ON connections.id = relations.connection
             WHERE connections.id = $2 AND (connections.owner = $1 OR connections.owner IS NULL)
             AND (relations.owner = $1 OR relations.owner IS NULL)
             ORDER BY relations.number",
            [viewer.into(), connection.into()],
        )
        .await?;
        rows.iter().map(from_row).collect()
    }

    /// Adds a relation. `Conflict` of `relation` when its connection has one of the same columns for the same owner; `NotFound` when
    /// the connection is gone.
    pub async fn insert_relation(&self, new: RelationRow) -> Result<RelationRow, StoreError> {
        let row = database::query_one(
            self.writer(),
            "INSERT INTO relations (id, connection, owner, left_table, left_column, right_table, right_column, cardinality)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING *",
            [
                new.id.into(),
                new.connection.into(),
                new.owner.into(),
                storable(new.left_table).into(),
                storable(new.left_column).into(),
                storable(new.right_table).into(),
                storable(new.right_column).into(),
                storable(new.cardinality).into(),
            ],
        )
        .await?;
        from_row(&row.ok_or(StoreError::Conflict { field: "relation" })?)
    }

    /// Changes a relation that is the account's to change and still is as `seen`. None otherwise; `Conflict` of `relation` when the
    /// connection has one of the new columns already.
    pub async fn update_relation(
        &self,
        account: Uuid,
        seen: RelationRow,
        new: RelationRow,
    ) -> Result<Option<RelationRow>, StoreError> {
        let text = format!(
            "UPDATE relations SET left_table = $8, left_column = $9, right_table = $10, right_column = $11, cardinality = $12
             WHERE id = $2 AND {IS_THEIRS} AND left_table = $3 AND left_column = $4 AND right_table = $5 AND right_column = $6
             AND cardinality = $7 RETURNING *"
        );
        let changed = database::query_one(
            self.writer(),
            &text,
            [
                account.into(),
                seen.id.into(),
                seen.left_table.into(),
                seen.left_column.into(),
                seen.right_table.into(),
                seen.right_column.into(),
                seen.cardinality.into(),
                storable(new.left_table).into(),
                storable(new.left_column).into(),
                storable(new.right_table).into(),
                storable(new.right_column).into(),
                storable(new.cardinality).into(),
            ],
        )
        .await;
        match changed {
            Err(StoreError::Conflict { .. }) => Err(StoreError::Conflict { field: "relation" }),
            changed => changed?.as_ref().map(from_row).transpose(),
        }
    }

    /// Deletes a relation that is the account's to change. False when there is none.
    pub async fn delete_relation(&self, account: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let text = format!("DELETE FROM relations WHERE id = $2 AND {IS_THEIRS}");
        Ok(database::execute(self.writer(), &text, [account.into(), id.into()]).await? > 0)
    }
}

fn from_row(row: &QueryResult) -> Result<RelationRow, StoreError> {
    Ok(relation::Model::from_query_result(row, "")?.into())
}

impl From<relation::Model> for RelationRow {
    fn from(row: relation::Model) -> Self {
        let relation::Model {
            id,
            number: _,
            connection,
            owner,
            left_table,
            left_column,
            right_table,
            right_column,
            cardinality,
        } = row;
        Self { id, connection, owner, left_table, left_column, right_table, right_column, cardinality }
    }
}
