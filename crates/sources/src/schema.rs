//! What a database holds: tables, columns, keys.

use serde::Serialize;

/// The tables and views of one database, in the order the database lists them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Schema {
    /// Tables and views.
    pub tables: Vec<Table>,
}

impl Schema {
    /// The table of this name, letter case aside; an exact match wins.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables
            .iter()
            .find(|table| table.name == name)
            .or_else(|| self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)))
    }
}

/// A table or a view.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// The database schema it lies in, when that isn't the default one.
    pub schema: Option<String>,
    /// Its name, unquoted.
    pub name: String,
    /// Table or view.
    pub kind: TableKind,
    /// The comment its maker gave it.
    pub comment: Option<String>,
    /// Columns in table order.
    pub columns: Vec<Column>,
    /// Keys into other tables.
    pub foreign_keys: Vec<ForeignKey>,
    /// How many rows it has, where that is known.
    pub row_count: Option<RowCount>,
}

impl Table {
    /// The column of this name, letter case aside; an exact match wins.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name == name)
            .or_else(|| self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
    }

    /// Names of the primary key's columns, in table order.
    pub fn primary_key(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|column| column.primary).map(|column| column.name.as_str())
    }
}

/// Whether rows are stored or computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// Stored rows.
    Table,
    /// A stored query.
    View,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its name, unquoted.
    pub name: String,
    /// The type as the database writes it: `decimal(10,2)`.
    pub declared_type: String,
    /// The type as an interpreter needs it.
    pub kind: ValueKind,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Whether it is part of the primary key.
    pub primary: bool,
    /// Whether a unique index or constraint covers this column alone (primary keys of one column included).
    pub unique: bool,
    /// Whether every row was found to have a value of its own here, where data that never changes was looked at and nothing is declared.
    pub distinct: bool,
    /// The default's SQL text.
    pub default: Option<String>,
    /// The comment its maker gave it.
    pub comment: Option<String>,
}

/// What kind of value a column holds, across dialects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueKind {
    /// Whole numbers.
    Integer,
    /// Fractions: floating point and decimal.
    Number,
    /// Text.
    Text,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A day and a time.
    Timestamp,
    /// A time of day.
    Time,
    /// Bytes.
    Binary,
    /// JSON, arrays and other nested values, as JSON text.
    Json,
    /// Anything else, as text.
    Other,
}

impl ValueKind {
    /// Whether sums and averages make sense.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }

    /// Whether values lie on the calendar.
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }

    /// The name used on the wire: `integer`, `number`, `text`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Time => "time",
            Self::Binary => "binary",
            Self::Json => "json",
            Self::Other => "other",
        }
    }
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForeignKey {
    /// The columns here.
    pub columns: Vec<String>,
    /// The schema of the table pointed to, when that isn't the default one.
    pub schema: Option<String>,
    /// The table pointed to.
    pub table: String,
    /// The columns there, in the same order.
    pub references: Vec<String>,
}

/// How many rows a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RowCount {
    /// The number.
    pub rows: u64,
    /// Whether it was counted, rather than estimated by the database.
    pub exact: bool,
}
