//! Whether the file has changed since it was last looked at: in microseconds, and without missing a change.
//!
//! Two things are looked at, in this order:
//!
//! 1. The file's identity (device, inode, time of change, length). Another inode is another file under the same path: all
//!    sessions must be opened anew.
//! 2. `PRAGMA data_version` on one connection that is kept for it. SQLite promises that two readings of it on one
//!    connection differ if any other connection committed a change in between, in rollback and in WAL mode.
//!
//! Whenever either differs, the [`Observation`] gets a revision number that no observation in this process had before. Two
//! observations with the same revision thus mean: nothing was committed between them.
//! A file that was rewritten in place by something other than SQLite (`cp` over it) has another time or length while
//! `data_version` may stand still; then the connections are opened anew as well, since their caches can't be trusted.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use rusqlite::Connection;

use super::failure;
use super::read::Failure;
use super::session::{Role, Session};
use super::stop::lock;
use crate::SourceError;

/// Numbers for revisions and epochs: unique in the process, so that what was derived from one source's file is never
/// taken for another's.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

fn next_number() -> u64 {
    NEXT_NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// The state of the file at one moment.
#[derive(Clone, Debug)]
pub(super) struct Observation {
    /// The same for as long as it is the same file: sessions belong to an epoch.
    pub(super) epoch: u64,
    /// The same for as long as nothing was committed.
    pub(super) revision: u64,
    /// Names, in lower case, of views whose rows may change without the data changing: they read the clock.
    pub(super) volatile_views: Arc<[String]>,
}

/// What a quick look found.
pub(super) enum Glance {
    /// The state now.
    Seen(Observation),
    /// A writer holds the file, so that its state can't be read now.
    Locked(rusqlite::Error),
    /// It has to be opened (again), which takes longer.
    Unopened,
}

/// Looks at one file.
pub(super) struct Watch {
    path: PathBuf,
    shown: PathBuf,
    kept: Mutex<Option<Kept>>,
    /// Held while opening, so that many who find it closed open it once.
    opening: Mutex<()>,
}

struct Kept {
    session: Session,
    identity: Identity,
    data_version: i64,
    schema_version: i64,
    observation: Observation,
}

/// What tells one file from another, and one state from another as far as the file system knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    file: FileNumber,
    modified: Option<SystemTime>,
    length: u64,
}

#[cfg(unix)]
type FileNumber = (u64, u64);
#[cfg(unix)]
fn file_number(metadata: &Metadata) -> FileNumber {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
type FileNumber = Option<SystemTime>;
#[cfg(not(unix))]
fn file_number(metadata: &Metadata) -> FileNumber {
    metadata.created().ok()
}

impl Watch {
    /// A watch of the file at this absolute path, which errors call `shown`. Nothing is opened yet.
    pub(super) fn new(path: PathBuf, shown: PathBuf) -> Self {
        Self { path, shown, kept: Mutex::new(None), opening: Mutex::new(()) }
    }

    /// A quick look: a few system calls, no waiting for locks, nothing opened.
    pub(super) fn glance(&self) -> Glance {
        let Ok(identity) = self.identify() else { return Glance::Unopened };
        let mut slot = lock(&self.kept);
        let Some(kept) = slot.as_mut().filter(|kept| kept.identity.file == identity.file) else {
            return Glance::Unopened;
        };
        match self.compare(kept, identity) {
            Ok(true) => Glance::Seen(kept.observation.clone()),
            Ok(false) => Glance::Unopened,
            Err(error) if failure::is_busy(&error) => Glance::Locked(error),
            Err(_) => {
                *slot = None;
                Glance::Unopened
            }
        }
    }

    /// The state now; opens the file where needed.
    pub(super) fn observe(&self) -> Result<Observation, Failure> {
        let _opening = lock(&self.opening);
        match self.glance() {
            Glance::Seen(observation) => return Ok(observation),
            Glance::Locked(error) => return Err(error.into()),
            Glance::Unopened => {}
        }
        let mut identity = self.identify().map_err(Failure::Source)?;
        loop {
            let kept = self.open(identity)?;
            let now = self.identify().map_err(Failure::Source)?;
            if now.file == identity.file {
                let observation = kept.observation.clone();
                *lock(&self.kept) = Some(kept);
                return Ok(observation);
            }
            // Replaced while it was being opened: nobody knows which of the two was opened.
            identity = now;
        }
    }

    /// Brings what is kept up to date; false if it must be opened anew.
    fn compare(&self, kept: &mut Kept, identity: Identity) -> rusqlite::Result<bool> {
        let data_version = version(&kept.session.connection, "PRAGMA data_version")?;
        if data_version == kept.data_version {
            return Ok(identity == kept.identity);
        }
        let schema_version = version(&kept.session.connection, "PRAGMA schema_version")?;
        if schema_version != kept.schema_version {
            kept.observation.volatile_views = volatile_views(&kept.session.connection)?;
        }
        kept.observation.revision = next_number();
        kept.data_version = data_version;
        kept.schema_version = schema_version;
        // Looked at again because the change may have come after the first look; otherwise the next glance would see
        // the file's time differ with nothing committed.
        kept.identity = self.identify().unwrap_or(identity);
        Ok(kept.identity.file == identity.file)
    }

    fn open(&self, identity: Identity) -> Result<Kept, Failure> {
        let session = Session::open(&self.path, Role::Catalogue)?;
        let data_version = version(&session.connection, "PRAGMA data_version")?;
        let schema_version = version(&session.connection, "PRAGMA schema_version")?;
        let volatile_views = volatile_views(&session.connection)?;
        let observation = Observation { epoch: next_number(), revision: next_number(), volatile_views };
        Ok(Kept { session, identity, data_version, schema_version, observation })
    }

    fn identify(&self) -> Result<Identity, SourceError> {
        // Only looked at, never opened and closed here: closing a file drops all of a process's locks on it.
        let metadata =
            fs::metadata(&self.path).map_err(|error| failure::describe_file(&error, &self.shown))?;
        if !metadata.is_file() {
            return Err(failure::describe_not_a_file(&self.shown, metadata.is_dir()));
        }
        Ok(Identity {
            file: file_number(&metadata),
            modified: metadata.modified().ok(),
            length: metadata.len(),
        })
    }

    /// The file's absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path as errors name it.
    pub(super) fn shown(&self) -> &Path {
        &self.shown
    }
}

/// The one number a pragma gives. The statement is kept compiled.
fn version(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached(pragma)?.query_row([], |row| row.get(0))
}

/// Views that read the clock or make random values, and views over them.
///
/// The guard sees a query's own functions, not those inside of a view. This errs on the side of too many: what is named
/// here is only not cached.
fn volatile_views(connection: &Connection) -> rusqlite::Result<Arc<[String]>> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view'")?;
    let mut rows = statement.query([])?;
    let mut views = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |position| -> rusqlite::Result<String> {
            let value = row.get_ref(position)?;
            Ok(String::from_utf8_lossy(value.as_bytes_or_null()?.unwrap_or_default()).to_lowercase())
        };
        views.push((text(0)?, text(1)?));
    }
    let mut volatile: Vec<String> =
        views.iter().filter(|(_, sql)| reads_clock(sql)).map(|(name, _)| name.clone()).collect();
    loop {
        let known = volatile.len();
        for (name, sql) in &views {
            if !volatile.contains(name) && volatile.iter().any(|other| sql.contains(other.as_str())) {
                volatile.push(name.clone());
            }
        }
        if volatile.len() == known {
            return Ok(volatile.into());
        }
    }
}

/// Whether a view's definition, in lower case, may give other rows from the same data.
fn reads_clock(sql: &str) -> bool {
    let dense: String = sql.chars().filter(|letter| !letter.is_whitespace()).collect();
    let marks = [
        "'now",
        "\"now",
        "'subsec",
        "current_",
        "random",
        "date()",
        "time()",
        "julianday()",
        "unixepoch()",
        "changes()",
        "last_insert_rowid()",
    ];
    marks.iter().any(|mark| dense.contains(mark))
        || dense.split("strftime(").skip(1).any(|arguments| {
            // With the format alone, strftime gives the time now.
            let after_format = arguments.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
            !after_format.is_some_and(|(_, rest)| rest.starts_with(','))
        })
}

#[cfg(test)]
mod tests {
    use super::reads_clock;

    #[test]
    fn definitions_that_read_the_clock() {
        for sql in [
            "create view v as select date('now') as day",
            "create view v as select * from t where day = date ( )",
            "create view v as select current_timestamp",
            "create view v as select strftime('%Y') as year",
            "create view v as select abs(random()) from t",
            "create view v as select strftime( \"%Y\" ) from t",
        ] {
            assert!(reads_clock(sql), "{sql}");
        }
        for sql in [
            "create view v as select strftime('%Y-%m', ordered_at) as month, sum(total) from orders group by 1",
            "create view v as select date(ordered_at) from orders",
            "create view v as select count(*) from orders",
        ] {
            assert!(!reads_clock(sql), "{sql}");
        }
    }
}
