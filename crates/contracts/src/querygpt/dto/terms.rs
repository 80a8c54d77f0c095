//! Bodies of `/connections/{id}/terms`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::connections::terms::kind_word;
use wenshu_core::connections::{TermDraft, TermView};
use wenshu_core::{FieldFault, SemanticTerm};

use super::words::TermKindWord;
use crate::http::form::{Checks, Given};

/// A new term, or what changes of one.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct TermBody {
    /// The word.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    term: Given<String>,
    /// What the expression is.
    #[serde(default)]
    #[schema(value_type = TermKindWord)]
    kind: Given<String>,
    /// SQL for a metric or dimension; a table, column (`table.column`) or term for an alias; nothing for a note.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4_000)]
    expression: Given<String>,
    /// What it means in words; a note must have it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4_000)]
    description: Given<String>,
}

impl TermBody {
    /// What was said, and the faults of what can't be read.
    pub fn into_draft(self) -> (TermDraft, Vec<FieldFault>) {
        let Self { term, kind, expression, description } = self;
        let mut checks = Checks::default();
        let draft = TermDraft {
            term: checks.change("term", term),
            kind: checks.change("kind", kind),
            expression: checks.change("expression", expression),
            description: checks.change("description", description),
        };
        (draft, checks.into_faults())
    }
}

/// The list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Terms)]
pub struct TermsDto<'a> {
    terms: Vec<TermDto<'a>>,
}

impl<'a> From<&'a [TermView]> for TermsDto<'a> {
    fn from(terms: &'a [TermView]) -> Self {
        Self { terms: terms.iter().map(TermDto::from).collect() }
    }
}

/// A term.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Term)]
pub struct TermDto<'a> {
    id: Uuid,
    term: &'a str,
    #[schema(value_type = TermKindWord)]
    kind: &'static str,
    expression: &'a str,
    description: Option<&'a str>,
    /// Whether the caller may change it.
    is_editable: bool,
}

impl<'a> From<&'a TermView> for TermDto<'a> {
    fn from(view: &'a TermView) -> Self {
        let TermView { id, term: SemanticTerm { term, kind, expression, description }, is_editable } = view;
        Self {
            id: *id,
            term,
            kind: kind_word(*kind),
            expression,
            description: description.as_deref(),
            is_editable: *is_editable,
        }
    }
}
