//! The demo database: a made-up Chinese retailer with two years of orders, and the business words that go with it.
//!
//! It exists so that a fresh machine has something worth asking before anybody has connected a database.
//! This crate knows nothing of the server: it writes a file and offers [`TERMS`] to whoever stores them.
//!
//! # Always the same
//!
//! Every value comes from a generator with a fixed seed, and every date is an offset from the day that is handed in.
//! Two files made for the same day are equal row for row; made for different days they differ in their dates alone.
//!
//! # Money adds up
//!
//! SQLite has no decimal type: `DECIMAL(10,2)` has NUMERIC affinity, so a price is stored as an integer or as a binary
//! fraction. All prices, costs and order totals here are multiples of 0.50, which binary fractions hold exactly, so
//! that every sum and product is exact too and no answer ends in `.300000000001`. Quotes in `daily_prices` move in
//! steps of 0.01, as on the exchange: they are compared and averaged, seldom summed.
//! Since whole amounts are stored as integers, a quotient of two sums needs a fraction in it (`AVG`, `* 1.0`), or
//! SQLite divides integers; the [`TERMS`] are written so.

mod catalogue;
mod generate;
mod random;
mod terms;

use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

pub use terms::{TERMS, Term};

/// Which generation of tables and values this program writes; kept in the file as `PRAGMA user_version`, so that a file
/// of an older program is remade.
const GENERATION: i64 = 1;

/// Why the demo database could not be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The folder could not be written to.
    #[error("the demo database `{}` can't be written: {source}; check that its folder exists, is writable and not full", path.display())]
    Write {
        /// The file that was to be made.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database engine failed.
    #[error("the demo database `{}` failed: {source}; if the file is damaged, delete it and it will be made anew", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Two years before this day the calendar ends.
    #[error("there is no room for two years of demo data before {0}")]
    Calendar(NaiveDate),
}

/// Makes the demo database at `path`, with dates that end on `today`, replacing what is there.
///
/// The file is written beside `path` and renamed when it is whole: a crash leaves the old file or none, readers of the
/// old file keep it until they reopen, and when several processes do this at once each rename puts a whole file there.
///
/// # Errors
///
/// [`DemoError::Write`] when the folder is missing, full or may not be written; [`DemoError::Database`] when SQLite
/// fails; [`DemoError::Calendar`] for a day within three years of the calendar's beginning.
pub fn create(path: &Path, today: NaiveDate) -> Result<(), DemoError> {
    let write = |source| DemoError::Write { path: path.to_owned(), source };
    let database = |source| DemoError::Database { path: path.to_owned(), source };
    if !generate::fits_calendar(today) {
        return Err(DemoError::Calendar(today));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Dropped on any error, which removes the half-written file.
    let unfinished =
        tempfile::Builder::new().prefix(".demo-").suffix(".tmp").tempfile_in(folder).map_err(write)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(unfinished.path(), flags).map_err(database)?;
    generate::fill(&mut connection, today).map_err(database)?;
    connection.close().map_err(|(_, source)| database(source))?;
    // SQLite was told not to wait for the disk; once, here, is enough, and must be before the rename.
    unfinished.as_file().sync_all().map_err(write)?;
    unfinished.persist(path).map_err(|failure| write(failure.error))?;
    Ok(())
}

/// The day of the newest order in the demo database at `path`: the `today` it was made for.
///
/// `None` when there is no file, or when it was not made by this generation of the program: it should be made (again).
///
/// # Errors
///
/// [`DemoError::Database`] when the file can't be read as a database.
pub fn last_day(path: &Path) -> Result<Option<NaiveDate>, DemoError> {
    if !path.exists() {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = || -> rusqlite::Result<Option<NaiveDate>> {
        let connection = Connection::open_with_flags(path, flags)?;
        let generation: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if generation != GENERATION {
            return Ok(None);
        }
        let newest: Option<String> = connection
            .query_row("SELECT date(max(ordered_at)) FROM orders", [], |row| row.get(0))
            .optional()?
            .flatten();
        Ok(newest.and_then(|day| day.parse().ok()))
    };
    read().map_err(|source| DemoError::Database { path: path.to_owned(), source })
}
