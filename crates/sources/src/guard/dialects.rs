//! What differs between the dialects, as one table: another dialect is another entry.

use sqlparser::dialect::Dialect as ParserDialect;

use super::functions::{CLICKHOUSE, DATAFUSION, Functions, MYSQL, POSTGRES, SQLITE};
use super::parsers::{self, Budget};
use super::reserved;
use crate::Dialect;

/// How a dialect writes identifiers and literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// `"a"`, `` `a` `` and `[a]` are identifiers; literals have no escapes.
    Sqlite,
    /// `"a"` is an identifier; `E'…'`, `U&'…'` and `$$…$$` are literals too. DataFusion reads statements with this very parser,
    /// set to this dialect.
    Postgres,
    /// `` `a` `` is an identifier, `"a"` a literal; a backslash escapes.
    MySql,
    /// `"a"` and `` `a` `` are identifiers; a backslash escapes in these and in literals. Bare names are ASCII.
    ClickHouse,
}

/// The rules of one dialect.
pub(super) struct Rules {
    /// Its name in messages.
    pub(super) name: &'static str,
    /// What it is parsed with.
    pub(super) parser: fn(Budget) -> Box<dyn ParserDialect>,
    /// How it writes identifiers and literals.
    pub(super) quoting: Quoting,
    /// Whether `/*! … */` is executed.
    pub(super) executable_comments: bool,
    /// Whether `a.b` and `(a).b` may call a function `b`.
    pub(super) field_calls: bool,
    /// Whether white space between a built-in function's name and its parenthesis makes it another function.
    pub(super) glued_functions: bool,
    /// Words that are names only in quotes: sorted, lower case.
    pub(super) reserved: &'static [&'static str],
    /// The functions it may call.
    pub(super) functions: &'static Functions,
    /// Whether a relation, given as its lower-case name parts, is the database's own machinery.
    pub(super) is_machinery: fn(&[String]) -> bool,
}

/// The rules of a dialect.
pub(super) fn rules(dialect: Dialect) -> &'static Rules {
    match dialect {
        Dialect::Sqlite => &SQLITE_RULES,
        Dialect::Postgres => &POSTGRES_RULES,
        Dialect::MySql => &MYSQL_RULES,
        Dialect::ClickHouse => &CLICKHOUSE_RULES,
        Dialect::DataFusion => &DATAFUSION_RULES,
    }
}

static SQLITE_RULES: Rules = Rules {
    name: "SQLite",
    parser: parsers::sqlite,
    quoting: Quoting::Sqlite,
    executable_comments: false,
    field_calls: false,
    glued_functions: false,
    reserved: &reserved::SQLITE,
    functions: &SQLITE,
    is_machinery: sqlite_machinery,
};

static POSTGRES_RULES: Rules = Rules {
    name: "PostgreSQL",
    parser: parsers::postgres,
    quoting: Quoting::Postgres,
    executable_comments: false,
    field_calls: true,
    glued_functions: false,
    reserved: &reserved::POSTGRES,
    functions: &POSTGRES,
    is_machinery: postgres_machinery,
};

static MYSQL_RULES: Rules = Rules {
    name: "MySQL",
    parser: parsers::mysql,
    quoting: Quoting::MySql,
    executable_comments: true,
    field_calls: false,
    glued_functions: true,
    reserved: &reserved::MYSQL,
    functions: &MYSQL,
    is_machinery: mysql_machinery,
};

static CLICKHOUSE_RULES: Rules = Rules {
    name: "ClickHouse",
    parser: parsers::clickhouse,
    quoting: Quoting::ClickHouse,
    executable_comments: false,
    field_calls: false,
    glued_functions: false,
    reserved: &reserved::CLICKHOUSE,
    functions: &CLICKHOUSE,
    is_machinery: clickhouse_machinery,
};

static DATAFUSION_RULES: Rules = Rules {
    name: "DataFusion",
    parser: parsers::postgres,
    quoting: Quoting::Postgres,
    executable_comments: false,
    field_calls: false,
    glued_functions: false,
    reserved: &reserved::POSTGRES,
    functions: &DATAFUSION,
    is_machinery: datafusion_machinery,
};

/// `sqlite_master` and its kin, and the virtual tables that a build of SQLite may carry.
fn sqlite_machinery(parts: &[String]) -> bool {
    let Some(name) = parts.last() else { return true };
    name.starts_with("sqlite_")
        || name.starts_with("pragma_")
        || matches!(
            name.as_str(),
            "bytecode" | "completion" | "dbstat" | "fsdir" | "stmt" | "tables_used" | "zipfile"
        )
}

/// The catalogs, and everything whose name begins as theirs do, since `pg_catalog` is searched without being named.
fn postgres_machinery(parts: &[String]) -> bool {
    parts.iter().any(|part| part.starts_with("pg_") || part == "information_schema")
}

/// Whether a database is the server's own machinery, so that names without one would mean that. A schema of PostgreSQL's is always
/// named, or searched after those of the data.
pub(super) fn is_machinery_database(dialect: Dialect, name: &str) -> bool {
    let lower = name.to_lowercase();
    match dialect {
        Dialect::Sqlite | Dialect::Postgres | Dialect::DataFusion => false,
        Dialect::MySql => mysql_database(&lower),
        Dialect::ClickHouse => clickhouse_database(&lower),
    }
}

/// The schemas of the server itself. Which one a bare name lies in is the connection's matter: see [`is_machinery_database`].
fn mysql_machinery(parts: &[String]) -> bool {
    match parts {
        [] => true,
        [_] => false,
        [schema, ..] => mysql_database(schema),
    }
}

fn mysql_database(lower: &str) -> bool {
    const SCHEMAS: [&str; 5] = ["information_schema", "mysql", "ndbinfo", "performance_schema", "sys"];
    SCHEMAS.iter().any(|machinery| collates(lower, machinery))
}

/// The databases of the server itself.
fn clickhouse_machinery(parts: &[String]) -> bool {
    match parts {
        [] => true,
        [_] => false,
        [database, ..] => clickhouse_database(database),
    }
}

fn clickhouse_database(lower: &str) -> bool {
    const DATABASES: [&str; 3] = ["_temporary_and_external_tables", "information_schema", "system"];
    DATABASES.contains(&lower)
}

/// Tables of datasets have a bare name, and any other place is none of theirs: a catalog, the description of all of them, or a file
/// or an address in quotes, which DataFusion can take for a table.
fn datafusion_machinery(parts: &[String]) -> bool {
    match parts {
        [name] => name.contains(['/', '\\', ':']),
        _ => true,
    }
}

/// Whether a name may be equal to another in ASCII under a collation that ignores accents: `sÿs` is `sys` then.
fn collates(name: &str, ascii: &str) -> bool {
    let latin = |sign: char| matches!(sign, '\u{80}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    name.chars().count() == ascii.len()
        && name.chars().zip(ascii.chars()).all(|(sign, other)| sign == other || latin(sign))
}
