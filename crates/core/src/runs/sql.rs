//! Running SQL that a person wrote or edited, as a run of the conversation it belongs to.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use uuid::Uuid;
use wenshu_answer::{GivenSql, Language};
use wenshu_sources::guard;

use super::returning::Repeated;
use super::{Asked, Beginning, EventId, Runs};
use crate::models::Chosen;
use crate::{Actor, AppError, Text};

/// The longest statement, in characters.
const SQL_LENGTH: usize = 20_000;

/// What such runs are counted as, where a model is counted.
const GIVEN: &str = "sql";

/// A statement to be run.
#[derive(Clone, Debug)]
pub struct RunSql {
    /// One statement that only reads; 1–20,000 characters after trimming.
    pub sql: String,
    /// The language of progress messages.
    pub language: Language,
    /// The conversation it belongs to.
    pub conversation: Uuid,
    /// The connection to ask; the conversation's or the default one without.
    pub connection: Option<Uuid>,
    /// The last event a returning reader has seen.
    pub last_event: Option<EventId>,
}

impl RunSql {
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (GIVEN, self.sql.trim(), self.language, self.conversation, self.connection).hash(&mut hasher);
        hasher.finish()
    }
}

impl Runs {
    /// Runs a statement, or comes back to a run of it that is under way. It is kept as a message of the conversation, and its rows as
    /// the answer.
    ///
    /// # Errors
    ///
    /// Before the run starts: `Invalid` naming `sql`, with the guard's reason too; the rest as for [`ask`](Self::ask).
    pub async fn run_sql(&self, actor: &Actor, run: RunSql) -> Result<Asked, AppError> {
        let request = run.fingerprint();
        if let Some(last) = run.last_event {
            let repeated = Repeated {
                request,
                text: run.sql.trim(),
                conversation: Some(run.conversation),
                connection: run.connection,
                language: run.language,
            };
            if let Some(asked) = self.come_back(actor, repeated, last).await? {
                return Ok(asked);
            }
        }
        let RunSql { sql, language, conversation, connection, last_event: _ } = run;
        let sql = sql.trim().to_owned();
        if !(1..=SQL_LENGTH).contains(&sql.chars().count()) {
            return Err(AppError::invalid(
                "sql",
                Text::new(
                    format!("须为 1–{SQL_LENGTH} 个字符"),
                    format!("must have 1 to {SQL_LENGTH} characters"),
                ),
            ));
        }
        let found = self
            .store
            .find_conversation(actor.id(), conversation)
            .await?
            .ok_or_else(|| AppError::not_found("对话", "Conversation"))?;
        let target = self.target(actor, connection, found.connection).await?;
        // What is refused never was a question: whoever edits the statement mends it first.
        guard::check(&sql, target.source.dialect()).map_err(|refusal| {
            AppError::invalid(
                "sql",
                Text::new(
                    format!("没有通过只读检查：{}", refusal.message),
                    format!("does not pass the read-only check: {}", refusal.message),
                ),
            )
        })?;
        let (model_id, label) = (GIVEN.to_owned(), GIVEN.to_owned());
        let interpreter = Arc::new(GivenSql::new(sql.clone()));
        let chosen = Chosen { model_id, label, interpreter, stored: None };
        let beginning = Beginning {
            request,
            query: sql,
            language,
            conversation: Some(conversation),
            context: Vec::new(),
            target,
            chosen,
            // The conversation's model stays the one that answered last.
            model: None,
        };
        self.begin(actor, beginning).await
    }
}
