//! Text for streams of lines, in which a line can end in one way only.
//!
//! Events of a stream can't tell one line end from another and databases keep no NUL, so both are made one before the text is sent or
//! kept: what a reader joins is what is stored.

/// Makes every line end `\n` and every NUL U+FFFD, in text that comes in pieces. Nothing is held back.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    /// Whether the last piece ended with a carriage return, whose line feed may still come.
    is_after_return: bool,
}

impl LineEnds {
    /// The next piece; empty when nothing of it is left.
    pub(super) fn put(&mut self, piece: String) -> String {
        if piece.is_empty() {
            return piece;
        }
        let is_rest = std::mem::take(&mut self.is_after_return) && piece.starts_with('\n');
        if !is_rest && !piece.contains(['\r', '\0']) {
            return piece;
        }
        self.is_after_return = piece.ends_with('\r');
        let rest = if is_rest { &piece[1..] } else { &piece };
        rest.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(pieces: &[&str]) -> Vec<String> {
        let mut ends = LineEnds::default();
        pieces.iter().map(|piece| ends.put((*piece).to_owned())).collect()
    }

    #[test]
    fn a_line_ends_in_one_way_wherever_it_is_cut() {
        for (pieces, expected) in [
            (&["a\r\nb"][..], &["a\nb"][..]),
            (&["a\r", "\nb"], &["a\n", "b"]),
            (&["a\r", "\n"], &["a\n", ""]),
            (&["a\r", "b"], &["a\n", "b"]),
            (&["\r", "\r", "\n", "\n"], &["\n", "\n", "", "\n"]),
            (&["\r", "", "\nb"], &["\n", "", "b"]),
            (&["a\n", "\nb"], &["a\n", "\nb"]),
            (&[" a\0", "好"], &[" a\u{fffd}", "好"]),
        ] {
            assert_eq!(put(pieces), expected, "{pieces:?}");
        }
    }

    #[test]
    fn every_cut_gives_the_same_text() {
        let text = "one\r\n\r\ntwo\rthree\n\nfour\r\n";
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                assert_eq!(put(&pieces).concat(), "one\n\ntwo\nthree\n\nfour\n", "{pieces:?}");
            }
        }
    }
}
