//! Semantic terms: business words with their meaning on one connection.

use uuid::Uuid;

use crate::{Store, StoreError, store::unfinished};

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
        let _ = (owner, connection);
        Err(unfinished())
    }
}
