//! Semantic terms: business words with their meaning on one connection.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::{self, storable},
    entity::semantic_term,
};

/// A business word of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemanticTermRow {
    /// Identifies the term.
    pub id: Uuid,
    /// On which connection it means that.
    pub connection: Uuid,
    /// The word; unique for its connection.
    pub term: String,
    /// What sort of definition it is, in the words of the answering side.
    pub kind: String,
    /// The definition.
    pub expression: String,
    /// An explanation for people.
    pub description: Option<String>,
}

/// A term to be made.
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

impl Store {
    /// The terms of a connection in the order they were made; none when the owner may not see the connection.
    pub async fn semantic_terms(
        &self,
        owner: Uuid,
        connection: Uuid,
    ) -> Result<Vec<SemanticTermRow>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT semantic_terms.* FROM semantic_terms JOIN connections ON connections.id = semantic_terms.connection
             WHERE connections.id = $2 AND (connections.owner = $1 OR connections.owner IS NULL)
             ORDER BY semantic_terms.number",
            [owner.into(), connection.into()],
        )
        .await?;
        rows.iter().map(|row| Ok(semantic_term::Model::from_query_result(row, "")?.into())).collect()
    }
}

/// Those of the terms whose words the connection does not have.
pub(crate) async fn missing<C: ConnectionTrait>(
    database: &C,
    connection: Uuid,
    terms: &[NewSemanticTerm],
) -> Result<Vec<NewSemanticTerm>, StoreError> {
    let text = "SELECT term FROM semantic_terms WHERE connection = $1";
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
            "INSERT INTO semantic_terms (id, connection, term, kind, expression, description)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (connection, term) DO NOTHING",
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

impl From<semantic_term::Model> for SemanticTermRow {
    fn from(row: semantic_term::Model) -> Self {
        Self {
            id: row.id,
            connection: row.connection,
            term: row.term,
            kind: row.kind,
            expression: row.expression,
            description: row.description,
        }
    }
}
