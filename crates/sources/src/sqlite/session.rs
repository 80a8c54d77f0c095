//! One connection to the file that can't write, whatever it is told.
//!
//! The guard should have refused every write before; this is the second wall, and it holds alone:
//!
//! - the file is opened read-only and its path is never taken for a URI (an absolute path can't begin with `file:`);
//! - `query_only` is on and the defensive settings are in place;
//! - the authorizer allows reading, functions and recursion, and denies everything else, `ATTACH` and `PRAGMA` included;
//! - no extension can be loaded and no database attached.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

/// Instructions of SQLite's virtual machine between two looks at the [`Switch`]: some ten microseconds.
const STEPS_BETWEEN_LOOKS: u32 = 1_000;

/// Who speaks in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Statements that came from outside.
    Query,
    /// The driver's own statements, which ask for tables and versions.
    Catalogue,
}

/// What a running statement looks at every few microseconds.
pub(super) struct Switch {
    stopped: AtomicBool,
    steps_left: AtomicU64,
}

impl Switch {
    /// Ends the running statement and all later ones until [`reset`](Self::reset).
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    /// Lets statements run, without a bound on their steps.
    pub(super) fn reset(&self) {
        self.stopped.store(false, Ordering::Release);
        self.allow_steps(u64::MAX);
    }

    /// Lets the coming statements take about so many instructions together.
    pub(super) fn allow_steps(&self, steps: u64) {
        self.steps_left.store(steps, Ordering::Release);
    }

    /// Called by SQLite; true ends the statement.
    fn must_end(&self) -> bool {
        let left = self.steps_left.load(Ordering::Acquire);
        if left != u64::MAX {
            self.steps_left.store(left.saturating_sub(u64::from(STEPS_BETWEEN_LOOKS)), Ordering::Release);
        }
        left == 0 || self.stopped.load(Ordering::Acquire)
    }
}

/// A read-only connection.
pub(super) struct Session {
    pub(super) connection: Connection,
    pub(super) switch: Arc<Switch>,
}

impl Session {
    /// Opens the file at this absolute path. Nothing of it is read yet: that it isn't a database shows at first use.
    pub(super) fn open(path: &Path, role: Role) -> rusqlite::Result<Self> {
        // One thread at a time uses a connection, so SQLite's own mutex would only cost.
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        // Locks are waited for outside of SQLite, where a cancelled query stops waiting.
        connection.busy_timeout(Duration::ZERO)?;
        for (setting, value) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE, false),
            // A misspelt column in double quotes must be an error, not a text.
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        ] {
            connection.set_db_config(setting, value)?;
        }
        connection.pragma_update(None, "query_only", true)?;
        for (limit, value) in [
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 500),
            // LIKE takes time that grows with the pattern and can't be interrupted.
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
        ] {
            connection.set_limit(limit, value)?;
        }
        let switch =
            Arc::new(Switch { stopped: AtomicBool::new(false), steps_left: AtomicU64::new(u64::MAX) });
        let looked_at = Arc::clone(&switch);
        connection.progress_handler(STEPS_BETWEEN_LOOKS as i32, Some(move || looked_at.must_end()))?;
        connection.authorizer(Some(move |context: AuthContext<'_>| authorize(role, context.action)))?;
        Ok(Self { connection, switch })
    }

    /// The largest value, in bytes, that a statement may read or make from now on.
    pub(super) fn limit_values(&self, bytes: usize) -> rusqlite::Result<()> {
        self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(bytes).unwrap_or(i32::MAX))?;
        Ok(())
    }
}

/// Whether a part of a statement may be compiled.
fn authorize(role: Role, action: AuthAction<'_>) -> Authorization {
    let allowed = match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            !["load_extension", "fts3_tokenizer", "writefile", "readfile", "edit"]
                .iter()
                .any(|denied| function_name.eq_ignore_ascii_case(denied))
        }
        // The full-text and R*Tree modules ask for these two themselves when their tables are read.
        AuthAction::Pragma { pragma_name: "data_version" | "page_size", pragma_value: None } => true,
        AuthAction::Pragma { pragma_name, .. } => {
            role == Role::Catalogue
                && matches!(
                    pragma_name,
                    "schema_version"
                        | "table_list"
                        | "table_xinfo"
                        | "index_list"
                        | "index_info"
                        | "foreign_key_list"
                )
        }
        // A transaction makes the catalogue one picture; it can't write either.
        AuthAction::Transaction { .. } => role == Role::Catalogue,
        _ => false,
    };
    if allowed { Authorization::Allow } else { Authorization::Deny }
}
