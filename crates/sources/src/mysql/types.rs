//! MySQL's types: what the text of a value is.

use crate::ValueKind;
use crate::server::column::Form;

/// How the text of a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) form: Form,
    /// Whether the text is a number's bytes, highest first.
    pub(super) is_bits: bool,
}

/// By the name that the driver gives a column's type. `is_text` tells text from bytes: the name does not where a text is
/// compared byte by byte.
pub(super) fn reading(name: &str, is_text: bool) -> Reading {
    let form = match name {
        "BOOLEAN" => Form::Flag,
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "YEAR" => Form::Signed,
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED"
        | "BIGINT UNSIGNED" | "BIT" => Form::Unsigned,
        "FLOAT" | "DOUBLE" => Form::Float,
        "DECIMAL" => Form::Decimal,
        "DATE" => Form::Day,
        "TIME" => Form::Time,
        "DATETIME" => Form::Timestamp,
        "TIMESTAMP" => Form::Instant,
        "JSON" => Form::Text(ValueKind::Json),
        "ENUM" | "SET" | "NULL" => Form::Text(ValueKind::Text),
        "GEOMETRY" => Form::Bytes,
        _ if is_text => Form::Text(ValueKind::Text),
        "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => Form::Bytes,
        _ => Form::Text(ValueKind::Other),
    };
    Reading { form, is_bits: name == "BIT" }
}

/// The number that the bytes of a `BIT` are.
pub(super) fn bits(bytes: &[u8]) -> String {
    bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)).to_string()
}

/// What a column of the schema holds, by `data_type` and `column_type`.
pub(super) fn kind(data_type: &str, column_type: &str) -> ValueKind {
    if column_type.to_ascii_lowercase().starts_with("tinyint(1)") {
        return ValueKind::Boolean;
    }
    match data_type.to_ascii_lowercase().as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "year" | "bit" => {
            ValueKind::Integer
        }
        "decimal" | "numeric" | "float" | "double" | "real" => ValueKind::Number,
        "date" => ValueKind::Date,
        "datetime" | "timestamp" => ValueKind::Timestamp,
        "time" => ValueKind::Time,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set" | "uuid"
        | "inet4" | "inet6" => ValueKind::Text,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => ValueKind::Binary,
        "json" => ValueKind::Json,
        _ => ValueKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_results() {
        for (name, is_text, form) in [
            ("BIGINT UNSIGNED", false, Form::Unsigned),
            ("BOOLEAN", false, Form::Flag),
            ("VARBINARY", true, Form::Text(ValueKind::Text)),
            ("VARBINARY", false, Form::Bytes),
            ("LONGBLOB", false, Form::Bytes),
            ("TEXT", true, Form::Text(ValueKind::Text)),
            ("JSON", true, Form::Text(ValueKind::Json)),
            ("SOMETHING", false, Form::Text(ValueKind::Other)),
        ] {
            assert_eq!(reading(name, is_text).form, form, "{name}");
        }
        assert!(reading("BIT", false).is_bits);
        assert_eq!(
            [bits(&[]), bits(&[5]), bits(&[1, 0]), bits(&[255; 8])],
            ["0", "5", "256", "18446744073709551615"]
        );
    }

    #[test]
    fn columns_of_tables() {
        for (data_type, column_type, expected) in [
            ("tinyint", "tinyint(1)", ValueKind::Boolean),
            ("tinyint", "tinyint(4)", ValueKind::Integer),
            ("DECIMAL", "decimal(10,2)", ValueKind::Number),
            ("enum", "enum('a','b')", ValueKind::Text),
            ("datetime", "datetime(6)", ValueKind::Timestamp),
            ("point", "point", ValueKind::Other),
        ] {
            assert_eq!(kind(data_type, column_type), expected, "{column_type}");
        }
    }
}
