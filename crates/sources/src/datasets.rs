//! The port to datasets: files that people bring, kept as tables and asked like any other database.
//!
//! What implements it is heavy and lives in a crate of its own; whoever uses it knows this trait alone. A dataset has a folder, named
//! by its user; in it lies the file as it came, and each of its tables as a file that queries read.

use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Source, SourceError, ValueKind};

/// The most columns of a table.
pub const MOST_COLUMNS: usize = 2_000;

/// Digits that every reader of numbers keeps: a float has them all.
pub const SURE_DIGITS: u8 = 15;

/// What workbooks that we write say by the forms of their cells, beyond what cells can say: of which type a column is.
///
/// A form counts in a workbook with the mark alone. Other programs give cells forms for how they look.
pub mod workbook {
    /// The property of the document that marks a workbook of ours.
    pub const MARK: &str = "wenshu.types";

    /// A text, whatever it looks like. A first row of nothing but these holds names.
    pub const TEXT: &str = "@";

    /// A day.
    pub const DAY: &str = "yyyy-mm-dd";

    /// A moment, midnight too. How far clocks are ahead may follow between quotes: `"Z"`, `"+08:00"`.
    pub const MOMENT: &str = "yyyy-mm-dd hh:mm:ss";

    /// A float, a whole one too; it looks as numbers do that have no form.
    pub const FLOAT: &str = "General;-General";

    /// A decimal fraction of whole numbers; it looks as those do.
    pub const WHOLE: &str = "0;-0";
}

/// Bytes on their way; an error means that they aren't all.
pub type ByteStream = BoxStream<'static, io::Result<Bytes>>;

/// Where datasets are kept, and what asks them.
#[async_trait]
pub trait Lake: fmt::Debug + Send + Sync {
    /// Takes a file in: keeps it, finds out what it is, and makes tables of it. The file is never held whole in memory.
    ///
    /// # Errors
    ///
    /// See [`ImportError`]; nothing is left behind then, nor is anything still being written.
    async fn import(&self, upload: Upload) -> Result<Imported, ImportError>;

    /// Makes a table of rows. Types of a column may differ from part to part; it becomes one that holds them all.
    ///
    /// # Errors
    ///
    /// As for [`import`](Self::import); that of `parts` as [`ImportError::Source`].
    async fn keep(&self, rows: Rows) -> Result<Imported, ImportError>;

    /// All these tables as one database. Nothing is read yet.
    fn open(&self, tables: Vec<DatasetTable>) -> Arc<dyn Source>;

    /// A file of a dataset, as it lies.
    ///
    /// # Errors
    ///
    /// `Unreachable` when it isn't there or the storage can't be reached.
    async fn read(&self, path: &str) -> Result<StoredFile, SourceError>;

    /// Removes everything in the folder of a dataset; one that is not there is removed already.
    ///
    /// # Errors
    ///
    /// `Unreachable` when the storage can't be reached.
    async fn remove(&self, folder: &str) -> Result<(), SourceError>;

    /// The folders that nobody is writing into any more: those of which everything was there before this process began, where no
    /// other one writes into the same storage (`is_alone`), and elsewhere those in which nothing has changed for a day.
    ///
    /// # Errors
    ///
    /// `Unreachable` when the storage can't be reached.
    async fn settled_folders(&self, is_alone: bool) -> Result<Vec<String>, SourceError>;

    /// A file for what is needed for a while, which is gone when it is closed.
    ///
    /// # Errors
    ///
    /// When there is no room for it.
    fn scratch(&self) -> io::Result<File>;

    /// Waits until nothing is being worked at any more.
    async fn shutdown(&self);
}

/// A file to be taken in.
pub struct Upload {
    /// Where its dataset is kept: `<account>/<dataset>`.
    pub folder: String,
    /// What it is called where it comes from, by whose ending it is known when its content doesn't tell.
    pub file_name: String,
    /// The most bytes that it may have.
    pub most_bytes: u64,
    /// The bytes that it and its tables may take in the storage.
    pub room: Room,
    /// Ends it wherever it is, as one that broke off.
    pub gone: CancellationToken,
    /// The file.
    pub bytes: ByteStream,
    /// Where it is said how far it has come.
    pub progress: watch::Sender<Progress>,
}

/// Bytes that may still be taken in the storage, counted down by everything that takes of them. Clones count the same.
#[derive(Clone, Debug)]
pub struct Room {
    left: Arc<AtomicU64>,
    /// What was taken through this one.
    taken: Arc<AtomicU64>,
}

impl Room {
    /// Room for so many bytes.
    pub fn new(bytes: u64) -> Self {
        Self { left: Arc::new(AtomicU64::new(bytes)), taken: Arc::default() }
    }

    /// The same room for something else, which counts for itself what it takes.
    #[must_use]
    pub fn shared(&self) -> Self {
        Self { left: Arc::clone(&self.left), taken: Arc::default() }
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    ///
    /// Of the kind `QuotaExceeded` when there aren't as many.
    pub fn take(&self, bytes: u64) -> io::Result<()> {
        let left =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        left.map_err(|_| io::ErrorKind::QuotaExceeded)?;
        self.taken.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Whether nothing is left.
    pub fn is_full(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Gives back all that was taken through this one.
    pub fn give_back(&self) {
        let taken = self.taken.swap(0, Ordering::Relaxed);
        self.left.fetch_add(taken, Ordering::Relaxed);
    }
}

/// How far a file has come on its way to becoming tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The bytes that have arrived.
    pub received: u64,
    /// Whether those are all.
    pub is_whole: bool,
    /// The rows that are in tables by now.
    pub rows: u64,
    /// How many there will be, once that is known.
    pub rows_in_all: Option<u64>,
}

/// Rows to be kept.
pub struct Rows {
    /// Where the dataset is kept.
    pub folder: String,
    /// The most bytes that the rows may take in memory, one after the other.
    pub most_bytes: u64,
    /// The bytes that they may take in the storage.
    pub room: Room,
    /// The rows: at least one part, which may be empty; all with the same names.
    pub parts: BoxStream<'static, Result<RecordBatch, SourceError>>,
}

/// What became of a file or of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What the file was found to be.
    pub kind: FileKind,
    /// The path of the file as it came, where there was one.
    pub original: Option<String>,
    /// The bytes that all of it takes in the storage.
    pub bytes: u64,
    /// Its tables, in the order of the file; one at least.
    pub tables: Vec<ImportedTable>,
}

/// A table that was made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedTable {
    /// The name of the sheet, where the file has several things with names.
    pub sheet: Option<String>,
    /// Where it lies.
    pub path: String,
    /// Its columns.
    pub columns: Vec<DatasetColumn>,
    /// How many rows it has.
    pub rows: u64,
}

/// A table that can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetTable {
    /// What questions call it.
    pub name: String,
    /// What it is of, for whoever reads the schema.
    pub comment: Option<String>,
    /// Where it lies.
    pub path: String,
    /// Its columns.
    pub columns: Vec<DatasetColumn>,
    /// How many rows it has.
    pub rows: u64,
}

/// A column of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ValueKind,
    /// Whether every row is known to have a value of its own here. False where nobody has looked: in large tables, and in columns of
    /// anything else than whole numbers and texts.
    pub distinct: bool,
}

/// A file as it lies in the storage.
pub struct StoredFile {
    /// How many bytes it has.
    pub length: u64,
    /// The bytes.
    pub bytes: ByteStream,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// Values with something between them: CSV, TSV.
    Delimited,
    /// A JSON array of objects.
    Json,
    /// A JSON object on each line.
    NdJson,
    /// Parquet.
    Parquet,
    /// Arrow IPC, as a file or as a stream.
    Arrow,
    /// An Excel workbook.
    Xlsx,
    /// No file: rows that were given.
    Rows,
}

impl FileKind {
    /// All there are.
    pub const ALL: [Self; 7] =
        [Self::Delimited, Self::Json, Self::NdJson, Self::Parquet, Self::Arrow, Self::Xlsx, Self::Rows];

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Its name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delimited => "delimited",
            Self::Json => "json",
            Self::NdJson => "ndjson",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Xlsx => "xlsx",
            Self::Rows => "rows",
        }
    }
}

/// Why nothing became of a file.
#[derive(Debug)]
pub enum ImportError {
    /// It has more bytes than it may.
    TooLarge {
        /// The most.
        most_bytes: u64,
    },
    /// It and its tables take more bytes than there is room for.
    NoRoom,
    /// It can't be read as what it is.
    Unreadable(Unreadable),
    /// It broke off on its way.
    BrokenOff(io::Error),
    /// The storage failed, or the database that the rows come from.
    Source(SourceError),
}

/// What is wrong with a file and where, in words for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Unreadable {
    /// In both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.en)
    }
}

impl std::error::Error for Unreadable {}

impl fmt::Display for ImportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { most_bytes } => write!(formatter, "the file has more than {most_bytes} bytes"),
            Self::NoRoom => formatter.write_str("there is no room for the tables of the file"),
            Self::Unreadable(fault) => fault.fmt(formatter),
            Self::BrokenOff(error) => write!(formatter, "the file broke off: {error}"),
            Self::Source(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for ImportError {}

impl From<SourceError> for ImportError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<Unreadable> for ImportError {
    fn from(fault: Unreadable) -> Self {
        Self::Unreadable(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_shared_and_given_back() {
        let one = Room::new(10);
        let other = one.shared();
        one.take(6).unwrap();
        assert_eq!(other.take(5).unwrap_err().kind(), io::ErrorKind::QuotaExceeded);
        other.take(4).unwrap();
        assert!(one.is_full());
        one.give_back();
        one.give_back();
        assert!(other.take(7).is_err());
        other.take(6).unwrap();
    }
}
