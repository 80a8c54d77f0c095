//! Where the store is and how many connections it may hold.

use std::path::PathBuf;

use secrecy::SecretString;

/// How to open a [`Store`](crate::Store).
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Which database.
    pub url: StoreUrl,
    /// The most connections to hold at once, at least 1. On SQLite this counts the readers, of which there are never more than
    /// processors (or two); there is always one writer besides.
    pub max_connections: u32,
}

/// The database that holds the store.
#[derive(Clone, Debug)]
pub enum StoreUrl {
    /// A file, made with mode 0600 when it is missing. Its folder must exist.
    Sqlite(PathBuf),
    /// A `postgres://` URL. It holds a password, hence the redacted type.
    Postgres(SecretString),
}
