//! Reaching a database: whether it answers, and what it holds.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;
use wenshu_answer::{AnswerError, Language};
use wenshu_sources::{ConnectFault, Schema, Source, SourceError, SourceErrorKind};
use wenshu_store::Connection;

use super::Connections;
use crate::{Actor, AppError, ErrorKind, Text};

/// The longest time for a test, or for reading what a database holds.
const REACH_TIME: Duration = Duration::from_secs(60);

/// What came of trying a connection.
#[derive(Clone, Debug)]
pub struct ConnectionTest {
    /// Whether the database answered.
    pub connected: bool,
    /// Its name and version.
    pub version: Option<String>,
    /// How many tables and views it has.
    pub tables: Option<usize>,
    /// Whether the account could write, were it not for the read-only session: a warning. None where that can't be told.
    pub writable: Option<bool>,
    /// How it went; for a failure what happened, why and what to do.
    pub message: Text,
}

impl Connections {
    /// Tries a connection of the caller's or everybody's. A database that can't be reached is no error. Those of everybody are tried with new
    /// sessions by admins alone; with them go those that everybody asks with.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a connection that admins share, unless by one of them; `NotFound`; `Invalid` naming `host` or `database` when they break the rules by now.
    pub async fn test(&self, actor: &Actor, id: Uuid) -> Result<ConnectionTest, AppError> {
        let connection = self.find(actor, id).await?;
        if connection.owner.is_none() && !connection.is_demo {
            actor.must_be_admin()?;
        }
        self.try_connection(&connection).await
    }

    /// Tries a connection, and keeps whether it was reached.
    pub(super) async fn try_connection(&self, connection: &Connection) -> Result<ConnectionTest, AppError> {
        let source = self.open(connection).await?;
        let tried = within_time(async {
            let info = source.ping().await?;
            Ok((info, source.schema(false).await?))
        })
        .await;
        self.note_reached(connection, tried.is_ok()).await;
        match tried {
            Ok((info, schema)) => {
                self.sources.insert(connection.id, (connection.revision, source));
                Ok(ConnectionTest {
                    connected: true,
                    version: Some(info.version),
                    tables: Some(schema.tables.len()),
                    writable: info.writable,
                    message: if info.writable == Some(true) {
                        Text::new(
                            "连接成功。此账号可以写入数据，建议改用只读账号",
                            "Connected. This account could write; an account that may only read is safer",
                        )
                    } else {
                        Text::new("连接成功", "Connected")
                    },
                })
            }
            Err(error) => {
                log(connection, &error);
                Ok(ConnectionTest {
                    connected: false,
                    version: None,
                    tables: None,
                    writable: None,
                    message: words(&error),
                })
            }
        }
    }

    /// Tables, columns and keys of a connection of the caller's or everybody's; read anew with `refresh`.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Upstream` when the database can't be reached or read; `Invalid` as for [`test`](Self::test).
    pub async fn schema(&self, actor: &Actor, id: Uuid, refresh: bool) -> Result<Arc<Schema>, AppError> {
        let connection = self.find(actor, id).await?;
        let source = self.source(&connection).await?;
        self.read_schema(&connection, &source, refresh).await
    }

    /// What the source of a connection holds.
    pub(super) async fn read_schema(
        &self,
        connection: &Connection,
        source: &Arc<dyn Source>,
        refresh: bool,
    ) -> Result<Arc<Schema>, AppError> {
        let read = within_time(source.schema(refresh)).await;
        match read {
            Ok(schema) => {
                self.note_reached(connection, true).await;
                Ok(schema)
            }
            Err(error) => {
                self.note_reached(connection, false).await;
                log(connection, &error);
                Err(upstream(&error))
            }
        }
    }

    /// A connection that the caller may ask, as it stands now.
    pub(super) async fn find(&self, actor: &Actor, id: Uuid) -> Result<Connection, AppError> {
        let connections = self.visible(actor).await?;
        connections.iter().find(|connection| connection.id == id).cloned().ok_or_else(super::edit::not_found)
    }
}

/// The failure of a database as the failure of a request.
pub(super) fn upstream(error: &SourceError) -> AppError {
    let (kind, code) = match error.kind() {
        SourceErrorKind::Unreachable => (ErrorKind::Upstream, "database_unreachable"),
        SourceErrorKind::Busy => (ErrorKind::Upstream, "database_busy"),
        SourceErrorKind::Internal | SourceErrorKind::Cancelled => (ErrorKind::Internal, "internal"),
        _ => (ErrorKind::Upstream, "database_failed"),
    };
    let failure = AppError::new(kind, code, words(error));
    if kind == ErrorKind::Internal { failure.caused_by(error.clone()) } else { failure }
}

/// What happened, why and what to do, as an answer says it too.
fn words(error: &SourceError) -> Text {
    let cause = error.fault().and_then(|fault| match fault {
        ConnectFault::Refused => Some("连接被拒绝，请检查数据库是否在运行，以及主机和端口"),
        ConnectFault::UnknownHost => Some("找不到主机，请检查主机名"),
        ConnectFault::LoginFailed => Some("登录失败，请检查用户名和密码"),
        ConnectFault::UnknownDatabase => Some("数据库不存在，请检查数据库名"),
        ConnectFault::Timeout => Some("连接超时，请检查主机、端口和防火墙"),
        ConnectFault::Tls => Some("加密连接失败，请检查 TLS 设置和证书"),
        ConnectFault::Other => None,
    });
    if let Some(cause) = cause {
        let said = error.message();
        return Text::new(format!("{cause}（{said}）"), format!("Not connected: {said}"));
    }
    let in_language = |language| AnswerError::source(error.clone(), Vec::new(), REACH_TIME, language).message;
    Text::new(in_language(Language::Zh), in_language(Language::En))
}

async fn within_time<T>(reaching: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
    tokio::time::timeout(REACH_TIME, reaching).await.unwrap_or_else(|_| {
        let seconds = REACH_TIME.as_secs();
        Err(SourceError::new(
            SourceErrorKind::Unreachable,
            format!("the database did not answer within {seconds} s (timeout)"),
        ))
    })
}

/// Says once why a database was not reached; its words name no row here, since nothing was asked of one.
fn log(connection: &Connection, error: &SourceError) {
    tracing::info!(connection.id = %connection.id, kind = ?error.kind(), error = %error, "a database could not be reached");
}
