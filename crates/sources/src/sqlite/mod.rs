//! SQLite files.
//!
//! # How a query is answered
//!
//! 1. A [glance](watch) at the file, microseconds, says which revision of the data is there now.
//! 2. A deterministic query that was answered on this very revision within the same limits is answered from memory.
//! 3. Others run in a [read-only session](session) on a blocking thread, at most [`SqliteOptions::connections`] at once; who
//!    asks the same meanwhile [shares the run](flight).
//!
//! # Why the cache is exact
//!
//! A result is kept only if the revision was the same right before and right after the run, so that nothing was committed
//! in between and the run saw exactly that revision. It is given only if a glance *after* the question was asked finds
//! that revision still, so it is what a run would give at that moment. A statement is kept only if the guard found
//! nothing in it that depends on more than the data, and it names no view that reads the clock.
//! Who shares a run asked while its revision was current; had something been committed before they asked, their
//! revision, and so their key, would be another.

mod catalogue;
mod failure;
mod flight;
mod kinds;
mod parts;
mod pool;
mod read;
mod session;
mod stop;
mod values;
mod watch;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::path::{self, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::sync::Cache;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::flight::{Board, Boarding, Flight, Key, Passenger};
use self::pool::Pool;
use self::read::{Failure, Rows};
use self::session::{Role, Session};
use self::stop::{Patience, Stop, StopOnDrop, lock};
use self::watch::{Glance, Observation, Watch};
use crate::server::task::{GRACE, cancelled, foreign, timed_out};
use crate::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, RowStream, Schema, Source, SourceError, SourceErrorKind,
    SourceInfo,
};

/// How an SQLite file is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Queries that run at once; others wait their turn within their time limit.
    pub connections: usize,
    /// How long a query waits for another program's lock before it fails as [`Busy`](SourceErrorKind::Busy).
    pub busy_timeout: Duration,
    /// Memory for results of earlier queries, in bytes; 0 keeps none.
    pub cache_bytes: u64,
    /// What errors call the file, where whoever reads them should not learn where it lies; its path as given without.
    pub shown: Option<PathBuf>,
}

impl Default for SqliteOptions {
    /// 8 connections, 2 s, 64 MiB.
    fn default() -> Self {
        Self {
            connections: 8,
            busy_timeout: Duration::from_secs(2),
            cache_bytes: 64 * 1024 * 1024,
            shown: None,
        }
    }
}

/// An SQLite file that may be asked. Cheap to clone: clones share sessions and cache.
#[derive(Clone)]
pub struct SqliteSource {
    inner: Arc<Inner>,
}

struct Inner {
    options: SqliteOptions,
    watch: Watch,
    pool: Pool,
    board: Arc<Board>,
    flights: TaskTracker,
    results: Cache<Key, Rows>,
    schema: Mutex<Option<(u64, Arc<Schema>)>>,
    /// Held while the schema is read, so that many who need it read it once.
    reading_schema: tokio::sync::Mutex<()>,
}

impl SqliteSource {
    /// The file at `path`, always taken as a path and never as a URI. Nothing is opened yet: a file that is missing or
    /// isn't a database is an error of the first query, and is no longer one once the file is there.
    pub fn new(path: PathBuf, options: SqliteOptions) -> Self {
        // An absolute path can't begin with `file:` and isn't `:memory:`. It fails for the empty path alone, which leads
        // nowhere and is reported as such when it is asked.
        let absolute = path::absolute(&path).unwrap_or_else(|_| PathBuf::from("/"));
        let shown = options.shown.clone().unwrap_or(path);
        let results = Cache::builder()
            .max_capacity(options.cache_bytes)
            .weigher(|key: &Key, rows: &Rows| {
                let bytes = rows.batch.get_array_memory_size() + key.sql.len() + 512;
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .build();
        Self {
            inner: Arc::new(Inner {
                watch: Watch::new(absolute, shown),
                pool: Pool::new(options.connections),
                options,
                board: Arc::new(Board::default()),
                flights: TaskTracker::new(),
                results,
                schema: Mutex::new(None),
                reading_schema: tokio::sync::Mutex::new(()),
            }),
        }
    }

    /// Answers a statement whose guard verdict is given: `deterministic` allows it to be kept.
    async fn answer(
        &self,
        sql: &str,
        deterministic: bool,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        let started = Instant::now();
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let finished = |rows: Rows| QueryResult {
            batch: rows.batch,
            kinds: rows.kinds,
            truncated: rows.truncated,
            elapsed: started.elapsed(),
        };
        let out_of_time = tokio::time::sleep(limits.time);
        let key = if deterministic { self.key(sql, limits).await? } else { None };
        let mut passenger = match key {
            Some(key) => {
                // Looked up first without the board's lock: this is the way of most.
                if let Some(rows) = self.inner.results.get(&key) {
                    return Ok(finished(rows));
                }
                match self.inner.board.join(key.clone(), |key| self.inner.results.get(key)) {
                    Boarding::Known(rows) => return Ok(finished(rows)),
                    Boarding::Joined(passenger) => passenger,
                    Boarding::First(passenger) => {
                        self.start(Arc::clone(&passenger.flight), sql, limits, Some(key));
                        passenger
                    }
                }
            }
            None => {
                let passenger = Passenger::alone();
                self.start(Arc::clone(&passenger.flight), sql, limits, None);
                passenger
            }
        };
        let failure = tokio::select! {
            outcome = passenger.arrival() => return outcome.map(finished),
            () = cancel.cancelled() => cancelled(),
            () = out_of_time => timed_out(limits.time),
        };
        if passenger.leave() {
            // Long single instructions look at the interrupt only now and then; nobody is kept waiting for those.
            let _ = tokio::time::timeout(GRACE, passenger.arrival()).await;
        }
        Err(failure)
    }

    /// Under which key this query may be answered from memory now, if it may.
    async fn key(&self, sql: &str, limits: &Limits) -> Result<Option<Key>, SourceError> {
        if self.inner.options.cache_bytes == 0 {
            return Ok(None);
        }
        let observation = match self.inner.watch.glance() {
            Glance::Seen(observation) => observation,
            // The run will wait for the lock.
            Glance::Locked(_) => return Ok(None),
            Glance::Unopened => {
                let opened =
                    |inner: &Inner, _: &Stop| inner.watch.observe().map_err(|failure| inner.explain(failure));
                match self.blocking(opened).await {
                    Ok(observation) => observation,
                    Err(error) if error.kind() == SourceErrorKind::Busy => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
        };
        if !observation.volatile_views.is_empty() {
            let sql = sql.to_lowercase();
            if observation.volatile_views.iter().any(|view| names_view(&sql, view)) {
                return Ok(None);
            }
        }
        Ok(Some(Key {
            revision: observation.revision,
            sql: sql.into(),
            rows: limits.rows,
            bytes: limits.bytes,
        }))
    }

    /// Sets the query going: it outlives the caller who began it for as long as others wait for it.
    fn start(&self, flight: Arc<Flight>, sql: &str, limits: &Limits, key: Option<Key>) {
        let sql: Arc<str> = key.as_ref().map_or_else(|| sql.into(), |key| Arc::clone(&key.sql));
        let limits = *limits;
        let landing = Landing { inner: Arc::clone(&self.inner), flight, key, landed: false };
        let run = move |landing: Landing, permit: OwnedSemaphorePermit| {
            let outcome = landing.inner.run(&sql, &limits, &landing.flight.stop, None);
            drop(permit);
            landing.land(outcome);
        };
        // Straight to a blocking thread where one may run: each hand-over between threads costs more than a small query.
        if let Some(permit) = self.inner.pool.free_permit() {
            self.inner.flights.spawn_blocking(move || run(landing, permit));
            return;
        }
        self.inner.flights.spawn(async move {
            let permit = tokio::select! {
                permit = landing.inner.pool.permit() => permit,
                () = landing.flight.stop.stopped() => None,
            };
            match permit {
                Some(permit) => {
                    let flights = landing.inner.flights.clone();
                    flights.spawn_blocking(move || run(landing, permit));
                }
                None => landing.land(Err(cancelled())),
            }
        });
    }

    /// The state of the file, opened where needed, on a blocking thread.
    async fn observe(&self) -> Result<Observation, SourceError> {
        self.blocking(|inner, stop| {
            let patience = Patience::new(stop, inner.options.busy_timeout);
            inner.observe(&patience)
        })
        .await
    }

    /// Runs work on a blocking thread; dropping the future ends it.
    async fn blocking<Value: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner, &Stop) -> Result<Value, SourceError> + Send + 'static,
    ) -> Result<Value, SourceError> {
        let stop = Arc::new(Stop::default());
        let ended_with_future = StopOnDrop(Arc::clone(&stop));
        let inner = Arc::clone(&self.inner);
        let outcome = task::spawn_blocking(move || work(&inner, &stop)).await;
        drop(ended_with_future);
        outcome.unwrap_or_else(|_| Err(crashed()))
    }
}

/// The duty to tell a flight's passengers how it ended, which is done even if the driver panics.
struct Landing {
    inner: Arc<Inner>,
    flight: Arc<Flight>,
    key: Option<Key>,
    landed: bool,
}

impl Landing {
    /// Keeps the rows if they are of the revision they were asked for, and tells the passengers.
    fn land(mut self, outcome: Result<(Rows, Option<u64>), SourceError>) {
        self.finish(outcome);
    }

    fn finish(&mut self, outcome: Result<(Rows, Option<u64>), SourceError>) {
        self.landed = true;
        let outcome = outcome.map(|(rows, revision)| {
            if let Some(key) = self.key.as_ref().filter(|key| Some(key.revision) == revision) {
                self.inner.results.insert(key.clone(), rows.clone());
            }
            rows
        });
        // After the result is kept: whoever comes finds either the flight or the result.
        if let Some(key) = &self.key {
            self.inner.board.remove(key, &self.flight);
        }
        self.flight.land(outcome);
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        if !self.landed {
            self.finish(Err(crashed()));
        }
    }
}

/// Where a run hands full parts on.
#[derive(Clone, Copy)]
struct HandOn<'run> {
    take: &'run dyn Fn(Rows),
    /// Whether it has taken any.
    is_begun: &'run Cell<bool>,
}

impl Inner {
    fn observe(&self, patience: &Patience<'_>) -> Result<Observation, SourceError> {
        patience.retry(|| self.watch.observe(), Failure::is_busy).map_err(|failure| self.explain(failure))
    }

    /// Runs a statement; with its rows comes the revision they are of, if nothing was committed meanwhile. Full parts go to
    /// `hand_on`, where there is one: what has begun isn't begun again then.
    fn run(
        &self,
        sql: &str,
        limits: &Limits,
        stop: &Stop,
        hand_on: Option<HandOn<'_>>,
    ) -> Result<(Rows, Option<u64>), SourceError> {
        let patience = Patience::new(stop, self.options.busy_timeout);
        let before = self.observe(&patience)?;
        let session = match self.pool.take(before.epoch) {
            Some(session) => session,
            None => {
                Session::open(self.watch.path(), Role::Query).map_err(|error| self.explain(error.into()))?
            }
        };
        let Some(attached) = stop.attach(&session) else { return Err(cancelled()) };
        let may_retry =
            |failure: &Failure| failure.is_busy() && !hand_on.is_some_and(|hand_on| hand_on.is_begun.get());
        let outcome = patience
            .retry(|| read::run(&session, sql, limits, hand_on.map(|hand_on| hand_on.take)), may_retry);
        drop(attached);
        let after = match self.watch.glance() {
            Glance::Seen(observation) => Some(observation),
            Glance::Locked(_) | Glance::Unopened => None,
        };
        let healthy = match &outcome {
            Ok(_) => true,
            Err(failure) => failure.leaves_session_usable(),
        };
        // If the file was replaced meanwhile, nobody knows to which of the two the session belongs.
        if healthy && after.as_ref().is_some_and(|after| after.epoch == before.epoch) {
            self.pool.put(before.epoch, session);
        }
        let rows = outcome.map_err(|failure| self.explain(failure))?;
        let unchanged = after.is_some_and(|after| after.revision == before.revision);
        Ok((rows, unchanged.then_some(before.revision)))
    }

    fn explain(&self, failure: Failure) -> SourceError {
        match failure {
            Failure::Sqlite(error) => failure::describe(&error, self.watch.shown()),
            Failure::Source(error) => error,
        }
    }

    fn read_schema(&self, refresh: bool, stop: &Stop) -> Result<Arc<Schema>, SourceError> {
        let patience = Patience::new(stop, self.options.busy_timeout);
        let before = self.observe(&patience)?;
        let session =
            Session::open(self.watch.path(), Role::Catalogue).map_err(|error| self.explain(error.into()))?;
        let Some(_attached) = stop.attach(&session) else { return Err(cancelled()) };
        // What was learnt of the sizes before saves most of the work, unless all is to be read anew.
        let known = lock(&self.schema).as_ref().filter(|_| !refresh).map(|(_, schema)| Arc::clone(schema));
        let schema = patience
            .retry(|| catalogue::read(&session, known.as_deref()), failure::is_busy)
            .map_err(|error| self.explain(error.into()))?;
        let schema = Arc::new(schema);
        if let Glance::Seen(after) = self.watch.glance()
            && after.revision == before.revision
        {
            *lock(&self.schema) = Some((before.revision, Arc::clone(&schema)));
        }
        Ok(schema)
    }

    fn known_schema(&self, revision: u64) -> Option<Arc<Schema>> {
        lock(&self.schema)
            .as_ref()
            .filter(|(read_at, _)| *read_at == revision)
            .map(|(_, schema)| Arc::clone(schema))
    }
}

#[async_trait]
impl Source for SqliteSource {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        self.observe().await?;
        // The file is never opened for writing, whoever may write it.
        Ok(SourceInfo { version: format!("SQLite {}", rusqlite::version()), writable: Some(false) })
    }

    /// Kept for as long as the revision is the same, row counts included.
    async fn schema(&self, refresh: bool) -> Result<Arc<Schema>, SourceError> {
        let known = || match self.inner.watch.glance() {
            Glance::Seen(observation) => self.inner.known_schema(observation.revision),
            Glance::Locked(_) | Glance::Unopened => None,
        };
        if !refresh && let Some(schema) = known() {
            return Ok(schema);
        }
        let _reading = self.inner.reading_schema.lock().await;
        if !refresh && let Some(schema) = known() {
            return Ok(schema);
        }
        self.blocking(move |inner, stop| inner.read_schema(refresh, stop)).await
    }

    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        match self.inner.watch.glance() {
            Glance::Seen(observation) => Ok(Some(observation.revision)),
            Glance::Locked(_) | Glance::Unopened => Ok(Some(self.observe().await?.revision)),
        }
    }

    async fn query(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        if query.dialect() != Dialect::Sqlite {
            return Err(foreign("SQLite"));
        }
        self.answer(query.sql(), query.is_deterministic(), limits, cancel).await
    }

    async fn stream(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        if query.dialect() != Dialect::Sqlite {
            return Err(foreign("SQLite"));
        }
        self.answer_in_parts(query.sql(), limits, cancel).await
    }
}

/// Whether a statement in lower case may read the view of this name.
fn names_view(sql: &str, view: &str) -> bool {
    // A name with quotes in it is written in several ways; then every statement is taken to name it.
    view.contains(['"', '`', '[', ']', '\'']) || sql.contains(view)
}

/// A panic in the driver, or a runtime that is shutting down; either way the query never came to an end.
fn crashed() -> SourceError {
    SourceError::new(
        SourceErrorKind::Internal,
        "the SQLite driver failed on this query, or the server is stopping; ask again, and report it if it stays so",
    )
}
