//! Files on their way into the storage.
//!
//! One in a folder is there when it is whole and on the disk, and not before, so that it is still there and whole when the power fails.
//! The disk is given work while more comes, so that little is left to wait for at the end.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use object_store::buffered::BufWriter;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;

/// Bytes that are written at once.
const PART: usize = 1024 * 1024;

/// Bytes after which the disk is told to write down what it has.
const SYNC_EVERY: usize = 32 * 1024 * 1024;

/// What the name of a file begins and ends with that isn't whole. The end is that of the library's own, so that it lists none of them.
const STAGED: (&str, &str) = ("incoming-", "#1");

/// Folders that may be as new as a file in them, and the one that they are in.
const NEW_FOLDERS: usize = 3;

/// A file that is being written.
pub(crate) enum NewFile {
    /// In a folder of this machine.
    Folder(FolderFile),
    /// In a bucket.
    Bucket(BufWriter),
}

impl NewFile {
    /// Writes more of it.
    pub(crate) async fn put(&mut self, bytes: Bytes) -> object_store::Result<()> {
        match self {
            Self::Folder(file) => file.put(bytes).await.map_err(of_folder),
            Self::Bucket(file) => file.put(bytes).await,
        }
    }

    /// Ends it: from now on it is there.
    pub(crate) async fn shutdown(self) -> io::Result<()> {
        match self {
            Self::Folder(file) => file.shutdown().await,
            Self::Bucket(mut file) => file.shutdown().await,
        }
    }

    /// Gives it up.
    pub(crate) async fn abort(self) -> object_store::Result<()> {
        match self {
            Self::Folder(file) => file.abort().await.map_err(of_folder),
            Self::Bucket(mut file) => file.abort().await,
        }
    }
}

fn of_folder(error: io::Error) -> object_store::Error {
    object_store::Error::Generic { store: "folder", source: Box::new(error) }
}

/// A file of a folder, written under another name beside its place.
pub(crate) struct FolderFile {
    place: PathBuf,
    begun: Option<Begun>,
    /// What hasn't been given to the file yet.
    pieces: Vec<Bytes>,
    held: usize,
    /// Bytes since the disk was last told to write.
    unsynced: usize,
}

struct Begun {
    staged: NamedTempFile,
    file: Arc<File>,
    writing: Option<JoinHandle<io::Result<()>>>,
    syncing: Option<JoinHandle<io::Result<()>>>,
}

impl FolderFile {
    /// A file that is going to be at this place.
    pub(crate) fn new(place: PathBuf) -> Self {
        Self { place, begun: None, pieces: Vec::new(), held: 0, unsynced: 0 }
    }

    async fn put(&mut self, bytes: Bytes) -> io::Result<()> {
        self.held += bytes.len();
        self.pieces.push(bytes);
        if self.held >= PART { self.write().await } else { Ok(()) }
    }

    /// Gives the file what is held, while more of it may come.
    async fn write(&mut self) -> io::Result<()> {
        let begun = match &mut self.begun {
            Some(begun) => begun,
            begun @ None => {
                let place = self.place.clone();
                begun.insert(blocking(move || Begun::at(&place)).await?)
            }
        };
        ended(&mut begun.writing).await?;
        let (pieces, file) = (std::mem::take(&mut self.pieces), Arc::clone(&begun.file));
        self.unsynced += std::mem::take(&mut self.held);
        begun.writing = Some(tokio::task::spawn_blocking(move || {
            pieces.iter().try_for_each(|piece| (&*file).write_all(piece))
        }));
        if self.unsynced >= SYNC_EVERY && begun.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            ended(&mut begun.syncing).await?;
            self.unsynced = 0;
            let file = Arc::clone(&begun.file);
            begun.syncing = Some(tokio::task::spawn_blocking(move || file.sync_data()));
        }
        Ok(())
    }

    async fn abort(self) -> io::Result<()> {
        let Some(Begun { staged, file: _, mut writing, mut syncing }) = self.begun else { return Ok(()) };
        // What they say is of no interest any more.
        let _ = (ended(&mut writing).await, ended(&mut syncing).await);
        blocking(move || staged.close()).await
    }

    async fn shutdown(mut self) -> io::Result<()> {
        self.write().await?;
        let Some(Begun { staged, file, mut writing, mut syncing }) = self.begun.take() else { return Ok(()) };
        ended(&mut writing).await?;
        ended(&mut syncing).await?;
        let place = self.place.clone();
        blocking(move || {
            file.sync_all()?;
            staged.persist(&place)?;
            // Its name is kept by its folder, and that of its folder by the one above: an account's, and the one of all.
            place.ancestors().skip(1).take(NEW_FOLDERS).try_for_each(|folder| File::open(folder)?.sync_all())
        })
        .await
    }
}

impl Begun {
    fn at(place: &Path) -> io::Result<Self> {
        let folder = folder_of(place)?;
        std::fs::create_dir_all(folder)?;
        // As readable as what the library makes.
        let mut staging = tempfile::Builder::new();
        staging.prefix(STAGED.0).suffix(STAGED.1);
        #[cfg(unix)]
        staging.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let staged = staging.tempfile_in(folder)?;
        let file = Arc::new(staged.as_file().try_clone()?);
        Ok(Self { staged, file, writing: None, syncing: None })
    }
}

/// Whether a file of this name is one that isn't whole.
pub(crate) fn is_staged(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(STAGED.0) && name.ends_with(STAGED.1))
}

fn folder_of(place: &Path) -> io::Result<&Path> {
    place.parent().ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// Waits for what is under way.
async fn ended(task: &mut Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    match task.take() {
        Some(task) => task.await.map_err(io::Error::other)?,
        None => Ok(()),
    }
}

async fn blocking<Value: Send + 'static>(
    work: impl FnOnce() -> io::Result<Value> + Send + 'static,
) -> io::Result<Value> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_there_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("owner/dataset/original");
        let mut file = FolderFile::new(place.clone());
        let mut expected = Vec::new();
        for number in 0..70_u8 {
            let piece = vec![number; 1024 * 1024 - 1];
            expected.extend_from_slice(&piece);
            file.put(piece.into()).await.unwrap();
        }
        assert!(!place.exists());
        file.shutdown().await.unwrap();
        assert!(std::fs::read(&place).unwrap() == expected);
        assert_eq!(names(&place), ["original"]);
    }

    #[tokio::test]
    async fn one_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("original");
        let mut file = NewFile::Folder(FolderFile::new(place.clone()));
        file.put(Bytes::from(vec![0; 2 * PART])).await.unwrap();
        assert_eq!(names(&place).len(), 1);
        file.abort().await.unwrap();
        assert!(names(&place).is_empty());
        let empty = FolderFile::new(place.clone());
        empty.shutdown().await.unwrap();
        assert_eq!(std::fs::metadata(&place).unwrap().len(), 0);
    }

    fn names(place: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(place.parent().unwrap()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}
