//! A text in tokens, for the readers of dates and numbers: digits, Latin words, Chinese characters, punctuation.

/// A text cut into tokens; white space is no token.
pub(super) struct Scan<'t> {
    /// In the order of the text.
    pub(super) tokens: Vec<Token<'t>>,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    /// First byte.
    pub(super) start: usize,
    /// The byte after the last.
    pub(super) end: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    /// Digits, half or full width, without separators. The value saturates.
    Digits { value: u64, width: usize },
    /// ASCII letters, as in the text given (which should be in lower case).
    Word(&'t str),
    /// One letter outside of ASCII, mostly a Chinese character.
    Han(char),
    /// Anything else, full-width forms as their half-width ones.
    Punct(char),
}

impl<'t> Scan<'t> {
    /// Cuts a text; for words to be comparable it has to be in ASCII lower case, which keeps all positions.
    pub(super) fn new(lower: &'t str) -> Self {
        let mut tokens: Vec<Token<'t>> = Vec::with_capacity(lower.len() / 3 + 4);
        let mut letters = lower.char_indices().peekable();
        while let Some((start, letter)) = letters.next() {
            let letter = half_width(letter);
            let mut end = start + lower[start..].chars().next().map_or(1, char::len_utf8);
            let kind = if let Some(digit) = letter.to_digit(10) {
                let (mut value, mut width) = (u64::from(digit), 1);
                while let Some(&(at, next)) = letters.peek() {
                    let Some(digit) = half_width(next).to_digit(10) else { break };
                    value = value.saturating_mul(10).saturating_add(u64::from(digit));
                    width += 1;
                    end = at + next.len_utf8();
                    letters.next();
                }
                Kind::Digits { value, width }
            } else if letter.is_ascii_alphabetic() && end == start + 1 {
                while let Some(&(at, next)) = letters.peek() {
                    if !next.is_ascii_alphabetic() {
                        break;
                    }
                    end = at + 1;
                    letters.next();
                }
                Kind::Word(&lower[start..end])
            } else if letter.is_whitespace() {
                continue;
            } else if letter.is_alphabetic() || letter == '〇' {
                Kind::Han(letter)
            } else {
                Kind::Punct(letter)
            };
            tokens.push(Token { kind, start, end });
        }
        Self { tokens }
    }

    /// The kind of a token; `None` past the end.
    pub(super) fn kind(&self, at: usize) -> Option<Kind<'t>> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// The kind of the token before this one.
    pub(super) fn before(&self, at: usize) -> Option<Kind<'t>> {
        at.checked_sub(1).and_then(|before| self.kind(before))
    }

    /// The Latin word at a token.
    pub(super) fn word(&self, at: usize) -> Option<&'t str> {
        match self.kind(at) {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// The Chinese character at a token.
    pub(super) fn han(&self, at: usize) -> Option<char> {
        match self.kind(at) {
            Some(Kind::Han(letter)) => Some(letter),
            _ => None,
        }
    }

    /// Digits at a token: value and how many there are.
    pub(super) fn digits(&self, at: usize) -> Option<(u64, usize)> {
        match self.kind(at) {
            Some(Kind::Digits { value, width }) => Some((value, width)),
            _ => None,
        }
    }

    /// Whether this token follows the one before without white space.
    pub(super) fn touches(&self, at: usize) -> bool {
        at > 0 && at < self.tokens.len() && self.tokens[at - 1].end == self.tokens[at].start
    }

    /// The token after these Chinese characters, if they stand here.
    pub(super) fn eat(&self, at: usize, letters: &str) -> Option<usize> {
        let mut next = at;
        for letter in letters.chars() {
            if self.han(next) != Some(letter) {
                return None;
            }
            next += 1;
        }
        Some(next)
    }

    /// The token after the first of these that stands here; longer ones have to come first.
    pub(super) fn eat_any(&self, at: usize, choices: &[&str]) -> Option<usize> {
        choices.iter().find_map(|letters| self.eat(at, letters))
    }

    /// The token after this Latin word, if it stands here.
    pub(super) fn eat_word(&self, at: usize, word: &str) -> Option<usize> {
        (self.word(at)? == word).then_some(at + 1)
    }

    /// The token after these Latin words.
    pub(super) fn eat_words(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().try_fold(at, |at, word| self.eat_word(at, word))
    }

    /// The token after this punctuation mark, if it stands here.
    pub(super) fn eat_mark(&self, at: usize, mark: char) -> Option<usize> {
        (self.kind(at)? == Kind::Punct(mark)).then_some(at + 1)
    }

    /// A whole number in digits, Chinese numerals or English words: the token after it, and its value.
    pub(super) fn count(&self, at: usize) -> Option<(usize, u64)> {
        match self.kind(at)? {
            Kind::Digits { value, .. } => Some((at + 1, value)),
            Kind::Han(_) => self.han_number(at),
            Kind::Word(word) => {
                let small = small_number(word)?;
                if small < 20 || small % 10 != 0 {
                    return Some((at + 1, small));
                }
                let hyphen = self.eat_mark(at + 1, '-').unwrap_or(at + 1);
                match self.word(hyphen).and_then(small_number) {
                    Some(ones) if (1..10).contains(&ones) => Some((hyphen + 1, small + ones)),
                    _ => Some((at + 1, small)),
                }
            }
            Kind::Punct(_) => None,
        }
    }

    /// A whole number in Chinese numerals: 三, 十二, 一百零五, 二〇二四.
    fn han_number(&self, at: usize) -> Option<(usize, u64)> {
        let mut numeral = Numeral::default();
        let mut next = at;
        while let Some(letter) = self.han(next) {
            if !numeral.push(letter) {
                break;
            }
            next += 1;
        }
        (next > at).then(|| numeral.value()).flatten().map(|value| (next, value))
    }
}

/// A Chinese numeral that is being read, character by character.
#[derive(Default)]
pub(super) struct Numeral {
    /// What is complete: everything up to the last 万 or 亿.
    high: u64,
    /// What is complete below that.
    low: u64,
    /// Digits that no magnitude has followed yet.
    digits: Option<u64>,
    /// How many digits in a row, for 二〇二四 and 三五.
    run: usize,
    /// The magnitude that came last: 一百二 is 120.
    last: u64,
    zero: bool,
}

impl Numeral {
    /// Takes the next character; `false` leaves it out and ends the numeral.
    pub(super) fn push(&mut self, letter: char) -> bool {
        if let Some(digit) = numeral_digit(letter) {
            if digit == 0 && self.digits.is_none() {
                self.zero = true;
            }
            if self.run >= 18 {
                return false;
            }
            self.digits = Some(self.digits.unwrap_or(0) * 10 + digit);
            self.run += 1;
            return true;
        }
        let Some(magnitude) = numeral_magnitude(letter) else { return false };
        // A numeral starts with a digit, only 十 may stand alone.
        if self.digits.is_none() && self.low == 0 && self.high == 0 && magnitude != 10 {
            return false;
        }
        if magnitude < 10_000 {
            if self.digits.is_none() && magnitude != 10 {
                return false;
            }
            let count = self.digits.take().unwrap_or(1);
            self.low = self.low.saturating_add(count.saturating_mul(magnitude));
        } else {
            let part = self.low.saturating_add(self.digits.take().unwrap_or(0));
            // 一亿三千万 adds; 三万亿 multiplies what there is.
            self.high = if part == 0 {
                self.high.saturating_mul(magnitude)
            } else if magnitude == 100_000_000 {
                self.high.saturating_add(part).saturating_mul(magnitude)
            } else {
                self.high.saturating_add(part.saturating_mul(magnitude))
            };
            self.low = 0;
        }
        self.last = magnitude;
        self.run = 0;
        self.zero = false;
        true
    }

    /// What it says; `None` for nothing.
    pub(super) fn value(&self) -> Option<u64> {
        if self.last == 0 {
            return self.digits;
        }
        let tail = match self.digits {
            None => 0,
            // 一百二 and 三千五 leave out the next magnitude; 十二 doesn't, nor does 一百零二.
            Some(digit) if self.run == 1 && !self.zero && self.last >= 100 => digit * (self.last / 10),
            Some(digit) => digit,
        };
        Some(self.high.saturating_add(self.low).saturating_add(tail))
    }
}

/// The value of a Chinese digit.
pub(super) fn numeral_digit(letter: char) -> Option<u64> {
    Some(match letter {
        '〇' | '零' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// The value of a Chinese magnitude.
pub(super) fn numeral_magnitude(letter: char) -> Option<u64> {
    Some(match letter {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1_000,
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        _ => return None,
    })
}

/// English number words below a hundred.
pub(super) fn small_number(word: &str) -> Option<u64> {
    const WORDS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    if word.len() < 3 || word.len() > 9 {
        return None;
    }
    let position = |words: &[&str]| words.iter().position(|candidate| *candidate == word);
    position(&WORDS).or_else(|| position(&TENS).map(|tens| tens * 10 + 20)).map(|value| value as u64)
}

/// Full-width digits and marks as their half-width forms.
pub(super) fn half_width(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        for (text, expected) in [
            ("12", Some(12)),
            ("１２", Some(12)),
            ("三", Some(3)),
            ("十", Some(10)),
            ("十二", Some(12)),
            ("二十", Some(20)),
            ("二十五", Some(25)),
            ("一百零五", Some(105)),
            ("一百二", Some(120)),
            ("一百二十", Some(120)),
            ("三千五", Some(3_500)),
            ("三千零五十", Some(3_050)),
            ("两百", Some(200)),
            ("十万", Some(100_000)),
            ("一万二", Some(12_000)),
            ("一亿三千万", Some(130_000_000)),
            ("三万亿", Some(3_000_000_000_000)),
            ("二〇二四", Some(2024)),
            ("万", None),
            ("twenty", Some(20)),
            ("twenty-five", Some(25)),
            ("twelve", Some(12)),
            ("house", None),
        ] {
            assert_eq!(Scan::new(text).count(0).map(|(_, value)| value), expected, "{text}");
        }
    }

    #[test]
    fn positions_are_those_of_the_text() {
        let text = "近７天 ok,２０２４";
        let scan = Scan::new(text);
        let pieces: Vec<&str> = scan.tokens.iter().map(|token| &text[token.start..token.end]).collect();
        assert_eq!(pieces, ["近", "７", "天", "ok", ",", "２０２４"]);
        assert!(!scan.touches(3));
        assert!(scan.touches(4));
    }
}
