//! What text is found by: its grams, three characters each, as the words of an index.
//!
//! Chinese has no spaces between words, and people search for parts of words in other languages too, so a text is cut at every
//! character: the gram of a place is the three characters that begin there, or what is left at the end. Text of up to three characters
//! is then contained exactly where one gram begins with it; longer text can be contained only where all of its grams are. So many
//! grams begin with a common character that single characters are words besides.
//!
//! Both databases are given the same words. A word begins with the number of the owner, so that one person's search never reads
//! what the index knows of others. Letters are lower-case, and ASCII characters that are no letters or digits are moved to a
//! private range of Unicode, so that no word needs quoting anywhere.

/// Characters of a gram. Most Chinese words have no more, so that they are found without looking at the texts.
const GRAM: usize = 3;

/// Bits of a character.
const CHARACTER_BITS: usize = 21;

/// A longer text is cut into pieces of so many characters, since PostgreSQL takes one mebibyte of words for a row.
const PIECE: usize = 8_192;

/// Pieces overlap by so many characters; of a longer search no more are looked up.
const OVERLAP: usize = 64;

/// Where ASCII characters that aren't letters or digits go. Texts have no business with what is there.
const MOVED: u32 = 0xe000;

/// The words that one row of the index is found by, with a space after each; sorted, each once.
pub(crate) type Words = String;

/// Cuts an owner's texts into rows of words: as few rows as their size allows. None for texts without a character.
pub(crate) fn words_of<'a>(owner: i64, texts: impl IntoIterator<Item = &'a str>) -> Vec<Words> {
    let mut rows = Vec::new();
    let mut grams = Vec::new();
    for text in texts {
        let characters: Vec<char> = folded(text).collect();
        let mut start = 0;
        while start < characters.len() {
            let end = characters.len().min(start + PIECE);
            let piece = &characters[start..end];
            for place in 0..piece.len() {
                grams.push(packed(gram(&piece[place..])));
                grams.push(packed(gram(&piece[place..=place])));
            }
            grams.sort_unstable();
            grams.dedup();
            if grams.len() > PIECE {
                rows.push(written(owner, &grams));
                grams.clear();
            }
            if end == characters.len() {
                break;
            }
            start = end - OVERLAP;
        }
    }
    if !grams.is_empty() {
        rows.push(written(owner, &grams));
    }
    rows
}

/// A text that is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sought {
    words: Vec<String>,
    is_beginning: bool,
    /// Whether the index alone says where the text is. Otherwise it says where it may be.
    pub(crate) is_exact: bool,
}

impl Sought {
    /// What the index is asked for a text of the owner's. The text has a character at least.
    pub(crate) fn new(owner: i64, text: &str) -> Self {
        let characters: Vec<char> = folded(text).take(OVERLAP).collect();
        let length = characters.len();
        let word = |place: usize| {
            let mut word = beginning(owner);
            word.extend(gram(&characters[place..]).into_iter().filter(|character| *character != '\0'));
            word
        };
        let last = length.saturating_sub(GRAM);
        let words = (0..last).step_by(GRAM).chain([last]).map(word).collect();
        let is_exact = folded(text).count() <= GRAM && text.chars().all(is_folded_alike_everywhere);
        Self { words, is_beginning: (2..GRAM).contains(&length), is_exact }
    }

    /// As an expression of SQLite's FTS5.
    pub(crate) fn fts5(&self) -> String {
        let words: Vec<String> = self.words.iter().map(|word| format!("\"{word}\"")).collect();
        words.join(" AND ") + if self.is_beginning { " *" } else { "" }
    }

    /// As a `tsquery` of PostgreSQL.
    pub(crate) fn tsquery(&self) -> String {
        let words: Vec<String> = self.words.iter().map(|word| format!("'{word}'")).collect();
        words.join(" & ") + if self.is_beginning { ":*" } else { "" }
    }
}

/// What stands for the owner: digits, and a letter that ends them.
fn beginning(owner: i64) -> String {
    format!("{owner}x")
}

/// The characters by which case makes no difference, and which both databases take as parts of words.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).map(|character| match character {
        '0'..='9' | 'a'..='z' => character,
        '\0'..='\x7f' => char::from_u32(MOVED + u32::from(character)).unwrap_or('\u{fffd}'),
        character if (MOVED..MOVED + 0x80).contains(&u32::from(character)) => '\u{fffd}',
        character => character,
    })
}

/// Whether the databases' own comparison without regard to case takes this character as [`folded`] does.
fn is_folded_alike_everywhere(character: char) -> bool {
    let is_kept = || folded(character.encode_utf8(&mut [0; 4])).eq([character]);
    character.is_ascii() || (!has_case(character) && is_kept())
}

/// Whether the character is another one in upper or lower case.
pub(crate) fn has_case(character: char) -> bool {
    !(character.to_lowercase().eq([character]) && character.to_uppercase().eq([character]))
}

/// The gram that begins here; filled up with U+0000, which no text has.
fn gram(characters: &[char]) -> [char; GRAM] {
    std::array::from_fn(|place| characters.get(place).copied().unwrap_or('\0'))
}

/// The characters of a gram as one number, in the same order: there are many, and numbers are quickly sorted.
fn packed(gram: [char; GRAM]) -> u64 {
    gram.iter().fold(0, |packed, character| packed << CHARACTER_BITS | u64::from(u32::from(*character)))
}

fn written(owner: i64, grams: &[u64]) -> Words {
    let owner = beginning(owner);
    let mut words = String::with_capacity(grams.len() * (owner.len() + 3 * GRAM + 1));
    for gram in grams {
        words.push_str(&owner);
        for place in (0..GRAM).rev() {
            let character = (gram >> (place * CHARACTER_BITS)) & ((1 << CHARACTER_BITS) - 1);
            // What is filled up with 0 is no character.
            if character > 0 {
                words.extend(u32::try_from(character).ok().and_then(char::from_u32));
            }
        }
        words.push(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the index finds `sought` in a row of words, as the databases do.
    fn finds(row: &str, sought: &Sought) -> bool {
        let words: Vec<&str> = row.split_terminator(' ').collect();
        sought.words.iter().all(|wanted| {
            words.iter().any(|word| {
                if sought.is_beginning { word.starts_with(wanted.as_str()) } else { word == wanted }
            })
        })
    }

    #[test]
    fn every_part_of_a_text_is_found_and_nothing_else_up_to_three_characters() {
        let text = "上月A股销售额: 100% of O'Neil_s\\ 数据";
        let rows = words_of(7, [text]);
        assert_eq!(rows.len(), 1);
        let characters: Vec<char> = text.chars().collect();
        for start in 0..characters.len() {
            for end in start + 1..=characters.len() {
                let part: String = characters[start..end].iter().collect();
                for part in [part.to_uppercase(), part.to_lowercase()] {
                    let sought = Sought::new(7, &part);
                    assert!(finds(&rows[0], &sought), "{part}");
                    assert_eq!(sought.is_exact, end - start <= 3, "{part}");
                    assert!(!finds(&rows[0], &Sought::new(8, &part)), "{part} of another owner");
                    assert!(!finds(&rows[0], &Sought::new(77, &part)), "{part} of another owner");
                }
            }
        }
        for other in ["额销", "股a", "q", "%%", "月销", "上月b"] {
            assert!(!finds(&rows[0], &Sought::new(7, other)), "{other}");
        }
    }

    #[test]
    fn long_texts_are_cut_without_losing_what_lies_across_the_cut() {
        let text: String =
            (0..40_000_u32).filter_map(|number| char::from_u32(0x4e00 + number * 7 % 20_000)).collect();
        let rows = words_of(1, [text.as_str()]);
        assert!(rows.len() > 2);
        assert!(rows.iter().all(|row| row.len() < 1024 * 1024 / 2));
        let characters: Vec<char> = text.chars().collect();
        for start in PIECE - 2 * OVERLAP..PIECE + OVERLAP {
            let part: String = characters[start..start + OVERLAP].iter().collect();
            assert!(rows.iter().any(|row| finds(row, &Sought::new(1, &part))), "at {start}");
        }
    }

    #[test]
    fn what_the_databases_fold_differently_is_looked_at_again() {
        for (text, is_exact) in [("ab", true), ("销A", true), ("É", false), ("\u{e020}", false), ("İ", false)]
        {
            assert_eq!(Sought::new(1, text).is_exact, is_exact, "{text}");
        }
        assert_eq!(words_of(1, [""]), Vec::<String>::new());
    }
}
