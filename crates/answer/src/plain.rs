//! Interpreters for those who know words alone: what would be a question back or a refusal is said instead.

use std::sync::Arc;

use async_trait::async_trait;
use wenshu_sources::QueryResult;

use crate::interpreter::Request;
use crate::{
    AnswerError, AnswerErrorKind, AnswerEvent, Clarification, EventSink, Interpretation, Interpreter,
    Language, Question, SqlDraft,
};

/// What becomes of a question that isn't understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotUnderstood {
    /// It is a failure.
    Fails,
    /// It is a failure, with a word on where quotes of stocks come from.
    FailsOnStocks,
    /// Whoever was asked says what it is and what it can do.
    IsIntroduced,
}

/// Reads questions as another interpreter does.
pub struct PlainInterpreter {
    inner: Arc<dyn Interpreter>,
    not_understood: NotUnderstood,
    note: Option<TableNote>,
}

/// What is said of every answer from the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableNote {
    /// The table, by a name that nothing else in the database has.
    pub table: &'static str,
    /// What is said.
    pub words: &'static str,
}

impl TableNote {
    /// Whether a query reads the table.
    pub(crate) fn is_of(&self, sql: &str) -> bool {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        sql.split(|character| !is_part(character)).any(|word| word.eq_ignore_ascii_case(self.table))
    }
}

impl PlainInterpreter {
    /// Reads questions as this one does.
    pub fn new(inner: Arc<dyn Interpreter>, not_understood: NotUnderstood) -> Self {
        Self { inner, not_understood, note: None }
    }

    /// With this said of answers from rows of a table.
    #[must_use]
    pub fn noting(mut self, note: Option<TableNote>) -> Self {
        self.note = note;
        self
    }

    fn put(&self, error: AnswerError, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        let AnswerErrorKind::NotUnderstood { understood, suggestions, .. } = &error.kind else {
            return Err(error);
        };
        let language = request.question.language;
        match self.not_understood {
            NotUnderstood::Fails => Err(error),
            NotUnderstood::FailsOnStocks => {
                let message = format!("{}{}", error.message, where_quotes_are(language));
                Err(AnswerError { message, ..error })
            }
            NotUnderstood::IsIntroduced => {
                // What was a question about data, but for a word, is told which word.
                let words =
                    if understood.is_empty() { introduction(suggestions, language) } else { error.message };
                request.events.emit(AnswerEvent::Text(words));
                Ok(Interpretation::Words)
            }
        }
    }
}

#[async_trait]
impl Interpreter for PlainInterpreter {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        match self.inner.interpret(request).await {
            Ok(Interpretation::Ambiguous(clarification)) => {
                request.events.emit(AnswerEvent::Text(in_words(&clarification)));
                Ok(Interpretation::Words)
            }
            Err(error) => self.put(error, request),
            read => read,
        }
    }

    async fn summarize(
        &self,
        request: &Request<'_>,
        draft: &SqlDraft,
        result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        let said = self.inner.summarize(request, draft, result, events).await;
        // The rows are shown whatever became of the words.
        if let Some(note) = self.note.filter(|note| note.is_of(&draft.sql)) {
            events.emit(AnswerEvent::Text(format!("\n\n{}", note.words)));
        }
        said
    }

    async fn title(
        &self,
        question: &Question,
        answer: &str,
        events: &dyn EventSink,
    ) -> Result<Option<String>, AnswerError> {
        self.inner.title(question, answer, events).await
    }

    fn attempts(&self) -> u32 {
        self.inner.attempts()
    }
}

/// What the built-in engine is, and questions that it would answer.
pub fn introduction(suggestions: &[String], language: Language) -> String {
    let mut words = match language {
        Language::Zh => {
            "我是问数的内置引擎，没有接入语言模型：我不能闲聊，但能用数据库里的数据回答问题。".to_owned()
        }
        Language::En => "I am Wenshu's built-in engine, and there is no language model behind me: I can't chat, but I answer \
                         questions from the data in a database."
            .to_owned(),
    };
    if !suggestions.is_empty() {
        words.push_str(match language {
            Language::Zh => "可以这样问我：",
            Language::En => " You could ask me:",
        });
        for suggestion in suggestions {
            words.push_str("\n- ");
            words.push_str(suggestion);
        }
    }
    words
}

/// What is said where all that may be called is called by language models alone.
pub fn tools_need_a_model(language: Language) -> &'static str {
    match language {
        Language::Zh => {
            "这些工具需要由语言模型来调用，而现在没有可以调用工具的语言模型。请选用一个能调用工具的模型，或让管理员配置一个。"
        }
        Language::En => {
            "These tools are called by a language model, and there is none here that can call tools. Choose one that can, or ask an \
             operator to configure one."
        }
    }
}

/// A question back, as words.
fn in_words(clarification: &Clarification) -> String {
    let mut words = clarification.message.clone();
    for option in &clarification.options {
        words.push_str("\n- ");
        words.push_str(&option.query);
    }
    words
}

fn where_quotes_are(language: Language) -> &'static str {
    match language {
        Language::Zh => {
            "股票问题由服务器的行情来源回答：未另行配置时是演示行情。如果其中没有所需的行情，请让管理员用 quotes_connection 和 quotes_table 指定包含行情的数据库连接和表。"
        }
        Language::En => {
            " Questions about stocks are answered from the server's quotes, which are demonstration ones unless others are configured; if \
             those lack what is asked for, an operator can name a connection and a table that have it by quotes_connection and quotes_table."
        }
    }
}

/// What is said of quotes that were made up.
pub fn made_up_quotes(language: Language) -> &'static str {
    match language {
        Language::Zh => "（以上为演示行情，是合成数据，不是真实的市场价格。）",
        Language::En => "(These are demonstration quotes: they are made up, and no prices of a real market.)",
    }
}

/// What is said of figures that may be those of quotes that were made up, and were said before.
pub fn made_up_quotes_earlier(language: Language) -> &'static str {
    match language {
        Language::Zh => "（上文中的演示行情是合成数据，不是真实的市场价格。）",
        Language::En => {
            "(Demonstration quotes earlier in this conversation are made up, and no prices of a real market.)"
        }
    }
}
