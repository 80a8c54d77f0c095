//! Connections: databases that may be asked, and the open sources behind them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use moka::sync::Cache;
use secrecy::SecretString;
use uuid::Uuid;
use wenshu_answer::{SemanticTerm, TermKind};
use wenshu_sources::Source;
use wenshu_sources::sqlite::{SqliteOptions, SqliteSource};
use wenshu_store::{Connection, EncryptedSecret, NewConnection, NewSemanticTerm, SemanticTermRow, Store};

use crate::clock::Clock;
use crate::secrets::{MasterKey, SecretBoxer};
use crate::{Actor, AppError, CoreSettings, ErrorKind, Text};

/// The file name of the demo database in the data folder, and what its connection shows as its database.
pub const DEMO_FILE: &str = "demo.db";

/// The driver of SQLite files.
const SQLITE: &str = "sqlite";

/// Sources held open; the one that was asked longest ago is closed first.
const OPEN_SOURCES: u64 = 256;

/// Lists of connections kept, and lists of terms.
const KEPT_LISTS: u64 = 1_000;

/// A connection as its user sees it.
#[derive(Clone, Debug)]
pub struct ConnectionView {
    /// The stored connection (its password encrypted).
    pub connection: Connection,
    /// Whether questions go to it when none is named.
    pub is_default: bool,
}

/// What a new connection is made from.
#[derive(Debug)]
pub struct ConnectionDraft {
    /// Its name.
    pub name: String,
    /// Its driver: `sqlite`.
    pub driver: String,
    /// For SQLite the file: absolute, or relative to the first allowed folder.
    pub database: String,
    /// The password, where the driver takes one.
    pub password: Option<SecretString>,
    /// Whether questions go to it when none is named.
    pub is_default: bool,
}

/// A business word that comes with the demo database.
#[derive(Clone, Copy, Debug)]
pub struct DemoTerm<'a> {
    /// The word.
    pub term: &'a str,
    /// `metric`, `dimension`, `alias` or `note`.
    pub kind: &'a str,
    /// What it means in SQL (see [`SemanticTerm::expression`]).
    pub expression: &'a str,
    /// What it means in words.
    pub description: Option<&'a str>,
}

/// What a question goes to.
pub(crate) struct Target {
    pub(crate) connection: Connection,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) terms: Arc<[SemanticTerm]>,
}

/// Use cases of connections.
pub struct Connections {
    store: Store,
    clock: Arc<dyn Clock>,
    boxer: SecretBoxer,
    demo_file: Option<PathBuf>,
    sqlite_dirs: Vec<PathBuf>,
    store_file: Option<PathBuf>,
    /// Connections that an account may ask, and the terms of a connection, as of a revision. Exact, on every replica: the revision
    /// is read with the caller's session on each call and raised in the transaction of each change.
    visible: Cache<(Uuid, i64), Arc<[Connection]>>,
    terms: Cache<(Uuid, i64), Arc<[SemanticTerm]>>,
    /// Open sources by connection, with the state of the connection they were opened for.
    sources: Cache<Uuid, (DateTime<Utc>, Arc<dyn Source>)>,
}

impl Connections {
    pub(crate) fn new(settings: &CoreSettings, store: Store, key: &MasterKey, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            boxer: SecretBoxer::new(key),
            demo_file: settings.demo.then(|| settings.data_dir.join(DEMO_FILE)),
            sqlite_dirs: settings.sqlite_dirs.clone(),
            store_file: settings.store_file.clone(),
            visible: Cache::new(KEPT_LISTS),
            terms: Cache::new(KEPT_LISTS),
            sources: Cache::new(OPEN_SOURCES),
        }
    }

    /// The caller's connections and everybody's, the default first.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ConnectionView>, AppError> {
        let connections = self.visible(actor).await?;
        let default = default_of(&connections).map(|connection| connection.id);
        let mut views: Vec<ConnectionView> = connections
            .iter()
            .cloned()
            .map(|connection| ConnectionView { is_default: Some(connection.id) == default, connection })
            .collect();
        views.sort_by_key(|view| !view.is_default);
        Ok(views)
    }

    /// Adds a connection of the caller's.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `name`, `driver` or `database`.
    pub async fn add(&self, actor: &Actor, draft: ConnectionDraft) -> Result<Connection, AppError> {
        let ConnectionDraft { name, driver, database, password, is_default } = draft;
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(AppError::invalid(
                "name",
                Text::new("名称须为 1–100 个字符", "A name has 1 to 100 characters"),
            ));
        }
        if driver != SQLITE {
            return Err(AppError::invalid(
                "driver",
                Text::new(
                    format!("不支持的数据库类型，可用：{SQLITE}"),
                    format!("Unknown driver; there is: {SQLITE}"),
                ),
            ));
        }
        self.sqlite_file(&database)?;
        let id = self.clock.new_id();
        let password = password
            .map(|password| self.boxer.encrypt(&password, id.as_bytes()))
            .transpose()
            .map_err(AppError::internal)?;
        let new = NewConnection {
            id,
            owner: Some(actor.id()),
            name,
            driver,
            host: None,
            port: None,
            username: None,
            password: password.map(EncryptedSecret::new),
            database,
            is_default,
            is_demo: false,
            created_at: self.clock.now(),
        };
        Ok(self.store.insert_connection(new).await?)
    }

    /// Makes sure that the demo connection and its business words are stored; leaves changed words alone.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn provide_demo(&self, terms: &[DemoTerm<'_>]) -> Result<(), AppError> {
        let terms = terms
            .iter()
            .map(|term| NewSemanticTerm {
                id: self.clock.new_id(),
                term: term.term.to_owned(),
                kind: term.kind.to_owned(),
                expression: term.expression.to_owned(),
                description: term.description.map(str::to_owned),
            })
            .collect();
        let connection = NewConnection {
            id: self.clock.new_id(),
            owner: None,
            name: "演示数据库 Demo".to_owned(),
            driver: SQLITE.to_owned(),
            host: None,
            port: None,
            username: None,
            password: None,
            database: DEMO_FILE.to_owned(),
            is_default: false,
            is_demo: true,
            created_at: self.clock.now(),
        };
        self.store.upsert_demo_connection(connection, terms).await?;
        Ok(())
    }

    /// The connection a question goes to: the one named, else the caller's default.
    ///
    /// # Errors
    ///
    /// `NotFound` for one that isn't the caller's; `Invalid` naming `connection_id` when there is none at all.
    pub(crate) async fn resolve(&self, actor: &Actor, id: Option<Uuid>) -> Result<Target, AppError> {
        let connections = self.visible(actor).await?;
        let connection = match id {
            Some(id) => connections
                .iter()
                .find(|connection| connection.id == id)
                .cloned()
                .ok_or_else(|| AppError::not_found("数据库连接", "Connection"))?,
            None => default_of(&connections).cloned().ok_or_else(|| {
                AppError::invalid(
                    "connection_id",
                    Text::new(
                        "还没有可以提问的数据库连接，请先添加一个",
                        "There is no connection to ask; add one first",
                    ),
                )
            })?,
        };
        let source = self.source(&connection)?;
        let terms = self.terms_of(actor, connection.id).await?;
        Ok(Target { connection, source, terms })
    }

    /// Keeps whether the database could be reached, for the list of connections.
    pub(crate) async fn note_reached(&self, connection: &Connection, reached: bool) {
        if connection.last_reached == Some(reached) {
            return;
        }
        // The list shows the older outcome then, which is no reason to fail an answer.
        if let Err(error) = self.store.set_connection_reached(connection.id, reached).await {
            tracing::warn!(connection.id = %connection.id, error = %error, "the outcome of reaching a database was not kept");
        }
    }

    async fn visible(&self, actor: &Actor) -> Result<Arc<[Connection]>, AppError> {
        let key = (actor.id(), actor.connections_revision);
        if let Some(connections) = self.visible.get(&key) {
            return Ok(connections);
        }
        let mut connections = self.store.connections_for(actor.id()).await?;
        if self.demo_file.is_none() {
            connections.retain(|connection| !connection.is_demo);
        }
        let connections: Arc<[Connection]> = connections.into();
        self.visible.insert(key, Arc::clone(&connections));
        Ok(connections)
    }

    async fn terms_of(&self, actor: &Actor, connection: Uuid) -> Result<Arc<[SemanticTerm]>, AppError> {
        let key = (connection, actor.connections_revision);
        if let Some(terms) = self.terms.get(&key) {
            return Ok(terms);
        }
        let terms = self.store.semantic_terms(actor.id(), connection).await?;
        let terms: Arc<[SemanticTerm]> = terms.into_iter().filter_map(semantic_term).collect();
        self.terms.insert(key, Arc::clone(&terms));
        Ok(terms)
    }

    fn source(&self, connection: &Connection) -> Result<Arc<dyn Source>, AppError> {
        if let Some((state, source)) = self.sources.get(&connection.id)
            && state == connection.updated_at
        {
            return Ok(source);
        }
        let file = match &self.demo_file {
            Some(demo) if connection.is_demo => demo.clone(),
            _ if connection.driver == SQLITE => self.sqlite_file(&connection.database)?,
            _ => {
                return Err(AppError::new(
                    ErrorKind::Unavailable,
                    "driver_missing",
                    Text::new(
                        format!("此版本不支持数据库类型 {}", connection.driver),
                        format!("This version has no driver for `{}`", connection.driver),
                    ),
                ));
            }
        };
        // Errors name the file as its connection does: where it lies is the operator's business.
        let options =
            SqliteOptions { shown: Some(PathBuf::from(&connection.database)), ..SqliteOptions::default() };
        let source: Arc<dyn Source> = Arc::new(SqliteSource::new(file, options));
        self.sources.insert(connection.id, (connection.updated_at, Arc::clone(&source)));
        Ok(source)
    }

    /// The file a SQLite connection may open: under an allowed folder once links and `..` are followed, and never our own store.
    fn sqlite_file(&self, database: &str) -> Result<PathBuf, AppError> {
        let refused = || {
            AppError::invalid(
                "database",
                Text::new(
                    "SQLite 文件须位于管理员允许的目录中（sqlite_dirs）",
                    "A SQLite file has to lie in a folder that the operator allowed (sqlite_dirs)",
                ),
            )
        };
        if database.is_empty() || database.contains('\0') {
            return Err(refused());
        }
        let named = Path::new(database);
        let named = match self.sqlite_dirs.first() {
            Some(folder) if named.is_relative() => folder.join(named),
            _ => named.to_path_buf(),
        };
        // The folder must exist; the file may be missing now and come later.
        let folder = named.parent().and_then(|folder| folder.canonicalize().ok()).ok_or_else(refused)?;
        let file = folder.join(named.file_name().ok_or_else(refused)?);
        let file = file.canonicalize().unwrap_or(file);
        let allowed = self
            .sqlite_dirs
            .iter()
            .filter_map(|allowed| allowed.canonicalize().ok())
            .any(|allowed| file.starts_with(allowed));
        let is_store = self
            .store_file
            .as_ref()
            .is_some_and(|store| store.canonicalize().is_ok_and(|store| is_or_beside(&file, &store)));
        if allowed && !is_store { Ok(file) } else { Err(refused()) }
    }
}

/// Whether the file is the store or one of the files SQLite keeps beside it (`-wal`, `-shm`, `-journal`).
fn is_or_beside(file: &Path, store: &Path) -> bool {
    file.parent() == store.parent()
        && file.file_name().zip(store.file_name()).is_some_and(|(file, store)| {
            let (file, store) = (file.to_string_lossy(), store.to_string_lossy());
            file.strip_prefix(&*store).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
}

/// Where questions go when no connection is named: the caller's own default, else everybody's first, else the caller's oldest.
fn default_of(connections: &[Connection]) -> Option<&Connection> {
    let own = || connections.iter().filter(|connection| connection.owner.is_some());
    own()
        .find(|connection| connection.is_default)
        .or_else(|| connections.iter().find(|connection| connection.owner.is_none()))
        .or_else(|| own().next())
}

fn semantic_term(row: SemanticTermRow) -> Option<SemanticTerm> {
    let kind = match row.kind.as_str() {
        "metric" => TermKind::Metric,
        "dimension" => TermKind::Dimension,
        "alias" => TermKind::Alias,
        "note" => TermKind::Note,
        other => {
            tracing::warn!(term.id = %row.id, term.kind = other, "a semantic term of unknown kind is left out");
            return None;
        }
    };
    Some(SemanticTerm { term: row.term, kind, expression: row.expression, description: row.description })
}
