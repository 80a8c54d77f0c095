//! Connections: databases that may be asked, and the open sources behind them.
//!
//! Reading order: here is who sees which connection and what a question goes to; `draft` has the rules of a connection, `edit` changes
//! them, `drivers` turns one into a source, `hosts` says where a source may lead, `reach` tries it, `sharing` does
//! all that with those that admins share; [`terms`] and [`relations`] say
//! what its words and tables mean.

mod draft;
mod drivers;
mod edit;
mod files;
pub(crate) mod hosts;
mod reach;
pub mod relations;
mod sharing;
pub mod terms;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use uuid::Uuid;
use wenshu_answer::{Relation, SemanticTerm};
use wenshu_sources::Source;
use wenshu_store::{Connection, NewConnection, NewSemanticTerm, Store};

pub use self::draft::ConnectionDraft;
pub(crate) use self::edit::edited_meanwhile;
pub use self::reach::ConnectionTest;
pub use self::relations::{RelationDraft, RelationView};
pub use self::terms::{TermDraft, TermView};

use self::drivers::Drivers;
use crate::clock::Clock;
use crate::datasets::{self, LakePort};
use crate::secrets::MasterKey;
use crate::{Actor, AppError, CoreSettings, Text};

/// The file name of the demo database in the data folder, and what its connection shows as its database.
pub const DEMO_FILE: &str = "demo.db";

/// The driver of the connection by which an account's datasets are asked. It comes and goes with them; nobody makes one.
pub const DATASET_DRIVER: &str = "dataset";

/// Sources held open; the one that was asked longest ago is closed first.
const OPEN_SOURCES: u64 = 256;

/// A source that nobody has asked for so long is closed, also on replicas where nobody learnt that its connection is gone.
const IDLE_SOURCE: Duration = Duration::from_secs(15 * 60);

/// Lists of connections kept, and of what accounts say of one.
const KEPT_LISTS: u64 = 1_000;

/// The names of all drivers.
pub fn driver_words() -> [&'static str; 4] {
    drivers::Driver::ALL.map(drivers::Driver::as_str)
}

/// The names of all ways to protect the way to a database. Not every driver knows each.
pub fn tls_words() -> [&'static str; 4] {
    drivers::Tls::ALL.map(drivers::Tls::as_str)
}

/// A connection as its user sees it.
#[derive(Clone, Debug)]
pub struct ConnectionView {
    /// The stored connection (its password encrypted).
    pub connection: Connection,
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
    pub(crate) words: Words,
}

/// What the words and tables of a connection mean to an account beyond what the database says.
#[derive(Clone, Default)]
pub(crate) struct Words {
    pub(crate) terms: Arc<[SemanticTerm]>,
    pub(crate) relations: Arc<[Relation]>,
}

/// Use cases of connections.
pub struct Connections {
    store: Store,
    clock: Arc<dyn Clock>,
    drivers: Drivers,
    lake: LakePort,
    /// Connections that an account may ask, and what it says of one's words and tables, as of a revision. Exact, on every replica: the revision
    /// is read with the caller's session on each call and raised in the transaction of each change.
    visible: Cache<(Uuid, i64), Arc<[Connection]>>,
    words: Cache<(Uuid, Uuid, i64), Words>,
    /// What was provided with the demo connection, for when the store has been emptied.
    demo: Mutex<Option<Vec<NewSemanticTerm>>>,
    /// Open sources by connection, with the revision of the connection they were opened for.
    sources: Cache<Uuid, (i64, Arc<dyn Source>)>,
}

impl Connections {
    pub(crate) fn new(settings: &CoreSettings, store: Store, key: &MasterKey, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            drivers: Drivers::new(settings, key),
            lake: settings.lake.clone(),
            visible: Cache::new(KEPT_LISTS),
            words: Cache::new(KEPT_LISTS),
            demo: Mutex::default(),
            sources: Cache::builder().max_capacity(OPEN_SOURCES).time_to_idle(IDLE_SOURCE).build(),
        }
    }

    /// The caller's connections and everybody's, the default first.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ConnectionView>, AppError> {
        let connections = self.visible(actor).await?;
        let default =
            default_of(&connections, actor.account.default_connection).map(|connection| connection.id);
        let mut views: Vec<ConnectionView> = connections
            .iter()
            .cloned()
            .map(|connection| ConnectionView { is_default: Some(connection.id) == default, connection })
            .collect();
        views.sort_by_key(|view| !view.is_default);
        Ok(views)
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
            .collect::<Vec<_>>();
        *self.demo.lock().unwrap_or_else(PoisonError::into_inner) = Some(terms.clone());
        self.store_demo(terms).await
    }

    /// The same with what was provided before; nothing, if nothing was.
    pub(crate) async fn provide_demo_again(&self) -> Result<(), AppError> {
        let terms = self.demo.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match terms {
            Some(terms) => self.store_demo(terms).await,
            None => Ok(()),
        }
    }

    async fn store_demo(&self, terms: Vec<NewSemanticTerm>) -> Result<(), AppError> {
        let connection = NewConnection {
            id: self.clock.new_id(),
            owner: None,
            name: "演示数据库 Demo".to_owned(),
            driver: drivers::Driver::Sqlite.as_str().to_owned(),
            host: None,
            port: None,
            username: None,
            password: None,
            database: DEMO_FILE.to_owned(),
            tls: None,
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
        let connection = match id {
            Some(id) => self.find(actor, id).await?,
            None => self.default_for(actor).await?.ok_or_else(|| {
                AppError::invalid(
                    "connection_id",
                    Text::new(
                        "还没有可以提问的数据库连接，请先添加一个",
                        "There is no connection to ask; add one first",
                    ),
                )
            })?,
        };
        let source = self.source(&connection).await?;
        let words = self.words_of(actor, connection.id).await?;
        Ok(Target { connection, source, words })
    }

    /// A connection that admins share, or that one of them has, for what the server reads there whoever asks.
    pub(crate) async fn of_admins(&self, name: &str) -> Result<Option<Connection>, AppError> {
        Ok(self.store.admins_connection(name).await?)
    }

    /// The demo connection; none where the server runs without it.
    pub(crate) async fn demo(&self, actor: &Actor) -> Result<Option<Connection>, AppError> {
        Ok(self.visible(actor).await?.iter().find(|connection| connection.is_demo).cloned())
    }

    /// A connection's open source, whoever asks: for queries of the server's own.
    pub(crate) async fn source_of(&self, connection: &Connection) -> Result<Arc<dyn Source>, AppError> {
        self.source(connection).await
    }

    /// Keeps whether the database could be reached, for the list of connections. One that couldn't is opened anew the next time:
    /// its name may lead elsewhere by then.
    pub(crate) async fn note_reached(&self, connection: &Connection, reached: bool) {
        if !reached {
            self.sources.invalidate(&connection.id);
        }
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
        let connections = self.without_missing_demo(self.store.connections_for(actor.id()).await?);
        let connections: Arc<[Connection]> = connections.into();
        self.visible.insert(key, Arc::clone(&connections));
        Ok(connections)
    }

    /// What is asked when no connection is named.
    pub(crate) async fn default_for(&self, actor: &Actor) -> Result<Option<Connection>, AppError> {
        let connections = self.visible(actor).await?;
        Ok(default_of(&connections, actor.account.default_connection).cloned())
    }

    /// The connection of the caller's datasets, while there are any.
    pub(crate) async fn of_datasets(&self, actor: &Actor) -> Result<Option<Connection>, AppError> {
        let connections = self.visible(actor).await?;
        Ok(connections.iter().find(|connection| connection.driver == DATASET_DRIVER).cloned())
    }

    /// Leaves the stored demo connection out while the server runs without its database.
    fn without_missing_demo(&self, mut connections: Vec<Connection>) -> Vec<Connection> {
        connections.retain(|connection| !connection.is_demo || self.drivers.has_demo());
        connections
    }

    /// A source for the connection as it stands. All datasets of an account are one database.
    async fn open(&self, connection: &Connection) -> Result<Arc<dyn Source>, AppError> {
        if connection.driver == DATASET_DRIVER
            && let (Some(lake), Some(owner)) = (&self.lake, connection.owner)
        {
            return Ok(lake.open(datasets::tables_of(self.store.datasets(owner).await?)));
        }
        self.drivers.open(connection).await
    }

    /// The open source of a connection as it stands, opened if it isn't.
    async fn source(&self, connection: &Connection) -> Result<Arc<dyn Source>, AppError> {
        let open = || {
            let (revision, source) = self.sources.get(&connection.id)?;
            (revision == connection.revision).then_some(source)
        };
        if let Some(source) = open() {
            return Ok(source);
        }
        let source = self.open(connection).await?;
        // Somebody else may have opened it meanwhile; one pool for everybody is what limits are counted in.
        if let Some(source) = open() {
            return Ok(source);
        }
        self.sources.insert(connection.id, (connection.revision, Arc::clone(&source)));
        Ok(source)
    }
}

/// Where questions go when no connection is named: the one that the account chose, else everybody's first, else the oldest of its own.
fn default_of(connections: &[Connection], chosen: Option<Uuid>) -> Option<&Connection> {
    connections
        .iter()
        .find(|connection| Some(connection.id) == chosen)
        .or_else(|| connections.iter().find(|connection| connection.owner.is_none()))
        .or_else(|| connections.first())
}
