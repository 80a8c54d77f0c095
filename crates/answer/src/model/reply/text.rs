//! The text of a reply, thinking aside: words, and SQL in whatever stands around it.

use wenshu_sources::Dialect;

use super::FENCE;
use super::bare::{self, Bare};
use super::block::{self, Block, CALLS, Kind};
use super::opening::{Opening, is_object, is_shouted};
use super::written::{WrittenSql, may_have_sql, of_text};
use crate::model::thinking::parts;

/// What stands between paragraphs.
const PARAGRAPH: &str = "\n\n";

/// Tells words from SQL piece by piece.
#[derive(Debug)]
pub(super) struct TextReader {
    pub(super) dialect: Dialect,
    state: State,
    /// What isn't decided yet, or the content of a block so far.
    held: String,
    /// Up to where `held` was looked through for what ends it.
    searched: usize,
    /// How what stands at the beginning of `held` may begin a statement.
    place: Place,
    opening: Opening,
    /// Whether there was more than white space.
    has_begun: bool,
    /// The SQL of the last block that had some.
    pub(super) found: Option<WrittenSql>,
    /// Whether a call was written as text that can't be read.
    pub(super) has_broken_call: bool,
}

#[derive(Debug, Default)]
enum State {
    /// Words, watched for what is none.
    #[default]
    Words,
    /// Behind three backquotes: what kind of block it is isn't known yet.
    Fence,
    /// Behind the line of a fence that doesn't say enough: what the block begins with does. Here is the line.
    Peek { line: String, may_be_sql: bool },
    /// Within a block of something else.
    Code,
    /// Within a block of SQL, an object or a call.
    Block(Block),
    /// What begins like a statement or an object without a fence, up to the end; or as a sentence does, which may end with its
    /// paragraph.
    Bare { is_sentence: bool },
}

/// Where in a text something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// At the beginning of a line.
    #[default]
    Line,
    /// Behind a colon.
    Colon,
    /// Somewhere else.
    Within,
}

impl TextReader {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            state: State::default(),
            held: String::new(),
            searched: 0,
            place: Place::default(),
            opening: Opening::default(),
            has_begun: false,
            found: None,
            has_broken_call: false,
        }
    }

    /// Takes the next piece; gives back the words to be said now.
    pub(super) fn read(&mut self, piece: &str) -> String {
        let mut words = String::new();
        for part in parts(piece) {
            self.held.push_str(part);
            while self.step(&mut words) {}
        }
        words
    }

    /// Decides something about what is held; `false` when that needs more of the reply.
    fn step(&mut self, words: &mut String) -> bool {
        match &mut self.state {
            State::Words => self.words(words),
            State::Fence => self.fence(words),
            State::Peek { .. } => self.peek(words),
            State::Code => self.code(words),
            State::Block(_) => self.block(words),
            State::Bare { .. } => self.bare(words),
        }
    }

    /// Says so much of what is held. Words behind SQL aren't said.
    fn say(&mut self, bytes: usize, words: &mut String) {
        if self.found.is_none() {
            self.has_begun |= !self.held[..bytes].trim_start().is_empty();
            words.push_str(&self.held[..bytes]);
        }
        self.held.drain(..bytes);
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.searched = 0;
        self.opening = Opening::default();
        self.place = Place::Within;
    }

    fn words(&mut self, words: &mut String) -> bool {
        if self.place != Place::Within {
            return self.first_of_words(words);
        }
        let mut from = 0;
        while let Some(at) = self.held[from..].find(['`', '<', '\n', ':', '：']).map(|at| from + at) {
            let rest = &self.held[at..];
            if rest.starts_with(FENCE) {
                self.say(at, words);
                self.enter(State::Fence);
                return true;
            }
            if let Some((open, close)) = CALLS.iter().find(|(open, _)| rest.starts_with(open)) {
                self.say(at, words);
                let line = self.held.drain(..open.len()).collect();
                self.enter(State::Block(Block { line, kind: Kind::Call, end: close }));
                return true;
            }
            if FENCE.starts_with(rest) || CALLS.iter().any(|(open, _)| open.starts_with(rest)) {
                self.say(at, words);
                return false;
            }
            let mark = rest.chars().next().unwrap_or_default();
            from = at + mark.len_utf8();
            if let Some(place) = match mark {
                '\n' => Some(Place::Line),
                ':' | '：' => Some(Place::Colon),
                _ => None,
            } {
                self.say(from, words);
                self.place = place;
                self.opening = Opening::default();
                return true;
            }
        }
        self.say(self.held.len(), words);
        false
    }

    /// What begins a line, or stands behind a colon: a statement, an object, or words.
    fn first_of_words(&mut self, words: &mut String) -> bool {
        let rest = match self.place {
            Place::Colon => self.held.trim_start_matches([' ', '\t', '*', '_']),
            _ => self.held.trim_start(),
        };
        let space = self.held.len() - rest.len();
        if self.has_begun {
            self.say(space, words);
        } else {
            self.held.drain(..space);
        }
        if self.held.is_empty() {
            return false;
        }
        let is_bare = match self.place {
            // Behind SQL a statement without a fence is quoted rather than meant.
            _ if self.found.is_some() => Some(false),
            Place::Colon if self.held.starts_with('\n') => {
                self.place = Place::Line;
                return true;
            }
            Place::Colon => is_shouted(&self.held),
            _ => match is_object(&self.held) {
                Some(false) => self.opening.is_statement(&self.held),
                told => told,
            },
        };
        match is_bare {
            Some(true) => self.enter(State::Bare { is_sentence: bare::is_sentence(&self.held) }),
            Some(false) => self.place = Place::Within,
            None => return false,
        }
        true
    }

    fn fence(&mut self, words: &mut String) -> bool {
        let from = FENCE.len().max(self.unsearched(FENCE.len()));
        let rest = self.held.get(from..).unwrap_or_default();
        let (line, fence) = (rest.find('\n').map(|at| from + at), rest.find(FENCE).map(|at| from + at));
        self.searched = self.held.len();
        match (line, fence) {
            (None, None) => false,
            (line, Some(fence)) if line.is_none_or(|line| fence < line) => {
                // A block within its line.
                let content = self.held.get(FENCE.len()..fence).unwrap_or_default();
                match block::within_line(content).and_then(of_text) {
                    Some(written) => {
                        self.found = Some(written);
                        self.held.drain(..fence + FENCE.len());
                    }
                    None => self.say(fence + FENCE.len(), words),
                }
                self.enter(State::Words);
                true
            }
            (line, _) => {
                let end = line.unwrap_or_default();
                let first = self.held.get(FENCE.len()..end).unwrap_or_default();
                match block::of_line(first) {
                    block::Line::Sql(begun) => {
                        let begun = begun.to_owned();
                        // The line break stays: SQL that begins on the line goes on behind it.
                        let line = self.held.drain(..end).collect();
                        self.held.insert_str(0, &begun);
                        self.enter(State::Block(Block { line, kind: Kind::Sql, end: FENCE }));
                    }
                    block::Line::Unsure { may_be_sql } => {
                        let line = self.held.drain(..=end).collect();
                        self.enter(State::Peek { line, may_be_sql });
                    }
                    block::Line::Other => {
                        self.say(end + 1, words);
                        self.enter(State::Code);
                    }
                }
                true
            }
        }
    }

    fn peek(&mut self, words: &mut String) -> bool {
        let State::Peek { line, may_be_sql } = &mut self.state else { return false };
        let space = self.held.len() - self.held.trim_start().len();
        line.extend(self.held.drain(..space));
        if self.held.is_empty() {
            return false;
        }
        let is_sql = if *may_be_sql { self.opening.is_statement(&self.held) } else { Some(false) };
        let kind = match is_sql {
            None => return false,
            Some(true) => Some(Kind::Sql),
            Some(false) if self.held.starts_with('{') => Some(Kind::Object),
            Some(false) => None,
        };
        let line = std::mem::take(line);
        match kind {
            Some(kind) => self.enter(State::Block(Block { line, kind, end: FENCE })),
            None => {
                let end = line.len();
                self.held.insert_str(0, &line);
                self.say(end, words);
                self.enter(State::Code);
            }
        }
        true
    }

    /// A block that is no SQL is said as it is, its end included.
    fn code(&mut self, words: &mut String) -> bool {
        match self.held.find(FENCE) {
            Some(at) => {
                self.say(at + FENCE.len(), words);
                self.enter(State::Words);
                true
            }
            None => {
                // One or two backquotes at the end may be the start of three.
                self.say(self.held.trim_end_matches('`').len(), words);
                false
            }
        }
    }

    fn block(&mut self, words: &mut String) -> bool {
        let State::Block(block) = &self.state else { return false };
        let end = block.end;
        let Some(at) = self.find(end) else { return false };
        let rest = self.held.split_off(at + end.len());
        let content = std::mem::replace(&mut self.held, rest);
        let State::Block(block) = std::mem::take(&mut self.state) else { return false };
        self.enter(State::Words);
        let content = content.strip_suffix(end).unwrap_or(&content);
        match block.written(content) {
            Some(written) => self.found = Some(written),
            None if block.kind == Kind::Sql => {}
            None if block.is_call(content) => self.has_broken_call = true,
            None => {
                let whole = [&block.line, content, end].concat();
                let length = whole.len();
                self.held.insert_str(0, &whole);
                self.say(length, words);
            }
        }
        true
    }

    /// A fence behind what has none: the end of a statement whose beginning was forgotten, or the beginning of a block behind words.
    fn bare(&mut self, words: &mut String) -> bool {
        if let State::Bare { is_sentence: true } = self.state
            && let from = self.unsearched(PARAGRAPH.len())
            && let Some(at) = self.held[from..].find(PARAGRAPH).map(|at| from + at)
        {
            // Looked at once: what is more than a sentence may have any number of paragraphs.
            self.state = State::Bare { is_sentence: false };
            let paragraph = &self.held[..at];
            if !paragraph.contains(FENCE) && bare::told(paragraph, self.dialect, false) == Bare::Words {
                self.say(at, words);
                self.enter(State::Words);
                return true;
            }
        }
        let Some(at) = self.find(FENCE) else { return false };
        let Some(behind) = self.held[at + FENCE.len()..].chars().next() else { return false };
        match bare::told(&self.held[..at], self.dialect, false) {
            Bare::Sql(written) => {
                self.found = Some(written);
                let end = if behind.is_whitespace() { at + FENCE.len() } else { at };
                self.held.drain(..end);
                self.enter(State::Words);
            }
            Bare::Cut | Bare::Words => {
                self.say(at, words);
                self.enter(State::Fence);
            }
        }
        true
    }

    /// Ends the text. Answers half a statement, where `is_cut` ended it within one.
    pub(super) fn finish(&mut self, words: &mut String, is_cut: bool) -> Option<String> {
        let held = std::mem::take(&mut self.held);
        match std::mem::take(&mut self.state) {
            State::Words | State::Code => words.push_str(if self.found.is_none() { &held } else { "" }),
            State::Fence => {
                let content = held.strip_prefix(FENCE).unwrap_or(&held);
                match block::within_line(content) {
                    Some(sql) if is_cut => return Some(sql.trim().to_owned()),
                    Some(sql) => self.found = of_text(sql).or(self.found.take()),
                    None if content.trim().is_empty() || self.found.is_some() => {}
                    None => words.push_str(&held),
                }
            }
            State::Peek { line, .. } if self.found.is_none() && !held.is_empty() => {
                words.push_str(&line);
                words.push_str(&held);
            }
            State::Peek { .. } => {}
            State::Block(block) if is_cut && (block.kind != Kind::Object || may_have_sql(&held)) => {
                return Some(held.trim().to_owned());
            }
            State::Block(block) => match block.written(&held) {
                Some(written) => self.found = Some(written),
                None if block.kind == Kind::Sql || self.found.is_some() => {}
                None if block.is_call(&held) => self.has_broken_call = true,
                None => {
                    words.push_str(&block.line);
                    words.push_str(&held);
                }
            },
            State::Bare { .. } => {
                let text = held.split(FENCE).next().unwrap_or(&held);
                match bare::told(text, self.dialect, is_cut) {
                    Bare::Sql(written) => self.found = Some(written),
                    Bare::Cut => return Some(text.trim().to_owned()),
                    Bare::Words => words.push_str(&held),
                }
            }
        }
        None
    }

    /// Looks for what ends the text that is held, in what is new of it.
    fn find(&mut self, end: &str) -> Option<usize> {
        let from = self.unsearched(end.len());
        self.searched = self.held.len();
        self.held.get(from..)?.find(end).map(|at| from + at)
    }

    /// Where to go on searching for something of this length, which may have begun in what was searched.
    fn unsearched(&self, length: usize) -> usize {
        let from = self.searched.saturating_sub(length);
        (0..=from).rev().find(|at| self.held.is_char_boundary(*at)).unwrap_or(0)
    }
}
