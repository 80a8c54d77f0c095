//! The one reader of a task's stream. It holds its place until a time, which it puts off for as long as it reads.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::{self, to_millis},
};

impl Store {
    /// Makes this the reader of a task until then, unless somebody else is: with `takes_over` even so. Answers whether it is.
    pub async fn claim_task(
        &self,
        task: Uuid,
        reader: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        takes_over: bool,
    ) -> Result<bool, StoreError> {
        let text = "UPDATE runs SET reader = $2, reader_until = $4 WHERE id = $1 AND kind <> 'question'
             AND ($5 OR reader IS NULL OR reader_until <= $3)";
        let (now, until) = (to_millis(now), to_millis(until));
        let values = [task.into(), reader.into(), now.into(), until.into(), takes_over.into()];
        Ok(database::execute(self.writer(), text, values).await? > 0)
    }

    /// Whether somebody else has taken a reader's place. Not when the task is gone.
    pub async fn is_claim_lost(&self, task: Uuid, reader: Uuid) -> Result<bool, StoreError> {
        let text = "SELECT 1 FROM runs WHERE id = $1 AND (reader IS NULL OR reader <> $2)";
        Ok(database::query_one(self.readers(), text, [task.into(), reader.into()]).await?.is_some())
    }

    /// Puts off the end of a reader's place. False when somebody has taken it over, or the task is gone.
    pub async fn keep_claim(
        &self,
        task: Uuid,
        reader: Uuid,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let text = "UPDATE runs SET reader_until = $3 WHERE id = $1 AND reader = $2";
        let values = [task.into(), reader.into(), to_millis(until).into()];
        Ok(database::execute(self.writer(), text, values).await? > 0)
    }

    /// Frees a reader's place, if it still is this one's.
    pub async fn release_claim(&self, task: Uuid, reader: Uuid) -> Result<(), StoreError> {
        let text = "UPDATE runs SET reader = NULL, reader_until = NULL WHERE id = $1 AND reader = $2";
        database::execute(self.writer(), text, [task.into(), reader.into()]).await.map(drop)
    }
}
