//! Semantic terms: business words of a connection.
//!
//! On a connection of one's own a word belongs to the connection. On a connection of everybody's each account has words of its own,
//! which nobody else sees and which win over the operator's; those are everybody's and changed by nobody.

use std::sync::Arc;

use uuid::Uuid;
use wenshu_answer::{ProbeFault, SemanticTerm, TermKind, probe};
use wenshu_sources::{Limits, Source, guard};
use wenshu_store::{Connection, SemanticTermRow, StoreError};

use super::reach;
use super::{Connections, Words};
use crate::change::Change;
use crate::faults::Faults;
use crate::{Actor, AppError, ErrorKind, FieldFault, Text};

const FIELDS: &[&str] = &["term", "kind", "expression", "description"];

/// How often an edit is made anew when another one came between reading and writing.
const TRIES: usize = 5;

/// A term as a person describes it: a new one, or what changes of one.
#[derive(Clone, Debug, Default)]
pub struct TermDraft {
    /// The word: 1–100 characters.
    pub term: Change<String>,
    /// `metric`, `dimension`, `alias` or `note`.
    pub kind: Change<String>,
    /// What it means; see [`SemanticTerm::expression`].
    pub expression: Change<String>,
    /// What it means in words; a note must have it.
    pub description: Change<String>,
}

/// A term as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermView {
    /// Identifies it.
    pub id: Uuid,
    /// The word with its meaning.
    pub term: SemanticTerm,
    /// Whether the caller may change it.
    pub is_editable: bool,
}

impl Connections {
    /// The terms that the caller asks a connection with, in the order they were made.
    ///
    /// # Errors
    ///
    /// `NotFound` for a connection that isn't the caller's or everybody's.
    pub async fn terms(&self, actor: &Actor, connection: Uuid) -> Result<Vec<TermView>, AppError> {
        let connection = self.find(actor, connection).await?;
        let rows = self.store.semantic_terms(actor.id(), connection.id).await?;
        Ok(rows.into_iter().filter_map(|row| view(actor, &connection, row)).collect())
    }

    /// Adds a term.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Invalid` naming every field that breaks a rule, an expression too that the guard refuses or the database can't
    /// evaluate; `Upstream` when the database can't be reached to be asked.
    pub async fn add_term(
        &self,
        actor: &Actor,
        connection: Uuid,
        draft: TermDraft,
        unread: Vec<FieldFault>,
    ) -> Result<TermView, AppError> {
        let connection = self.find(actor, connection).await?;
        let term = settle(draft, None, unread)?;
        self.check_term(actor, &connection, &term, None).await?;
        let owner = connection.owner.is_none().then_some(actor.id());
        let new = row(self.clock.new_id(), connection.id, owner, term);
        let added = self.store.insert_term(new).await.map_err(taken)?;
        view(actor, &connection, added).ok_or_else(unreadable)
    }

    /// Changes a term; what the draft doesn't mention stays.
    ///
    /// # Errors
    ///
    /// `Forbidden` for everybody's; the rest as for [`add_term`](Self::add_term).
    pub async fn change_term(
        &self,
        actor: &Actor,
        connection: Uuid,
        id: Uuid,
        draft: TermDraft,
        unread: Vec<FieldFault>,
    ) -> Result<TermView, AppError> {
        let connection = self.find(actor, connection).await?;
        for _ in 0..TRIES {
            let seen = self.editable_term(actor, &connection, id).await?;
            let current = semantic_term(&seen).ok_or_else(unreadable)?;
            let term = settle(draft.clone(), Some(current), unread.clone())?;
            self.check_term(actor, &connection, &term, Some(id)).await?;
            let new = row(id, connection.id, seen.owner, term);
            if let Some(changed) = self.store.update_term(actor.id(), seen, new).await.map_err(taken)? {
                return view(actor, &connection, changed).ok_or_else(unreadable);
            }
        }
        Err(super::edit::edited_meanwhile())
    }

    /// Deletes a term.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for everybody's.
    pub async fn remove_term(&self, actor: &Actor, connection: Uuid, id: Uuid) -> Result<(), AppError> {
        let connection = self.find(actor, connection).await?;
        self.editable_term(actor, &connection, id).await?;
        if self.store.delete_term(actor.id(), id).await? { Ok(()) } else { Err(no_term()) }
    }

    /// The words that a question is read with.
    pub(super) async fn words_of(&self, actor: &Actor, connection: Uuid) -> Result<Words, AppError> {
        let key = (actor.id(), connection, actor.connections_revision);
        if let Some(words) = self.words.get(&key) {
            return Ok(words);
        }
        let rows = self.store.semantic_terms(actor.id(), connection).await?;
        let own: Vec<String> =
            rows.iter().filter(|row| row.owner.is_some()).map(|row| row.term.clone()).collect();
        let terms = rows
            .iter()
            .filter(|row| row.owner.is_some() || !own.contains(&row.term))
            .filter_map(semantic_term)
            .collect();
        let relations = self.store.relations(actor.id(), connection).await?;
        let words = Words { terms, relations: super::relations::for_questions(&relations) };
        self.words.insert(key, words.clone());
        Ok(words)
    }

    async fn editable_term(
        &self,
        actor: &Actor,
        connection: &Connection,
        id: Uuid,
    ) -> Result<SemanticTermRow, AppError> {
        let rows = self.store.semantic_terms(actor.id(), connection.id).await?;
        let row = rows.into_iter().find(|row| row.id == id).ok_or_else(no_term)?;
        if is_editable(actor, connection, row.owner) { Ok(row) } else { Err(shared()) }
    }

    /// Asks the database whether it can evaluate the term.
    async fn check_term(
        &self,
        actor: &Actor,
        connection: &Connection,
        term: &SemanticTerm,
        replaced: Option<Uuid>,
    ) -> Result<(), AppError> {
        if term.kind == TermKind::Note {
            return Ok(());
        }
        let source = self.source(connection).await?;
        let schema = self.read_schema(connection, &source, false).await?;
        let rows = self.store.semantic_terms(actor.id(), connection.id).await?;
        let others: Vec<SemanticTerm> =
            rows.iter().filter(|row| Some(row.id) != replaced).filter_map(semantic_term).collect();
        match probe(term, &others, &schema, source.dialect()) {
            Ok(Some(statement)) => {
                let rows = self.evaluate(connection, &source, &statement).await?;
                // Of no rows an aggregate is still one row, and nothing else is.
                if term.kind == TermKind::Metric && rows == 0 {
                    return Err(AppError::invalid("expression", no_aggregate()));
                }
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(fault) => Err(AppError::invalid("expression", words(fault))),
        }
    }

    /// How many rows the statement gives.
    async fn evaluate(
        &self,
        connection: &Connection,
        source: &Arc<dyn Source>,
        statement: &str,
    ) -> Result<usize, AppError> {
        let query = guard::check(statement, source.dialect()).map_err(|refusal| {
            AppError::invalid(
                "expression",
                Text::new(
                    format!("没有通过只读检查：{}", refusal.message),
                    format!("does not pass the read-only check: {}", refusal.message),
                ),
            )
        })?;
        let cancel = tokio_util::sync::CancellationToken::new();
        match source.query(&query, &Limits::default(), &cancel).await {
            Ok(result) => Ok(result.rows()),
            Err(error) => {
                let failure = reach::upstream(&error);
                if failure.code() == "database_failed" {
                    return Err(AppError::invalid(
                        "expression",
                        Text::new(
                            format!("数据库无法计算此表达式：{}", error.message()),
                            format!("can't be evaluated by the database: {}", error.message()),
                        ),
                    ));
                }
                self.note_reached(connection, failure.kind() != ErrorKind::Upstream).await;
                Err(failure)
            }
        }
    }
}

/// What there will be, made from what there is.
fn settle(
    draft: TermDraft,
    current: Option<SemanticTerm>,
    unread: Vec<FieldFault>,
) -> Result<SemanticTerm, AppError> {
    let mut faults = Faults::new(unread);
    let current = current.as_ref();
    let word = draft.term.applied_to(current.map(|current| current.term.clone()));
    let word = word.map(|word| word.trim().to_owned()).unwrap_or_default();
    if word.is_empty() {
        faults.missing("term");
    }
    faults.line("term", &word, 100);
    let kind = draft.kind.applied_to(current.map(|current| kind_word(current.kind).to_owned()));
    let kind = match kind {
        None => {
            faults.missing("kind");
            None
        }
        Some(word) => {
            let kind = parse_kind(&word);
            if kind.is_none() {
                let names = TERM_KINDS.map(kind_word).join(", ");
                faults.add("kind", Text::new(format!("可用：{names}"), format!("must be one of: {names}")));
            }
            kind
        }
    };
    let expression = draft.expression.applied_to(current.map(|current| current.expression.clone()));
    let mut expression = expression.map(|text| text.trim().to_owned()).unwrap_or_default();
    // Before a kind that takes none drops it.
    faults.text("expression", &expression, 4_000);
    let description = draft.description.applied_to(current.and_then(|current| current.description.clone()));
    let description = description.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match kind {
        // A note has nothing to evaluate; what another kind left is gone with it.
        Some(TermKind::Note) => {
            expression.clear();
            if description.is_none() {
                faults.missing("description");
            }
        }
        Some(_) if expression.is_empty() => faults.missing("expression"),
        _ => {}
    }
    faults.text("description", description.as_deref().unwrap_or_default(), 4_000);
    faults.finish(FIELDS)?;
    let kind = kind.ok_or_else(unreadable)?;
    Ok(SemanticTerm { term: word, kind, expression, description })
}

/// Whether the caller may change what has this owner on this connection.
pub(super) fn is_editable(actor: &Actor, connection: &Connection, owner: Option<Uuid>) -> bool {
    owner.or(connection.owner) == Some(actor.id())
}

fn row(id: Uuid, connection: Uuid, owner: Option<Uuid>, term: SemanticTerm) -> SemanticTermRow {
    let SemanticTerm { term, kind, expression, description } = term;
    SemanticTermRow { id, connection, owner, term, kind: kind_word(kind).to_owned(), expression, description }
}

fn view(actor: &Actor, connection: &Connection, row: SemanticTermRow) -> Option<TermView> {
    let term = semantic_term(&row)?;
    Some(TermView { id: row.id, term, is_editable: is_editable(actor, connection, row.owner) })
}

fn semantic_term(row: &SemanticTermRow) -> Option<SemanticTerm> {
    let kind = parse_kind(&row.kind).or_else(|| {
        tracing::warn!(term.id = %row.id, term.kind = row.kind, "a semantic term of unknown kind is left out");
        None
    })?;
    Some(SemanticTerm {
        term: row.term.clone(),
        kind,
        expression: row.expression.clone(),
        description: row.description.clone(),
    })
}

/// Every kind of term.
pub const TERM_KINDS: [TermKind; 4] =
    [TermKind::Metric, TermKind::Dimension, TermKind::Alias, TermKind::Note];

/// The name of a kind, in contracts and in the store.
pub fn kind_word(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Metric => "metric",
        TermKind::Dimension => "dimension",
        TermKind::Alias => "alias",
        TermKind::Note => "note",
    }
}

fn parse_kind(word: &str) -> Option<TermKind> {
    TERM_KINDS.into_iter().find(|kind| kind_word(*kind) == word)
}

fn no_aggregate() -> Text {
    Text::new(
        "指标必须是聚合表达式，例如 SUM(表名.字段名) 或 COUNT(DISTINCT 表名.字段名)；按字段分组请用维度",
        "must be an aggregate for a metric, such as SUM(table.column) or COUNT(DISTINCT table.column); what is grouped by is a \
         dimension",
    )
}

fn words(fault: ProbeFault) -> Text {
    match fault {
        ProbeFault::Syntax => Text::new("不是一个 SQL 表达式", "is not one SQL expression"),
        ProbeFault::NoTable => Text::new(
            "没有用到任何表的字段，请写成 表名.字段名",
            "names no table; write columns as table.column",
        ),
        ProbeFault::NoTarget => Text::new(
            "没有这个表、字段或术语",
            "is neither a table, a column (table.column) nor another term",
        ),
    }
}

fn taken(error: StoreError) -> AppError {
    match error {
        StoreError::Conflict { .. } => {
            AppError::invalid("term", Text::new("该连接已有此术语", "This connection has this term already"))
        }
        StoreError::NotFound => super::edit::not_found(),
        error => error.into(),
    }
}

fn no_term() -> AppError {
    AppError::not_found("术语", "Term")
}

pub(super) fn shared() -> AppError {
    AppError::new(
        ErrorKind::Forbidden,
        "shared_connection",
        Text::new(
            "这是所有人共用的，不能修改或删除；可以添加自己的",
            "This is everybody's and can't be changed or deleted; you can add your own",
        ),
    )
}

fn unreadable() -> AppError {
    AppError::internal(anyhow::anyhow!("a stored term is of an unknown kind"))
}
