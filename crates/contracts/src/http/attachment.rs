//! Files that a client saves: the name that they are saved under.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The longest name of a file without its ending, in characters.
const NAME_LENGTH: usize = 80;

/// The longest ending, in characters; a longer one is part of the name.
const ENDING_LENGTH: usize = 10;

/// What RFC 8187 lets stand in an encoded name beside letters and digits.
const IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// The name to save a file under, as RFC 6266 has it: `plain` with the ending for old clients, and the title with it in UTF-8.
pub fn disposition(title: &str, plain: &str, ending: &str) -> String {
    let name = file_name(title);
    let ending = if ending.is_empty() { String::new() } else { format!(".{ending}") };
    let mut disposition = format!("attachment; filename=\"{plain}{ending}\"");
    if !name.is_empty() {
        let encoded = utf8_percent_encode(&name, IN_NAMES);
        // Writing to a string can't fail.
        let _ = write!(disposition, "; filename*=UTF-8''{encoded}{ending}");
    }
    disposition
}

/// The same for a file whose name has its ending, or none.
pub fn disposition_of_file(file_name: &str) -> String {
    let is_ending = |ending: &str| {
        (1..=ENDING_LENGTH).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match file_name.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => disposition(stem, "data", ending),
        _ => disposition(file_name, "data", ""),
    }
}

/// A title without what some system doesn't take in a name.
fn file_name(title: &str) -> String {
    let kept: String = title
        .chars()
        .map(|sign| if sign.is_control() || r#"/\:*?"<>|"#.contains(sign) { ' ' } else { sign })
        .take(NAME_LENGTH)
        .collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    words.join(" ").trim_matches('.').trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        for (title, expected) in [
            ("上月各城市的销售额", "上月各城市的销售额"),
            ("a/b\\c:d \"e\"\n?", "a b c d e"),
            ("..", ""),
            (".hidden.", "hidden"),
            ("", ""),
        ] {
            assert_eq!(file_name(title), expected, "{title:?}");
        }
        assert_eq!(file_name(&"长".repeat(200)).chars().count(), NAME_LENGTH);
    }

    #[test]
    fn dispositions() {
        assert_eq!(
            disposition("销售 1", "export", "csv"),
            "attachment; filename=\"export.csv\"; filename*=UTF-8''%E9%94%80%E5%94%AE%201.csv"
        );
        assert_eq!(disposition("?", "export", "json"), "attachment; filename=\"export.json\"");
        for (name, expected) in [
            ("q1.csv", "attachment; filename=\"data.csv\"; filename*=UTF-8''q1.csv"),
            ("a.b.xlsx", "attachment; filename=\"data.xlsx\"; filename*=UTF-8''a.b.xlsx"),
            ("x\".c\"v", "attachment; filename=\"data\"; filename*=UTF-8''x%20.c%20v"),
            ("none", "attachment; filename=\"data\"; filename*=UTF-8''none"),
        ] {
            assert_eq!(disposition_of_file(name), expected, "{name}");
        }
    }
}
