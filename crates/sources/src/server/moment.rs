//! Days and times as databases write them, as the numbers that Arrow keeps.
//!
//! What has no such number (`infinity`, `0000-00-00`, years of five digits, 838:59:59) is `None`; the column is text then, in which
//! the others are written as they are in a column of moments: ISO 8601.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// `2026-03-01` as days since 1970.
pub(crate) fn days(text: &str) -> Option<i32> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    i32::try_from(date(text)?.signed_duration_since(epoch).num_days()).ok()
}

/// `10:30:00.25` as microseconds since midnight.
pub(crate) fn time_microseconds(text: &str) -> Option<i64> {
    let (time, nanoseconds) = time(text)?;
    (nanoseconds % 1_000 == 0)
        .then(|| i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(nanoseconds / 1_000))
}

/// `2026-03-01 10:30:00.25`, with a space or a `T`, as microseconds since 1970.
pub(crate) fn timestamp_microseconds(text: &str) -> Option<i64> {
    let (day, rest) = text.split_at_checked(10)?;
    let time = rest.strip_prefix([' ', 'T'])?;
    let days = i64::from(days(day)?);
    days.checked_mul(86_400_000_000)?.checked_add(time_microseconds(time)?)
}

/// `2026-03-01 10:30:00.25`, with a space or a `T`, to the nanosecond.
pub(crate) fn moment(text: &str) -> Option<NaiveDateTime> {
    let (day, rest) = text.split_at_checked(10)?;
    Some(date(day)?.and_time(exact_time(rest.strip_prefix([' ', 'T'])?)?))
}

/// `2026-03-01 10:30:00.25` as `2026-03-01T10:30:00.250`, which is how a column of moments is shown.
pub(crate) fn iso_moment(text: &str) -> Option<String> {
    moment(text).map(|moment| format!("{moment:?}"))
}

/// `10:30:00.25` as `10:30:00.250`.
pub(crate) fn iso_time(text: &str) -> Option<String> {
    exact_time(text).map(|time| format!("{time:?}"))
}

fn exact_time(text: &str) -> Option<NaiveTime> {
    let (time, nanoseconds) = time(text)?;
    time.with_nanosecond(nanoseconds)
}

fn date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = i32::try_from(number(&text[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&text[5..7])?, number(&text[8..])?)
}

/// The time in whole seconds, and the nanoseconds past them.
fn time(text: &str) -> Option<(NaiveTime, u32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let bytes = whole.as_bytes();
    if bytes.len() != 8 || bytes[2] != b':' || bytes[5] != b':' || fraction.len() > 9 {
        return None;
    }
    let time = NaiveTime::from_hms_opt(number(&whole[..2])?, number(&whole[3..5])?, number(&whole[6..])?)?;
    let nanoseconds = if fraction.is_empty() { 0 } else { number(&format!("{fraction:0<9}"))? };
    Some((time, nanoseconds))
}

/// Digits alone: no sign, no space.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2024-01-01", Some(19_723)),
            ("0001-01-01", Some(-719_162)),
            ("9999-12-31", Some(2_932_896)),
            ("2024-02-30", None),
            ("0000-00-00", None),
            ("infinity", None),
            ("-infinity", None),
            ("10000-01-01", None),
            ("0044-03-15 BC", None),
            ("+024-01-01", None),
            ("2024-1-1", None),
            ("二〇二四", None),
            ("", None),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, expected) in [
            ("00:00:00", Some(0)),
            ("10:30:00", Some(37_800_000_000)),
            ("23:59:59.999999", Some(86_399_999_999)),
            ("00:00:00.5", Some(500_000)),
            ("00:00:00.000000001", None),
            ("00:00:00.000001000", Some(1)),
            ("24:00:00", None),
            ("838:59:59", None),
            ("-01:00:00", None),
            ("10:30", None),
            ("10:30:00+08", None),
        ] {
            assert_eq!(time_microseconds(text), expected, "{text}");
        }
    }

    #[test]
    fn texts() {
        for (text, expected) in [
            ("2026-03-01 10:30:00", Some("2026-03-01T10:30:00")),
            ("2026-03-01T10:30:00.25", Some("2026-03-01T10:30:00.250")),
            ("2026-03-01 10:30:00.123456789", Some("2026-03-01T10:30:00.123456789")),
            ("infinity", None),
            ("0000-00-00 00:00:00", None),
            ("10000-01-01 00:00:00", None),
        ] {
            assert_eq!(iso_moment(text).as_deref(), expected, "{text}");
        }
        assert_eq!(iso_time("10:30:00.5").as_deref(), Some("10:30:00.500"));
        assert_eq!(iso_time("838:59:59"), None);
    }

    #[test]
    fn timestamps() {
        for (text, expected) in [
            ("1970-01-01 00:00:00", Some(0)),
            ("1970-01-02T00:00:01.5", Some(86_401_500_000)),
            ("1969-12-31 23:59:59", Some(-1_000_000)),
            ("2024-01-01", None),
            ("2024-01-01 24:00:00", None),
            ("infinity", None),
            ("0000-00-00 00:00:00", None),
            ("2024-01-01 10:00:00+00", None),
            ("一二三四 五", None),
        ] {
            assert_eq!(timestamp_microseconds(text), expected, "{text}");
        }
    }
}
