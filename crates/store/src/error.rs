//! Why the store could not do what it was asked.

/// What is underneath a failure of the database. Never shown to a client: logged once, at the boundary.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the store, as far as a caller acts on it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What the call refers to does not exist, or is not the owner's.
    #[error("not found")]
    NotFound,
    /// Something else already has this value, or already does this.
    #[error("`{field}` is taken")]
    Conflict {
        /// What clashes: `email`, `username`, `conversation` (it has a running run), or `id`.
        field: &'static str,
    },
    /// The database cannot be reached, or did not answer in time. Trying again later may help.
    #[error("the store's database is unavailable: {0}")]
    Unavailable(#[source] BoxError),
    /// The store was written by a newer version of Wenshu, and is left as it is.
    #[error(
        "the store was written by a newer version of Wenshu (it has migration `{found}`, this version knows up to `{known}`); \
         start that version or a later one, or choose another data folder"
    )]
    NewerStore {
        /// The first migration in the store that this version does not know.
        found: String,
        /// The last migration that this version knows.
        known: String,
    },
    /// A fault that no caller can act on.
    #[error("the store failed: {0}")]
    Other(#[source] BoxError),
}
