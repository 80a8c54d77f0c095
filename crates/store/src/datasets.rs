//! Datasets: files that people brought, and the tables that were made of them.
//!
//! All datasets of an account are asked by one connection, which comes with the first of them and goes with the last. Its revision is
//! raised when they change, so that nobody goes on asking what was.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, JsonValue, QueryResult};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::{self, from_millis, storable, to_millis},
};

/// What the connection of datasets has for its driver.
const DRIVER: &str = "dataset";

/// Files that somebody brought, as tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Identifies it.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// What people call it.
    pub name: String,
    /// What they say of it.
    pub description: Option<String>,
    /// What it was made of: `delimited`, `xlsx`, `rows`, …
    pub kind: String,
    /// What its file was called, where there was one.
    pub file_name: Option<String>,
    /// Where that file lies as it came.
    pub original: Option<String>,
    /// The bytes that all of it takes in the storage.
    pub bytes: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Its tables, one at least.
    pub tables: Vec<DatasetTable>,
}

/// A table of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetTable {
    /// What questions call it; no two tables of an account have the same.
    pub name: String,
    /// The sheet that it was made of.
    pub sheet: Option<String>,
    /// Where it lies.
    pub path: String,
    /// Its columns: each name with what it holds (`text`, `integer`, …).
    pub columns: Vec<(String, String)>,
    /// The names of those in which every row is known to have a value of its own.
    pub distinct: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
}

/// A dataset to be kept; the fields are those of [`Dataset`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDataset {
    /// The dataset.
    pub dataset: Dataset,
    /// The most bytes that all datasets of its owner may take together.
    pub quota: u64,
    /// The connection to be made if its owner has no datasets yet.
    pub connection: DatasetConnection,
}

/// The connection by which all datasets of an account are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetConnection {
    /// Its id, if it has to be made.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
}

impl Store {
    /// The account's datasets, newest first.
    pub async fn datasets(&self, owner: Uuid) -> Result<Vec<Dataset>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT * FROM datasets WHERE owner = $1 ORDER BY number DESC",
            [owner.into()],
        )
        .await?;
        let tables = database::query_all(
            self.readers(),
            "SELECT * FROM dataset_tables WHERE owner = $1 ORDER BY dataset, position",
            [owner.into()],
        )
        .await?;
        let mut by_dataset: HashMap<Uuid, Vec<DatasetTable>> = HashMap::new();
        for row in &tables {
            by_dataset.entry(row.try_get("", "dataset")?).or_default().push(table_from(row)?);
        }
        let with_tables = |row: &QueryResult| {
            let mut dataset = dataset_from(row)?;
            dataset.tables = by_dataset.remove(&dataset.id).unwrap_or_default();
            Ok(dataset)
        };
        rows.iter().map(with_tables).collect()
    }

    /// One of the account's datasets.
    pub async fn find_dataset(&self, owner: Uuid, id: Uuid) -> Result<Option<Dataset>, StoreError> {
        let text = "SELECT * FROM datasets WHERE owner = $1 AND id = $2";
        let Some(row) = database::query_one(self.readers(), text, [owner.into(), id.into()]).await? else {
            return Ok(None);
        };
        let mut dataset = dataset_from(&row)?;
        let text = "SELECT * FROM dataset_tables WHERE dataset = $1 ORDER BY position";
        let rows = database::query_all(self.readers(), text, [id.into()]).await?;
        dataset.tables = rows.iter().map(table_from).collect::<Result<_, _>>()?;
        Ok(Some(dataset))
    }

    /// Whose dataset this is, for servers where knowing an id is enough.
    pub async fn dataset_owner(&self, id: Uuid) -> Result<Option<Uuid>, StoreError> {
        let text = "SELECT owner FROM datasets WHERE id = $1";
        let row = database::query_one(self.readers(), text, [id.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// The connection by which the account's datasets are asked; None while it has no datasets.
    pub async fn dataset_connection(&self, owner: Uuid) -> Result<Option<Uuid>, StoreError> {
        let text = "SELECT id FROM connections WHERE owner = $1 AND driver = $2";
        let row = database::query_one(self.readers(), text, [owner.into(), DRIVER.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// The bytes that the account's datasets take.
    pub async fn dataset_bytes(&self, owner: Uuid) -> Result<u64, StoreError> {
        bytes_of(self.readers(), owner).await
    }

    /// Keeps a dataset. `NotFound` when there is no such account, `Conflict` of `bytes` when it would have more than it may, of `tables` when
    /// one of its tables is called like another one. Nothing is kept then.
    pub async fn insert_dataset(&self, new: NewDataset) -> Result<(), StoreError> {
        let NewDataset { dataset, quota, connection } = new;
        let transaction = self.begin().await?;
        let inserted = insert(&transaction, dataset, quota, connection).await;
        match inserted {
            Ok(()) => Ok(transaction.commit().await?),
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
    }

    /// Deletes one of the account's datasets; false when it has none of this id. With the last one goes the connection.
    pub async fn delete_dataset(&self, owner: Uuid, id: Uuid, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        lock_owner(&transaction, owner).await?;
        let text = "DELETE FROM datasets WHERE owner = $1 AND id = $2";
        if database::execute(&transaction, text, [owner.into(), id.into()]).await? == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        let text = "SELECT 1 FROM datasets WHERE owner = $1 LIMIT 1";
        if database::query_one(&transaction, text, [owner.into()]).await?.is_some() {
            raise(&transaction, owner, at).await?;
        } else {
            // In the order in which runs take their rows, see `delete_connection`.
            for table in ["runs", "conversations"] {
                let text = format!(
                    "UPDATE {table} SET connection = NULL WHERE connection IN
                     (SELECT id FROM connections WHERE owner = $1 AND driver = $2)"
                );
                database::execute(&transaction, &text, [owner.into(), DRIVER.into()]).await?;
            }
            let text = "DELETE FROM connections WHERE owner = $1 AND driver = $2";
            database::execute(&transaction, text, [owner.into(), DRIVER.into()]).await?;
            let text =
                "UPDATE accounts SET conversations_revision = conversations_revision + 1 WHERE id = $1";
            database::execute(&transaction, text, [owner.into()]).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

async fn insert(
    transaction: &DatabaseTransaction,
    dataset: Dataset,
    quota: u64,
    connection: DatasetConnection,
) -> Result<(), StoreError> {
    let Dataset { id, owner, name, description, kind, file_name, original, bytes, created_at, tables } =
        dataset;
    lock_owner(transaction, owner).await?;
    if bytes_of(transaction, owner).await?.saturating_add(bytes) > quota {
        return Err(StoreError::Conflict { field: "bytes" });
    }
    database::execute(
        transaction,
        "INSERT INTO datasets (id, owner, name, description, kind, file_name, original, bytes, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            id.into(),
            owner.into(),
            storable(name).into(),
            description.map(storable).into(),
            kind.into(),
            file_name.map(storable).into(),
            original.into(),
            bigint(bytes)?.into(),
            to_millis(created_at).into(),
        ],
    )
    .await?;
    for (position, table) in (0_i64..).zip(tables) {
        let columns = JsonValue::from(
            table
                .columns
                .into_iter()
                .map(|(name, kind)| {
                    let distinct = table.distinct.contains(&name);
                    JsonValue::from([storable(name).into(), kind.into(), JsonValue::from(distinct)].to_vec())
                })
                .collect::<Vec<JsonValue>>(),
        );
        let inserted = database::execute(
            transaction,
            "INSERT INTO dataset_tables (dataset, position, owner, name, sheet, path, columns_json, row_count)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (owner, name) DO NOTHING",
            [
                id.into(),
                position.into(),
                owner.into(),
                storable(table.name).into(),
                table.sheet.map(storable).into(),
                table.path.into(),
                columns.to_string().into(),
                bigint(table.rows)?.into(),
            ],
        )
        .await?;
        if inserted == 0 {
            return Err(StoreError::Conflict { field: "tables" });
        }
    }
    if raise(transaction, owner, created_at).await? == 0 {
        database::execute(
            transaction,
            "INSERT INTO connections (id, owner, name, driver, database_name, is_demo, created_at, updated_at)
             VALUES ($1, $2, $3, $4, '', $5, $6, $6)",
            [
                connection.id.into(),
                owner.into(),
                storable(connection.name).into(),
                DRIVER.into(),
                false.into(),
                to_millis(created_at).into(),
            ],
        )
        .await?;
    }
    Ok(())
}

/// Datasets of one account change one after another.
async fn lock_owner(transaction: &DatabaseTransaction, owner: Uuid) -> Result<(), StoreError> {
    let text = if database::is_postgres(transaction) {
        "SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE"
    } else {
        "SELECT 1 FROM accounts WHERE id = $1"
    };
    database::query_one(transaction, text, [owner.into()]).await?.map(drop).ok_or(StoreError::NotFound)
}

/// Raises the revision of the connection of datasets, if there is one.
async fn raise(transaction: &DatabaseTransaction, owner: Uuid, at: DateTime<Utc>) -> Result<u64, StoreError> {
    let text =
        "UPDATE connections SET revision = revision + 1, updated_at = $3 WHERE owner = $1 AND driver = $2";
    database::execute(transaction, text, [owner.into(), DRIVER.into(), to_millis(at).into()]).await
}

async fn bytes_of<C: ConnectionTrait>(connection: &C, owner: Uuid) -> Result<u64, StoreError> {
    let text = "SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM datasets WHERE owner = $1";
    let row = database::query_one(connection, text, [owner.into()]).await?;
    let bytes: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    Ok(u64::try_from(bytes).unwrap_or_default())
}

fn dataset_from(row: &QueryResult) -> Result<Dataset, StoreError> {
    let bytes: i64 = row.try_get("", "bytes")?;
    Ok(Dataset {
        id: row.try_get("", "id")?,
        owner: row.try_get("", "owner")?,
        name: row.try_get("", "name")?,
        description: row.try_get("", "description")?,
        kind: row.try_get("", "kind")?,
        file_name: row.try_get("", "file_name")?,
        original: row.try_get("", "original")?,
        bytes: u64::try_from(bytes).unwrap_or_default(),
        created_at: from_millis(row.try_get("", "created_at")?)?,
        tables: Vec::new(),
    })
}

fn table_from(row: &QueryResult) -> Result<DatasetTable, StoreError> {
    let columns: String = row.try_get("", "columns_json")?;
    let columns: JsonValue = columns.parse().map_err(|error| StoreError::Other(Box::new(error)))?;
    let word = |column: &JsonValue, index: usize| column[index].as_str().unwrap_or_default().to_owned();
    let columns = columns.as_array().map(Vec::as_slice).unwrap_or_default();
    // Of those that were kept before it was looked for nothing is said.
    let distinct = columns.iter().filter(|column| column[2] == true);
    let rows: i64 = row.try_get("", "row_count")?;
    Ok(DatasetTable {
        name: row.try_get("", "name")?,
        sheet: row.try_get("", "sheet")?,
        path: row.try_get("", "path")?,
        columns: columns.iter().map(|column| (word(column, 0), word(column, 1))).collect(),
        distinct: distinct.map(|column| word(column, 0)).collect(),
        rows: u64::try_from(rows).unwrap_or_default(),
    })
}

fn bigint(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|error| StoreError::Other(Box::new(error)))
}
