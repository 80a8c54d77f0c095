//! Bodies of `/connections/{id}/relations`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::connections::relations::cardinality_word;
use wenshu_core::connections::{RelationDraft, RelationView};
use wenshu_core::{FieldFault, Relation};

use super::words::CardinalityWord;
use crate::http::form::{Checks, Given};

/// A new relation, or what changes of one.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct RelationBody {
    /// The table on the left; `schema.name` when it isn't in the default schema.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    left_table: Given<String>,
    /// Its column.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    left_column: Given<String>,
    /// The table on the right.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    right_table: Given<String>,
    /// Its column.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    right_column: Given<String>,
    /// How many rows of the left have how many of the right.
    #[serde(default)]
    #[schema(value_type = CardinalityWord)]
    cardinality: Given<String>,
}

impl RelationBody {
    /// What was said, and the faults of what can't be read.
    pub fn into_draft(self) -> (RelationDraft, Vec<FieldFault>) {
        let Self { left_table, left_column, right_table, right_column, cardinality } = self;
        let mut checks = Checks::default();
        let draft = RelationDraft {
            left_table: checks.change("left_table", left_table),
            left_column: checks.change("left_column", left_column),
            right_table: checks.change("right_table", right_table),
            right_column: checks.change("right_column", right_column),
            cardinality: checks.change("cardinality", cardinality),
        };
        (draft, checks.into_faults())
    }
}

/// The list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Relations)]
pub struct RelationsDto<'a> {
    relations: Vec<RelationDto<'a>>,
}

impl<'a> From<&'a [RelationView]> for RelationsDto<'a> {
    fn from(relations: &'a [RelationView]) -> Self {
        Self { relations: relations.iter().map(RelationDto::from).collect() }
    }
}

/// A relation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Relation)]
pub struct RelationDto<'a> {
    id: Uuid,
    left_table: &'a str,
    left_column: &'a str,
    right_table: &'a str,
    right_column: &'a str,
    #[schema(value_type = CardinalityWord)]
    cardinality: &'static str,
    /// Whether the caller may change it.
    is_editable: bool,
}

impl<'a> From<&'a RelationView> for RelationDto<'a> {
    fn from(view: &'a RelationView) -> Self {
        let RelationView { id, relation, is_editable } = view;
        let Relation { left_table, left_column, right_table, right_column, cardinality } = relation;
        Self {
            id: *id,
            left_table,
            left_column,
            right_table,
            right_column,
            cardinality: cardinality_word(*cardinality),
            is_editable: *is_editable,
        }
    }
}
