//! Which SQLite files may be asked.

use std::path::{Path, PathBuf};

use crate::{CoreSettings, Text};

/// The folders that the operator allowed, and the one file that is never asked.
pub(super) struct SqliteFiles {
    folders: Vec<PathBuf>,
    store: Option<PathBuf>,
}

impl SqliteFiles {
    pub(super) fn new(settings: &CoreSettings) -> Self {
        Self { folders: settings.sqlite_dirs.clone(), store: settings.store_file.clone() }
    }

    /// The file that a connection may open: under an allowed folder once links and `..` are followed, and never our own store.
    ///
    /// # Errors
    ///
    /// What to say of the field that named it.
    pub(super) fn find(&self, database: &str) -> Result<PathBuf, Text> {
        let refused = || {
            Text::new(
                "SQLite 文件须位于管理员允许的目录中（sqlite_dirs）",
                "A SQLite file has to lie in a folder that the operator allowed (sqlite_dirs)",
            )
        };
        if database.is_empty() || database.contains('\0') {
            return Err(refused());
        }
        let named = Path::new(database);
        let named = match self.folders.first() {
            Some(folder) if named.is_relative() => folder.join(named),
            _ => named.to_path_buf(),
        };
        // The folder must exist; the file may be missing now and come later.
        let folder = named.parent().and_then(|folder| folder.canonicalize().ok()).ok_or_else(refused)?;
        let file = folder.join(named.file_name().ok_or_else(refused)?);
        let file = file.canonicalize().unwrap_or(file);
        let allowed = self
            .folders
            .iter()
            .filter_map(|allowed| allowed.canonicalize().ok())
            .any(|allowed| file.starts_with(allowed));
        let is_store = self
            .store
            .as_ref()
            .is_some_and(|store| store.canonicalize().is_ok_and(|store| is_or_beside(&file, &store)));
        if allowed && !is_store { Ok(file) } else { Err(refused()) }
    }
}

/// Whether the file is the store or one of the files SQLite keeps beside it (`-wal`, `-shm`, `-journal`).
fn is_or_beside(file: &Path, store: &Path) -> bool {
    file.parent() == store.parent()
        && file.file_name().zip(store.file_name()).is_some_and(|(file, store)| {
            let (file, store) = (file.to_string_lossy(), store.to_string_lossy());
            file.strip_prefix(&*store).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
}
