//! Values as they stand in files, the types that whole columns of them have, and columns made of them.

mod column;
mod guess;
mod number;
mod short;
mod time;

use chrono::NaiveDateTime;

pub(crate) use self::column::Column;
pub(crate) use self::guess::Guess;
pub(crate) use self::time::Order;

/// A value as a file has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'row> {
    /// Nothing.
    Empty,
    /// Characters that may mean anything: a number, a day, text.
    Text(&'row str),
    /// Characters that are said to be text; only a day or a moment in ISO 8601 is taken for more.
    Quoted(&'row str),
    /// A number as a program writes it.
    Number(&'row str),
    /// True or false.
    Truth(bool),
    /// A moment.
    Moment(NaiveDateTime),
    /// A list or an object, as JSON.
    Nested(&'row str),
}

impl<'row> Cell<'row> {
    /// Its characters, where a file has some.
    pub(crate) fn text(self) -> &'row str {
        match self {
            Self::Text(text) | Self::Quoted(text) | Self::Number(text) | Self::Nested(text) => text,
            Self::Empty | Self::Truth(_) | Self::Moment(_) => "",
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Json,
    Boolean,
    Integer,
    /// A number with so many digits, of them so many decimals: a decimal fraction, exact in sums.
    Decimal {
        precision: u8,
        scale: u8,
    },
    /// Any other number that a float has all digits of, or at least the first fifteen.
    Float,
    Date(Order),
    Timestamp {
        order: Order,
        /// How many minutes the zone is ahead that all its moments say: days are counted in it. UTC where they say different ones.
        zone: Option<i16>,
    },
}

/// Whether the characters stand for no value, wherever something else than text is expected.
pub(crate) fn is_nothing(text: &str) -> bool {
    matches!(
        text,
        "" | "-"
            | "--"
            | "\\N"
            | "NULL"
            | "Null"
            | "null"
            | "NA"
            | "N/A"
            | "n/a"
            | "#N/A"
            | "None"
            | "none"
            | "无"
    )
}
