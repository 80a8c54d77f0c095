//! Files taken in and given out.
//!
//! A file goes into the storage as it comes; one of text is surveyed on the way. Then its tables are made from what lies there, those of
//! large files of text behind the back of who brought them. All of that works on a part at a time, on threads of its own where it
//! computes.

mod arrive;
mod keep;
mod later;
mod make;
mod text;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use tokio_util::task::TaskTracker;
use wenshu_sources::datasets::{DatasetTable, ImportError, Imported, Lake, Rows, StoredFile, Upload};
use wenshu_sources::{Source, SourceError};

pub(crate) use self::later::Later;
use self::make::Maker;
use crate::engine::Engine;
use crate::source::{LakeSource, STORE_URL};
use crate::storage::{Place, Storage, unreachable};

/// How far behind the clock the times of files may be.
const CLOCK_STEP: Duration = Duration::from_secs(1);

/// Memory for each of the files on disk that are put together at once. Without a limit as many are as there is memory, and nothing is
/// left for what is to be done with their rows.
const BYTES_OF_MERGED: usize = 8 * 1024 * 1024;

/// The most of them.
const MOST_MERGED: usize = 16;

/// What nobody has written into for so long isn't being uploaded by another process.
const LONGEST_UPLOAD: Duration = Duration::from_secs(24 * 3_600);

/// How datasets are kept and asked.
#[derive(Clone)]
pub struct LakeSettings {
    /// Where they are kept.
    pub place: Place,
    /// Where queries put down what doesn't fit into memory, and what is needed for a while lies; emptied when the lake is opened.
    pub spill_folder: PathBuf,
    /// The most bytes of memory that all queries together use for what they have to hold: groups, sorted rows, sides of joins.
    pub query_memory: usize,
    /// The most bytes that they put down at once.
    pub spill_bytes: u64,
    /// Parts of a query that are worked at side by side, on as many threads; as many files are made into tables at once.
    pub partitions: usize,
    /// The bytes from which on a file of text has been taken in before its table is made.
    pub later_from: u64,
}

/// Why a lake can't be opened.
#[derive(Debug)]
pub struct OpenError(String);

impl std::fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}

/// Datasets in object storage, asked through DataFusion. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DataLake {
    maker: Maker,
    later: Later,
    later_from: u64,
    runtime: Arc<RuntimeEnv>,
    engine: Arc<Engine>,
    query_memory: usize,
    partitions: usize,
    /// When this process began with it.
    opened: SystemTime,
}

impl DataLake {
    /// Opens the lake.
    ///
    /// # Errors
    ///
    /// When a folder can't be made, or the bucket is described in a way that leads nowhere.
    pub fn open(settings: &LakeSettings) -> Result<Self, OpenError> {
        let tasks = TaskTracker::new();
        let runtime = runtime(settings).map_err(|error| {
            OpenError(format!("the folder `{}` can't be used: {error}", settings.spill_folder.display()))
        })?;
        let storage = Storage::open(&settings.place, settings.spill_folder.clone(), tasks.clone())
            .map_err(|error| OpenError(format!("the storage of datasets can't be opened: {error}")))?;
        runtime.register_object_store(&STORE_URL, Arc::clone(&storage.store));
        let partitions = settings.partitions.max(1);
        let engine = Engine::start(partitions)
            .map_err(|error| OpenError(format!("the threads for datasets can't be started: {error}")))?;
        let maker = Maker::new(storage, partitions, tasks);
        Ok(Self {
            later: Later::new(maker.clone()),
            maker,
            later_from: settings.later_from,
            runtime: Arc::new(runtime),
            engine: Arc::new(engine),
            query_memory: settings.query_memory,
            partitions,
            opened: machine_time(),
        })
    }

    /// Removes what a file that nothing became of has left.
    async fn clean_up(&self, folder: &str) {
        if let Err(error) = self.maker.storage.remove(folder).await {
            tracing::warn!(error = %error, dataset.folder = folder, "files of a dataset that was refused are left");
        }
    }
}

#[async_trait]
impl Lake for DataLake {
    async fn import(&self, upload: Upload) -> Result<Imported, ImportError> {
        let folder = upload.folder.clone();
        let imported = self.take_in(upload).await;
        if imported.is_err() {
            self.clean_up(&folder).await;
        }
        imported
    }

    async fn keep(&self, rows: Rows) -> Result<Imported, ImportError> {
        let folder = rows.folder.clone();
        let imported = self.keep_rows(rows).await;
        if imported.is_err() {
            self.clean_up(&folder).await;
        }
        imported
    }

    fn open(&self, tables: Vec<DatasetTable>) -> Arc<dyn Source> {
        Arc::new(LakeSource::new(
            tables,
            Arc::clone(&self.runtime),
            Arc::clone(&self.engine),
            self.later.clone(),
            self.partitions,
            self.query_memory,
            self.maker.tasks.clone(),
        ))
    }

    async fn read(&self, path: &str) -> Result<StoredFile, SourceError> {
        if path.ends_with(".parquet") {
            self.later.wait_for(path).await?;
        }
        self.maker.storage.read(path).await
    }

    async fn remove(&self, folder: &str) -> Result<(), SourceError> {
        // In this order: without its recipe nobody begins a table again.
        self.later.forget(folder).await.map_err(|error| unreachable(&error))?;
        self.later.end(folder).await;
        self.maker.storage.remove(folder).await.map_err(|error| unreachable(&error))
    }

    async fn settled_folders(&self, is_alone: bool) -> Result<Vec<String>, SourceError> {
        let since = if is_alone && self.maker.storage.is_own() {
            self.opened.checked_sub(CLOCK_STEP)
        } else {
            machine_time().checked_sub(LONGEST_UPLOAD)
        };
        let since = since.unwrap_or(SystemTime::UNIX_EPOCH);
        self.maker.storage.settled(since).await.map_err(|error| unreachable(&error))
    }

    fn scratch(&self) -> std::io::Result<std::fs::File> {
        self.maker.storage.scratch()
    }

    async fn shutdown(&self) {
        self.later.close();
        self.maker.tasks.close();
        self.maker.tasks.wait().await;
    }
}

#[expect(clippy::disallowed_methods, reason = "it is compared with times of files, which are of this clock")]
fn machine_time() -> SystemTime {
    SystemTime::now()
}

fn runtime(settings: &LakeSettings) -> Result<RuntimeEnv, DataFusionError> {
    std::fs::create_dir_all(&settings.spill_folder)?;
    // What a process that was killed has left.
    for left in std::fs::read_dir(&settings.spill_folder)? {
        let left = left?;
        if left.file_name().to_string_lossy().starts_with("datafusion-") {
            std::fs::remove_dir_all(left.path())?;
        }
    }
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![settings.spill_folder.clone()]))
        .with_max_temp_directory_size(settings.spill_bytes)
        .with_max_spill_merge_fan_in(
            (settings.query_memory / settings.partitions.max(1) / BYTES_OF_MERGED).clamp(2, MOST_MERGED),
        );
    let consumers = std::num::NonZeroUsize::MIN;
    let pool = TrackConsumersPool::new(FairSpillPool::new(settings.query_memory), consumers);
    RuntimeEnvBuilder::new()
        .with_disk_manager_builder(disk)
        .with_memory_pool(Arc::new(pool))
        .with_metadata_cache_limit(8 * 1024 * 1024)
        .build()
}
