//! Tables made of files that lie in the storage, on threads of their own.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wenshu_sources::datasets::{
    DatasetColumn, FileKind, ImportError, ImportedTable, Progress, Room, Unreadable,
};
use wenshu_sources::{SourceError, SourceErrorKind};

use super::text::Text;
use crate::read::workbook::Workbook;
use crate::read::{Plan, ReadError, Survey, Watched, columnar, detect, ipc};
use crate::storage::{Storage, failed_on};
use crate::write::RowWriter;

/// The longest that a file is read for.
const LONGEST: Duration = Duration::from_secs(1_800);

/// Makes tables. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    pub(super) storage: Storage,
    turns: Arc<Semaphore>,
    pub(super) tasks: TaskTracker,
}

/// A file that is being made into tables.
pub(super) struct Making {
    /// Where its dataset lies.
    pub(super) folder: String,
    /// The bytes that its tables may take.
    pub(super) room: Room,
    /// Where it is said how far it is.
    pub(super) progress: watch::Sender<Progress>,
    /// Ends it.
    pub(super) gone: CancellationToken,
}

impl Making {
    /// Where the file lies as it came.
    pub(super) fn original(&self) -> String {
        format!("{}/original", self.folder)
    }

    /// Where the table of this number lies.
    fn path(&self, number: usize) -> String {
        path_of(&self.folder, number)
    }
}

/// Where the table of this number of a dataset lies.
pub(super) fn path_of(folder: &str, number: usize) -> String {
    format!("{folder}/{number}.parquet")
}

impl Maker {
    /// Of so many tables at once.
    pub(super) fn new(storage: Storage, at_once: usize, tasks: TaskTracker) -> Self {
        Self { storage, turns: Arc::new(Semaphore::new(at_once)), tasks }
    }

    /// Makes the tables of a file that lies in the storage. Answers each with its bytes there.
    pub(super) async fn tables(
        &self,
        making: &Making,
        kind: FileKind,
        text: Option<(Text, Plan)>,
    ) -> Result<Vec<(ImportedTable, u64)>, ImportError> {
        let _turn = self.turn(&making.gone).await?;
        let made = self.tables_in_turn(making, kind, text);
        tokio::pin!(made);
        tokio::select! {
            made = &mut made => made,
            () = tokio::time::sleep(LONGEST) => {
                making.gone.cancel();
                // It comes to its end by that, and others wait for their turn.
                let _ = made.await;
                let minutes = LONGEST.as_secs() / 60;
                Err(Unreadable::new(
                    format!("读取文件超过 {minutes} 分钟，已停止；请拆分后上传，或另存为 CSV"),
                    format!("reading the file took more than {minutes} minutes and was ended; split it, or save it as CSV"),
                )
                .into())
            }
        }
    }

    async fn tables_in_turn(
        &self,
        making: &Making,
        kind: FileKind,
        text: Option<(Text, Plan)>,
    ) -> Result<Vec<(ImportedTable, u64)>, ImportError> {
        let file = self.storage.file(&making.original()).await.map_err(|error| failed_on(&error))?;
        if kind == FileKind::Xlsx {
            let sheets = self.sheets(making, file).await;
            // Whatever the reader of workbooks takes for it that its file ended.
            return if making.gone.is_cancelled() { Err(broken_off()) } else { sheets };
        }
        let path = making.path(0);
        let bytes = file.metadata().map_err(|error| failed_on(&error))?.len();
        let (pipe, writing) = self.storage.pipe(&path, &making.room, &making.gone);
        let progress = making.progress.clone();
        let made = self.tasks.spawn_blocking(move || -> Result<(Vec<DatasetColumn>, u64), ReadError> {
            let (columns, rows, pipe) = match (kind, text) {
                (_, Some((text, plan))) => {
                    progress.send_modify(|progress| progress.rows_in_all = Some(plan.rows));
                    let mut writer = RowWriter::new(pipe, &plan, Some(progress))?;
                    text.read(file, &mut writer)?;
                    let written = writer.finish()?;
                    (written.columns(columns_of(&plan)), written.rows, written.output)
                }
                (FileKind::Parquet, None) => {
                    columnar::write(columnar::parquet(file)?, bytes, pipe, progress)?
                }
                _ => columnar::write(ipc::open(file)?, bytes, pipe, progress)?,
            };
            pipe.finish().map_err(ReadError::Input)?;
            Ok((columns, rows))
        });
        let ((columns, rows), bytes) = written(made, writing).await?;
        Ok(vec![(ImportedTable { sheet: None, path, columns, rows }, bytes)])
    }

    /// How a file of text that lies in the storage is read, and what its table is going to be.
    pub(super) async fn survey(
        &self,
        path: &str,
        kind: FileKind,
        file_name: &str,
        gone: &CancellationToken,
    ) -> Result<(Text, Plan), ImportError> {
        let mut file = self.storage.file(path).await.map_err(|error| failed_on(&error))?;
        let gone = gone.clone();
        let file_name = file_name.to_owned();
        let surveyed = self.tasks.spawn_blocking(move || {
            let mut head = Vec::with_capacity(detect::HEAD);
            (&mut file).take(detect::HEAD as u64).read_to_end(&mut head).map_err(ReadError::Input)?;
            let is_whole = head.len() < detect::HEAD;
            let Some(text) = Text::of(kind, &head, is_whole, &file_name) else {
                return Err(ReadError::Output("a table of what is no text".to_owned()));
            };
            let mut again = || {
                let file = file.seek(SeekFrom::Start(0)).and_then(|_| file.try_clone());
                file.map(|file| Watched { file, gone: gone.clone() }).map_err(ReadError::Input)
            };
            match text.survey(again()?) {
                Err(ReadError::NotUtf8(_)) if text.may_be_otherwise() => {
                    let text = text.otherwise(&head, is_whole, &file_name);
                    let plan = text.survey(again()?)?;
                    Ok((text, plan))
                }
                plan => Ok((text, plan?)),
            }
        });
        finished(surveyed.await).map_err(import_error)
    }

    /// Each table that is being made holds a part of its rows in memory, so that they take turns.
    async fn turn(&self, gone: &CancellationToken) -> Result<SemaphorePermit<'_>, ImportError> {
        let turn = tokio::select! {
            turn = self.turns.acquire() => turn.ok(),
            () = gone.cancelled() => None,
        };
        turn.ok_or_else(broken_off)
    }

    /// Makes a table of each sheet that has rows.
    async fn sheets(&self, making: &Making, file: File) -> Result<Vec<(ImportedTable, u64)>, ImportError> {
        let gone = making.gone.clone();
        let opened = self.tasks.spawn_blocking(move || Workbook::open(Watched { file, gone })).await;
        let mut workbook = finished(opened).map_err(import_error)?;
        let mut tables = Vec::new();
        for sheet in workbook.sheets() {
            let (name, progress) = (sheet.clone(), making.progress.clone());
            let surveyed = self.tasks.spawn_blocking(move || {
                let mut survey = Survey::default();
                let has_rows = workbook.read(&name, &mut survey)?;
                Ok((workbook, has_rows.then(|| survey.finish())))
            });
            let (back, plan) = finished(surveyed.await).map_err(import_error)?;
            workbook = back;
            let Some(plan) = plan else { continue };
            progress.send_modify(|progress| {
                progress.rows_in_all = Some(progress.rows_in_all.unwrap_or_default() + plan.rows);
            });
            let path = making.path(tables.len());
            let (pipe, writing) = self.storage.pipe(&path, &making.room, &making.gone);
            let name = sheet.clone();
            let made = self.tasks.spawn_blocking(move || {
                let mut writer = RowWriter::new(pipe, &plan, Some(progress))?;
                workbook.read(&name, &mut writer)?;
                let written = writer.finish()?;
                let (columns, rows) = (written.columns(columns_of(&plan)), written.rows);
                written.output.finish().map_err(ReadError::Input)?;
                Ok((workbook, columns, rows))
            });
            let ((back, columns, rows), bytes) = written(made, writing).await?;
            workbook = back;
            tables.push((ImportedTable { sheet: Some(sheet), path, columns, rows }, bytes));
        }
        if tables.is_empty() {
            return Err(
                Unreadable::new("工作簿里没有数据", "there is no data in any sheet of the workbook").into()
            );
        }
        Ok(tables)
    }
}

fn broken_off() -> ImportError {
    ImportError::BrokenOff(io::ErrorKind::BrokenPipe.into())
}

/// The columns of a table that is going to be made, before its values were compared.
pub(super) fn columns_of(plan: &Plan) -> Vec<DatasetColumn> {
    plan.columns
        .iter()
        .map(|(name, kind)| DatasetColumn { name: name.clone(), kind: kind.value_kind(), distinct: false })
        .collect()
}

/// What a thread found, where it came to an end: a library that panics on a file has met one that is damaged.
pub(super) fn finished<Value>(
    outcome: Result<Result<Value, ReadError>, tokio::task::JoinError>,
) -> Result<Value, ReadError> {
    outcome.unwrap_or_else(|_| {
        Err(Unreadable::new("文件已损坏，无法读取", "the file is damaged and can't be read").into())
    })
}

pub(super) fn import_error(error: ReadError) -> ImportError {
    match error {
        ReadError::Unreadable(fault) | ReadError::NotUtf8(fault) => ImportError::Unreadable(fault),
        ReadError::Input(error) if is_broken_off(&error) => ImportError::BrokenOff(error),
        ReadError::Input(error) => failed_on(&error).into(),
        ReadError::Output(message) => {
            tracing::error!(error = message, "a table of a dataset could not be written");
            ImportError::Source(SourceError::new(
                SourceErrorKind::Internal,
                "the dataset could not be written",
            ))
        }
    }
}

/// Whether whoever was to send more has gone; anything else is a fault of the storage or of the machine.
fn is_broken_off(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, Interrupted, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | Interrupted | UnexpectedEof)
}

/// What became of a table: what the thread says that has read its rows, and the bytes of its file. When one of the two failed because
/// the other one had, it is the other one that says why.
pub(super) async fn written<Made>(
    made: JoinHandle<Result<Made, ReadError>>,
    writing: JoinHandle<io::Result<u64>>,
) -> Result<(Made, u64), ImportError> {
    let made = finished(made.await);
    match writing.await {
        Ok(Ok(bytes)) => Ok((made.map_err(import_error)?, bytes)),
        Ok(Err(error)) if error.kind() == io::ErrorKind::QuotaExceeded => Err(ImportError::NoRoom),
        Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => Err(broken_off()),
        // The thread has let go of its pipe.
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Err(made.err().map_or_else(|| failed_on(&error).into(), import_error))
        }
        Ok(Err(error)) => Err(failed_on(&error).into()),
        Err(_) => Err(SourceError::new(SourceErrorKind::Internal, "the dataset could not be written").into()),
    }
}
