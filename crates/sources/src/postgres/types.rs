//! PostgreSQL's types: how a value of each is written so that nothing of it is lost, and what it is then.

use crate::ValueKind;
use crate::server::column::Form;

/// What has to be known of a type beyond its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Values of another type in order.
    Array,
    /// Named fields.
    Composite,
    /// One of a list of words.
    Enumeration,
    /// Anything else.
    Other,
}

impl Class {
    /// By the catalogue's `typcategory`.
    pub(super) fn of_category(category: &str) -> Self {
        match category {
            "A" => Self::Array,
            "C" => Self::Composite,
            "E" => Self::Enumeration,
            _ => Self::Other,
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cast {
    /// As it is.
    Bytes,
    /// As text.
    Text,
    /// As the text of the number.
    Number,
    /// As the text of the moment in UTC.
    Utc,
    /// As JSON text.
    Json,
}

impl Cast {
    /// The expression that writes the column `name`, of a value that is too long no more than shows that it is.
    pub(super) fn expression(self, name: &str, longest: usize) -> String {
        // Cut one past the limit, it is still past the limit.
        let longest = longest.min(1_000_000_000) + 1;
        let cut = |text: String| format!("pg_catalog.left({text}, {longest})");
        match self {
            Self::Bytes => format!("pg_catalog.substring({name}, 1, {longest})"),
            Self::Text => cut(format!("{name}::pg_catalog.text")),
            Self::Number => format!("{name}::pg_catalog.numeric::pg_catalog.text"),
            Self::Utc => format!("(({name}) AT TIME ZONE 'UTC')::pg_catalog.text"),
            Self::Json => cut(format!("pg_catalog.to_json({name})::pg_catalog.text")),
        }
    }
}

/// Types by their number in `pg_type`, which never changes: sorted.
const TYPES: &[(u32, Cast, Form)] = {
    use Cast::{Bytes, Number, Text, Utc};
    use ValueKind::{Json, Other, Text as Words, Time as Clock};
    &[
        (16, Text, Form::Truth),              // bool
        (17, Bytes, Form::Bytes),             // bytea
        (18, Text, Form::Text(Words)),        // "char"
        (19, Text, Form::Text(Words)),        // name
        (20, Text, Form::Signed),             // int8
        (21, Text, Form::Signed),             // int2
        (23, Text, Form::Signed),             // int4
        (25, Text, Form::Text(Words)),        // text
        (26, Text, Form::Signed),             // oid
        (114, Text, Form::Text(Json)),        // json
        (142, Text, Form::Text(Words)),       // xml
        (650, Text, Form::Text(Words)),       // cidr
        (700, Text, Form::Float),             // float4
        (701, Text, Form::Float),             // float8
        (790, Number, Form::Decimal),         // money
        (829, Text, Form::Text(Words)),       // macaddr
        (869, Text, Form::Text(Words)),       // inet
        (1042, Text, Form::Text(Words)),      // bpchar
        (1043, Text, Form::Text(Words)),      // varchar
        (1082, Text, Form::Day),              // date
        (1083, Text, Form::Time),             // time
        (1114, Text, Form::Timestamp),        // timestamp
        (1184, Utc, Form::Instant),           // timestamptz
        (1186, Text, Form::Text(Other)),      // interval
        (1266, Text, Form::Text(Clock)),      // timetz
        (1700, Text, Form::Decimal),          // numeric
        (2249, Cast::Json, Form::Text(Json)), // record
        (2287, Cast::Json, Form::Text(Json)), // record[]
        (2950, Text, Form::Text(Words)),      // uuid
        (3802, Text, Form::Text(Json)),       // jsonb
    ]
};

/// Whether the table has this type, so that nothing more has to be known of it.
pub(super) fn is_known(number: u32) -> bool {
    TYPES.binary_search_by_key(&number, |(number, ..)| *number).is_ok()
}

/// How values of a type are written and what they are then. What isn't known is text.
pub(super) fn reading(number: u32, class: Class) -> (Cast, Form) {
    if let Ok(at) = TYPES.binary_search_by_key(&number, |(number, ..)| *number) {
        let (_, cast, form) = TYPES[at];
        return (cast, form);
    }
    match class {
        Class::Array | Class::Composite => (Cast::Json, Form::Text(ValueKind::Json)),
        Class::Enumeration => (Cast::Text, Form::Text(ValueKind::Text)),
        Class::Other => (Cast::Text, Form::Text(ValueKind::Other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(TYPES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn expressions() {
        for (cast, expected) in [
            (Cast::Bytes, "pg_catalog.substring(c1, 1, 11)"),
            (Cast::Text, "pg_catalog.left(c1::pg_catalog.text, 11)"),
            (Cast::Number, "c1::pg_catalog.numeric::pg_catalog.text"),
            (Cast::Utc, "((c1) AT TIME ZONE 'UTC')::pg_catalog.text"),
            (Cast::Json, "pg_catalog.left(pg_catalog.to_json(c1)::pg_catalog.text, 11)"),
        ] {
            assert_eq!(cast.expression("c1", 10), expected);
        }
    }

    #[test]
    fn types_that_are_not_listed() {
        assert_eq!(reading(99_999, Class::Array), (Cast::Json, Form::Text(ValueKind::Json)));
        assert_eq!(reading(99_999, Class::Enumeration), (Cast::Text, Form::Text(ValueKind::Text)));
        assert_eq!(reading(3904, Class::Other), (Cast::Text, Form::Text(ValueKind::Other)));
    }
}
