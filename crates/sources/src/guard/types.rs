//! The data types a value may be cast to. A type of PostgreSQL can look things up (`regclass`), so they are listed too.

use sqlparser::ast::{ArrayElemTypeDef, DataType};

use super::RefusalReason;
use super::dialects::Quoting;
use super::refusal::{refuse, shorten};
use super::walk::{Checked, Walk, plain_name};

/// Types of PostgreSQL that the parser has no word for, or none after `pg_catalog.`: sorted, lower case.
const POSTGRES_TYPES: [&str; 38] = [
    "bool",
    "bpchar",
    "bytea",
    "cidr",
    "citext",
    "date",
    "daterange",
    "float4",
    "float8",
    "hstore",
    "inet",
    "int2",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "ltree",
    "macaddr",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tsrange",
    "tstzrange",
    "uuid",
    "varchar",
];

impl Walk {
    pub(super) fn data_type(&mut self, data_type: &DataType) -> Checked {
        self.count()?;
        match data_type {
            DataType::Character(_)
            | DataType::Char(_)
            | DataType::CharacterVarying(_)
            | DataType::CharVarying(_)
            | DataType::Varchar(_)
            | DataType::Nvarchar(_)
            | DataType::Uuid
            | DataType::Clob(_)
            | DataType::Binary(_)
            | DataType::Varbinary(_)
            | DataType::Blob(_)
            | DataType::Numeric(_)
            | DataType::Decimal(_)
            | DataType::DecimalUnsigned(_)
            | DataType::Dec(_)
            | DataType::DecUnsigned(_)
            | DataType::Float(_)
            | DataType::FloatUnsigned(_)
            | DataType::TinyInt(_)
            | DataType::TinyIntUnsigned(_)
            | DataType::Int2(_)
            | DataType::Int2Unsigned(_)
            | DataType::SmallInt(_)
            | DataType::SmallIntUnsigned(_)
            | DataType::MediumInt(_)
            | DataType::MediumIntUnsigned(_)
            | DataType::Int(_)
            | DataType::Int4(_)
            | DataType::Int8(_)
            | DataType::Integer(_)
            | DataType::IntUnsigned(_)
            | DataType::Int4Unsigned(_)
            | DataType::IntegerUnsigned(_)
            | DataType::BigInt(_)
            | DataType::BigIntUnsigned(_)
            | DataType::Int8Unsigned(_)
            | DataType::Signed
            | DataType::SignedInteger
            | DataType::Unsigned
            | DataType::UnsignedInteger
            | DataType::Float4
            | DataType::Real
            | DataType::RealUnsigned
            | DataType::Float8
            | DataType::Double(_)
            | DataType::DoubleUnsigned(_)
            | DataType::DoublePrecision
            | DataType::DoublePrecisionUnsigned
            | DataType::Bool
            | DataType::Boolean
            | DataType::Date
            | DataType::Time(_, _)
            | DataType::Datetime(_)
            | DataType::Timestamp(_, _)
            | DataType::Interval { .. }
            | DataType::JSON
            | DataType::JSONB
            | DataType::Text
            | DataType::TinyText
            | DataType::MediumText
            | DataType::LongText
            | DataType::Bytea
            | DataType::Bit(_)
            | DataType::BitVarying(_)
            | DataType::VarBit(_)
            | DataType::TsVector
            | DataType::TsQuery => Ok(()),
            DataType::Array(ArrayElemTypeDef::SquareBracket(element, _))
                if self.rules.quoting == Quoting::Postgres =>
            {
                self.below(|walk| walk.data_type(element))
            }
            DataType::Nullable(inner)
            | DataType::LowCardinality(inner)
            | DataType::Array(ArrayElemTypeDef::Parenthesis(inner))
                if self.rules.quoting == Quoting::ClickHouse =>
            {
                self.below(|walk| walk.data_type(inner))
            }
            DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64
            | DataType::UInt128
            | DataType::UInt256
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Int128
            | DataType::Int256
            | DataType::Float32
            | DataType::Float64
            | DataType::String(_)
            | DataType::FixedString(_)
            | DataType::Date32
            | DataType::Datetime64(_, _)
                if self.rules.quoting == Quoting::ClickHouse =>
            {
                Ok(())
            }
            DataType::Custom(name, modifiers) => {
                let parts = plain_name(name)?;
                let allowed = match self.rules.quoting {
                    // A type is only an affinity there.
                    Quoting::Sqlite => parts.len() == 1,
                    Quoting::Postgres => self.function_name(&parts).is_some_and(|name| {
                        modifiers.is_empty() && POSTGRES_TYPES.binary_search(&name.as_str()).is_ok()
                    }),
                    Quoting::ClickHouse => false,
                    Quoting::MySql => parts.len() == 1 && parts[0].value.eq_ignore_ascii_case("year"),
                };
                if allowed { Ok(()) } else { unknown(data_type) }
            }
            _ => unknown(data_type),
        }
    }
}

fn unknown(data_type: &DataType) -> Checked {
    refuse(
        RefusalReason::Function,
        format!("A cast to `{}` isn't allowed. Use one of the plain types.", shorten(&data_type.to_string())),
    )
}

#[cfg(test)]
mod tests {
    use super::POSTGRES_TYPES;

    #[test]
    fn types_are_sorted() {
        assert!(POSTGRES_TYPES.is_sorted());
    }
}
