//! The interpreter that is told the SQL: what a person wrote or edited runs as it is, past the same guard and limits.

use async_trait::async_trait;
use wenshu_sources::QueryResult;

use crate::interpreter::Request;
use crate::{AnswerError, EventSink, Interpretation, Interpreter, Language, SqlDraft};

/// Reads nothing: the statement is given. What it brings needs no words, since whoever wrote it knows what was asked.
#[derive(Clone, Debug)]
pub struct GivenSql {
    sql: String,
}

impl GivenSql {
    /// This statement.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into() }
    }
}

#[async_trait]
impl Interpreter for GivenSql {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        let title = match request.question.language {
            Language::Zh => "查询结果",
            Language::En => "Query result",
        };
        Ok(Interpretation::Query(SqlDraft {
            sql: self.sql.clone(),
            title: title.to_owned(),
            ..SqlDraft::default()
        }))
    }

    async fn summarize(
        &self,
        _request: &Request<'_>,
        _draft: &SqlDraft,
        _result: &QueryResult,
        _events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        Ok(())
    }
}
