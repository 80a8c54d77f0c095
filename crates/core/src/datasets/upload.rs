//! Files on their way in. The work is the server's: a caller who goes away before it is done ends it, and nothing of the file is left.

use std::io;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;
use uuid::Uuid;
use wenshu_sources::datasets::{ImportError, Progress, Upload};
use wenshu_store::Dataset;

use super::{DatasetDraft, Datasets, Settled, folder_of};
use crate::{Actor, AppError};

/// Pieces of a file that may wait to be taken.
const PIECES: usize = 4;

/// A file that is being uploaded. Dropped before its end it becomes nothing.
pub struct DatasetUpload {
    /// `None` is the end; without it the file is no whole one.
    pieces: mpsc::Sender<Option<Bytes>>,
    /// What it is called, which may be known as late as its end.
    settled: oneshot::Sender<Settled>,
    file_name: String,
    work: JoinHandle<Result<Dataset, AppError>>,
    /// Ends the work when nobody waits for it any more.
    _ended_with_caller: DropGuard,
}

impl Datasets {
    /// Begins to take in a file of this name; `progress` is told how far it has come.
    ///
    /// # Errors
    ///
    /// As for [`upload_as`](Self::upload_as).
    pub async fn upload(
        &self,
        actor: &Actor,
        file_name: &str,
        progress: watch::Sender<Progress>,
    ) -> Result<DatasetUpload, AppError> {
        self.upload_as(actor, self.new_id(), file_name, progress).await
    }

    /// An id that a dataset can be given, for those who have to name it before it is there.
    pub fn new_id(&self) -> Uuid {
        self.clock.new_id()
    }

    /// The same for a dataset that is going to have this id.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor; `TooMany`; `Invalid` with code `payload_too_large` when there is no room for anything; `Unavailable` on a server
    /// without datasets.
    pub async fn upload_as(
        &self,
        actor: &Actor,
        id: Uuid,
        file_name: &str,
        progress: watch::Sender<Progress>,
    ) -> Result<DatasetUpload, AppError> {
        actor.may_write()?;
        let lake = std::sync::Arc::clone(self.lake()?);
        let making = self.begin(actor).await?;
        let gone = self.closing.child_token();
        let (pieces, receiver) = mpsc::channel::<Option<Bytes>>(PIECES);
        let bytes = stream::unfold(Some(receiver), |receiver| async move {
            let mut receiver = receiver?;
            match receiver.recv().await {
                Some(Some(piece)) => Some((Ok(piece), Some(receiver))),
                Some(None) => None,
                None => Some((Err(io::Error::from(io::ErrorKind::UnexpectedEof)), None)),
            }
        });
        let owner = actor.id();
        let upload = Upload {
            folder: folder_of(owner, id),
            file_name: file_name.to_owned(),
            most_bytes: self.limits.file_bytes,
            room: making.room(),
            gone: gone.clone(),
            bytes: bytes.boxed(),
            progress,
        };
        let ended_with_caller = gone.clone().drop_guard();
        let datasets = self.clone();
        let (settled, named) = oneshot::channel();
        let name_of_file = file_name.to_owned();
        let work = self.tasks.spawn(async move {
            let imported = lake.import(upload).await;
            // A server that stops says that, and not that the file broke off.
            datasets.lake()?;
            let imported = imported.map_err(|error| datasets.refused("file", error))?;
            let settled = tokio::select! {
                biased;
                () = gone.cancelled() => None,
                settled = named => settled.ok(),
            };
            let Some(settled) = settled else {
                datasets.remove_folders(vec![folder_of(owner, id)]).await;
                return Err(
                    datasets.refused("file", ImportError::BrokenOff(io::ErrorKind::UnexpectedEof.into()))
                );
            };
            datasets.keep(owner, id, settled, Some(name_of_file), imported, making).await
        });
        Ok(DatasetUpload {
            pieces,
            settled,
            file_name: file_name.to_owned(),
            work,
            _ended_with_caller: ended_with_caller,
        })
    }
}

impl DatasetUpload {
    /// The next piece of the file, as fast as it can be taken. Answers whether more is wanted: when not, [`finish`](Self::finish) says why.
    pub async fn write(&self, piece: Bytes) -> bool {
        self.pieces.send(Some(piece)).await.is_ok()
    }

    /// The end of the file: waits until it is a dataset of this name, or of its own.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `name` or `description`; `Invalid` naming `file` with the line or sheet that can't be read; `Invalid` with code `payload_too_large` past the size of a file or
    /// of all datasets of the account.
    pub async fn finish(self, draft: DatasetDraft) -> Result<Dataset, AppError> {
        let settled = draft.settle(Some(&self.file_name))?;
        // Who has gone says why below.
        let _ = self.settled.send(settled);
        let _ = self.pieces.send(None).await;
        self.work.await.map_err(AppError::internal)?
    }
}
