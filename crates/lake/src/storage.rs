//! Where datasets lie: a folder, or a bucket that speaks S3; and the way there and back for code that reads and writes as to a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::io::ReaderStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wenshu_sources::datasets::{Room, StoredFile};
use wenshu_sources::{SourceError, SourceErrorKind};

use crate::new_file::{FolderFile, NewFile, is_staged};

/// Bytes of one part of a file on its way into a bucket; S3 takes no smaller ones.
const PART: usize = 5 * 1024 * 1024;

/// Parts on their way at once.
const PARTS: usize = 2;

/// Bytes handed over at once.
const CHUNK: usize = 256 * 1024;

/// Chunks that may wait to be taken.
const CHUNKS: usize = 4;

/// Where datasets are kept.
#[derive(Clone)]
pub enum Place {
    /// In a folder of this machine, which is made when it isn't there.
    Folder(PathBuf),
    /// In a bucket of S3, or of anything that speaks its protocol.
    Bucket {
        /// Its name.
        bucket: String,
        /// What all paths in it begin with.
        prefix: Option<String>,
        /// Where it is, when that isn't Amazon: `https://minio.example:9000`.
        endpoint: Option<String>,
        /// Its region.
        region: String,
        /// As whom; without, what Amazon's own tools would take from the machine.
        access_key: Option<String>,
        /// With what.
        secret_key: Option<String>,
    },
}

/// Datasets' files.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    pub(crate) store: Arc<dyn ObjectStore>,
    /// What all paths in it begin with. (The library's own store with a prefix answers paths with and without it.)
    prefix: Path,
    folder: Option<PathBuf>,
    scratch: PathBuf,
    tasks: TaskTracker,
}

impl Storage {
    /// The storage in this place; `scratch` is a folder for files that are needed for a while.
    pub(crate) fn open(place: &Place, scratch: PathBuf, tasks: TaskTracker) -> object_store::Result<Self> {
        let (store, prefix, folder): (Arc<dyn ObjectStore>, _, _) = match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| object_store::Error::Generic {
                    store: "folder",
                    source: Box::new(error),
                })?;
                let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
                (Arc::new(store), Path::default(), Some(folder.clone()))
            }
            Place::Bucket { bucket, prefix, endpoint, region, access_key, secret_key } => {
                // What the machine may do is in its environment, and so may be another key with a token to it.
                let is_of_machine =
                    access_key.is_none() || *access_key == std::env::var("AWS_ACCESS_KEY_ID").ok();
                let builder =
                    if is_of_machine { AmazonS3Builder::from_env() } else { AmazonS3Builder::new() };
                let mut builder = builder.with_bucket_name(bucket).with_region(region);
                if let Some(endpoint) = endpoint {
                    builder =
                        builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
                }
                if let (Some(access_key), Some(secret_key)) = (access_key, secret_key) {
                    builder = builder.with_access_key_id(access_key).with_secret_access_key(secret_key);
                }
                let prefix = prefix.as_deref().map(Path::from).unwrap_or_default();
                (Arc::new(builder.build()?), prefix, None)
            }
        };
        Ok(Self { store, prefix, folder, scratch, tasks })
    }

    /// Where a file of this path lies in the store.
    pub(crate) fn location(&self, path: &str) -> Path {
        self.prefix.parts().chain(Path::from(path).parts()).collect()
    }

    /// Begins a file. It is there when [`NewFile::shutdown`] has come to its end, and not before.
    pub(crate) fn begin(&self, path: &str) -> NewFile {
        match &self.folder {
            Some(folder) => NewFile::Folder(FolderFile::new(folder.join(path))),
            None => NewFile::Bucket(
                BufWriter::with_capacity(Arc::clone(&self.store), self.location(path), PART)
                    .with_max_concurrency(PARTS),
            ),
        }
    }

    /// Begins a file that is written from a blocking thread. The task answers how many bytes it has become; with an error of the kind
    /// `QuotaExceeded` there was no room for it. It becomes nothing when `gone` is cancelled.
    pub(crate) fn pipe(
        &self,
        path: &str,
        room: &Room,
        gone: &CancellationToken,
    ) -> (PipeWriter, JoinHandle<io::Result<u64>>) {
        let (sender, mut receiver) = mpsc::channel::<Option<Bytes>>(CHUNKS);
        let mut file = self.begin(path);
        let (room, gone) = (room.clone(), gone.clone());
        let writing = self.tasks.spawn(async move {
            let received = tokio::select! {
                received = receive(&mut file, &mut receiver, &room) => received,
                () = gone.cancelled() => Err(io::ErrorKind::Interrupted.into()),
            };
            if received.is_err() {
                let _ = file.abort().await;
                return received;
            }
            file.shutdown().await?;
            received
        });
        (PipeWriter { sender, buffer: BytesMut::with_capacity(CHUNK) }, writing)
    }

    /// A file that is gone when it is closed.
    pub(crate) fn scratch(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.scratch)
    }

    /// The file as it lies.
    pub(crate) async fn read(&self, path: &str) -> Result<StoredFile, SourceError> {
        if let Some(folder) = &self.folder {
            let opened = tokio::fs::File::open(folder.join(path)).await;
            let file = opened.map_err(|error| {
                unreachable(&object_store::Error::NotFound { path: path.to_owned(), source: Box::new(error) })
            })?;
            let length = file.metadata().await.map_err(|error| failed_on(&error))?.len();
            return Ok(StoredFile { length, bytes: ReaderStream::with_capacity(file, CHUNK).boxed() });
        }
        let found = self.store.get(&self.location(path)).await.map_err(|error| unreachable(&error))?;
        let length = found.meta.size;
        Ok(StoredFile { length, bytes: found.into_stream().map_err(io::Error::from).boxed() })
    }

    /// The file for reading anywhere in it: itself where it lies in a folder, else a copy that is gone when it is closed.
    pub(crate) async fn file(&self, path: &str) -> io::Result<File> {
        if let Some(folder) = &self.folder {
            return File::open(folder.join(path));
        }
        let mut stored = self.store.get(&self.location(path)).await?.into_stream();
        let mut copy = tokio::fs::File::from_std(self.scratch()?);
        while let Some(bytes) = stored.next().await.transpose()? {
            copy.write_all(&bytes).await?;
        }
        copy.flush().await?;
        let mut copy = copy.into_std().await;
        copy.seek(SeekFrom::Start(0))?;
        Ok(copy)
    }

    /// Puts down a small file at once.
    pub(crate) async fn put(&self, path: &str, content: Bytes) -> object_store::Result<()> {
        let Some(folder) = &self.folder else {
            return self.store.put(&self.location(path), content.into()).await.map(drop);
        };
        let mut file = NewFile::Folder(FolderFile::new(folder.join(path)));
        file.put(content).await?;
        file.shutdown()
            .await
            .map_err(|error| object_store::Error::Generic { store: "folder", source: Box::new(error) })
    }

    /// A small file, whole.
    pub(crate) async fn get(&self, path: &str) -> object_store::Result<Bytes> {
        self.store.get(&self.location(path)).await?.bytes().await
    }

    /// Whether there is a file.
    pub(crate) async fn has(&self, path: &str) -> object_store::Result<bool> {
        match self.store.head(&self.location(path)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether it is a folder of this machine.
    pub(crate) fn is_own(&self) -> bool {
        self.folder.is_some()
    }

    /// The folders of datasets in which nothing has changed since then.
    pub(crate) async fn settled(&self, since: SystemTime) -> object_store::Result<Vec<String>> {
        if let Some(folder) = self.folder.clone() {
            let found = tokio::task::spawn_blocking(move || settled_in(&folder, since)).await;
            return found
                .map_err(io::Error::other)
                .flatten()
                .map_err(|error| object_store::Error::Generic { store: "folder", source: Box::new(error) });
        }
        let mut newest: BTreeMap<String, SystemTime> = BTreeMap::new();
        let mut files = self.store.list(Some(&self.prefix));
        while let Some(file) = files.next().await.transpose()? {
            let Some(mut parts) = file.location.prefix_match(&self.prefix) else { continue };
            if let (Some(owner), Some(dataset), Some(_)) = (parts.next(), parts.next(), parts.next()) {
                let changed = newest
                    .entry(format!("{}/{}", owner.as_ref(), dataset.as_ref()))
                    .or_insert(SystemTime::UNIX_EPOCH);
                *changed = (*changed).max(file.last_modified.into());
            }
        }
        Ok(newest.into_iter().filter(|(_, changed)| *changed < since).map(|(folder, _)| folder).collect())
    }

    /// Removes a file; one that is not there is removed already.
    pub(crate) async fn remove_file(&self, path: &str) -> object_store::Result<()> {
        match self.store.delete(&self.location(path)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Removes everything below a folder.
    pub(crate) async fn remove(&self, folder: &str) -> object_store::Result<()> {
        let found = self.store.list(Some(&self.location(folder))).map_ok(|file| file.location).boxed();
        let mut removed = self.store.delete_stream(found);
        while let Some(one) = removed.next().await {
            match one {
                // Somebody else was faster.
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        // Files that were being written when a process was killed are none that a store lists.
        if let Some(own) = &self.folder
            && let Err(error) = tokio::fs::remove_dir_all(own.join(folder)).await
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(object_store::Error::Generic { store: "folder", source: Box::new(error) });
        }
        Ok(())
    }
}

/// The same in a folder, whose files may be half written ones that a store doesn't list. Those of them that a killed process has left are
/// removed: in a dataset that goes on living nothing else would.
fn settled_in(folder: &std::path::Path, since: SystemTime) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for owner in std::fs::read_dir(folder)? {
        let owner = owner?;
        if !owner.file_type()?.is_dir() {
            continue;
        }
        for dataset in std::fs::read_dir(owner.path())? {
            let dataset = dataset?;
            if !dataset.file_type()?.is_dir() {
                continue;
            }
            let changed = last_change(&dataset.path(), since)?;
            if changed < since
                && let (Some(owner), Some(dataset)) =
                    (owner.file_name().to_str(), dataset.file_name().to_str())
            {
                found.push(format!("{owner}/{dataset}"));
            }
        }
    }
    Ok(found)
}

/// When something last changed in the folder of a dataset, half written files that were left before then removed.
fn last_change(folder: &std::path::Path, since: SystemTime) -> io::Result<SystemTime> {
    let mut changed = folder.metadata()?.modified()?;
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        let written = match file.metadata() {
            Ok(metadata) => metadata.modified()?,
            // It has just been ended, and has its name now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        changed = changed.max(written);
        if written < since
            && is_staged(&file.file_name())
            && let Err(error) = std::fs::remove_file(file.path())
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
    }
    Ok(changed)
}

/// Writes what comes into a file, as long as there is room. Answers how many bytes it was.
async fn receive(
    file: &mut NewFile,
    pieces: &mut mpsc::Receiver<Option<Bytes>>,
    room: &Room,
) -> io::Result<u64> {
    let mut length = 0;
    loop {
        match pieces.recv().await {
            Some(Some(bytes)) => {
                length += bytes.len() as u64;
                room.take(bytes.len() as u64)?;
                file.put(bytes).await?;
            }
            Some(None) => return Ok(length),
            None => return Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// What the storage said, for the owner of a dataset: where it lies is the operator's business, and so is why it can't be reached.
pub(crate) fn unreachable(error: &object_store::Error) -> SourceError {
    tracing::warn!(error = %error, "the storage of datasets failed");
    let words = if matches!(error, object_store::Error::NotFound { .. }) {
        "the dataset's file isn't there any more; upload it again"
    } else {
        "the storage of datasets can't be reached; try again later"
    };
    SourceError::new(SourceErrorKind::Unreachable, words)
}

/// The same where it failed as a file does.
pub(crate) fn failed_on(error: &io::Error) -> SourceError {
    tracing::warn!(error = %error, "the storage of datasets failed");
    SourceError::new(
        SourceErrorKind::Unreachable,
        "the storage of datasets can't be reached; try again later",
    )
}

/// The end of a pipe that a blocking thread writes into.
pub(crate) struct PipeWriter {
    sender: mpsc::Sender<Option<Bytes>>,
    buffer: BytesMut,
}

impl PipeWriter {
    /// Says that the file is whole; it isn't kept otherwise.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.sender.blocking_send(None).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let bytes = self.buffer.split().freeze();
        self.sender.blocking_send(Some(bytes)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// Bytes that arrive, for a blocking thread to read.
pub(crate) struct PipeReader {
    receiver: mpsc::Receiver<Option<Bytes>>,
    current: Bytes,
    is_over: bool,
}

/// Where they are put in: `None` is the end.
pub(crate) fn reading() -> (mpsc::Sender<Option<Bytes>>, PipeReader) {
    let (sender, receiver) = mpsc::channel(CHUNKS);
    (sender, PipeReader { receiver, current: Bytes::new(), is_over: false })
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            if self.is_over {
                return Ok(0);
            }
            match self.receiver.blocking_recv() {
                Some(Some(bytes)) => self.current = bytes,
                Some(None) => self.is_over = true,
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let length = buffer.len().min(self.current.len());
        buffer[..length].copy_from_slice(&self.current.split_to(length));
        Ok(length)
    }
}
