//! Numbers as people write them: `1,234.56`, `12%`, `￥8`, `-3.5e4`.

/// A number that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    /// Digits before the point, zeros in front aside.
    pub(crate) whole: u8,
    /// Digits behind it.
    pub(crate) scale: u8,
    /// All digits as one number with its sign, where 18 digits hold it and there is no exponent.
    pub(crate) digits: Option<i64>,
    /// Its value, as near as a float comes.
    pub(crate) float: f64,
    /// Whether there is a point or an exponent.
    pub(crate) is_fraction: bool,
    /// Whether there is a `%` behind it. The value is then a hundredth already, and so are digits and scale.
    pub(crate) is_percent: bool,
    /// Whether the float has all of its digits.
    pub(crate) float_is_exact: bool,
    /// The money that it is of.
    pub(crate) money: Option<Money>,
}

/// Money, as far as its sign tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Money {
    /// `¥`, `￥`, `元`
    Yuan,
    /// `$`
    Dollar,
    /// `€`
    Euro,
    /// `£`
    Pound,
}

/// Digits that a decimal number holds.
const MOST_DIGITS: usize = 18;

/// The longest number, its sign included, that has a plus and is one.
const LONGEST_WITH_PLUS: usize = 10;

/// Digits that any float holds.
const SURE_DIGITS: usize = 15;

/// Reads a number; nothing when the text is anything else, or loses something when it is taken for one (`007`).
pub(crate) fn parse(text: &str) -> Option<Number> {
    let text = text.trim();
    // A number of a telephone.
    if text.starts_with('+') && text.len() > LONGEST_WITH_PLUS {
        return None;
    }
    // The usual case, without any of the trimmings.
    if let Some(number) = plain(text) {
        return Some(number);
    }
    let (text, negative) = match text.strip_prefix('-') {
        Some(rest) => (rest.trim_start(), true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let (text, money) = money_of(text);
    let (text, negative) = match text.strip_prefix('-') {
        Some(rest) if !negative && money.is_some() => (rest, true),
        _ => (text, negative),
    };
    let (text, is_percent) = match text.strip_suffix(['%', '％']) {
        Some(rest) => (rest.trim_end(), true),
        None => (text, false),
    };
    if is_percent && money.is_some() {
        return None;
    }
    if !text.starts_with(|sign: char| sign.is_ascii_digit() || sign == '.') {
        return None;
    }
    let ungrouped;
    let text = if text.contains(',') {
        ungrouped = without_groups(text)?;
        ungrouped.as_str()
    } else {
        text
    };
    let mut number = plain(text)?;
    if is_percent {
        number.is_percent = true;
        number.is_fraction = true;
        number.float /= 100.0;
        number.scale = number.scale.saturating_add(2);
        number.whole = number.whole.saturating_sub(2);
    }
    if negative {
        number.float = -number.float;
        number.digits = number.digits.map(|digits| -digits);
    }
    number.money = money;
    Some(number)
}

/// Reads `-12`, `12.5`, `.5`, `1.5e3`, `1e-3`; not `1E5`, which is as likely the name of something.
pub(crate) fn plain(text: &str) -> Option<Number> {
    read(text, false)
}

/// The same of what a program says is a number: `1e16` is one there.
pub(crate) fn stated(text: &str) -> Option<Number> {
    read(text, true)
}

fn read(text: &str, is_stated: bool) -> Option<Number> {
    let bytes = text.as_bytes();
    let (negative, unsigned) = match bytes.first()? {
        b'-' => (true, &bytes[1..]),
        b'+' => (false, &bytes[1..]),
        _ => (false, bytes),
    };
    let mut digits: u64 = 0;
    let (mut whole, mut scale, mut counted) = (0_usize, 0_usize, 0_usize);
    let mut at = 0;
    while at < unsigned.len() && unsigned[at].is_ascii_digit() {
        whole += 1;
        counted += usize::from(counted > 0 || unsigned[at] != b'0');
        if counted <= MOST_DIGITS {
            digits = digits * 10 + u64::from(unsigned[at] - b'0');
        }
        at += 1;
    }
    // A zero in front means something to whoever wrote it: a number of an account, a postcode.
    if whole > 1 && unsigned[0] == b'0' {
        return None;
    }
    let counted_whole = counted;
    let mut is_fraction = false;
    if at < unsigned.len() && unsigned[at] == b'.' {
        is_fraction = true;
        at += 1;
        while at < unsigned.len() && unsigned[at].is_ascii_digit() {
            scale += 1;
            counted += usize::from(counted > 0 || unsigned[at] != b'0');
            if counted <= MOST_DIGITS {
                digits = digits * 10 + u64::from(unsigned[at] - b'0');
            }
            at += 1;
        }
    }
    if whole + scale == 0 {
        return None;
    }
    let mut has_exponent = false;
    if at < unsigned.len() && matches!(unsigned[at], b'e' | b'E') {
        let exponent = &unsigned[at + 1..];
        let figures = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        if figures.is_empty() || figures.len() > 3 || !figures.iter().all(u8::is_ascii_digit) {
            return None;
        }
        if !is_stated && !is_fraction && figures.len() == exponent.len() {
            return None;
        }
        has_exponent = true;
        at = unsigned.len();
    }
    if at != unsigned.len() {
        return None;
    }
    let exact = i64::try_from(digits)
        .ok()
        .filter(|_| counted <= MOST_DIGITS && scale <= MOST_DIGITS && !has_exponent);
    let digits = exact.map(|digits| if negative { -digits } else { digits });
    let float = match digits {
        #[expect(clippy::cast_precision_loss, reason = "fifteen digits are held exactly")]
        Some(digits) if scale == 0 && counted <= SURE_DIGITS => digits as f64,
        _ => text.parse().ok()?,
    };
    if !float.is_finite() {
        return None;
    }
    Some(Number {
        whole: u8::try_from(counted_whole).unwrap_or(u8::MAX),
        scale: u8::try_from(scale).unwrap_or(u8::MAX),
        digits,
        float,
        is_fraction: is_fraction || has_exponent,
        is_percent: false,
        float_is_exact: counted <= SURE_DIGITS || figures(&format!("{float:e}")) == figures(text),
        money: None,
    })
}

/// The digits of a number that count, without its point.
fn figures(text: &str) -> String {
    let (mantissa, _) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

fn money_of(text: &str) -> (&str, Option<Money>) {
    for (sign, money) in [
        ('¥', Money::Yuan),
        ('￥', Money::Yuan),
        ('$', Money::Dollar),
        ('＄', Money::Dollar),
        ('€', Money::Euro),
        ('£', Money::Pound),
    ] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (rest.trim_start(), Some(money));
        }
    }
    match text.strip_suffix('元') {
        Some(rest) => (rest.trim_end(), Some(Money::Yuan)),
        None => (text, None),
    }
}

/// `1,234,567.8` without its commas; nothing when they stand anywhere else.
fn without_groups(text: &str) -> Option<String> {
    let (whole, rest) = text.split_at(text.find(['.', 'e', 'E']).unwrap_or(text.len()));
    if rest.contains(',') {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    if !(1..=3).contains(&first.len()) || first.starts_with('0') {
        return None;
    }
    let mut joined = String::with_capacity(text.len());
    joined.push_str(first);
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        joined.push_str(group);
    }
    joined.push_str(rest);
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (text, float, scale, percent) in [
            ("0", 0.0, 0, false),
            ("-12", -12.0, 0, false),
            ("+5", 5.0, 0, false),
            ("1,234.56", 1234.56, 2, false),
            ("-1,234,567", -1_234_567.0, 0, false),
            ("12%", 0.12, 2, true),
            ("12.5 %", 0.125, 3, true),
            ("-3％", -0.03, 2, true),
            ("￥8", 8.0, 0, false),
            ("¥ 1,000.50", 1000.5, 2, false),
            ("-$3.20", -3.2, 2, false),
            ("$-3.20", -3.2, 2, false),
            ("99.9元", 99.9, 1, false),
            (" 7 ", 7.0, 0, false),
            (".5", 0.5, 1, false),
            ("1.5e3", 1500.0, 1, false),
            ("1e-3", 0.001, 0, false),
        ] {
            let number = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((number.scale, number.is_percent), (scale, percent), "{text}");
            assert!((number.float - float).abs() < 1e-9, "{text}: {}", number.float);
        }
    }

    #[test]
    fn what_is_no_number() {
        for text in [
            "",
            "-",
            "007",
            "00.5",
            "1,23",
            "12,34,567",
            "1,2345",
            "0,123",
            "1.2.3",
            "1 2",
            "12%%",
            "$12%",
            "1e5",
            "+8613912345678",
            "a",
            "NaN",
            "inf",
            "--5",
            "1-2",
            "￥",
            "%",
            "1_000",
            "٣",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn digits_are_exact_as_long_as_they_fit() {
        assert_eq!(parse("123456789012345678").unwrap().digits, Some(123_456_789_012_345_678));
        assert_eq!(parse("1234567890123456789").unwrap().digits, None);
        assert_eq!(parse("-0.50").unwrap().digits, Some(-50));
        assert_eq!(parse("1.5e3").unwrap().digits, None);
        assert_eq!(parse("12.5%").unwrap().digits, Some(125));
    }

    #[test]
    fn floats_tell_whether_they_have_all_digits() {
        for (text, expected) in [
            ("0.1", true),
            ("0.1234567890123456", true),
            ("-0.30000000000000004", true),
            ("1.2345678901234568e-05", true),
            ("1234567890123456.78", false),
            ("0.12345678901234567890", false),
            ("100000000000000000000000.5", false),
            ("9007199254740993", false),
        ] {
            assert_eq!(parse(text).unwrap().float_is_exact, expected, "{text}");
        }
    }

    #[test]
    fn programs_write_numbers_with_exponents() {
        assert_eq!(stated("1e16").unwrap().float, 1e16);
        assert_eq!(stated("-2E3").unwrap().float, -2_000.0);
        assert_eq!(stated("1e999"), None);
        assert_eq!(stated("007"), None);
    }
}
