//! The handle to an open store.

use crate::{StoreError, StoreSettings};

/// An open store. Cloning it is cheap: clones share the connections.
#[derive(Clone)]
pub struct Store {
    _placeholder: (),
}

impl Store {
    /// Opens the database and brings its schema up to date. Safe when several processes start at once.
    ///
    /// Fails with [`StoreError::Unavailable`] when the database cannot be opened or reached, and with
    /// [`StoreError::NewerStore`] when a newer version of Wenshu has written it.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let _ = settings;
        Err(unfinished())
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Err(unfinished())
    }

    /// Closes every connection, once what they do is done.
    pub async fn close(self) {}
}

pub(crate) fn unfinished() -> StoreError {
    StoreError::Other("not there yet".into())
}
