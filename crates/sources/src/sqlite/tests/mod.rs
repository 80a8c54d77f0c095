//! The driver on real files, without the guard: statements come as they are, so that what is tested is the driver alone.

mod cache;
mod files;
mod schema;
mod stopping;
mod types;
mod walls;

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{SqliteOptions, SqliteSource};
use crate::tests::shown;
use crate::{Limits, QueryResult, SourceError};

/// A statement that runs for hours.
const ENDLESS: &str = "WITH RECURSIVE counter (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counter) \
                       SELECT count(*) FROM counter WHERE number < 0";

/// A database in a folder that vanishes with the value.
struct Fixture {
    folder: TempDir,
    path: PathBuf,
    source: SqliteSource,
}

impl Fixture {
    /// A database made by these statements.
    fn new(setup: &str) -> Self {
        Self::with_options(setup, SqliteOptions::default())
    }

    fn with_options(setup: &str, options: SqliteOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("测试 data?mode=rw.db");
        Connection::open(&path).unwrap().execute_batch(setup).unwrap();
        let source = SqliteSource::new(path.clone(), options);
        Self { folder, path, source }
    }

    /// A connection that may write, as another program has it.
    fn writer(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    async fn ask(&self, sql: &str) -> Result<QueryResult, SourceError> {
        self.source.answer(sql, true, &Limits::default(), &CancellationToken::new()).await
    }

    async fn ask_within(&self, sql: &str, limits: Limits) -> Result<QueryResult, SourceError> {
        self.source.answer(sql, true, &limits, &CancellationToken::new()).await
    }
}

/// A limit on time that no test reaches unless something hangs.
const LONG: Duration = Duration::from_secs(60);
