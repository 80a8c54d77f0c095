//! Question text in a form that can be matched: normalized, cut into units that are compared by key.
//!
//! A unit is an English word (stemmed), a number or one Chinese character. Names, lexicon entries and stored values are
//! cut the same way, so that one kind of phrase lookup serves all of them and Chinese needs no dictionary of its own.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Text with a way back from every normalized byte to the words as they were written.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    original: String,
    /// NFKC, lower case.
    pub(crate) normal: String,
    /// For each byte of `normal` (and its end) the byte of `original` it came from.
    origins: Vec<usize>,
    /// The units in order; punctuation is a unit too.
    pub(crate) units: Vec<Unit>,
}

/// The smallest thing that is matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Bytes of the normalized text.
    pub(crate) span: Range<usize>,
    /// What it is.
    pub(crate) kind: UnitKind,
    /// Equal for units that count as the same word.
    pub(crate) key: u64,
}

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitKind {
    /// An alphabetic word.
    Word,
    /// Digits.
    Digits,
    /// One character of a script without spaces.
    Han,
    /// Punctuation.
    Mark,
}

impl Text {
    /// Normalizes and cuts the text.
    pub(crate) fn new(original: &str) -> Self {
        let mut normal = String::with_capacity(original.len());
        let mut origins = Vec::with_capacity(original.len() + 1);
        if original.is_ascii() {
            normal.push_str(original);
            normal.make_ascii_lowercase();
            origins.extend(0..original.len());
        } else {
            for (offset, grapheme) in original.grapheme_indices(true) {
                let before = normal.len();
                for character in grapheme.nfkc() {
                    normal.extend(character.to_lowercase());
                }
                origins.resize(origins.len() + normal.len() - before, offset);
            }
        }
        origins.push(original.len());
        let units = cut(&normal);
        Self { original: original.to_owned(), normal, origins, units }
    }

    /// The text as it was written.
    pub(crate) fn original(&self) -> &str {
        &self.original
    }

    /// The words as written that these units stand for.
    pub(crate) fn written(&self, units: Range<usize>) -> &str {
        if units.is_empty() {
            return "";
        }
        let (Some(first), Some(last)) =
            (self.units.get(units.start), self.units.get(units.end.saturating_sub(1)))
        else {
            return "";
        };
        let start = self.origins[first.span.start];
        let end = self.origins[last.span.end].max(start);
        self.original.get(start..end).unwrap_or_default().trim()
    }

    /// The text as written, for a rewritten question: the units replaced by other words.
    pub(crate) fn replaced(&self, units: Range<usize>, words: &str) -> String {
        let (Some(first), Some(last)) =
            (self.units.get(units.start), self.units.get(units.end.saturating_sub(1)))
        else {
            return self.original.clone();
        };
        let start = self.origins[first.span.start];
        let end = self.origins[last.span.end].max(start);
        format!(
            "{}{words}{}",
            self.original.get(..start).unwrap_or_default(),
            self.original.get(end..).unwrap_or_default()
        )
    }

    /// The units that lie within these bytes of the normalized text, when the bytes begin and end with units.
    pub(crate) fn units_in(&self, bytes: &Range<usize>) -> Option<Range<usize>> {
        let start = self.units.partition_point(|unit| unit.span.start < bytes.start);
        let end = self.units.partition_point(|unit| unit.span.end <= bytes.end);
        (start < end).then_some(start..end)
    }

    /// Whether a `'s`, which is part of no unit, is written behind this one.
    pub(crate) fn has_s_behind(&self, index: usize) -> bool {
        self.units.get(index).is_some_and(|unit| {
            let rest = self.normal[unit.span.end..].strip_prefix(['\'', '’']).unwrap_or_default();
            rest.starts_with('s') && !rest[1..].starts_with(char::is_alphanumeric)
        })
    }

    /// The normalized text of one unit.
    pub(crate) fn unit(&self, index: usize) -> &str {
        self.units.get(index).map_or("", |unit| &self.normal[unit.span.clone()])
    }
}

/// The keys of a phrase, punctuation left out. Empty for text without words.
pub(crate) fn keys(phrase: &str) -> Vec<u64> {
    let normal: String = phrase.nfkc().flat_map(char::to_lowercase).collect();
    cut(&normal).into_iter().filter(|unit| unit.kind != UnitKind::Mark).map(|unit| unit.key).collect()
}

/// The keys of a phrase, punctuation kept.
pub(crate) fn phrase_with_marks(phrase: &str) -> Vec<u64> {
    let normal: String = phrase.nfkc().flat_map(char::to_lowercase).collect();
    cut(&normal).into_iter().map(|unit| unit.key).collect()
}

/// Whether the text has a Chinese character.
pub(crate) fn has_han(text: &str) -> bool {
    text.chars().any(is_han)
}

/// Whether the character stands for itself, without spaces around words.
pub(crate) fn is_han(character: char) -> bool {
    matches!(character,
        '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn cut(normal: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut characters = normal.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        if is_han(character) {
            let end = start + character.len_utf8();
            units.push(Unit { span: start..end, kind: UnitKind::Han, key: key_of(&normal[start..end]) });
        } else if character.is_numeric() {
            let end = run(&mut characters, start + character.len_utf8(), char::is_numeric);
            units.push(Unit { span: start..end, kind: UnitKind::Digits, key: key_of(&normal[start..end]) });
        } else if character.is_alphabetic() {
            let mut end = run(&mut characters, start + character.len_utf8(), |next| {
                next.is_alphabetic() && !is_han(next)
            });
            let mut word = normal[start..end].to_owned();
            // "store's" is the store, "don't" is one word.
            let apostrophe = characters.peek().is_some_and(|&(offset, mark)| {
                matches!(mark, '\'' | '’')
                    && normal[offset + mark.len_utf8()..].starts_with(|next: char| next.is_ascii_alphabetic())
            });
            if apostrophe {
                characters.next();
                let tail_start = characters.peek().map_or(normal.len(), |&(offset, _)| offset);
                let tail_end = run(&mut characters, tail_start, |next| next.is_alphabetic() && !is_han(next));
                let tail = &normal[tail_start..tail_end];
                if tail != "s" {
                    word.push_str(tail);
                    end = tail_end;
                }
            }
            units.push(Unit { span: start..end, kind: UnitKind::Word, key: key_of(&stem(&word)) });
        } else if !character.is_whitespace() && !matches!(character, '-' | '_') {
            let end = start + character.len_utf8();
            units.push(Unit { span: start..end, kind: UnitKind::Mark, key: key_of(&normal[start..end]) });
        }
    }
    units
}

fn run(
    characters: &mut std::iter::Peekable<std::str::CharIndices<'_>>,
    mut end: usize,
    accept: impl Fn(char) -> bool,
) -> usize {
    while let Some(&(offset, character)) = characters.peek() {
        if !accept(character) {
            break;
        }
        end = offset + character.len_utf8();
        characters.next();
    }
    end
}

/// The word without the endings that number and tense add. Both sides of a comparison go through it, so it need not be
/// a word itself.
pub(crate) fn stem(word: &str) -> String {
    let irregular = match word {
        "people" | "persons" => "person",
        "children" => "child",
        "men" => "man",
        "women" => "woman",
        "sold" => "sell",
        "bought" => "buy",
        "taught" => "teach",
        "took" | "taken" => "take",
        "wrote" | "written" => "write",
        "made" => "make",
        _ => "",
    };
    if !irregular.is_empty() {
        return stem_end(irregular);
    }
    let cut_ending = |ending: &str| word.strip_suffix(ending).filter(|rest| rest.len() >= 3);
    let base = if let Some(rest) = cut_ending("ies") {
        format!("{rest}y")
    } else if let Some(rest) = cut_ending("ied") {
        format!("{rest}y")
    } else if ["sses", "xes", "ches", "shes"].iter().any(|ending| word.ends_with(ending)) {
        word[..word.len() - 2].to_owned()
    } else if word.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending)) {
        cut_ending("s").unwrap_or(word).to_owned()
    } else if let Some(rest) = cut_ending("ed") {
        rest.to_owned()
    } else {
        word.to_owned()
    };
    stem_end(&base)
}

fn stem_end(base: &str) -> String {
    let base = base.strip_suffix('e').filter(|rest| rest.len() >= 3).unwrap_or(base);
    // "cancelled" and "canceled", "programmed" and "program".
    let bytes = base.as_bytes();
    match bytes {
        [.., before, last] if base.len() > 4 && before == last && b"lmnprt".contains(last) => {
            base[..base.len() - 1].to_owned()
        }
        _ => base.to_owned(),
    }
}

fn key_of(word: &str) -> u64 {
    // FNV-1a: short keys, the same in every process.
    word.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Phrases as sequences of unit keys, each with values; finds all that start at a place in one walk.
#[derive(Clone, Debug)]
pub(crate) struct PhraseTrie<Value> {
    edges: HashMap<u64, u32, BuildHasherDefault<PassHasher>>,
    values: Vec<Vec<Value>>,
}

impl<Value> Default for PhraseTrie<Value> {
    fn default() -> Self {
        Self { edges: HashMap::default(), values: vec![Vec::new()] }
    }
}

impl<Value> PhraseTrie<Value> {
    /// The values of this phrase, made when new.
    pub(crate) fn entry(&mut self, phrase: &[u64]) -> &mut Vec<Value> {
        let mut node = 0_u32;
        for &key in phrase {
            let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
            let found = *self.edges.entry(edge(node, key)).or_insert(next);
            if found == next {
                self.values.push(Vec::new());
            }
            node = found;
        }
        &mut self.values[node as usize]
    }

    /// The values of exactly this phrase.
    pub(crate) fn get(&self, phrase: &[u64]) -> &[Value] {
        let mut node = 0_u32;
        for &key in phrase {
            match self.edges.get(&edge(node, key)) {
                Some(&next) => node = next,
                None => return &[],
            }
        }
        &self.values[node as usize]
    }

    /// Calls back with length and values of every phrase that starts at the first of these units, shortest first.
    pub(crate) fn walk<'trie>(&'trie self, units: &[Unit], mut found: impl FnMut(usize, &'trie [Value])) {
        let mut node = 0_u32;
        for (index, unit) in units.iter().enumerate() {
            match self.edges.get(&edge(node, unit.key)) {
                Some(&next) => node = next,
                None => return,
            }
            let values = &self.values[node as usize];
            if !values.is_empty() {
                found(index + 1, values);
            }
        }
    }
}

fn edge(node: u32, key: u64) -> u64 {
    (key ^ u64::from(node).wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

/// The edges are well mixed already; hashing them again would cost more than the lookup.
#[derive(Clone, Debug, Default)]
pub(crate) struct PassHasher(u64);

impl Hasher for PassHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_meet_across_number_tense_and_spelling() {
        for (left, right) in [
            ("categories", "category"),
            ("cities", "city"),
            ("cancelled", "canceled"),
            ("placed", "place"),
            ("prices", "price"),
            ("ＡＢＣ", "abc"),
            ("total_amount", "Total Amount"),
            ("best-selling", "best selling"),
        ] {
            assert_eq!(keys(left), keys(right), "{left} / {right}");
        }
        assert_ne!(keys("status"), keys("stat"));
    }

    #[test]
    fn spans_lead_back_to_the_words_as_written() {
        let text = Text::new("Ｔｏｐ　10 客户's");
        assert_eq!(text.written(0..1), "Ｔｏｐ");
        assert_eq!(text.written(1..4), "10 客户");
    }
}
