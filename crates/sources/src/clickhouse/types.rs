//! ClickHouse's types: what the text of a value is.

use crate::ValueKind;
use crate::server::column::Form;

/// Whether the type takes NULL, and the type without `Nullable` and `LowCardinality`.
pub(super) fn unwrapped(mut name: &str) -> (bool, &str) {
    let mut is_nullable = false;
    loop {
        let inner = |wrapper: &str| name.strip_prefix(wrapper)?.strip_suffix(')');
        if let Some(inner) = inner("Nullable(") {
            (is_nullable, name) = (true, inner);
        } else if let Some(inner) = inner("LowCardinality(") {
            name = inner;
        } else {
            return (is_nullable, name);
        }
    }
}

/// How values of a type are read.
pub(super) fn form(name: &str) -> Form {
    let (_, name) = unwrapped(name);
    let base = name.split('(').next().unwrap_or(name);
    match base {
        "Bool" => Form::Truth,
        "Int8" | "Int16" | "Int32" | "Int64" => Form::Signed,
        "UInt8" | "UInt16" | "UInt32" | "UInt64" => Form::Unsigned,
        "Float32" | "Float64" | "BFloat16" => Form::Float,
        "Int128" | "Int256" | "UInt128" | "UInt256" | "Decimal" | "Decimal32" | "Decimal64"
        | "Decimal128" | "Decimal256" => Form::Decimal,
        "Date" | "Date32" => Form::Day,
        // Of no zone where nobody knows it: see `zones`.
        "DateTime" | "DateTime32" | "DateTime64" => Form::Timestamp,
        "String" | "FixedString" | "Enum" | "Enum8" | "Enum16" | "UUID" | "IPv4" | "IPv6" | "Nothing" => {
            Form::Text(ValueKind::Text)
        }
        "Array" | "Tuple" | "Map" | "Nested" | "JSON" | "Object" | "Variant" | "Dynamic" => {
            Form::Text(ValueKind::Json)
        }
        _ => Form::Text(ValueKind::Other),
    }
}

/// Whether values of a type are written with brackets.
pub(super) fn is_nested(name: &str) -> bool {
    let (_, name) = unwrapped(name);
    ["Array(", "Tuple(", "Map(", "Nested("].iter().any(|start| name.starts_with(start))
}

/// Whether a text of this type is filled up with zeros.
pub(super) fn is_padded(name: &str) -> bool {
    unwrapped(name).1.starts_with("FixedString(")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        for (name, is_nullable, expected) in [
            ("UInt64", false, Form::Unsigned),
            ("Nullable(Int32)", true, Form::Signed),
            ("LowCardinality(Nullable(String))", true, Form::Text(ValueKind::Text)),
            ("Decimal(18, 3)", false, Form::Decimal),
            ("Int128", false, Form::Decimal),
            ("DateTime('Asia/Shanghai')", false, Form::Timestamp),
            ("DateTime64(3)", false, Form::Timestamp),
            ("Date", false, Form::Day),
            ("Enum8('a' = 1)", false, Form::Text(ValueKind::Text)),
            ("Array(Nullable(UInt8))", false, Form::Text(ValueKind::Json)),
            ("AggregateFunction(sum, UInt8)", false, Form::Text(ValueKind::Other)),
            ("Bool", false, Form::Truth),
        ] {
            assert_eq!((unwrapped(name).0, form(name)), (is_nullable, expected), "{name}");
        }
        assert!(is_nested("Tuple(UInt8, String)") && !is_nested("String"));
        assert!(is_padded("Nullable(FixedString(3))"));
    }
}
