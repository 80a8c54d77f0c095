//! Datasets: files that people bring, which become tables that questions are asked about.
//!
//! All datasets of an account are one database, with a [connection](crate::connections::DATASET_DRIVER) of its own, so that tables of
//! several can be joined and a question goes the same way as to any other. Reading order: `upload` takes files in, `rows` makes datasets
//! of rows that are given or asked for, `download` gives them out, `names` says what their tables are called.

mod download;
mod names;
mod rows;
mod sweep;
mod typed;
mod under_way;
mod upload;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use wenshu_sources::ValueKind;
use wenshu_sources::datasets::{DatasetColumn, DatasetTable as AskedTable, ImportError, Imported, Lake};
use wenshu_store::{Dataset, DatasetConnection, DatasetTable, NewDataset, Store, StoreError};

pub use self::download::{Download, DownloadFormat};
pub use self::rows::{COLUMN_TYPES, GivenColumn, GivenRows};
pub use self::upload::DatasetUpload;
pub use wenshu_sources::datasets::Progress;

use self::under_way::{Making, UnderWay};
use crate::clock::Clock;
use crate::connections::Connections;
use crate::exports::Places;
use crate::{Actor, AppError, CoreSettings, ErrorKind, Limits, Text};

/// What keeps datasets and asks them, where there is something.
pub type LakePort = Option<Arc<dyn Lake>>;

/// The longest name, in characters.
const NAME_LENGTH: usize = 100;

/// The longest description, in characters.
const DESCRIPTION_LENGTH: usize = 1_000;

/// How often names of tables are chosen anew when another dataset took them meanwhile.
const TRIES: usize = 5;

/// What datasets may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatasetLimits {
    /// The most bytes of one file.
    pub file_bytes: u64,
    /// The most bytes that all datasets of an account take in the storage.
    pub account_bytes: u64,
}

impl Default for DatasetLimits {
    /// 100 MB and 2 GB.
    fn default() -> Self {
        Self { file_bytes: 100_000_000, account_bytes: 2_000_000_000 }
    }
}

/// How much an account may upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatasetRoom {
    /// The most bytes of one file.
    pub file_bytes: u64,
    /// The most bytes that all datasets of the account take in the storage.
    pub total_bytes: u64,
    /// The bytes that they take.
    pub used_bytes: u64,
}

/// What a dataset is to be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatasetDraft {
    /// Its name: 1–100 characters after trimming. Without, that of its file.
    pub name: Option<String>,
    /// What its owner says of it: at most 1,000 characters.
    pub description: Option<String>,
}

/// Use cases of datasets. Cheap to clone.
#[derive(Clone)]
pub struct Datasets {
    store: Store,
    clock: Arc<dyn Clock>,
    connections: Arc<Connections>,
    lake: LakePort,
    limits: DatasetLimits,
    /// Caps on what is read to be given out or to become a dataset.
    reading: Limits,
    places: Arc<Places>,
    under_way: Arc<UnderWay>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl Datasets {
    pub(crate) fn new(
        settings: &CoreSettings,
        store: Store,
        clock: Arc<dyn Clock>,
        connections: Arc<Connections>,
    ) -> Self {
        Self {
            store,
            clock,
            connections,
            lake: settings.lake.clone(),
            limits: settings.dataset_limits,
            reading: settings.export_limits,
            places: Arc::default(),
            under_way: Arc::default(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        }
    }

    /// What datasets may take.
    pub fn limits(&self) -> DatasetLimits {
        self.limits
    }

    /// The caller's datasets, newest first.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Dataset>, AppError> {
        Ok(self.store.datasets(actor.id()).await?)
    }

    /// One of the caller's datasets.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too.
    pub async fn find(&self, actor: &Actor, id: Uuid) -> Result<Dataset, AppError> {
        self.store.find_dataset(actor.id(), id).await?.ok_or_else(not_found)
    }

    /// The connection that questions about the caller's datasets go to; nothing while there are none.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn connection(&self, actor: &Actor) -> Result<Option<Uuid>, AppError> {
        Ok(self.store.dataset_connection(actor.id()).await?)
    }

    /// Deletes one of the caller's datasets, its files too. Queries that are reading them may fail.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too; `Forbidden` for a visitor.
    pub async fn delete(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        actor.may_write()?;
        if !self.store.delete_dataset(actor.id(), id, self.clock.now()).await? {
            return Err(not_found());
        }
        self.remove_folders(vec![folder_of(actor.id(), id)]).await;
        Ok(())
    }

    /// Where the account's datasets lie.
    pub(crate) async fn folders_of(&self, account: Uuid) -> Result<Vec<String>, AppError> {
        let datasets = self.store.datasets(account).await?;
        Ok(datasets.iter().map(|dataset| folder_of(account, dataset.id)).collect())
    }

    /// Removes files of datasets that are gone. What can't be removed is logged: nobody finds it any more.
    pub(crate) async fn remove_folders(&self, folders: Vec<String>) {
        let Some(lake) = &self.lake else { return };
        for folder in folders {
            if let Err(error) = lake.remove(&folder).await {
                tracing::warn!(error = %error, dataset.folder = folder, "files of a deleted dataset are left");
            }
        }
    }

    /// Takes no more, and waits for what is under way.
    pub(crate) async fn shutdown(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        if let Some(lake) = &self.lake {
            lake.shutdown().await;
        }
    }

    fn lake(&self) -> Result<&Arc<dyn Lake>, AppError> {
        self.lake.as_ref().filter(|_| !self.closing.is_cancelled()).ok_or_else(|| {
            AppError::new(
                ErrorKind::Unavailable,
                "datasets_unavailable",
                Text::new(
                    "此服务器目前不能使用数据集",
                    "Datasets can't be used on this server at the moment",
                ),
            )
        })
    }

    /// How much the caller may upload.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn room_of(&self, actor: &Actor) -> Result<DatasetRoom, AppError> {
        let DatasetLimits { file_bytes, account_bytes } = self.limits;
        let used_bytes = self.store.dataset_bytes(actor.id()).await?;
        Ok(DatasetRoom { file_bytes, total_bytes: account_bytes, used_bytes })
    }

    /// A file for what is needed for a while, which is gone when it is closed.
    ///
    /// # Errors
    ///
    /// `Unavailable` on a server without datasets; when there is no room for it.
    pub fn scratch(&self) -> Result<std::fs::File, AppError> {
        self.lake()?.scratch().map_err(AppError::internal)
    }

    /// The right to make a new dataset, and the room that there is for it.
    async fn begin(&self, actor: &Actor) -> Result<Making, AppError> {
        let taken = self.store.dataset_bytes(actor.id()).await?;
        let left = self.limits.account_bytes.saturating_sub(taken);
        if left == 0 {
            return Err(self.over_quota());
        }
        let making = self.under_way.begin(actor.id(), left)?;
        if making.room().is_full() {
            return Err(self.over_quota());
        }
        Ok(making)
    }

    /// Keeps what became of a file or of rows, under names that nothing else has.
    async fn keep(
        &self,
        owner: Uuid,
        id: Uuid,
        draft: Settled,
        file_name: Option<String>,
        imported: Imported,
        mut making: Making,
    ) -> Result<Dataset, AppError> {
        let kept = self.keep_rows_of(owner, id, draft, file_name, imported).await;
        match &kept {
            Ok(_) => making.kept(),
            Err(_) => self.remove_folders(vec![folder_of(owner, id)]).await,
        }
        kept
    }

    async fn keep_rows_of(
        &self,
        owner: Uuid,
        id: Uuid,
        draft: Settled,
        file_name: Option<String>,
        imported: Imported,
    ) -> Result<Dataset, AppError> {
        let Settled { name, description } = draft;
        for _ in 0..TRIES {
            let taken = self.store.datasets(owner).await?;
            let taken = taken.into_iter().flat_map(|dataset| dataset.tables).map(|table| table.name);
            let names = names::of_tables(&name, &imported.tables, taken.collect());
            let tables = imported.tables.iter().zip(names).map(|(table, name)| DatasetTable {
                name,
                sheet: table.sheet.clone(),
                path: table.path.clone(),
                columns: table
                    .columns
                    .iter()
                    .map(|column| (column.name.clone(), column.kind.as_str().to_owned()))
                    .collect(),
                distinct: table
                    .columns
                    .iter()
                    .filter(|column| column.distinct)
                    .map(|column| column.name.clone())
                    .collect(),
                rows: table.rows,
            });
            let dataset = Dataset {
                id,
                owner,
                name: name.clone(),
                description: description.clone(),
                kind: imported.kind.as_str().to_owned(),
                file_name: file_name.clone(),
                original: imported.original.clone(),
                bytes: imported.bytes,
                created_at: self.clock.now(),
                tables: tables.collect(),
            };
            let new = NewDataset {
                dataset: dataset.clone(),
                quota: self.limits.account_bytes,
                connection: DatasetConnection {
                    id: self.clock.new_id(),
                    name: "我的数据集 Datasets".to_owned(),
                },
            };
            match self.store.insert_dataset(new).await {
                Ok(()) => return Ok(dataset),
                Err(StoreError::Conflict { field: "tables" }) => {}
                Err(StoreError::Conflict { field: "bytes" }) => return Err(self.over_quota()),
                Err(error) => return Err(error.into()),
            }
        }
        Err(crate::connections::edited_meanwhile())
    }

    fn over_quota(&self) -> AppError {
        let megabytes = self.limits.account_bytes / 1_000_000;
        AppError::new(
            ErrorKind::Invalid,
            "payload_too_large",
            Text::new(
                format!("数据集总大小已达到上限（{megabytes} MB），请先删除不用的数据集"),
                format!(
                    "Your datasets may have {megabytes} MB together and that is used up; delete some first"
                ),
            ),
        )
    }

    /// Why nothing became of a file, in words.
    fn refused(&self, field: &'static str, error: ImportError) -> AppError {
        match error {
            ImportError::NoRoom => self.over_quota(),
            ImportError::TooLarge { most_bytes } => {
                let megabytes = most_bytes / 1_000_000;
                AppError::new(
                    ErrorKind::Invalid,
                    "payload_too_large",
                    Text::new(
                        format!("数据过大，上限为 {megabytes} MB"),
                        format!("There is too much of it; at most {megabytes} MB are taken"),
                    ),
                )
            }
            ImportError::Unreadable(fault) => AppError::invalid(field, Text::new(fault.zh, fault.en)),
            ImportError::BrokenOff(error) => AppError::new(
                ErrorKind::Invalid,
                "upload_broken_off",
                Text::new("上传中断，请重试", "The upload broke off; try again"),
            )
            .caused_by(error),
            ImportError::Source(error) => crate::exports::failed(&error, &self.reading),
        }
    }
}

/// A name and a description that keep to the rules.
struct Settled {
    name: String,
    description: Option<String>,
}

impl DatasetDraft {
    fn settle(self, otherwise: Option<&str>) -> Result<Settled, AppError> {
        let Self { name, description } = self;
        let given = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let name = match (given, otherwise) {
            (Some(name), _) => name,
            (None, Some(file_name)) => names::of_file(file_name).chars().take(NAME_LENGTH).collect(),
            (None, None) => return Err(AppError::invalid("name", Text::new("不能为空", "is required"))),
        };
        if name.chars().count() > NAME_LENGTH || name.contains(char::is_control) {
            return Err(AppError::invalid(
                "name",
                Text::new(
                    format!("须为 1–{NAME_LENGTH} 个字符，且不含控制字符"),
                    format!("must have 1 to {NAME_LENGTH} characters, and no control characters"),
                ),
            ));
        }
        let description = description.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if description.as_ref().is_some_and(|text| text.chars().count() > DESCRIPTION_LENGTH) {
            return Err(AppError::invalid(
                "description",
                Text::new(
                    format!("最多 {DESCRIPTION_LENGTH} 个字符"),
                    format!("must have at most {DESCRIPTION_LENGTH} characters"),
                ),
            ));
        }
        Ok(Settled { name, description })
    }
}

/// Where a dataset lies.
fn folder_of(owner: Uuid, id: Uuid) -> String {
    format!("{}/{}", owner.simple(), id.simple())
}

/// All tables of these datasets, as they are asked.
pub(crate) fn tables_of(datasets: Vec<Dataset>) -> Vec<AskedTable> {
    let mut tables = Vec::new();
    // Oldest first: a new one doesn't change what a question meant before.
    for dataset in datasets.into_iter().rev() {
        let Dataset { name, description, tables: own, .. } = dataset;
        for table in own {
            let of = table.sheet.as_ref().map_or_else(|| name.clone(), |sheet| format!("{name} / {sheet}"));
            let comment = description.as_ref().map_or_else(|| of.clone(), |text| format!("{of}: {text}"));
            tables.push(asked(table, Some(comment)));
        }
    }
    tables
}

fn asked(table: DatasetTable, comment: Option<String>) -> AskedTable {
    let DatasetTable { name, sheet: _, path, columns, distinct, rows } = table;
    let column = |(name, kind): (String, String)| DatasetColumn {
        distinct: distinct.contains(&name),
        kind: kind_of(&kind),
        name,
    };
    let columns = columns.into_iter().map(column).collect();
    AskedTable { name, comment, path, columns, rows }
}

fn kind_of(word: &str) -> ValueKind {
    [
        ValueKind::Integer,
        ValueKind::Number,
        ValueKind::Text,
        ValueKind::Boolean,
        ValueKind::Date,
        ValueKind::Timestamp,
        ValueKind::Time,
        ValueKind::Binary,
        ValueKind::Json,
    ]
    .into_iter()
    .find(|kind| kind.as_str() == word)
    .unwrap_or(ValueKind::Other)
}

pub(crate) fn not_found() -> AppError {
    AppError::not_found("数据集", "Dataset")
}
