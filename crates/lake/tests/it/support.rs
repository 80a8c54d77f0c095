//! A lake in a folder of its own, files in it, and questions.

use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wenshu_lake::{DataLake, LakeSettings, Place};
use wenshu_sources::datasets::{DatasetTable, ImportError, Imported, Lake, Progress, Room, Upload};
use wenshu_sources::{Dialect, Limits, QueryResult, Source, SourceError, guard};

/// A lake.
pub(crate) struct TestLake {
    pub(crate) lake: DataLake,
    pub(crate) folder: TempDir,
}

impl TestLake {
    pub(crate) fn new() -> Self {
        Self::with_memory(64 * 1024 * 1024, 256 * 1024 * 1024)
    }

    pub(crate) fn with_memory(query_memory: usize, spill_bytes: u64) -> Self {
        Self::build(query_memory, spill_bytes, u64::MAX)
    }

    /// One that makes every table of text behind the back of who brought it.
    pub(crate) fn making_later() -> Self {
        Self::build(64 * 1024 * 1024, 256 * 1024 * 1024, 0)
    }

    fn build(query_memory: usize, spill_bytes: u64, later_from: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = open(&folder, query_memory, spill_bytes, later_from);
        Self { lake, folder }
    }

    /// One that keeps its files in a bucket.
    pub(crate) fn in_place(place: Place, later_from: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = open_at(place, &folder, 64 * 1024 * 1024, 256 * 1024 * 1024, later_from);
        Self { lake, folder }
    }

    /// The same files in another process, after this one has ended.
    pub(crate) async fn again(self) -> Self {
        let Self { lake, folder } = self;
        lake.shutdown().await;
        Self { lake: open(&folder, 64 * 1024 * 1024, 256 * 1024 * 1024, 0), folder }
    }

    /// Uploads a file, in pieces of odd sizes.
    pub(crate) async fn import(
        &self,
        name: &str,
        content: impl Into<Vec<u8>>,
    ) -> Result<Imported, ImportError> {
        self.import_to("a/1", name, content, u64::MAX).await
    }

    pub(crate) async fn import_to(
        &self,
        folder: &str,
        name: &str,
        content: impl Into<Vec<u8>>,
        most_bytes: u64,
    ) -> Result<Imported, ImportError> {
        let upload = self.upload(name, content);
        self.lake.import(Upload { folder: folder.to_owned(), most_bytes, ..upload.0 }).await
    }

    /// A file on its way, in pieces of odd sizes, and how far it has come.
    pub(crate) fn upload(
        &self,
        name: &str,
        content: impl Into<Vec<u8>>,
    ) -> (Upload, watch::Receiver<Progress>) {
        let content = Bytes::from(content.into());
        let pieces: Vec<_> = (0..content.len())
            .step_by(7_001)
            .map(|at| Ok(content.slice(at..content.len().min(at + 7_001))))
            .collect();
        let (progress, seen) = watch::channel(Progress::default());
        let upload = Upload {
            folder: "a/1".to_owned(),
            file_name: name.to_owned(),
            most_bytes: u64::MAX,
            room: Room::new(u64::MAX),
            gone: CancellationToken::new(),
            bytes: stream::iter(pieces).boxed(),
            progress,
        };
        (upload, seen)
    }

    /// A file with one table, called `t`.
    pub(crate) async fn table(&self, name: &str, content: impl Into<Vec<u8>>) -> TestTable {
        let imported = self.import(name, content).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(imported.tables.len(), 1);
        TestTable { source: self.open(&imported, &["t"]), imported }
    }

    pub(crate) fn open(&self, imported: &Imported, names: &[&str]) -> Arc<dyn Source> {
        let tables = imported.tables.iter().zip(names).map(|(table, name)| DatasetTable {
            name: (*name).to_owned(),
            comment: None,
            path: table.path.clone(),
            columns: table.columns.clone(),
            rows: table.rows,
        });
        self.lake.open(tables.collect())
    }

    /// Why a file is refused, in English.
    pub(crate) async fn refusal(&self, name: &str, content: impl Into<Vec<u8>>) -> String {
        let refusal = match self.import(name, content).await {
            Err(ImportError::Unreadable(fault)) => fault.en,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(self.left(), Vec::<String>::new(), "{name} left something behind");
        refusal
    }

    /// The files that lie in the storage.
    pub(crate) fn left(&self) -> Vec<String> {
        fn walk(folder: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, found) } else { found.push(path.display().to_string()) }
            }
        }
        let mut found = Vec::new();
        walk(&self.folder.path().join("datasets"), &mut found);
        found
    }
}

fn open(folder: &TempDir, query_memory: usize, spill_bytes: u64, later_from: u64) -> DataLake {
    open_at(Place::Folder(folder.path().join("datasets")), folder, query_memory, spill_bytes, later_from)
}

/// Opens what lies in a place, with a folder for what is needed for a while.
pub(crate) fn open_at(
    place: Place,
    folder: &TempDir,
    query_memory: usize,
    spill_bytes: u64,
    later_from: u64,
) -> DataLake {
    let settings = LakeSettings {
        place,
        spill_folder: folder.path().join("spill"),
        query_memory,
        spill_bytes,
        partitions: 2,
        later_from,
    };
    DataLake::open(&settings).unwrap()
}

/// A table that can be asked.
pub(crate) struct TestTable {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) imported: Imported,
}

impl TestTable {
    /// Names and types of the columns: `a integer, b text`.
    pub(crate) fn types(&self) -> String {
        let columns = &self.imported.tables[0].columns;
        let shown = columns.iter().map(|column| format!("{} {}", column.name, column.kind.as_str()));
        shown.collect::<Vec<_>>().join(", ")
    }

    pub(crate) async fn ask(&self, sql: &str) -> Vec<String> {
        rows(&ask(self.source.as_ref(), sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")))
    }

    pub(crate) async fn all(&self) -> Vec<String> {
        self.ask("SELECT * FROM t").await
    }
}

pub(crate) async fn ask(source: &dyn Source, sql: &str) -> Result<QueryResult, SourceError> {
    let query = guard::check(sql, Dialect::DataFusion).unwrap_or_else(|refusal| panic!("{sql}: {refusal:?}"));
    source.query(&query, &Limits::default(), &CancellationToken::new()).await
}

/// The rows as text, values with `|` between them; NULL is `~`.
pub(crate) fn rows(result: &QueryResult) -> Vec<String> {
    let options = FormatOptions::new().with_null("~");
    let columns: Vec<_> = result
        .batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
        .collect();
    (0..result.rows())
        .map(|row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|"))
        .collect()
}
