//! ClickHouse's arrays, tuples and maps as JSON text: `['a',1]`, `('a',1)`, `{'a':1}`.

use std::fmt::Write as _;

use super::tsv::unescaped;

/// How deep values may lie in one another; ClickHouse itself stops earlier.
const MAX_DEPTH: usize = 200;

/// The value as JSON; `None` where it isn't written as these are.
pub(super) fn json(text: &[u8]) -> Option<String> {
    let mut reader = Reader { rest: text, json: String::with_capacity(text.len() + 8), depth: 0 };
    reader.value()?;
    reader.rest.is_empty().then_some(reader.json)
}

struct Reader<'text> {
    rest: &'text [u8],
    json: String,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Option<()> {
        match self.rest.first()? {
            b'[' => self.list(b']'),
            b'(' => self.list(b')'),
            b'{' => self.map(),
            b'\'' => {
                let text = self.quoted()?;
                self.push_text(&text);
                Some(())
            }
            _ => {
                let word = self.word();
                self.push_word(&word)
            }
        }
    }

    fn list(&mut self, end: u8) -> Option<()> {
        self.deeper()?;
        self.json.push('[');
        while !self.take(end) {
            self.value()?;
            if self.take(b',') {
                self.json.push(',');
            }
        }
        self.depth -= 1;
        self.json.push(']');
        Some(())
    }

    fn map(&mut self) -> Option<()> {
        self.deeper()?;
        self.json.push('{');
        while !self.take(b'}') {
            let key = if self.rest.first() == Some(&b'\'') { self.quoted()? } else { self.word() };
            self.push_text(&key);
            self.json.push(':');
            if !self.take(b':') {
                return None;
            }
            self.value()?;
            if self.take(b',') {
                self.json.push(',');
            }
        }
        self.depth -= 1;
        self.json.push('}');
        Some(())
    }

    /// Goes into a list or a map.
    fn deeper(&mut self) -> Option<()> {
        self.rest = self.rest.get(1..)?;
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    fn take(&mut self, sign: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == sign => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn quoted(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        let mut position = 1;
        loop {
            match self.rest.get(position)? {
                b'\'' => break,
                b'\\' => {
                    bytes.push(unescaped(*self.rest.get(position + 1)?));
                    position += 2;
                }
                byte => {
                    bytes.push(*byte);
                    position += 1;
                }
            }
        }
        self.rest = &self.rest[position + 1..];
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What is written without quotes: numbers, NULL, truths.
    fn word(&mut self) -> String {
        let is_end = |byte: &u8| b",:])}".contains(byte);
        let length = self.rest.iter().position(is_end).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        String::from_utf8_lossy(word).into_owned()
    }

    fn push_word(&mut self, word: &str) -> Option<()> {
        match word {
            "" => return None,
            "NULL" => self.json.push_str("null"),
            "true" | "false" => self.json.push_str(word),
            // Digits stay as they are, so that none is lost; JSON has no `nan`, no `inf` and no `1e+5` without digits.
            _ if is_number(word) => self.json.push_str(word),
            _ => self.push_text(word),
        }
        Some(())
    }

    fn push_text(&mut self, text: &str) {
        self.json.push('"');
        for sign in text.chars() {
            match sign {
                '"' => self.json.push_str("\\\""),
                '\\' => self.json.push_str("\\\\"),
                '\n' => self.json.push_str("\\n"),
                '\r' => self.json.push_str("\\r"),
                '\t' => self.json.push_str("\\t"),
                // Writing to a string can't fail.
                sign if sign < ' ' => drop(write!(self.json, "\\u{:04x}", u32::from(sign))),
                sign => self.json.push(sign),
            }
        }
        self.json.push('"');
    }
}

/// Whether the word is a number of JSON.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) =
        digits.split_once(['e', 'E']).map_or((digits, None), |(one, two)| (one, Some(two)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(one, two)| (one, Some(two)));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(plain)
        && exponent.is_none_or(|digits| plain(digits.strip_prefix(['+', '-']).unwrap_or(digits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        for (text, expected) in [
            ("[]", "[]"),
            ("[1,2.50,-3]", "[1,2.50,-3]"),
            ("[18446744073709551615,1e-10]", "[18446744073709551615,1e-10]"),
            ("['a\\'b','中','\\t\"\\\\']", r#"["a'b","中","\t\"\\"]"#),
            ("(1,'x',NULL)", r#"[1,"x",null]"#),
            ("[[1],[],(2,[3])]", "[[1],[],[2,[3]]]"),
            ("{'a':1,'b':[2]}", r#"{"a":1,"b":[2]}"#),
            ("{1:'x'}", r#"{"1":"x"}"#),
            ("[nan,inf,-inf]", r#"["nan","inf","-inf"]"#),
            ("[true,false]", "[true,false]"),
            ("['2026-01-01',2026-01-02]", r#"["2026-01-01","2026-01-02"]"#),
        ] {
            assert_eq!(json(text.as_bytes()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "[", "[1", "['a]", "{1}", "[1]x", "[,]"] {
            assert_eq!(json(text.as_bytes()), None, "{text}");
        }
        assert_eq!(json("[".repeat(100_000).as_bytes()), None);
    }
}
