//! Instances: which server processes are alive, and what becomes of the runs of those that are not.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Store, StoreError, store::unfinished};

impl Store {
    /// Says that this process is alive.
    pub async fn heartbeat(&self, instance: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        let _ = (instance, at);
        Err(unfinished())
    }

    /// Marks the running runs of dead processes as interrupted and saves the checkpoint of each, if it has one, as a partial
    /// assistant's message; answers how many runs that were.
    ///
    /// A process is dead when it was retired, or when it gave no sign of life since `dead_before`: neither a heartbeat nor
    /// the start of the run in question. The message takes the id of its run. Safe when several processes do it at once.
    pub async fn mark_interrupted(
        &self,
        dead_before: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let _ = (dead_before, at);
        Err(unfinished())
    }

    /// Says that this process is going away: what it still runs may be marked as interrupted at once.
    pub async fn retire_instance(&self, instance: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        let _ = (instance, at);
        Err(unfinished())
    }
}
