//! Bodies of `/connections/{id}/terms`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wenshu_core::connections::terms::kind_word;
use wenshu_core::connections::{TermDraft, TermView};
use wenshu_core::{FieldFault, SemanticTerm};

use crate::http::form::{Checks, Given};

/// A new term, or what changes of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TermBody {
    term: Given<String>,
    kind: Given<String>,
    expression: Given<String>,
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
#[derive(Debug, Serialize)]
pub struct TermsDto<'a> {
    terms: Vec<TermDto<'a>>,
}

impl<'a> From<&'a [TermView]> for TermsDto<'a> {
    fn from(terms: &'a [TermView]) -> Self {
        Self { terms: terms.iter().map(TermDto::from).collect() }
    }
}

/// A term.
#[derive(Debug, Serialize)]
pub struct TermDto<'a> {
    id: Uuid,
    term: &'a str,
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
