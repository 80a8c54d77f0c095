//! Datasets with the whole application around them, and the real lake.

mod answers;
mod columnar_trips;
mod create_limits;
mod http;
mod joins;
mod odd;
mod round_trips;
mod streams;
mod usage;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::StreamExt as _;
use tempfile::TempDir;
use wenshu_core::datasets::{DatasetDraft, DownloadFormat};
use wenshu_core::{Actor, AppError, CoreSettings, Dataset};
use wenshu_lake::{DataLake, LakeSettings, Place};
use wenshu_sources::datasets::{DatasetColumn, DatasetTable, Lake as _};
use wenshu_sources::{Dialect, Limits, Source, ValueKind, guard};
use wenshu_testkit::{ScriptedModel, TestApp};

/// An application with a lake.
pub(crate) struct LakeApp {
    pub(crate) app: TestApp,
    lake: TempDir,
}

impl LakeApp {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut CoreSettings) + 'static) -> Self {
        Self::build(true, change).await
    }

    /// Where callers have to prove who they are.
    pub(crate) async fn closed() -> Self {
        Self::build(false, |_| {}).await
    }

    /// Where a model answers.
    pub(crate) async fn with_model(model: &ScriptedModel) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake(&folder);
        let builder = TestApp::builder().model(model);
        let app = builder.core(move |settings| settings.lake = Some(Arc::new(lake))).start().await;
        Self { app, lake: folder }
    }

    async fn build(is_open: bool, change: impl FnOnce(&mut CoreSettings) + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake(&folder);
        let app = TestApp::builder()
            .http(move |settings| settings.open_contracts = is_open)
            .core(move |settings| {
                settings.lake = Some(Arc::new(lake));
                change(settings);
            })
            .start()
            .await;
        Self { app, lake: folder }
    }

    /// The same store and the same files in another process, after this one has ended.
    pub(crate) async fn again(self) -> Self {
        let Self { app, lake: folder } = self;
        app.app.shutdown(Duration::from_secs(5)).await;
        let store = Arc::clone(&app.folder);
        drop(app);
        let lake = lake(&folder);
        let app = TestApp::builder()
            .again_in(store)
            .core(move |settings| settings.lake = Some(Arc::new(lake)))
            .start()
            .await;
        Self { app, lake: folder }
    }

    /// Puts files down as a process leaves them that is killed in the middle of an upload. Answers the folder.
    pub(crate) fn leave(&self, owner: &str, dataset: &str, names: &[&str]) -> PathBuf {
        let folder = self.lake.path().join("datasets").join(owner).join(dataset);
        std::fs::create_dir_all(&folder).unwrap();
        let before = SystemTime::UNIX_EPOCH;
        for name in names {
            std::fs::write(folder.join(name), "half a fi").unwrap();
            File::options().write(true).open(folder.join(name)).unwrap().set_modified(before).unwrap();
        }
        File::open(&folder).unwrap().set_modified(before).unwrap();
        folder
    }

    pub(crate) async fn actor(&self, email: &str) -> Actor {
        let user = self.app.register(email).await;
        self.app.app.accounts.authenticate(&user.access_token).await.unwrap()
    }

    pub(crate) async fn upload(
        &self,
        actor: &Actor,
        file_name: &str,
        content: impl Into<Bytes>,
    ) -> Result<Dataset, AppError> {
        let upload = self.app.app.datasets.upload(actor, file_name, Default::default()).await?;
        let content = content.into();
        for at in (0..content.len()).step_by(10_000) {
            if !upload.write(content.slice(at..content.len().min(at + 10_000))).await {
                break;
            }
        }
        upload.finish(DatasetDraft::default()).await
    }

    pub(crate) async fn download(&self, actor: &Actor, dataset: &Dataset, format: DownloadFormat) -> Bytes {
        let download = self.app.app.datasets.download(actor, dataset.id, format, None).await.unwrap();
        let mut body = download.body;
        let mut content = Vec::new();
        while let Some(piece) = body.next().await {
            content.extend_from_slice(&piece.unwrap());
        }
        if let Some(length) = download.length {
            assert_eq!(length, content.len() as u64);
        }
        Bytes::from(content)
    }

    /// The tables of a dataset alone.
    pub(crate) fn source(&self, dataset: &Dataset) -> Arc<dyn Source> {
        self.source_of_all(std::slice::from_ref(dataset))
    }

    /// The tables of these datasets.
    pub(crate) fn source_of_all(&self, datasets: &[Dataset]) -> Arc<dyn Source> {
        let kind = |word: &str| {
            [ValueKind::Integer, ValueKind::Number, ValueKind::Boolean, ValueKind::Date, ValueKind::Timestamp]
                .into_iter()
                .find(|kind| kind.as_str() == word)
                .unwrap_or(ValueKind::Text)
        };
        let tables = datasets.iter().flat_map(|dataset| &dataset.tables).map(|table| DatasetTable {
            name: table.name.clone(),
            comment: None,
            path: table.path.clone(),
            columns: table
                .columns
                .iter()
                .map(|(name, word)| DatasetColumn {
                    name: name.clone(),
                    kind: kind(word),
                    distinct: table.distinct.contains(name),
                })
                .collect(),
            rows: table.rows,
        });
        lake(&self.lake).open(tables.collect())
    }

    /// How many rows the first table of a dataset has, when it has been made.
    pub(crate) async fn count(&self, dataset: &Dataset) -> usize {
        let sql = format!("SELECT 1 AS one FROM \"{}\"", dataset.tables[0].name);
        let query = guard::check(&sql, Dialect::DataFusion).unwrap();
        let limits = Limits { rows: usize::MAX - 1, ..Limits::default() };
        self.source(dataset).query(&query, &limits, &Default::default()).await.unwrap().rows()
    }

    /// Where a file of the storage is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.lake.path().join("datasets").join(path)
    }

    /// The bytes of the files that lie in the storage.
    pub(crate) fn bytes(&self) -> u64 {
        fn count(folder: &std::path::Path) -> u64 {
            let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
            entries
                .map(|path| {
                    if path.is_dir() { count(&path) } else { path.metadata().map_or(0, |found| found.len()) }
                })
                .sum()
        }
        count(&self.lake.path().join("datasets"))
    }

    /// The files that lie in the storage.
    pub(crate) fn files(&self) -> usize {
        fn count(folder: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
            entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(&self.lake.path().join("datasets"))
    }
}

fn lake(folder: &TempDir) -> DataLake {
    let settings = LakeSettings {
        place: Place::Folder(folder.path().join("datasets")),
        spill_folder: folder.path().join("spill"),
        query_memory: 64 * 1024 * 1024,
        spill_bytes: 256 * 1024 * 1024,
        partitions: 2,
        later_from: 1024 * 1024,
    };
    DataLake::open(&settings).unwrap()
}
