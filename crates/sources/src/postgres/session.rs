//! One connection: opened with nothing taken from the environment, and transactions in it that can't write.

use std::fmt::Write as _;
use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};

use super::{catalogue, failure, read};
use crate::server::connections::Session;
use crate::server::gather::{Reading, Rows};
use crate::server::reach;
use crate::server::task::{Deadline, GRACE};
use crate::{Dialect, Schema, ServerOptions, SourceError, SourceInfo, Tls};

/// Settings of the transaction where the server has them: how values are written, how literals are read.
const SETTINGS: &[(&str, &str)] = &[
    // A server of version 14 or newer looks whether the client is still there.
    ("client_connection_check_interval", "1000"),
    ("datestyle", "ISO, YMD"),
    ("intervalstyle", "postgres"),
    ("standard_conforming_strings", "on"),
    ("timezone", "UTC"),
];

/// What a session is, its schemas in the order in which they are searched, and the settings that the server has.
const ORIENTATION: &str = "SELECT current_schemas(false)::text[], \
     coalesce((SELECT array_agg(name)::text[] FROM pg_settings), '{}')";

/// Version, and whether anything could be written.
const INFO: &str = "SELECT version(), \
     coalesce((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), false) \
     OR has_database_privilege(current_database(), 'CREATE') \
     OR EXISTS (SELECT FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' \
                AND has_schema_privilege(oid, 'CREATE')) \
     OR EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
                WHERE relkind IN ('r', 'p', 'v', 'f') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' \
                AND has_schema_privilege(relnamespace, 'USAGE') \
                AND (has_table_privilege(pg_class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') \
                     OR has_any_column_privilege(pg_class.oid, 'INSERT, UPDATE')))";

/// An open connection.
pub(crate) struct PostgresSession {
    pub(super) connection: PgConnection,
    /// The server's process of the transaction that was begun last.
    process: i32,
    /// The schema in which names without one are looked up first, after the built-in ones.
    pub(super) default_schema: Option<String>,
    /// What begins a transaction, but for its time limit.
    settings: String,
}

impl Session for PostgresSession {
    const DIALECT: Dialect = Dialect::Postgres;
    const NAME: &'static str = "PostgreSQL";

    async fn open(options: &ServerOptions) -> Result<Self, SourceError> {
        let opening = async {
            reach::check_host(options).await?;
            let describe = |error| failure::describe(&error, options, options.connect_timeout);
            let mut connection = connect_options(options).connect().await.map_err(describe)?;
            let (default_schema, settings) = orient(&mut connection).await.map_err(describe)?;
            Ok(Self { connection, process: 0, default_schema, settings })
        };
        tokio::time::timeout(options.connect_timeout, opening).await.map_err(|_| reach::timeout(options))?
    }

    async fn begin(&mut self, deadline: Deadline) -> Result<(), sqlx::Error> {
        let milliseconds = deadline.milliseconds_left();
        let statements = format!(
            "BEGIN READ ONLY; SET LOCAL statement_timeout = {milliseconds}; {} SELECT pg_catalog.pg_backend_pid()",
            self.settings
        );
        // The settings are this program's own text, but for the names of schemas, which are quoted.
        let row = sqlx::raw_sql(AssertSqlSafe(statements)).fetch_one(&mut self.connection).await?;
        self.process = row.try_get(0)?;
        Ok(())
    }

    async fn read(&mut self, sql: &str, reading: Reading) -> Result<Rows, sqlx::Error> {
        read::run(self, sql, reading).await
    }

    async fn catalogue(&mut self) -> Result<Schema, sqlx::Error> {
        catalogue::read(self).await
    }

    async fn info(&mut self) -> Result<SourceInfo, sqlx::Error> {
        let row = sqlx::query(INFO).persistent(false).fetch_one(&mut self.connection).await;
        let (version, writable) = match row {
            Ok(row) => (row.try_get::<String, _>(0)?, Some(row.try_get(1)?)),
            // What only speaks the protocol may lack these functions.
            Err(sqlx::Error::Database(_)) => {
                let row =
                    sqlx::query("SELECT version()").persistent(false).fetch_one(&mut self.connection).await?;
                (row.try_get::<String, _>(0)?, None)
            }
            Err(error) => return Err(error),
        };
        Ok(SourceInfo { version: short_version(&version), writable })
    }

    async fn rollback(&mut self) -> Result<(), sqlx::Error> {
        self.connection.execute("ROLLBACK").await.map(drop)
    }

    fn number(&self) -> u64 {
        u64::from(self.process.unsigned_abs())
    }

    async fn cancel(&mut self, number: u64) -> Result<(), sqlx::Error> {
        let process = i32::try_from(number).unwrap_or_default();
        let cancelling =
            sqlx::query("SELECT pg_catalog.pg_cancel_backend($1)").bind(process).persistent(false);
        cancelling.execute(&mut self.connection).await.map(drop)
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

fn connect_options(options: &ServerOptions) -> PgConnectOptions {
    let mode = match options.tls {
        Tls::Disable => PgSslMode::Disable,
        Tls::Prefer => PgSslMode::Prefer,
        Tls::Require => PgSslMode::Require,
        Tls::VerifyFull { .. } => PgSslMode::VerifyFull,
    };
    let connect = PgConnectOptions::new_without_pgpass()
        .host(&options.host)
        .port(options.port)
        .username(&options.username)
        // Even where it is empty: else the server's own environment would be asked for one.
        .password(options.password.expose_secret())
        .database(&options.database)
        .ssl_mode(mode)
        .application_name("wenshu")
        .disable_statement_logging();
    match &options.tls {
        Tls::VerifyFull { authorities: Some(authorities) } => {
            connect.ssl_root_cert_from_pem(authorities.clone().into_bytes())
        }
        _ => connect,
    }
}

/// Looks around once, and answers the default schema and what begins a transaction.
async fn orient(connection: &mut PgConnection) -> Result<(Option<String>, String), sqlx::Error> {
    connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY").await?;
    let row = sqlx::query(ORIENTATION).persistent(false).fetch_one(connection).await?;
    let (mut schemas, known): (Vec<String>, Vec<String>) = (row.try_get(0)?, row.try_get(1)?);
    schemas.retain(|schema| !schema.starts_with("pg_"));
    Ok((schemas.first().cloned(), settings(&schemas, &known)))
}

/// Settings of a transaction: built-in names come first, temporary tables last, and between them the database's own.
fn settings(schemas: &[String], known: &[String]) -> String {
    let mut statements = "SET LOCAL search_path = pg_catalog".to_owned();
    for schema in schemas {
        // Writing to a string can't fail.
        let _ = write!(statements, ", {}", Dialect::Postgres.quote_identifier(schema));
    }
    statements.push_str(", pg_temp;");
    for (name, value) in SETTINGS {
        if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let _ = write!(statements, " SET LOCAL {name} = '{value}';");
        }
    }
    statements
}

/// `PostgreSQL 15.14 (Debian …) on x86_64…` without what few want to know.
fn short_version(version: &str) -> String {
    version.split([' ', ',']).filter(|word| !word.is_empty()).take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (version, short) in [
            (
                "PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc",
                "PostgreSQL 15.14",
            ),
            ("PostgreSQL 17beta1, compiled by clang", "PostgreSQL 17beta1"),
            ("openGauss", "openGauss"),
            ("", ""),
        ] {
            assert_eq!(short_version(version), short);
        }
    }

    #[test]
    fn settings_of_a_transaction() {
        let known = ["TimeZone".to_owned(), "DateStyle".to_owned()];
        assert_eq!(
            settings(&["a\"b".to_owned(), "public".to_owned()], &known),
            "SET LOCAL search_path = pg_catalog, \"a\"\"b\", \"public\", pg_temp; SET LOCAL datestyle = 'ISO, YMD'; \
             SET LOCAL timezone = 'UTC';"
        );
        assert_eq!(settings(&[], &[]), "SET LOCAL search_path = pg_catalog, pg_temp;");
    }
}
