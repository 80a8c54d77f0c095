//! Relations: columns of two tables that mean the same, where no key of the database says so.
//!
//! They belong to whom [terms](super::terms) belong to.

use std::sync::Arc;

use uuid::Uuid;
use wenshu_answer::{Cardinality, Relation};
use wenshu_sources::{Schema, Table};
use wenshu_store::{Connection, RelationRow, StoreError};

use super::Connections;
use super::terms::{is_editable, shared};
use crate::change::Change;
use crate::faults::Faults;
use crate::{Actor, AppError, FieldFault, Text};

const FIELDS: &[&str] = &["left_table", "left_column", "right_table", "right_column", "cardinality"];

/// How often an edit is made anew when another one came between reading and writing.
const TRIES: usize = 5;

/// A relation as a person describes it: a new one, or what changes of one.
#[derive(Clone, Debug, Default)]
pub struct RelationDraft {
    /// The table on the left; `schema.name` when it isn't in the default schema.
    pub left_table: Change<String>,
    /// Its column.
    pub left_column: Change<String>,
    /// The table on the right.
    pub right_table: Change<String>,
    /// Its column.
    pub right_column: Change<String>,
    /// `one_to_one`, `one_to_many`, `many_to_one` or `many_to_many`.
    pub cardinality: Change<String>,
}

/// A relation as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationView {
    /// Identifies it.
    pub id: Uuid,
    /// The relation.
    pub relation: Relation,
    /// Whether the caller may change it.
    pub is_editable: bool,
}

impl Connections {
    /// The relations that the caller asks a connection with, in the order they were made.
    ///
    /// # Errors
    ///
    /// `NotFound` for a connection that isn't the caller's or everybody's.
    pub async fn relations(&self, actor: &Actor, connection: Uuid) -> Result<Vec<RelationView>, AppError> {
        let connection = self.find(actor, connection).await?;
        let rows = self.store.relations(actor.id(), connection.id).await?;
        Ok(rows.into_iter().filter_map(|row| view(actor, &connection, row)).collect())
    }

    /// Adds a relation.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Invalid` naming every field that breaks a rule, tables and columns too that the database doesn't have; `Upstream`
    /// when the database can't be reached to be asked.
    pub async fn add_relation(
        &self,
        actor: &Actor,
        connection: Uuid,
        draft: RelationDraft,
        unread: Vec<FieldFault>,
    ) -> Result<RelationView, AppError> {
        let connection = self.find(actor, connection).await?;
        let relation = self.settle_relation(&connection, draft, None, unread).await?;
        let owner = connection.owner.is_none().then_some(actor.id());
        let new = row(self.clock.new_id(), connection.id, owner, relation);
        let added = self.store.insert_relation(new).await.map_err(taken)?;
        view(actor, &connection, added).ok_or_else(unreadable)
    }

    /// Changes a relation; what the draft doesn't mention stays.
    ///
    /// # Errors
    ///
    /// `Forbidden` for everybody's; the rest as for [`add_relation`](Self::add_relation).
    pub async fn change_relation(
        &self,
        actor: &Actor,
        connection: Uuid,
        id: Uuid,
        draft: RelationDraft,
        unread: Vec<FieldFault>,
    ) -> Result<RelationView, AppError> {
        let connection = self.find(actor, connection).await?;
        for _ in 0..TRIES {
            let seen = self.editable_relation(actor, &connection, id).await?;
            let current = relation(&seen).ok_or_else(unreadable)?;
            let changed =
                self.settle_relation(&connection, draft.clone(), Some(current), unread.clone()).await?;
            let new = row(id, connection.id, seen.owner, changed);
            let changed = self.store.update_relation(actor.id(), seen, new).await.map_err(taken)?;
            if let Some(changed) = changed {
                return view(actor, &connection, changed).ok_or_else(unreadable);
            }
        }
        Err(super::edit::edited_meanwhile())
    }

    /// Deletes a relation.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for everybody's.
    pub async fn remove_relation(&self, actor: &Actor, connection: Uuid, id: Uuid) -> Result<(), AppError> {
        let connection = self.find(actor, connection).await?;
        self.editable_relation(actor, &connection, id).await?;
        if self.store.delete_relation(actor.id(), id).await? { Ok(()) } else { Err(no_relation()) }
    }

    async fn editable_relation(
        &self,
        actor: &Actor,
        connection: &Connection,
        id: Uuid,
    ) -> Result<RelationRow, AppError> {
        let rows = self.store.relations(actor.id(), connection.id).await?;
        let row = rows.into_iter().find(|row| row.id == id).ok_or_else(no_relation)?;
        if is_editable(actor, connection, row.owner) { Ok(row) } else { Err(shared()) }
    }

    /// What there will be, made from what there is and compared with what the database has.
    async fn settle_relation(
        &self,
        connection: &Connection,
        draft: RelationDraft,
        current: Option<Relation>,
        unread: Vec<FieldFault>,
    ) -> Result<Relation, AppError> {
        let mut faults = Faults::new(unread);
        let RelationDraft { left_table, left_column, right_table, right_column, cardinality } = draft;
        let now = |of: fn(&Relation) -> &String| current.as_ref().map(|current| of(current).clone());
        let mut name = |field: &'static str, change: Change<String>, now: Option<String>| {
            let name = change.applied_to(now).map(|name| name.trim().to_owned()).unwrap_or_default();
            if name.is_empty() {
                faults.missing(field);
            }
            faults.line(field, &name, 255);
            name
        };
        let left_table = name("left_table", left_table, now(|current| &current.left_table));
        let left_column = name("left_column", left_column, now(|current| &current.left_column));
        let right_table = name("right_table", right_table, now(|current| &current.right_table));
        let right_column = name("right_column", right_column, now(|current| &current.right_column));
        let word = cardinality
            .applied_to(current.as_ref().map(|current| cardinality_word(current.cardinality).to_owned()));
        let cardinality = word.as_deref().and_then(parse_cardinality);
        if word.is_none() {
            faults.missing("cardinality");
        } else if cardinality.is_none() {
            let names = CARDINALITIES.map(cardinality_word).join(", ");
            faults
                .add("cardinality", Text::new(format!("可用：{names}"), format!("must be one of: {names}")));
        }
        if (&left_table, &left_column) == (&right_table, &right_column) && !left_table.is_empty() {
            faults.add(
                "right_column",
                Text::new("不能与自身关联", "must be another column than the one on the left"),
            );
        }

        let source = self.source(connection).await?;
        let schema = self.read_schema(connection, &source, false).await?;
        let ends = [
            ("left_table", "left_column", &left_table, &left_column),
            ("right_table", "right_column", &right_table, &right_column),
        ];
        for (table_field, column_field, table, column) in ends {
            if table.is_empty() {
                continue;
            }
            match find_table(&schema, table) {
                None => {
                    faults.add(table_field, Text::new("数据库中没有这个表", "is no table of this database"))
                }
                Some(table) if !column.is_empty() && table.column(column).is_none() => {
                    faults.add(column_field, Text::new("表中没有这个字段", "is no column of this table"))
                }
                Some(_) => {}
            }
        }
        faults.finish(FIELDS)?;
        let cardinality = cardinality.ok_or_else(unreadable)?;
        Ok(Relation { left_table, left_column, right_table, right_column, cardinality })
    }
}

/// The relations that questions are read with.
pub(super) fn for_questions(rows: &[RelationRow]) -> Arc<[Relation]> {
    let (own, shared): (Vec<&RelationRow>, Vec<&RelationRow>) =
        rows.iter().partition(|row| row.owner.is_some());
    let ends = |row: &RelationRow| {
        [&row.left_table, &row.left_column, &row.right_table, &row.right_column].map(String::clone)
    };
    // What somebody draws for themselves is said of the same columns instead of what is everybody's.
    let shared = shared.into_iter().filter(|row| !own.iter().any(|other| ends(other) == ends(row)));
    shared.chain(own.iter().copied()).filter_map(relation).collect()
}

fn find_table<'a>(schema: &'a Schema, name: &str) -> Option<&'a Table> {
    let is_qualified = |table: &&Table| {
        table.schema.as_ref().is_some_and(|schema| format!("{schema}.{}", table.name) == name)
    };
    schema.tables.iter().find(is_qualified).or_else(|| schema.table(name))
}

fn row(id: Uuid, connection: Uuid, owner: Option<Uuid>, relation: Relation) -> RelationRow {
    let Relation { left_table, left_column, right_table, right_column, cardinality } = relation;
    let cardinality = cardinality_word(cardinality).to_owned();
    RelationRow { id, connection, owner, left_table, left_column, right_table, right_column, cardinality }
}

fn relation(row: &RelationRow) -> Option<Relation> {
    let cardinality = parse_cardinality(&row.cardinality).or_else(|| {
        tracing::warn!(relation.id = %row.id, cardinality = row.cardinality, "a relation of unknown cardinality is left out");
        None
    })?;
    Some(Relation {
        left_table: row.left_table.clone(),
        left_column: row.left_column.clone(),
        right_table: row.right_table.clone(),
        right_column: row.right_column.clone(),
        cardinality,
    })
}

fn view(actor: &Actor, connection: &Connection, row: RelationRow) -> Option<RelationView> {
    let relation = relation(&row)?;
    Some(RelationView { id: row.id, relation, is_editable: is_editable(actor, connection, row.owner) })
}

/// Every cardinality.
pub const CARDINALITIES: [Cardinality; 4] =
    [Cardinality::OneToOne, Cardinality::OneToMany, Cardinality::ManyToOne, Cardinality::ManyToMany];

/// The name of a cardinality, in contracts and in the store.
pub fn cardinality_word(cardinality: Cardinality) -> &'static str {
    match cardinality {
        Cardinality::OneToOne => "one_to_one",
        Cardinality::OneToMany => "one_to_many",
        Cardinality::ManyToOne => "many_to_one",
        Cardinality::ManyToMany => "many_to_many",
    }
}

fn parse_cardinality(word: &str) -> Option<Cardinality> {
    CARDINALITIES.into_iter().find(|cardinality| cardinality_word(*cardinality) == word)
}

fn taken(error: StoreError) -> AppError {
    match error {
        StoreError::Conflict { .. } => AppError::invalid(
            "right_column",
            Text::new("这两个字段已有关联", "These columns are related already"),
        ),
        StoreError::NotFound => super::edit::not_found(),
        error => error.into(),
    }
}

fn no_relation() -> AppError {
    AppError::not_found("关联", "Relation")
}

fn unreadable() -> AppError {
    AppError::internal(anyhow::anyhow!("a stored relation is of an unknown cardinality"))
}
