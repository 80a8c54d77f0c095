//! What is asked, and in what situation.

use chrono::NaiveDateTime;

use crate::Language;

/// A question in its situation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The words, trimmed, 1–10,000 characters.
    pub text: String,
    /// The language to answer in (the question may be in either).
    pub language: Language,
    /// The wall-clock time that 今天 and "last month" refer to, in the asker's time zone.
    pub now: NaiveDateTime,
    /// Earlier rounds of the conversation, oldest first.
    pub context: Vec<Turn>,
}

/// An earlier round: what was asked and the SQL that answered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The question.
    pub question: String,
    /// The SQL, where there was one.
    pub sql: Option<String>,
    /// The written answer.
    pub answer: String,
}
