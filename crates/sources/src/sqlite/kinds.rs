//! What SQLite's declared types and texts mean.
//!
//! A declared type is free text. What isn't one of the names below follows SQLite's own affinity rules
//! (<https://sqlite.org/datatype3.html>, 3.1). Times are kept as text by most programs; such text is recognised by its
//! form. Integers are never taken for unix times: nothing in them says so.

use chrono::NaiveDate;

use crate::ValueKind;

/// The kind a declared type means; `None` for a column or expression without one.
pub(super) fn declared_kind(declared: &str) -> Option<ValueKind> {
    let declared = declared.trim().to_ascii_uppercase();
    let name = declared.split('(').next().unwrap_or_default().trim();
    if name.is_empty() {
        return None;
    }
    let first_word = name.split_whitespace().next().unwrap_or_default();
    let kind = match first_word {
        "DATE" => ValueKind::Date,
        "DATETIME" | "TIMESTAMP" | "TIMESTAMPTZ" | "DATETIME2" | "SMALLDATETIME" => ValueKind::Timestamp,
        "TIME" | "TIMETZ" => ValueKind::Time,
        "BOOL" | "BOOLEAN" => ValueKind::Boolean,
        "JSON" | "JSONB" => ValueKind::Json,
        "DECIMAL" | "NUMERIC" | "NUMBER" | "MONEY" | "DEC" => ValueKind::Number,
        // Affinity, in SQLite's order of precedence.
        _ if name.contains("INT") => ValueKind::Integer,
        _ if name.contains("CHAR") || name.contains("CLOB") || name.contains("TEXT") => ValueKind::Text,
        _ if name.contains("BLOB") => ValueKind::Binary,
        _ if name.contains("REAL") || name.contains("FLOA") || name.contains("DOUB") => ValueKind::Number,
        "STRING" | "UUID" | "GUID" | "ENUM" => ValueKind::Text,
        "VARBINARY" | "BINARY" | "BYTEA" => ValueKind::Binary,
        _ => ValueKind::Other,
    };
    Some(kind)
}

/// What the form of a text says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextForm {
    /// `2026-03-01`
    Date,
    /// `2026-03-01 19:04`, with `T`, seconds, fraction or zone as SQLite's own date functions take them
    Timestamp,
    /// `19:04`, with seconds or fraction
    Time,
    /// Anything else: `2026-03` and `2026-Q1` too
    Other,
}

/// Looks at one text.
pub(super) fn text_form(text: &[u8]) -> TextForm {
    if text.len() >= 10 && is_day(&text[..10]) {
        return match &text[10..] {
            [] => TextForm::Date,
            [b' ' | b'T', time @ ..] if is_time(time, true) => TextForm::Timestamp,
            _ => TextForm::Other,
        };
    }
    if is_time(text, false) { TextForm::Time } else { TextForm::Other }
}

/// Two digits from `text` at `position`, as a number.
fn two_digits(text: &[u8], position: usize) -> Option<u32> {
    let tens = text.get(position).filter(|digit| digit.is_ascii_digit())?;
    let ones = text.get(position + 1).filter(|digit| digit.is_ascii_digit())?;
    Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}

/// Ten bytes that name a day of the calendar.
fn is_day(text: &[u8]) -> bool {
    let parts = (two_digits(text, 0), two_digits(text, 2), two_digits(text, 5), two_digits(text, 8));
    let (Some(century), Some(year), Some(month), Some(day)) = parts else { return false };
    text[4] == b'-'
        && text[7] == b'-'
        && NaiveDate::from_ymd_opt((century * 100 + year) as i32, month, day).is_some()
}

/// `HH:MM`, `HH:MM:SS`, `HH:MM:SS.fff`, and where it may have one a zone: `Z`, `+08:00`, ` +0800`.
fn is_time(text: &[u8], zone: bool) -> bool {
    let (Some(hour), Some(minute)) = (two_digits(text, 0), two_digits(text, 3)) else { return false };
    if hour > 24 || minute > 59 || text[2] != b':' {
        return false;
    }
    let mut rest = &text[5..];
    if rest.first() == Some(&b':') {
        if two_digits(rest, 1).is_none_or(|second| second > 60) {
            return false;
        }
        rest = &rest[3..];
        if let Some(fraction) = rest.strip_prefix(b".") {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            rest = &fraction[digits..];
        }
    }
    if rest.is_empty() {
        return true;
    }
    let offset = rest.strip_prefix(b" ").unwrap_or(rest);
    zone && match offset {
        b"Z" | b"z" => true,
        [b'+' | b'-', digits @ ..] => {
            let minutes = if digits.get(2) == Some(&b':') { 3 } else { 2 };
            digits.len() == minutes + 2
                && two_digits(digits, 0).is_some()
                && two_digits(digits, minutes).is_some()
        }
        _ => false,
    }
}

/// Gathers the forms of a column's texts and says what all of them are together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Forms {
    dates: bool,
    timestamps: bool,
    times: bool,
    others: bool,
}

impl Forms {
    /// One more text.
    pub(super) fn add(&mut self, text: &[u8]) {
        // One odd value decides; the rest needn't be looked at.
        if self.others {
            return;
        }
        match text_form(text) {
            TextForm::Date => self.dates = true,
            TextForm::Timestamp => self.timestamps = true,
            TextForm::Time => self.times = true,
            TextForm::Other => self.others = true,
        }
    }

    /// The kind of a text column with these values whose declared type means `declared`.
    ///
    /// The values win where they are all of one form; `None` when there was no value to look at.
    pub(super) fn kind(self, declared: Option<ValueKind>) -> Option<ValueKind> {
        match (self.others, self.timestamps, self.dates, self.times) {
            (true, ..) => Some(match declared {
                Some(ValueKind::Json) => ValueKind::Json,
                _ => ValueKind::Text,
            }),
            (false, true, _, false) => Some(ValueKind::Timestamp),
            // Days in a column for moments: midnight is meant.
            (false, false, true, false) if declared == Some(ValueKind::Timestamp) => {
                Some(ValueKind::Timestamp)
            }
            (false, false, true, false) => Some(ValueKind::Date),
            // `10:30` may be a score or a ratio; only a declared type makes it a time of day.
            (false, false, false, true) if declared == Some(ValueKind::Time) => Some(ValueKind::Time),
            (false, false, false, false) => None,
            _ => Some(ValueKind::Text),
        }
    }
}

/// What the name of a text column without any value suggests.
pub(super) fn kind_by_name(name: &str) -> Option<ValueKind> {
    let name = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&["_at", "_time", "_datetime", "timestamp", "时间"]) || name == "datetime" {
        Some(ValueKind::Timestamp)
    } else if ends(&["_date", "_day", "_on", "日期"]) || name == "date" {
        Some(ValueKind::Date)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types() {
        use ValueKind::{Binary, Boolean, Date, Integer, Json, Number, Other, Text, Time, Timestamp};
        for (declared, kind) in [
            ("INTEGER", Some(Integer)),
            ("unsigned big int", Some(Integer)),
            ("bigint(20)", Some(Integer)),
            ("VARCHAR(50)", Some(Text)),
            ("NATIVE CHARACTER(70)", Some(Text)),
            ("clob", Some(Text)),
            ("DECIMAL(10,2)", Some(Number)),
            ("decimal (10, 2)", Some(Number)),
            ("NUMERIC", Some(Number)),
            ("double precision", Some(Number)),
            ("FLOAT", Some(Number)),
            ("DATE", Some(Date)),
            ("datetime", Some(Timestamp)),
            ("TIMESTAMP WITH TIME ZONE", Some(Timestamp)),
            ("TIMESTAMP(6)", Some(Timestamp)),
            ("TIME", Some(Time)),
            ("BOOLEAN", Some(Boolean)),
            ("JSON", Some(Json)),
            ("BLOB", Some(Binary)),
            ("geometry", Some(Other)),
            ("", None),
            ("  ", None),
        ] {
            assert_eq!(declared_kind(declared), kind, "{declared}");
        }
    }

    #[test]
    fn forms_of_texts() {
        use TextForm::{Date, Other, Time, Timestamp};
        for (text, form) in [
            ("2026-03-01", Date),
            ("2024-02-29", Date),
            ("2026-02-29", Other),
            ("2026-13-01", Other),
            ("2026-03", Other),
            ("2026-Q1", Other),
            ("2026-3-1", Other),
            ("2026/03/01", Other),
            ("20260301", Other),
            ("2026-03-01 19:04", Timestamp),
            ("2026-03-01 19:04:05", Timestamp),
            ("2026-03-01T19:04:05.123456Z", Timestamp),
            ("2026-03-01 19:04:05+08:00", Timestamp),
            ("2026-03-01 19:04:05 +0800", Timestamp),
            ("2026-03-01 ", Other),
            ("2026-03-01 25:00", Other),
            ("2026-03-01 19:04:05.", Other),
            ("2026-03-01 19:04 later", Other),
            ("2026-03-01是", Other),
            ("19:04", Time),
            ("19:04:05", Time),
            ("19:0", Other),
            ("", Other),
            ("销售", Other),
        ] {
            assert_eq!(text_form(text.as_bytes()), form, "{text}");
        }
    }

    #[test]
    fn one_odd_value_makes_a_column_text() {
        let kind = |values: &[&str], declared| {
            let mut forms = Forms::default();
            for value in values {
                forms.add(value.as_bytes());
            }
            forms.kind(declared)
        };
        assert_eq!(kind(&["2026-03-01", "2026-03-02"], None), Some(ValueKind::Date));
        assert_eq!(kind(&["2026-03-01", "2026-03-02 10:00"], None), Some(ValueKind::Timestamp));
        assert_eq!(kind(&["2026-03-01"], Some(ValueKind::Timestamp)), Some(ValueKind::Timestamp));
        assert_eq!(kind(&["2026-03-01", "soon"], Some(ValueKind::Date)), Some(ValueKind::Text));
        assert_eq!(kind(&["10:30"], None), Some(ValueKind::Text));
        assert_eq!(kind(&["10:30"], Some(ValueKind::Time)), Some(ValueKind::Time));
        assert_eq!(kind(&["2026-03-01", "10:30"], None), Some(ValueKind::Text));
        assert_eq!(kind(&[], Some(ValueKind::Date)), None);
    }
}
