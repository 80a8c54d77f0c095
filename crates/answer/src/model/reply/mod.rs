//! Tells the SQL of a reply from its words, while it arrives.
//!
//! | what arrives | what is made of it |
//! | --- | --- |
//! | words | said at once |
//! | a block of SQL in a fence, closed or not, words around it or not | SQL; what stands before it is said, what comes after it isn't |
//! | several of them | the last one: models that notice a mistake write the query again |
//! | a block of something else | words |
//! | a line that begins with `SELECT` or `WITH … AS`, without a fence | SQL when the parser takes it for that, else words ([`bare`]) |
//! | a JSON object with `sql`; a call of the tool written as text, `<tool_call>…` or `<function=…>` | SQL |
//! | a call of the tool | SQL; words before it are said |
//! | several calls | all of their statements, which the guard sends back |
//! | a call that can't be read, whatever words come with it | nothing: the caller asks again |
//! | thinking | left out; words that turn out to be thinking only when it is closed are taken back, and SQL in them isn't run |
//! | SQL that the limit on the reply's length cut | cut off: the caller asks for something shorter |
//! | nothing | nothing: the caller asks again |
//!
//! Nothing is read twice: what a piece costs depends on the piece, however long the reply is by then.
//!
//! [`text`] decides piece by piece; [`opening`] is how a statement begins, [`block`] what stands around one, [`bare`] what is one without
//! anything around it, and [`written`] the SQL in what was written for it.

mod bare;
mod block;
mod opening;
#[cfg(test)]
mod tests;
mod text;
mod written;

use serde_json::Value;
use wenshu_sources::Dialect;

use self::text::TextReader;
pub(crate) use self::written::WrittenSql;
use self::written::{is_object, of_object};
use super::reading::{Reader, Spoken};
use super::thinking::ThinkingFilter;

/// The tool that runs SQL.
pub(crate) const RUN_SQL: &str = "run_sql";

/// What stands before and behind a block.
const FENCE: &str = "```";

/// What a reply was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReplyContent {
    /// A statement, and lines about how the question was read.
    Sql(WrittenSql),
    /// Half a statement, or nothing yet, when the limit on the reply's length was reached.
    CutOff(String),
    /// Words, said already.
    Words,
    /// Nothing that is of use: neither of them, or a call of a tool that can't be read.
    Nothing,
}

/// Reads a reply piece by piece.
#[derive(Debug)]
pub(crate) struct ReplyReader {
    thinking: ThinkingFilter,
    /// Whether words are said as they come, or only when the reply turns out to be nothing else.
    speaks: bool,
    text: TextReader,
    unsaid: String,
    /// How many bytes of words have been said.
    told: usize,
    /// Whether any of them is more than white space.
    said: bool,
    /// What calls of the tool brought. It is SQL whatever else was said.
    called: Option<WrittenSql>,
    /// Whether there was a call that isn't whole, or of no tool that there is.
    has_broken_call: bool,
}

impl ReplyReader {
    /// `speaks` is whether words are said as they come. A repaired statement comes with excuses that nobody needs to hear.
    pub(crate) fn new(speaks: bool, dialect: Dialect) -> Self {
        Self {
            thinking: ThinkingFilter::default(),
            speaks,
            text: TextReader::new(dialect),
            unsaid: String::new(),
            told: 0,
            said: false,
            called: None,
            has_broken_call: false,
        }
    }

    /// Ends the reply: the words that were held back, and what it was. `is_cut` is whether the limit on its length ended it.
    pub(crate) fn finish(mut self, is_cut: bool) -> (String, ReplyContent) {
        let rest = self.thinking.finish();
        let mut words = self.text.read(&rest);
        let cut = self.text.finish(&mut words, is_cut);
        self.has_broken_call |= self.text.has_broken_call;
        let found = match self.called.take() {
            Some(called) if !(is_cut && self.has_broken_call) => Some(called),
            _ => self.text.found.take().filter(|_| cut.is_none()),
        };
        if let Some(found) = found {
            // What was held back was no answer of its own.
            return (String::new(), ReplyContent::Sql(found));
        }
        if cut.is_some() || is_cut && self.has_broken_call {
            return (String::new(), ReplyContent::CutOff(cut.unwrap_or_default()));
        }
        if self.has_broken_call {
            return (String::new(), ReplyContent::Nothing);
        }
        let words = if words.is_empty() { words } else { self.say(words) };
        let all = std::mem::take(&mut self.unsaid) + &words;
        if self.said || !all.trim().is_empty() {
            (all, ReplyContent::Words)
        } else if is_cut {
            (String::new(), ReplyContent::CutOff(String::new()))
        } else {
            (String::new(), ReplyContent::Nothing)
        }
    }

    /// Words as they are to be said now.
    fn say(&mut self, words: String) -> String {
        if !self.speaks {
            self.unsaid.push_str(&words);
            return String::new();
        }
        self.said |= !words.trim().is_empty();
        self.told += words.len();
        words
    }
}

impl Reader for ReplyReader {
    fn push(&mut self, piece: &str) -> Spoken {
        let text = self.thinking.push(piece);
        let mut taken_back = 0;
        if self.thinking.takes_back() {
            taken_back = std::mem::take(&mut self.told);
            self.said = false;
            self.unsaid.clear();
            self.text = TextReader::new(self.text.dialect);
        }
        let words = self.text.read(&text);
        Spoken { taken_back, words: self.say(words) }
    }

    fn note_thinking(&mut self) {
        self.thinking.note_thinking();
    }

    /// Takes a call of a tool. Other tools than [`RUN_SQL`] were not offered.
    fn call(&mut self, name: &str, arguments: &Value) {
        let written = if name == RUN_SQL { of_object(arguments) } else { None };
        // Of text it can't be told whether it is whole.
        self.has_broken_call |= written.is_none() || !is_object(arguments);
        if let Some(written) = written {
            self.called = Some(match self.called.take() {
                Some(before) => before.and(written),
                None => written,
            });
        }
    }
}
