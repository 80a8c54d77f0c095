//! How many tokens a text is, about: for budgets, and for usage that a provider doesn't report.

/// Counts the tokens of text that comes in pieces, about.
///
/// The rule of thumb of the providers' own guides: four characters of English to a token, and about one token for each character of
/// Chinese and other scripts outside Latin. It is meant to be a little high rather than low.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TokenCounter {
    ascii: u64,
    other: u64,
}

impl TokenCounter {
    /// Counts a piece.
    pub(crate) fn add(&mut self, piece: &str) {
        let ascii = piece.bytes().filter(u8::is_ascii).count() as u64;
        self.ascii += ascii;
        if ascii < piece.len() as u64 {
            self.other += piece.chars().count() as u64 - ascii;
        }
    }

    /// How much it was, in bytes, at most.
    pub(crate) fn bytes(self) -> usize {
        // No character has more than four.
        usize::try_from(self.ascii + 4 * self.other).unwrap_or(usize::MAX)
    }

    /// The tokens so far.
    pub(crate) fn tokens(self) -> u64 {
        self.ascii.div_ceil(4) + self.other
    }
}

/// About how many tokens a text is.
pub(crate) fn estimate(text: &str) -> u64 {
    let mut counter = TokenCounter::default();
    counter.add(text);
    counter.tokens()
}

#[cfg(test)]
mod tests {
    use super::estimate;

    #[test]
    fn english_is_cheaper_than_chinese() {
        assert_eq!(estimate(""), 0);
        assert_eq!(estimate("sales"), 2);
        assert_eq!(estimate("上月销售额"), 5);
        assert_eq!(estimate("SELECT 城市"), 4);
    }
}
