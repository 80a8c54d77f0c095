//! Which drivers there are, and how a stored connection becomes a source that can be asked.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use wenshu_sources::sqlite::{SqliteOptions, SqliteSource};
use wenshu_sources::{
    ClickHouseSource, ConnectFault, Dialect, Limits, MySqlSource, PostgresSource, QueryResult, ReadOnlyQuery,
    RowStream, Schema, ServerOptions, Source, SourceError, SourceInfo,
};
use wenshu_store::Connection;

use super::DEMO_FILE;
use super::files::SqliteFiles;
use super::hosts::{self, Resolver, SystemResolver};
use crate::secrets::{MasterKey, SecretBoxer, Undecryptable};
use crate::{AppError, CoreSettings, ErrorKind, Text};

/// A driver, by the name that contracts and the store have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    /// A file.
    Sqlite,
    /// MySQL, MariaDB and what speaks their protocol.
    MySql,
    /// PostgreSQL and what speaks its protocol.
    PostgreSql,
    /// ClickHouse over HTTP.
    ClickHouse,
}

impl Driver {
    pub(super) const ALL: [Self; 4] = [Self::Sqlite, Self::MySql, Self::PostgreSql, Self::ClickHouse];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::MySql => "mysql",
            Self::PostgreSql => "postgresql",
            Self::ClickHouse => "clickhouse",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|driver| driver.as_str() == word)
    }

    /// What it speaks.
    pub(super) fn dialect(self) -> Dialect {
        match self {
            Self::Sqlite => Dialect::Sqlite,
            Self::MySql => Dialect::MySql,
            Self::PostgreSql => Dialect::Postgres,
            Self::ClickHouse => Dialect::ClickHouse,
        }
    }

    /// The port that its servers usually listen on.
    pub(super) fn usual_port(self, tls: Option<Tls>) -> u16 {
        match self {
            Self::Sqlite => 0,
            Self::MySql => 3306,
            Self::PostgreSql => 5432,
            Self::ClickHouse if matches!(tls, Some(Tls::Require | Tls::VerifyFull)) => 8443,
            Self::ClickHouse => 8123,
        }
    }

    /// Whether there is no account that one could sensibly be taken for.
    pub(super) fn needs_username(self) -> bool {
        matches!(self, Self::MySql | Self::PostgreSql)
    }

    /// Whether this mode means something to it. HTTP either has TLS or hasn't: there is nothing to prefer.
    pub(super) fn speaks(self, tls: Tls) -> bool {
        !(self == Self::ClickHouse && tls == Tls::Prefer)
    }
}

/// How the way to a database is protected; libpq's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    /// Not at all.
    Disable,
    /// Encrypted if the server can.
    Prefer,
    /// Encrypted, whoever answers.
    Require,
    /// Encrypted, and the certificate proves that the host is who it says.
    VerifyFull,
}

impl Tls {
    pub(super) const ALL: [Self; 4] = [Self::Disable, Self::Prefer, Self::Require, Self::VerifyFull];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyFull => "verify-full",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tls| tls.as_str() == word)
    }
}

/// Opens connections.
pub(super) struct Drivers {
    pub(super) files: SqliteFiles,
    pub(super) boxer: SecretBoxer,
    pub(super) resolver: Arc<dyn Resolver>,
    demo_file: Option<PathBuf>,
    pool_size: usize,
    /// Who is trusted to sign for databases, beside the usual ones.
    authorities: Option<String>,
}

impl Drivers {
    pub(super) fn new(settings: &CoreSettings, key: &MasterKey) -> Self {
        Self {
            files: SqliteFiles::new(settings),
            boxer: SecretBoxer::new(key),
            resolver: Arc::new(SystemResolver),
            authorities: settings.tls_authorities.clone(),
            demo_file: settings.demo.then(|| settings.data_dir.join(DEMO_FILE)),
            pool_size: settings.connection_pool_size,
        }
    }

    /// Whether there is a demo database.
    pub(super) fn has_demo(&self) -> bool {
        self.demo_file.is_some()
    }

    /// A source for the connection as it stands. Nothing is reached yet.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `database` or `host` when they break the rules by now; `Unavailable` when this version has no driver for it.
    pub(super) async fn open(&self, connection: &Connection) -> Result<Arc<dyn Source>, AppError> {
        match Driver::parse(&connection.driver) {
            Some(Driver::Sqlite) => self.open_sqlite(connection),
            Some(Driver::PostgreSql) => {
                let open = |options| -> Arc<dyn Source> { Arc::new(PostgresSource::new(options)) };
                self.open_server(connection, Dialect::Postgres, open).await
            }
            Some(Driver::MySql) => {
                let open = |options| -> Arc<dyn Source> { Arc::new(MySqlSource::new(options)) };
                self.open_server(connection, Dialect::MySql, open).await
            }
            Some(Driver::ClickHouse) => {
                let open = |options| -> Arc<dyn Source> {
                    match ClickHouseSource::new(options) {
                        Ok(source) => Arc::new(source),
                        Err(error) => Arc::new(Unopened { dialect: Dialect::ClickHouse, error }),
                    }
                };
                self.open_server(connection, Dialect::ClickHouse, open).await
            }
            None => Err(AppError::new(
                ErrorKind::Unavailable,
                "driver_missing",
                Text::new(
                    format!("此版本不支持数据库类型 {}", connection.driver),
                    format!("This version has no driver for `{}`", connection.driver),
                ),
            )),
        }
    }

    /// A source on a server: at the address that was checked, see [`hosts`].
    async fn open_server(
        &self,
        connection: &Connection,
        dialect: Dialect,
        source: impl FnOnce(ServerOptions) -> Arc<dyn Source>,
    ) -> Result<Arc<dyn Source>, AppError> {
        let host = connection.host.as_deref().unwrap_or_default();
        let tls = connection.tls.as_deref().and_then(Tls::parse);
        let port = connection.port.unwrap_or_default();
        let addresses = hosts::allowed(self.resolver.as_ref(), host).await?;
        let Some(address) = hosts::answering(&addresses, port).await else {
            let message = format!("there is no host `{host}`; check its name");
            let error = SourceError::unreachable(ConnectFault::UnknownHost, message);
            return Ok(Arc::new(Unopened { dialect, error }));
        };
        let password = match &connection.password {
            None => SecretString::default(),
            Some(stored) => {
                self.boxer.decrypt(stored.as_bytes(), connection.id.as_bytes()).map_err(undecryptable)?
            }
        };
        let target = if tls == Some(Tls::VerifyFull) { host.to_owned() } else { address.to_string() };
        // ClickHouse alone may be asked without a name, and this is what its servers call nobody.
        let username = connection.username.clone().unwrap_or_else(|| "default".to_owned());
        let mut options = ServerOptions::new(target, port, connection.database.clone(), username, password);
        options.connections = self.pool_size;
        if let Some(tls) = tls {
            options.tls = match tls {
                Tls::Disable => wenshu_sources::Tls::Disable,
                Tls::Prefer => wenshu_sources::Tls::Prefer,
                Tls::Require => wenshu_sources::Tls::Require,
                Tls::VerifyFull => wenshu_sources::Tls::VerifyFull { authorities: self.authorities.clone() },
            };
        }
        Ok(source(options))
    }

    fn open_sqlite(&self, connection: &Connection) -> Result<Arc<dyn Source>, AppError> {
        let file = match &self.demo_file {
            Some(demo) if connection.is_demo => demo.clone(),
            _ => self
                .files
                .find(&connection.database)
                .map_err(|refusal| AppError::invalid("database", refusal))?,
        };
        // Errors name the file as its connection does: where it lies is the operator's business.
        let options = SqliteOptions {
            shown: Some(PathBuf::from(&connection.database)),
            connections: self.pool_size,
            ..SqliteOptions::default()
        };
        Ok(Arc::new(SqliteSource::new(file, options)))
    }
}

fn undecryptable(error: Undecryptable) -> AppError {
    AppError::new(
        ErrorKind::Unavailable,
        "password_undecryptable",
        Text::new(
            "此连接的密码是用另一个密钥保存的，无法解密，请重新填写密码",
            "This connection's password was stored with another key and can't be decrypted; enter it again",
        ),
    )
    .caused_by(error)
}

/// A server that can't even be tried, since its name leads nowhere at the moment: every question to it fails for that reason, and is
/// an answer that failed like any other.
struct Unopened {
    dialect: Dialect,
    error: SourceError,
}

#[async_trait]
impl Source for Unopened {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        Err(self.error.clone())
    }

    async fn schema(&self, _refresh: bool) -> Result<Arc<Schema>, SourceError> {
        Err(self.error.clone())
    }

    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        Err(self.error.clone())
    }

    async fn query(
        &self,
        _query: &ReadOnlyQuery,
        _limits: &Limits,
        _cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        Err(self.error.clone())
    }

    async fn stream(
        &self,
        _query: &ReadOnlyQuery,
        _limits: &Limits,
        _cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        Err(self.error.clone())
    }
}
