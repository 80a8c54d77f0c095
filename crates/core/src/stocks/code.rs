//! Codes of stocks. People write the market before the number or behind it, in any case; we keep one form.

use std::fmt;
use std::str::FromStr;

/// A code in the form that all are kept in: `sh600519`, `hk00700`, `AAPL`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StockCode(String);

/// The text is no code of a stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAStockCode;

/// Markets whose stocks have numbers, and how long those are.
const NUMBERED: [(&str, usize); 4] = [("sh", 6), ("sz", 6), ("bj", 6), ("hk", 5)];

/// The most letters of an American code.
const LETTERS: usize = 5;

impl StockCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StockCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for StockCode {
    type Err = NotAStockCode;

    fn from_str(text: &str) -> Result<Self, NotAStockCode> {
        let lower = text.trim().to_ascii_lowercase();
        let numbered = NUMBERED.iter().find_map(|(market, digits)| {
            let number = match lower.strip_prefix(market) {
                Some(number) => number,
                None => lower.strip_suffix(market)?.strip_suffix('.')?,
            };
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            // Hong Kong's are often written without the zeros that they begin with.
            let fits = number.len() == *digits || *market == "hk" && number.len() < *digits;
            (is_number && fits).then(|| format!("{market}{number:0>digits$}", digits = *digits))
        });
        numbered.or_else(|| american(&lower)).map(Self).ok_or(NotAStockCode)
    }
}

/// A code of letters, perhaps with a class of shares behind a dot.
fn american(lower: &str) -> Option<String> {
    let (name, class) = lower.split_once('.').map_or((lower, None), |(name, class)| (name, Some(class)));
    let are_letters = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    (are_letters(name, LETTERS) && class.is_none_or(|class| are_letters(class, 1)))
        .then(|| lower.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_code_is_one_code() {
        for (written, kept) in [
            ("sh600519", "sh600519"),
            (" SH600519\t", "sh600519"),
            ("600519.SH", "sh600519"),
            ("600519.sh", "sh600519"),
            ("sz000001", "sz000001"),
            ("bj430047", "bj430047"),
            ("hk00700", "hk00700"),
            ("hk700", "hk00700"),
            ("00700.HK", "hk00700"),
            ("AAPL", "AAPL"),
            ("aapl", "AAPL"),
            ("F", "F"),
            ("SH", "SH"),
            ("brk.b", "BRK.B"),
        ] {
            assert_eq!(written.parse::<StockCode>().unwrap().as_str(), kept, "{written:?}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            " ",
            "600519",
            "sh60051",
            "sh6005190",
            "sh 600519",
            "sh60051a",
            "hk000700",
            "xx600519",
            "600519.XX",
            "600519SH",
            ".SH",
            "sh600519.SH",
            "GOOGLE",
            "AA PL",
            "AAPL.",
            "AAPL.US",
            "A1",
            "贵州茅台",
            "ｓｈ600519",
            "sh６００５１９",
            "a\0b",
            "sh-60051",
        ] {
            assert_eq!(text.parse::<StockCode>(), Err(NotAStockCode), "{text:?}");
        }
    }
}
