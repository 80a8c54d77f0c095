//! CSV that we wrote, which says more than others where it has to: the names of its columns are between quotes, all of them, and a value
//! is only where it has to be. That tells names from values whatever they are, and what stands between them: columns may be called by
//! numbers, and texts may have all kinds of separators in them.

use csv::{QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};

/// What such a file begins with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What its values have between them.
pub(super) const DELIMITER: u8 = b',';

/// Records that are looked at.
const RECORDS: usize = 100;

/// Whether a file that begins so, with this as its text, is written as ours are.
pub(super) fn is_ours(head: &[u8], text: &str, is_whole: bool) -> bool {
    if !head.starts_with(BYTE_ORDER_MARK) || !text.starts_with('"') {
        return false;
    }
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let records: Vec<_> = reader.records().take(RECORDS).map_while(Result::ok).collect();
    // The last one may go on behind the beginning that is looked at.
    let seen = if is_whole { records.len() } else { records.len().saturating_sub(1) };
    let Some((names, values)) = records[..seen].split_first() else { return false };
    let as_we_write = |quotes, records: &[csv::StringRecord]| {
        let mut writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .quote_style(quotes)
            .flexible(true)
            .from_writer(Vec::new());
        records.iter().try_for_each(|record| writer.write_record(record)).ok()?;
        writer.into_inner().ok()
    };
    let names = as_we_write(QuoteStyle::Always, std::slice::from_ref(names));
    let values = as_we_write(QuoteStyle::Necessary, values);
    let (Some(names), Some(values)) = (names, values) else { return false };
    text.as_bytes().strip_prefix(names.as_slice()).is_some_and(|rest| rest.starts_with(&values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_tell_whose_file_it_is() {
        for (text, expected) in [
            ("\"2023\",\"2024\"\r\n1,2\r\n", true),
            ("\"2023\",\"2024\"\r\n", true),
            ("\"a\",\"b\"\r\n\"1,5\",\r\n,\"x\r\ny\"\r\n", true),
            ("\"a\"\r\n\"\"\r\nx\r\n", true),
            // Others put quotes around no name, around each value, or end lines in their own way.
            ("2023,2024\r\n1,2\r\n", false),
            ("\"a\",b\r\n1,2\r\n", false),
            ("\"a\",\"b\"\r\n\"1\",\"2\"\r\n", false),
            ("\"a\",\"b\"\n1,2\n", false),
            ("\"a\";\"b\"\r\n1;2\r\n", false),
            ("", false),
        ] {
            let file = format!("\u{feff}{text}");
            assert_eq!(is_ours(file.as_bytes(), text, true), expected, "{text:?}");
            assert!(!is_ours(text.as_bytes(), text, true), "{text:?}");
        }
        // Its beginning may end within a value.
        let cut = "\"a\",\"b\"\r\n1,2\r\n3,\"x\r\n";
        assert!(is_ours(format!("\u{feff}{cut}").as_bytes(), cut, false));
        assert!(!is_ours(format!("\u{feff}{cut}").as_bytes(), cut, true));
    }
}
