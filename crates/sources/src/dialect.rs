//! The SQL dialects that are spoken.

use serde::{Deserialize, Serialize};

/// A dialect of SQL: what the guard parses with and what the interpreters write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL and what speaks its protocol.
    Postgres,
    /// MySQL, MariaDB and what speaks their protocol.
    MySql,
    /// ClickHouse.
    ClickHouse,
    /// DataFusion, by which datasets are asked.
    DataFusion,
}

impl Dialect {
    /// The port that a server of this dialect usually listens on; nothing for files.
    pub fn default_port(self) -> Option<u16> {
        match self {
            Self::Sqlite | Self::DataFusion => None,
            Self::Postgres => Some(5432),
            Self::MySql => Some(3306),
            Self::ClickHouse => Some(8123),
        }
    }

    /// The identifier in this dialect's quotes, whatever characters it holds.
    ///
    /// ```text
    /// Sqlite, Postgres, DataFusion: a"b → "a""b"      MySql, ClickHouse: a`b → `a``b`
    /// ```
    pub fn quote_identifier(self, identifier: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres | Self::DataFusion => {
                format!("\"{}\"", identifier.replace('"', "\"\""))
            }
            Self::MySql => format!("`{}`", identifier.replace('`', "``")),
            Self::ClickHouse => format!("`{}`", identifier.replace('\\', "\\\\").replace('`', "``")),
        }
    }

    /// The text as a string literal of this dialect.
    pub fn quote_text(self, text: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres | Self::DataFusion => format!("'{}'", text.replace('\'', "''")),
            Self::MySql | Self::ClickHouse => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        }
    }
}
