//! One connection, and transactions in it that can't write.

use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};

use super::{catalogue, failure, read};
use crate::server::connections::Session;
use crate::server::gather::{Reading, Rows};
use crate::server::reach;
use crate::server::task::{Deadline, GRACE};
use crate::{Dialect, Schema, ServerOptions, SourceError, SourceInfo, Tls};

/// Modes that change how text is read, so that a statement that was checked could mean another.
const LEXICAL_MODES: &[&str] = &[
    "ANSI",
    "ANSI_QUOTES",
    "DB2",
    "EMPTY_STRING_IS_NULL",
    "HIGH_NOT_PRECEDENCE",
    "IGNORE_SPACE",
    "MAXDB",
    "MSSQL",
    "NO_BACKSLASH_ESCAPES",
    "ORACLE",
    "PIPES_AS_CONCAT",
    "POSTGRESQL",
    "REAL_AS_FLOAT",
];

/// An open connection.
pub(crate) struct MySqlSession {
    pub(super) connection: MySqlConnection,
    /// The database that names without one are looked up in.
    pub(super) database: String,
    /// Whether the schema has what lies in others.
    pub(super) other_databases: bool,
    /// What the server calls it, and `KILL` takes.
    number: u64,
    clock: Clock,
}

/// How the server is told how long a statement may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// MariaDB: `max_statement_time`, in seconds.
    Seconds,
    /// MySQL: `max_execution_time`, in milliseconds.
    Milliseconds,
    /// Neither: only this side looks at the clock.
    None,
}

impl Session for MySqlSession {
    const DIALECT: Dialect = Dialect::MySql;
    const NAME: &'static str = "MySQL";

    async fn open(options: &ServerOptions) -> Result<Self, SourceError> {
        let opening = async {
            reach::check_host(options).await?;
            let describe = |error| failure::describe(&error, options, options.connect_timeout);
            let mut connection = connect_options(options).connect().await.map_err(describe)?;
            let (number, clock) = orient(&mut connection).await.map_err(describe)?;
            Ok(Self {
                connection,
                database: options.database.clone(),
                other_databases: options.other_databases,
                number,
                clock,
            })
        };
        tokio::time::timeout(options.connect_timeout, opening).await.map_err(|_| reach::timeout(options))?
    }

    async fn begin(&mut self, deadline: Deadline) -> Result<(), sqlx::Error> {
        let milliseconds = deadline.milliseconds_left();
        let seconds = milliseconds.div_ceil(1000);
        let limit = match self.clock {
            Clock::Seconds => {
                format!(", max_statement_time = {}.{:03}", milliseconds / 1000, milliseconds % 1000)
            }
            Clock::Milliseconds => format!(", max_execution_time = {milliseconds}"),
            Clock::None => String::new(),
        };
        // Locks of tables are waited for by another clock.
        let set = format!(
            "SET SESSION lock_wait_timeout = {}, sql_select_limit = DEFAULT{limit}",
            seconds.min(31_000_000)
        );
        self.connection.execute(AssertSqlSafe(set)).await?;
        self.connection.execute("START TRANSACTION READ ONLY").await.map(drop)
    }

    async fn read(&mut self, sql: &str, reading: Reading) -> Result<Rows, sqlx::Error> {
        read::run(self, sql, reading).await
    }

    async fn catalogue(&mut self) -> Result<Schema, sqlx::Error> {
        catalogue::read(self).await
    }

    async fn info(&mut self) -> Result<SourceInfo, sqlx::Error> {
        let version = self.texts("SELECT version()").await?;
        let grants = self.texts("SHOW GRANTS").await?;
        let first =
            |rows: Vec<Vec<Option<String>>>| rows.into_iter().filter_map(|row| row.into_iter().next()?);
        let version = short_version(&first(version).next().unwrap_or_default());
        Ok(SourceInfo { version, writable: could_write(&first(grants).collect::<Vec<_>>()) })
    }

    async fn rollback(&mut self) -> Result<(), sqlx::Error> {
        self.connection.execute("ROLLBACK").await?;
        // The last that is said: it has no answer, and what is said right behind it would wait for one.
        self.connection.clear_cached_statements().await
    }

    fn number(&self) -> u64 {
        self.number
    }

    async fn cancel(&mut self, number: u64) -> Result<(), sqlx::Error> {
        let kill = AssertSqlSafe(format!("KILL QUERY {number}"));
        sqlx::raw_sql(kill).execute(&mut self.connection).await.map(drop)
    }

    async fn close(self) {
        let _ = tokio::time::timeout(GRACE, self.connection.close()).await;
    }

    async fn close_when_ended(mut self) {
        let ended = async {
            // First comes its error, then that the server is ready again.
            if self.connection.ping().await.is_err() {
                let _ = self.connection.ping().await;
            }
        };
        let _ = tokio::time::timeout(GRACE, ended).await;
        self.close().await;
    }

    fn describe(error: &sqlx::Error, options: &ServerOptions, limit: Duration) -> SourceError {
        failure::describe(error, options, limit)
    }
}

impl MySqlSession {
    /// Runs one of this program's own statements, whose values come as text.
    pub(super) async fn texts(
        &mut self,
        statement: impl Into<String>,
    ) -> Result<Vec<Vec<Option<String>>>, sqlx::Error> {
        texts(&mut self.connection, statement).await
    }
}

/// Rows of text.
async fn texts(
    connection: &mut MySqlConnection,
    statement: impl Into<String>,
) -> Result<Vec<Vec<Option<String>>>, sqlx::Error> {
    let rows = sqlx::raw_sql(AssertSqlSafe(statement.into())).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let cells = (0..row.len()).map(|position| {
                Ok(value(row, position)?.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
            });
            cells.collect()
        })
        .collect()
}

/// A value as it was sent, which is text where nothing was prepared.
pub(super) fn value(row: &MySqlRow, position: usize) -> Result<Option<&[u8]>, sqlx::Error> {
    row.try_get_unchecked(position)
}

fn connect_options(options: &ServerOptions) -> MySqlConnectOptions {
    let mode = match options.tls {
        Tls::Disable => MySqlSslMode::Disabled,
        Tls::Prefer => MySqlSslMode::Preferred,
        Tls::Require => MySqlSslMode::Required,
        Tls::VerifyFull { .. } => MySqlSslMode::VerifyIdentity,
    };
    let mut connect = MySqlConnectOptions::new()
        .host(&options.host)
        .port(options.port)
        .username(&options.username)
        .database(&options.database)
        .ssl_mode(mode)
        // Kept until the transaction is over, and then closed.
        .statement_cache_capacity(1)
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(Some("+00:00".to_owned()))
        .disable_statement_logging();
    let password = options.password.expose_secret();
    if !password.is_empty() {
        connect = connect.password(password);
    }
    match &options.tls {
        Tls::VerifyFull { authorities: Some(authorities) } => {
            connect.ssl_ca_from_pem(authorities.clone().into_bytes())
        }
        _ => connect,
    }
}

/// Looks around once, and sets what holds for the whole session.
async fn orient(connection: &mut MySqlConnection) -> Result<(u64, Clock), sqlx::Error> {
    let first =
        texts(connection, "SELECT connection_id(), @@sql_mode").await?.into_iter().next().unwrap_or_default();
    let [Some(number), Some(modes)] = <[Option<String>; 2]>::try_from(first).unwrap_or_default() else {
        return Err(sqlx::Error::Protocol("it doesn't know its own session".to_owned()));
    };
    let modes = Dialect::MySql.quote_text(&plain_modes(&modes));
    connection.execute(AssertSqlSafe(format!("SET SESSION sql_mode = {modes}"))).await?;
    connection.execute("SET SESSION TRANSACTION READ ONLY").await?;
    // MariaDB splits a derived table over the rows it is joined with even where it has a `LIMIT`, and gives too many rows then
    // (seen in 10.11.14). Servers that don't know the switch haven't the fault.
    match connection.execute("SET SESSION optimizer_switch = 'split_materialized=off'").await {
        Ok(_) | Err(sqlx::Error::Database(_)) => {}
        Err(error) => return Err(error),
    }
    let limits = texts(
        connection,
        "SHOW VARIABLES WHERE Variable_name IN ('max_statement_time', 'max_execution_time')",
    )
    .await?;
    let has =
        |name: &str| limits.iter().any(|row| row.first().is_some_and(|cell| cell.as_deref() == Some(name)));
    let clock = if has("max_statement_time") {
        Clock::Seconds
    } else if has("max_execution_time") {
        Clock::Milliseconds
    } else {
        Clock::None
    };
    Ok((number.parse().unwrap_or_default(), clock))
}

/// The server's modes without those that change how text is read.
fn plain_modes(modes: &str) -> String {
    let plain: Vec<&str> = modes
        .split(',')
        .filter(|mode| !LEXICAL_MODES.contains(&mode.to_ascii_uppercase().as_str()))
        .collect();
    plain.join(",")
}

/// `10.11.14-MariaDB-0+deb12u2`, `8.0.36`, `8.0.11-TiDB-v7.5.0` without what few want to know.
fn short_version(version: &str) -> String {
    let number = version.split('-').next().unwrap_or_default();
    if version.contains("MariaDB") {
        return format!("MariaDB {number}");
    }
    match version.split_once("TiDB-") {
        Some((_, number)) => format!("TiDB {}", number.split('-').next().unwrap_or_default()),
        None => format!("MySQL {number}"),
    }
}

/// Whether one of the grants lets the account change anything; `None` where they name a role whose rights aren't shown.
fn could_write(grants: &[String]) -> Option<bool> {
    const HARMLESS: &[&str] = &[
        "EXECUTE",
        "LOCK TABLES",
        "PROCESS",
        "PROXY",
        "REFERENCES",
        "RELOAD",
        "REPLICATION CLIENT",
        "REPLICATION SLAVE",
        "SELECT",
        "SHOW DATABASES",
        "SHOW VIEW",
        "SHOW_ROUTINE",
        "USAGE",
    ];
    let mut is_known = true;
    for grant in grants {
        let Some((rights, _)) = grant.strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON ")) else {
            is_known &= !grant.starts_with("GRANT ");
            continue;
        };
        // `SELECT (a, b), INSERT (c)`: rights on columns.
        let mut depth = 0;
        let rights: String = rights
            .chars()
            .filter(|sign| {
                depth += i32::from(*sign == '(');
                let outside = depth == 0;
                depth -= i32::from(*sign == ')');
                outside
            })
            .collect();
        if rights.split(',').any(|right| !HARMLESS.contains(&right.trim())) {
            return Some(true);
        }
    }
    is_known.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (version, short) in [
            ("10.11.14-MariaDB-0+deb12u2", "MariaDB 10.11.14"),
            ("8.0.36", "MySQL 8.0.36"),
            ("8.0.36-0ubuntu0.22.04.1", "MySQL 8.0.36"),
            ("8.0.11-TiDB-v7.5.0", "TiDB v7.5.0"),
        ] {
            assert_eq!(short_version(version), short);
        }
    }

    #[test]
    fn modes() {
        assert_eq!(
            plain_modes("STRICT_TRANS_TABLES,ANSI_QUOTES,no_backslash_escapes,ONLY_FULL_GROUP_BY"),
            "STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY"
        );
        assert_eq!(plain_modes(""), "");
    }

    #[test]
    fn grants() {
        for (grants, expected) in [
            (
                vec!["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT, SHOW VIEW ON `shop`.* TO `a`@`%`"],
                Some(false),
            ),
            (vec!["GRANT SELECT (`insert`, b) ON `shop`.`t` TO `a`@`%`"], Some(false)),
            (vec!["GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION"], Some(true)),
            (vec!["GRANT SELECT, UPDATE (a) ON `shop`.`t` TO `a`@`%`"], Some(true)),
            (vec!["GRANT FILE ON *.* TO `a`@`%`"], Some(true)),
            (vec!["GRANT USAGE ON *.* TO `a`@`%`", "GRANT `writers`@`%` TO `a`@`%`"], None),
        ] {
            let grants: Vec<String> = grants.into_iter().map(str::to_owned).collect();
            assert_eq!(could_write(&grants), expected, "{grants:?}");
        }
    }
}
