//! Days and moments as people write them: `2024-01-02`, `2024年1月2日 10:20`, `31/12/2024`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// In which order the parts of a day stand: what comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `2024-01-02`, `2024/1/2`, `2024年1月2日`: nothing to doubt.
    Year,
    /// `1/31/2024`
    Month,
    /// `31/1/2024`
    Day,
}

impl Order {
    pub(crate) const ALL: [Self; 3] = [Self::Year, Self::Month, Self::Day];
}

/// A day, with a time if one is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: NaiveDateTime,
    /// Whether there was a time.
    pub(crate) has_time: bool,
    /// How many minutes its zone is ahead, if there was one; `at` is in UTC then.
    pub(crate) zone: Option<i16>,
}

/// Reads a day or a moment in this order.
pub(crate) fn parse(text: &str, order: Order) -> Option<Moment> {
    let text = text.trim();
    // The usual case, without a look at what else it could be.
    if order == Order::Year
        && let Some(day) = iso_day(text.as_bytes())
    {
        return Some(Moment { at: day.and_time(NaiveTime::MIN), has_time: false, zone: None });
    }
    if !text.starts_with(|sign: char| sign.is_ascii_digit()) || text.len() > 64 {
        return None;
    }
    let (day, rest) = day(text, order)?;
    let rest = match rest.strip_prefix(['T', ' ']) {
        _ if rest.is_empty() => {
            let at = day.and_time(NaiveTime::MIN);
            return Some(Moment { at, has_time: false, zone: None });
        }
        Some(time) => time.trim_start(),
        // `2024年1月2日10:20`
        None if text.contains('年') => rest,
        None => return None,
    };
    let (clock, zone) = split_zone(rest);
    let time = time(clock)?;
    let at = day.and_time(time);
    match zone {
        None => Some(Moment { at, has_time: true, zone: None }),
        Some(zone) => {
            let offset = match zone {
                "Z" | "z" => "+00:00".to_owned(),
                // As PostgreSQL writes whole hours.
                hours if hours.len() == 3 => format!("{hours}:00"),
                zone => zone.to_owned(),
            };
            let text = format!("{} {offset}", at.format("%Y-%m-%d %H:%M:%S%.f"));
            let moment = DateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f %:z")
                .or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f %z"))
                .ok()?;
            let zone = i16::try_from(moment.offset().local_minus_utc() / 60).ok();
            Some(Moment { at: moment.naive_utc(), has_time: true, zone })
        }
    }
}

/// Reads a day or a moment as ISO 8601 writes it, all its digits there.
pub(crate) fn parse_iso(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    let is_iso = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-';
    if is_iso { parse(text, Order::Year) } else { None }
}

/// `2024-01-02` and nothing else.
fn iso_day(text: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else {
        return None;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2].map(|byte| u32::from(byte.wrapping_sub(b'0')));
    if digits.iter().any(|digit| *digit > 9) {
        return None;
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2] = digits;
    let year = i32::try_from(y1 * 1000 + y2 * 100 + y3 * 10 + y4).ok()?;
    NaiveDate::from_ymd_opt(year, m1 * 10 + m2, d1 * 10 + d2)
}

/// The day at the beginning, and what is behind it.
fn day(text: &str, order: Order) -> Option<(NaiveDate, &str)> {
    let (first, rest) = figures(text, 4)?;
    let separator = rest.chars().next()?;
    let rest = &rest[separator.len_utf8()..];
    let (second, rest) = figures(rest, 2)?;
    let second_separator = rest.chars().next()?;
    if order == Order::Year {
        if text.len() - text.trim_start_matches(|sign: char| sign.is_ascii_digit()).len() != 4 {
            return None;
        }
        let rest = match (separator, second_separator) {
            ('-', '-') | ('/', '/') | ('.', '.') | ('年', '月') => &rest[second_separator.len_utf8()..],
            _ => return None,
        };
        let (third, rest) = figures(rest, 2)?;
        let rest = match separator {
            '年' => rest.strip_prefix(['日', '号'])?,
            _ => rest,
        };
        return Some((NaiveDate::from_ymd_opt(i32::try_from(first).ok()?, second, third)?, rest));
    }
    if !matches!((separator, second_separator), ('-', '-') | ('/', '/') | ('.', '.')) || first > 31 {
        return None;
    }
    let rest = &rest[1..];
    let (year, rest) = figures(rest, 4).filter(|(year, _)| *year >= 1000)?;
    let (month, day) = if order == Order::Month { (first, second) } else { (second, first) };
    Some((NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?, rest))
}

/// One to so many digits at the beginning.
fn figures(text: &str, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=most).contains(&length) {
        return None;
    }
    let (figures, rest) = text.split_at(length);
    Some((figures.parse().ok()?, rest))
}

/// The time and the zone behind it.
fn split_zone(text: &str) -> (&str, Option<&str>) {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return (clock.trim_end(), Some("Z"));
    }
    match text.rfind(['+', '-']) {
        Some(at) if at >= 5 => (text[..at].trim_end(), Some(&text[at..])),
        _ => (text, None),
    }
}

fn time(text: &str) -> Option<NaiveTime> {
    for (word, half) in [("上午", "AM"), ("下午", "PM")] {
        if let Some(clock) = text.strip_prefix(word) {
            return time(&format!("{} {half}", clock.trim()));
        }
    }
    ["%H:%M:%S%.f", "%H:%M", "%H时%M分%S秒", "%H时%M分", "%I:%M:%S %p", "%I:%M %p"]
        .into_iter()
        .find_map(|form| NaiveTime::parse_from_str(text, form).ok())
        .filter(|_| text.starts_with(|sign: char| sign.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: Order) -> Option<String> {
        parse(text, order).map(|moment| {
            let form = if moment.has_time { "%Y-%m-%d %H:%M:%S%.f" } else { "%Y-%m-%d" };
            format!("{}{}", moment.at.format(form), if moment.zone.is_some() { "Z" } else { "" })
        })
    }

    #[test]
    fn days_and_moments() {
        for (text, expected) in [
            ("2024-01-02", "2024-01-02"),
            ("2024/1/2", "2024-01-02"),
            ("2024.1.2", "2024-01-02"),
            ("2024年1月2日", "2024-01-02"),
            ("2024年12月31号", "2024-12-31"),
            ("2024年1月2日 10:20", "2024-01-02 10:20:00"),
            ("2024年1月2日10时20分5秒", "2024-01-02 10:20:05"),
            ("2024-01-02T03:04:05.250", "2024-01-02 03:04:05.250"),
            ("2024-01-02 03:04:05Z", "2024-01-02 03:04:05Z"),
            ("2024-01-02 08:00:00+08:00", "2024-01-02 00:00:00Z"),
            ("2024-01-02 08:00:00 +0800", "2024-01-02 00:00:00Z"),
            ("2024/1/2 3:04 PM", "2024-01-02 15:04:00"),
            ("2024/1/2 下午3:04:05", "2024-01-02 15:04:05"),
            ("2024年1月2日 上午 10:20", "2024-01-02 10:20:00"),
            ("2024-01-02 08:00:00+08", "2024-01-02 00:00:00Z"),
            ("2024-01-02 08:00:00.5-03", "2024-01-02 11:00:00.500Z"),
        ] {
            assert_eq!(read(text, Order::Year).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read("1/31/2024", Order::Month).as_deref(), Some("2024-01-31"));
        assert_eq!(read("31.1.2024 9:05", Order::Day).as_deref(), Some("2024-01-31 09:05:00"));
    }

    #[test]
    fn what_is_no_day() {
        for text in [
            "",
            "20240102",
            "2024-13-01",
            "2024-02-30",
            "24-01-02",
            "2024-01/02",
            "2024年1月2",
            "12:30",
            "2024-01-02x",
        ] {
            assert_eq!(read(text, Order::Year), None, "{text}");
        }
        assert_eq!(read("31/1/2024", Order::Month), None);
        assert_eq!(parse_iso("2024/01/02"), None);
    }
}
