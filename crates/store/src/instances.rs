//! Instances: which server processes are alive, and what becomes of the runs of those that are not.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    FinishedRun, FinishedTask, MessageStatus, NewMessage, RunKind, RunStatus, Store, StoreError,
    database::{self, to_millis},
};

impl Store {
    /// Says that this process is alive.
    pub async fn heartbeat(&self, instance: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        database::execute(
            self.writer(),
            "INSERT INTO instances (id, seen_at) VALUES ($1, $2)
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, retired_at = NULL",
            [instance.into(), to_millis(at).into()],
        )
        .await
        .map(drop)
    }

    /// Marks the running runs of dead processes as interrupted and saves the checkpoint of each, empty where there is none, as a
    /// partial assistant's message; answers how many runs that were. `metadata` is told what was asked and the checkpoint's metadata, and
    /// gives the message's (JSON text).
    ///
    /// A process is dead when it was retired, or when it gave no sign of life since `dead_before`: neither a heartbeat nor
    /// the start or a checkpoint of the run in question. The message takes the id of its run; a task of a chat without a checkpoint
    /// leaves none. Usage and cost are those of the checkpoint. Safe when several processes do it at once.
    pub async fn mark_interrupted(
        &self,
        dead_before: DateTime<Utc>,
        at: DateTime<Utc>,
        metadata: &(dyn Fn(&str, Option<&str>) -> Option<String> + Sync),
    ) -> Result<u64, StoreError> {
        let orphans = database::query_all(
            self.readers(),
            "SELECT runs.id, runs.partial, runs.kind, runs.input_tokens, runs.output_tokens, runs.usage_estimated,
             questions.content, runs.partial_metadata FROM runs LEFT JOIN instances ON instances.id = runs.instance
             LEFT JOIN messages AS questions ON questions.id = runs.question_message
             WHERE runs.status = 'running' AND (instances.retired_at IS NOT NULL
             OR (coalesce(runs.checkpointed_at, runs.started_at) < $1 AND coalesce(instances.seen_at, 0) < $1))
             ORDER BY runs.started_at, runs.id",
            [to_millis(dead_before).into()],
        )
        .await?;
        let mut marked = 0;
        for orphan in orphans {
            let id: Uuid = orphan.try_get_by_index(0)?;
            let partial: Option<String> = orphan.try_get_by_index(1)?;
            let kind: String = orphan.try_get_by_index(2)?;
            let question: Option<String> = orphan.try_get_by_index(6)?;
            let shown: Option<String> = orphan.try_get_by_index(7)?;
            let kind = RunKind::parse(&kind)?;
            let leaves_message = match kind {
                RunKind::Question => true,
                RunKind::Chat => partial.as_deref().is_some_and(|partial| !partial.trim().is_empty()),
                RunKind::Title => false,
            };
            let task = (kind != RunKind::Question).then(|| FinishedTask {
                cost: None,
                title: None,
                written: partial.clone().unwrap_or_default(),
                error_message: None,
            });
            let message = leaves_message.then(|| NewMessage {
                id,
                content: partial.unwrap_or_default(),
                status: MessageStatus::Partial,
                metadata: metadata(question.as_deref().unwrap_or_default(), shown.as_deref()),
            });
            let interrupted = FinishedRun {
                id,
                status: RunStatus::Interrupted,
                error_code: None,
                message,
                input_tokens: orphan.try_get_by_index(3)?,
                output_tokens: orphan.try_get_by_index(4)?,
                usage_estimated: orphan.try_get_by_index(5)?,
                task,
                finished_at: at,
            };
            // Otherwise another process was quicker, or the run ended after all.
            if self.finish_run(interrupted).await? {
                marked += 1;
            }
        }
        self.settle_orphans(dead_before, at).await?;
        self.forget_dead_instances(dead_before).await?;
        Ok(marked)
    }

    /// Says that this process is going away: what it still runs may be marked as interrupted at once.
    pub async fn retire_instance(&self, instance: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        database::execute(
            self.writer(),
            "INSERT INTO instances (id, seen_at, retired_at) VALUES ($1, $2, $2)
             ON CONFLICT (id) DO UPDATE SET retired_at = excluded.retired_at",
            [instance.into(), to_millis(at).into()],
        )
        .await
        .map(drop)
    }

    /// Removes dead processes that run nothing any more, so that their list doesn't grow with every start.
    async fn forget_dead_instances(&self, dead_before: DateTime<Utc>) -> Result<(), StoreError> {
        const DEAD: &str = "FROM instances WHERE (retired_at IS NOT NULL OR seen_at < $1) AND NOT EXISTS (
             SELECT 1 FROM runs WHERE runs.instance = instances.id AND runs.status = 'running')";
        let values = || [to_millis(dead_before).into()];
        // Looking first keeps the usual case, nothing to remove, from waiting for the writer.
        if database::query_one(self.readers(), &format!("SELECT 1 {DEAD} LIMIT 1"), values()).await?.is_some()
        {
            database::execute(self.writer(), &format!("DELETE {DEAD}"), values()).await?;
        }
        Ok(())
    }
}
