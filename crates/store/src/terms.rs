//! Semantic terms: business words with their meaning on one connection.
//!
//! A word belongs to the connection, for everybody who sees it; or to one account, which has words of its own for a connection of
//! everybody's.

use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::{self, storable},
    entity::term,
};

/// A business word of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemanticTermRow {
    /// Identifies the term.
    pub id: Uuid,
    /// On which connection it means that.
    pub connection: Uuid,
    /// For whom alone it means that. None: for everybody who sees the connection.
    pub owner: Option<Uuid>,
    /// The word; unique for its connection and owner.
    pub term: String,
    /// What sort of definition it is, in the words of the answering side.
    pub kind: String,
    /// The definition.
    pub expression: String,
    /// An explanation for people.
    pub description: Option<String>,
}

/// A term that comes with the demo connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSemanticTerm {
    /// Identifies the term.
    pub id: Uuid,
    /// The word.
    pub term: String,
    /// What sort of definition it is.
    pub kind: String,
    /// The definition.
    pub expression: String,
    /// An explanation for people.
    pub description: Option<String>,
}

/// What an account ($1) may change of a table with connections and owners: its own, and what its connections have.
pub(crate) const IS_THEIRS: &str =
    "(owner = $1 OR owner IS NULL AND connection IN (SELECT id FROM connections WHERE owner = $1))";

impl Store {
    /// The terms that an account sees on a connection, in the order they were made; none when it may not see the connection.
    pub async fn semantic_terms(
        &self,
        viewer: Uuid,
        connection: Uuid,
    ) -> Result<Vec<SemanticTermRow>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT terms.* FROM terms JOIN connections ON connections.id = terms.connection
             WHERE connections.id = $2 AND (connections.owner = $1 OR connections.owner IS NULL)
             AND (terms.owner = $1 OR terms.owner IS NULL)
             ORDER BY terms.number",
            [viewer.into(), connection.into()],
        )
        .await?;
        rows.iter().map(from_row).collect()
    }

    /// Adds a term. `Conflict` of `term` when its connection has the word for the same owner; `NotFound` when the connection is gone.
    pub async fn insert_term(&self, new: SemanticTermRow) -> Result<SemanticTermRow, StoreError> {
        let row = database::query_one(
            self.writer(),
            "INSERT INTO terms (id, connection, owner, term, kind, expression, description)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING *",
            [
                new.id.into(),
                new.connection.into(),
                new.owner.into(),
                storable(new.term).into(),
                storable(new.kind).into(),
                storable(new.expression).into(),
                new.description.map(storable).into(),
            ],
        )
        .await?;
        from_row(&row.ok_or(StoreError::Conflict { field: "term" })?)
    }

    /// Changes a term that is the account's to change and still is as `seen`. None otherwise; `Conflict` of `term` when the connection
    /// has the new word already.
    pub async fn update_term(
        &self,
        account: Uuid,
        seen: SemanticTermRow,
        new: SemanticTermRow,
    ) -> Result<Option<SemanticTermRow>, StoreError> {
        let text = format!(
            "UPDATE terms SET term = $7, kind = $8, expression = $9, description = $10
             WHERE id = $2 AND {IS_THEIRS} AND term = $3 AND kind = $4 AND expression = $5 AND description IS NOT DISTINCT FROM $6
             RETURNING *"
        );
        let changed = database::query_one(
            self.writer(),
            &text,
            [
                account.into(),
                seen.id.into(),
                seen.term.into(),
                seen.kind.into(),
                seen.expression.into(),
                seen.description.into(),
                storable(new.term).into(),
                storable(new.kind).into(),
                storable(new.expression).into(),
                new.description.map(storable).into(),
            ],
        )
        .await;
        match changed {
            Err(StoreError::Conflict { .. }) => Err(StoreError::Conflict { field: "term" }),
            changed => changed?.as_ref().map(from_row).transpose(),
        }
    }

    /// Deletes a term that is the account's to change. False when there is none.
    pub async fn delete_term(&self, account: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let text = format!("DELETE FROM terms WHERE id = $2 AND {IS_THEIRS}");
        Ok(database::execute(self.writer(), &text, [account.into(), id.into()]).await? > 0)
    }
}

/// Those of the terms whose words the connection does not have.
pub(crate) async fn missing<C: ConnectionTrait>(
    database: &C,
    connection: Uuid,
    terms: &[NewSemanticTerm],
) -> Result<Vec<NewSemanticTerm>, StoreError> {
    let text = "SELECT term FROM terms WHERE connection = $1 AND owner IS NULL";
    let rows = database::query_all(database, text, [connection.into()]).await?;
    let existing = rows
        .iter()
        .map(|row| Ok(row.try_get_by_index::<String>(0)?))
        .collect::<Result<std::collections::HashSet<String>, StoreError>>()?;
    Ok(terms.iter().filter(|term| !existing.contains(&storable(term.term.clone()))).cloned().collect())
}

/// Adds terms to a connection, leaving out words that it has by now.
pub(crate) async fn insert<C: ConnectionTrait>(
    transaction: &C,
    connection: Uuid,
    terms: Vec<NewSemanticTerm>,
) -> Result<(), StoreError> {
    for term in terms {
        database::execute(
            transaction,
            "INSERT INTO terms (id, connection, term, kind, expression, description)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            [
                term.id.into(),
                connection.into(),
                storable(term.term).into(),
                storable(term.kind).into(),
                storable(term.expression).into(),
                term.description.map(storable).into(),
            ],
        )
        .await?;
    }
    Ok(())
}

fn from_row(row: &QueryResult) -> Result<SemanticTermRow, StoreError> {
    Ok(term::Model::from_query_result(row, "")?.into())
}

impl From<term::Model> for SemanticTermRow {
    fn from(row: term::Model) -> Self {
        let term::Model { id, number: _, connection, owner, term, kind, expression, description } = row;
        Self { id, connection, owner, term, kind, expression, description }
    }
}
