//! The data folder: made for its owner alone, and served by one server at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Makes the folder, mode 0700, when it is missing. An existing one stays as it is.
///
/// # Errors
///
/// When it can't be made.
pub fn prepare(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).with_context(|| {
        format!("the folder `{}` can't be made; choose another with --data-dir", path.display())
    })
}

/// The file that is locked; it holds the process number of the last server.
const LOCK_FILE: &str = "server.lock";

/// Held by the server of a data folder for as long as it runs; the system lets go of it even when the process is killed.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

impl ServerLock {
    /// Whether a server has the lock at this moment.
    pub fn is_taken(folder: &Path) -> bool {
        // Shared and let go at once: a look changes nothing.
        File::open(folder.join(LOCK_FILE))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Takes the lock.
    ///
    /// # Errors
    ///
    /// When another process has it, said with its number, or when the file can't be made.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = folder.join(LOCK_FILE);
        let failed =
            || format!("the lock file `{}` can't be used; check that its folder is writable", path.display());
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // For the message alone, so what goes wrong here changes nothing.
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => String::new(),
                    process => format!(" (process {process})"),
                };
                bail!(
                    "another server{holder} uses the data folder `{}`; stop it, or give this one its own with --data-dir",
                    folder.display()
                );
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
        }
        file.set_len(0).with_context(failed)?;
        file.rewind().with_context(failed)?;
        write!(file, "{}", std::process::id()).with_context(failed)?;
        Ok(Self { _file: file })
    }
}
