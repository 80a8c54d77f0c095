//! The type of a column, found from all its values: whatever one of them contradicts it isn't.
//!
//! Nothing is decided by a sample. A column of a million numbers with one word in it is text, and its numbers stay as they were
//! written.

use std::ops::Range;

use wenshu_sources::datasets::SURE_DIGITS;

use super::number::{self, Money, Number};
use super::short::Short;
use super::{Cell, ColumnType, Order, is_nothing, time};

/// The most digits of a column whose numbers a float would cut. Sums of it have 38.
const MOST_DIGITS: u8 = 28;

/// What a column can still be.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    /// Values that are there.
    seen: u64,
    number: Option<Numbers>,
    truth: bool,
    times: Option<Times>,
    /// Whether every value is a list or an object.
    nested: bool,
    /// Whether any is.
    any_nested: bool,
    usual: Usual,
}

/// What nearly every value of a column is that is like those before it.
#[derive(Clone, Copy, Debug)]
enum Usual {
    /// Nobody knows yet.
    Unknown,
    /// A number with nothing but digits, a sign and a point.
    Number,
    /// A day as ISO 8601 writes it.
    Day,
    /// Anything: the column is text whatever comes.
    Any,
}

#[derive(Clone, Copy, Debug)]
struct Numbers {
    whole: u8,
    scale: u8,
    is_fraction: bool,
    is_exact: bool,
    /// Whether floats have all digits of all values.
    floats_are_exact: bool,
    percents: u64,
    money: Option<Money>,
    count: u64,
}

#[derive(Clone, Copy, Debug)]
struct Times {
    /// By [`Order::ALL`].
    orders: [bool; 3],
    has_time: bool,
    zoned: u64,
    /// The zone of those that say theirs.
    zone: i16,
    /// Whether they say different ones.
    zones_differ: bool,
    count: u64,
}

impl Default for Guess {
    fn default() -> Self {
        Self {
            seen: 0,
            number: Some(Numbers {
                whole: 0,
                scale: 0,
                is_fraction: false,
                is_exact: true,
                floats_are_exact: true,
                percents: 0,
                money: None,
                count: 0,
            }),
            truth: true,
            times: Some(Times {
                orders: [true; 3],
                has_time: false,
                zoned: 0,
                zone: 0,
                zones_differ: false,
                count: 0,
            }),
            nested: true,
            any_nested: false,
            usual: Usual::Unknown,
        }
    }
}

impl Guess {
    /// One more value, which is there in the text. False, and it isn't taken, when it isn't like those before it and may say something
    /// new.
    #[inline]
    pub(crate) fn takes_usual(&mut self, text: &[u8], value: &Range<usize>) -> bool {
        match self.usual {
            Usual::Any => true,
            Usual::Unknown => false,
            Usual::Number => {
                let Some(shape) = Short::of(text, value).and_then(|short| short.shape()) else {
                    return false;
                };
                let Some(numbers) = &mut self.number else { return false };
                numbers.count += 1;
                numbers.whole = numbers.whole.max(shape.whole);
                numbers.scale = numbers.scale.max(shape.scale);
                numbers.is_fraction |= shape.scale > 0;
                self.seen += 1;
                true
            }
            Usual::Day => {
                if !Short::of(text, value).is_some_and(|short| short.is_plain_day()) {
                    return false;
                }
                let Some(times) = &mut self.times else { return false };
                times.count += 1;
                self.seen += 1;
                true
            }
        }
    }

    /// One more value.
    pub(crate) fn see(&mut self, cell: Cell<'_>) {
        self.look_at(cell);
        self.usual = self.usual();
    }

    fn usual(&self) -> Usual {
        if let Some(numbers) = &self.number {
            // The first number tells what the column isn't.
            return if numbers.count > 0 && numbers.percents == 0 { Usual::Number } else { Usual::Unknown };
        }
        if let Some(times) = &self.times {
            let is_of_days = !self.truth && times.orders == Times::YEAR_ALONE && times.zoned == 0;
            return if is_of_days { Usual::Day } else { Usual::Unknown };
        }
        let may_be_more = self.truth || self.nested || self.seen == 0;
        if may_be_more { Usual::Unknown } else { Usual::Any }
    }

    fn look_at(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => self.see_text(text),
            Cell::Quoted(text) => {
                self.seen += 1;
                self.number = None;
                self.truth = false;
                self.nested = false;
                let moment = if self.times.is_some() { time::parse_iso(text) } else { None };
                self.see_moment(|order| moment.filter(|_| order == Order::Year));
            }
            Cell::Number(text) => {
                self.seen += 1;
                self.truth = false;
                self.times = None;
                self.nested = false;
                self.see_number(number::stated(text));
            }
            Cell::Truth(_) => {
                self.seen += 1;
                self.number = None;
                self.times = None;
                self.nested = false;
            }
            Cell::Moment(at) => {
                self.seen += 1;
                self.number = None;
                self.truth = false;
                self.nested = false;
                let has_time = at.time() != chrono::NaiveTime::MIN;
                self.see_moment(|_| Some(time::Moment { at, has_time, zone: None }));
            }
            Cell::Nested(_) => {
                self.seen += 1;
                self.number = None;
                self.truth = false;
                self.times = None;
                self.any_nested = true;
            }
        }
    }

    fn see_text(&mut self, text: &str) {
        if self.takes_usual(text.as_bytes(), &(0..text.len())) {
            return;
        }
        let text = text.trim();
        if is_nothing(text) {
            return;
        }
        self.seen += 1;
        self.nested = false;
        if self.number.is_some() {
            self.see_number(number::parse(text));
            if self.number.is_some() {
                // What is a number is neither a day nor a truth.
                self.truth = false;
                self.times = None;
                return;
            }
        }
        if self.truth && truth(text).is_none() {
            self.truth = false;
        }
        if self.times.is_some() {
            self.see_moment(|order| time::parse(text, order));
        }
    }

    fn see_number(&mut self, number: Option<Number>) {
        let (Some(numbers), Some(number)) = (&mut self.number, number) else {
            self.number = None;
            return;
        };
        numbers.count += 1;
        numbers.whole = numbers.whole.max(number.whole);
        numbers.scale = numbers.scale.max(number.scale);
        numbers.is_fraction |= number.is_fraction;
        numbers.is_exact &= number.digits.is_some();
        numbers.floats_are_exact &= number.float_is_exact;
        numbers.percents += u64::from(number.is_percent);
        // `12` and `12%` in one column are a hundred times apart, or the same: nobody but its owner knows.
        let mixes_percent = numbers.percents > 0 && numbers.percents < numbers.count;
        let mixes_money = matches!((numbers.money, number.money), (Some(one), Some(other)) if one != other);
        numbers.money = numbers.money.or(number.money);
        if mixes_percent || mixes_money {
            self.number = None;
        }
    }

    fn see_moment(&mut self, parse: impl Fn(Order) -> Option<time::Moment>) {
        let Some(times) = &mut self.times else { return };
        let mut found = None;
        for (order, is_possible) in Order::ALL.into_iter().zip(&mut times.orders) {
            if !*is_possible {
                continue;
            }
            match parse(order) {
                Some(moment) => found = Some(moment),
                None => *is_possible = false,
            }
        }
        match found {
            Some(moment) => {
                times.count += 1;
                times.has_time |= moment.has_time;
                if let Some(zone) = moment.zone {
                    times.zones_differ |= times.zoned > 0 && times.zone != zone;
                    times.zone = zone;
                    times.zoned += 1;
                }
                if times.zoned > 0 && times.zoned < times.count {
                    self.times = None;
                }
            }
            None => self.times = None,
        }
    }

    /// What the column is.
    pub(crate) fn finish(&self) -> ColumnType {
        if self.seen == 0 {
            return ColumnType::Text;
        }
        if let Some(numbers) = self.number.filter(|numbers| numbers.count > 0) {
            return numbers.finish();
        }
        if self.truth {
            return ColumnType::Boolean;
        }
        if let Some(times) = self.times.filter(|times| times.count > 0)
            && let Some(order) = times.order()
        {
            return if times.has_time {
                let zone = if times.zones_differ { 0 } else { times.zone };
                ColumnType::Timestamp { order, zone: (times.zoned > 0).then_some(zone) }
            } else {
                ColumnType::Date(order)
            };
        }
        if self.any_nested && self.nested { ColumnType::Json } else { ColumnType::Text }
    }
}

impl Numbers {
    fn finish(&self) -> ColumnType {
        if !self.is_fraction {
            // More digits than a number holds: a number of something rather than a number.
            return if self.is_exact { ColumnType::Integer } else { ColumnType::Text };
        }
        let digits = self.whole.saturating_add(self.scale);
        if self.is_exact && digits <= SURE_DIGITS {
            ColumnType::Decimal { precision: SURE_DIGITS, scale: self.scale }
        } else if self.floats_are_exact {
            ColumnType::Float
        } else if self.is_exact && digits <= MOST_DIGITS {
            ColumnType::Decimal { precision: MOST_DIGITS, scale: self.scale }
        } else if self.whole > SURE_DIGITS {
            // A float would cut what stands before the point.
            ColumnType::Text
        } else {
            ColumnType::Float
        }
    }
}

impl Times {
    /// What [`Times::orders`] are when all values begin with the year.
    const YEAR_ALONE: [bool; 3] = [true, false, false];

    /// The one order that all values have. `1/2/2024` alone doesn't say which of two it is, and stays text.
    fn order(&self) -> Option<Order> {
        let mut possible = Order::ALL
            .into_iter()
            .zip(self.orders)
            .filter(|(_, is_possible)| *is_possible)
            .map(|(order, _)| order);
        match (possible.next(), possible.next()) {
            // Moments that were none of text fit all orders.
            (Some(order), None) | (Some(order @ Order::Year), Some(_)) => Some(order),
            _ => None,
        }
    }
}

/// Whether the text says true or false.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[&str]) -> ColumnType {
        let mut guess = Guess::default();
        values.iter().for_each(|value| guess.see(Cell::Text(value)));
        guess.finish()
    }

    #[test]
    fn the_whole_column_decides() {
        let date = ColumnType::Date;
        let decimal = |scale| ColumnType::Decimal { precision: 15, scale };
        for (values, expected) in [
            (&["1", "2", "-3"][..], ColumnType::Integer),
            (&["1", "", "NULL", "2"], ColumnType::Integer),
            (&["001", "002"], ColumnType::Text),
            (&["1", "02"], ColumnType::Text),
            (&["1,234.56", "12"], decimal(2)),
            (&["12%", "3.5%"], decimal(3)),
            (&["12%", "3"], ColumnType::Text),
            (&["￥1", "¥2.50", "3元"], decimal(2)),
            (&["￥1", "$2"], ColumnType::Text),
            (&["1", "2", "n"], ColumnType::Text),
            (&["0.1", "1e-7"], ColumnType::Float),
            (&["0.1234567890123456"], ColumnType::Float),
            (&["0.5", "12345678901234567890123.4"], ColumnType::Text),
            (&["1234567890123456.78", "0.5"], ColumnType::Decimal { precision: 28, scale: 2 }),
            (&["123456789012345678", "0.5"], ColumnType::Decimal { precision: 28, scale: 1 }),
            (&["123456789012345678"], ColumnType::Integer),
            (&["6222021234567890123"], ColumnType::Text),
            (&["true", "FALSE", ""], ColumnType::Boolean),
            (&["是", "否"], ColumnType::Text),
            (&["2024-01-02", "2024/1/3"], date(Order::Year)),
            (&["2024年1月2日", "-"], date(Order::Year)),
            (&["1/31/2024", "1/2/2024"], date(Order::Month)),
            (&["31/1/2024", "1/2/2024"], date(Order::Day)),
            (&["1/2/2024", "3/4/2024"], ColumnType::Text),
            (&["2024-01-02", "2024-01-02 10:00"], ColumnType::Timestamp { order: Order::Year, zone: None }),
            (&["2024-01-02T10:00:00Z"], ColumnType::Timestamp { order: Order::Year, zone: Some(0) }),
            (&["2024-01-02 10:00+08:00"], ColumnType::Timestamp { order: Order::Year, zone: Some(480) }),
            (
                &["2024-01-02 10:00+08:00", "2024-01-02 10:00-03:30"],
                ColumnType::Timestamp { order: Order::Year, zone: Some(0) },
            ),
            (&["2024-01-02T10:00:00Z", "2024-01-02T10:00:00"], ColumnType::Text),
            (&["2024-01-02", "soon"], ColumnType::Text),
            (&["", "", ""], ColumnType::Text),
            (&["-", "N/A"], ColumnType::Text),
            // What is like the values before it is looked at briefly.
            (&["1", "2.25", "-3.5", "", "4"], decimal(2)),
            (&["1", "2", "03"], ColumnType::Text),
            (&["1", "2", "3%"], ColumnType::Text),
            (&["1%", "2%", "3"], ColumnType::Text),
            (&["1", "123456789012345", "0.25"], ColumnType::Float),
            (&["2024-01-02", "2024-02-28", "2024-02-30"], ColumnType::Text),
            (&["2024-01-02", "2024-01-31", "NULL"], date(Order::Year)),
            (&["2024-01-02", "2024-01-03", "1/2/2024"], ColumnType::Text),
            (
                &["2024-01-02", "2024-01-03", "2024-01-03 10:00"],
                ColumnType::Timestamp { order: Order::Year, zone: None },
            ),
            (&["2024-01-02T10:00:00Z", "2024-01-03"], ColumnType::Text),
        ] {
            assert_eq!(of(values), expected, "{values:?}");
        }
    }

    /// Values that are mostly alike.
    fn columns() -> impl Strategy<Value = Vec<String>> {
        let kinds = [
            "-?[0-9]{1,3}([.][0-9]{1,2})?",
            "-?[0-9]{12,18}([.][0-9])?",
            "2024-0[1-3]-(0[1-9]|1[0-9]|2[0-9]|3[01])",
            "[0-9]{1,2}%",
        ];
        let others = "00?|2024-01-02( 10:00)?|2024/1/2|1/2/2024|3[.]5%|-|x|true||￥3|1e3| 7|'-5|=1";
        prop::sample::select(kinds.to_vec())
            .prop_flat_map(move |kind| prop::collection::vec(prop_oneof![6 => kind, 1 => others], 0..10))
    }

    proptest! {
        #[test]
        fn what_is_usual_is_taken_for_what_it_is(values in columns()) {
            let mut slow = Guess::default();
            for value in &values {
                slow.usual = Usual::Unknown;
                slow.look_at(Cell::Text(value));
            }
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            prop_assert_eq!(of(&values), slow.finish());
        }
    }

    #[test]
    fn what_is_said_to_be_text_stays_text() {
        let mut guess = Guess::default();
        guess.see(Cell::Quoted("12"));
        assert_eq!(guess.finish(), ColumnType::Text);
        let mut guess = Guess::default();
        guess.see(Cell::Quoted("2024-01-02"));
        assert_eq!(guess.finish(), ColumnType::Date(Order::Year));
        let mut guess = Guess::default();
        guess.see(Cell::Nested("[1]"));
        assert_eq!(guess.finish(), ColumnType::Json);
        guess.see(Cell::Number("1"));
        assert_eq!(guess.finish(), ColumnType::Text);
    }
}
