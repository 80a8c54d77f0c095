//! Why a statement was refused, in words that a person or a model can act on.

use std::fmt;

/// Why a statement was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of rule it broke.
    pub reason: RefusalReason,
    /// The offending thing, for a person or a model to act on.
    pub message: String,
}

/// The rule a refused statement broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// It isn't SQL of the dialect.
    Syntax,
    /// No statement, or more than one.
    NotOneStatement,
    /// A statement that isn't a query, or a query with a part that writes or locks.
    NotReadOnly,
    /// A function that isn't known to be pure.
    Function,
    /// A table that is the database's own machinery, or a file.
    Relation,
    /// Too long or nested too deeply to be checked safely.
    TooComplex,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// A refusal, as the error of whatever is being checked.
pub(super) fn refuse<Checked>(reason: RefusalReason, message: impl Into<String>) -> Result<Checked, Refusal> {
    Err(Refusal { reason, message: message.into() })
}

/// The refusal of a text that the parser doesn't understand. Positions are left out, since they are those of another text.
pub(super) fn unparsed(message: &str, dialect: &str) -> Refusal {
    let message = message.split(" at Line:").next().unwrap_or(message);
    Refusal {
        reason: RefusalReason::Syntax,
        message: format!("The text can't be read as {dialect}: {}.", message.trim_end_matches('.')),
    }
}

/// The beginning of a text, on one line, for a message.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut line: String =
        text.chars().take(LONGEST).map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}
