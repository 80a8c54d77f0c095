//! Tasks: runs that write the next message or the title of a chat, and are paid for with credits.
//!
//! They have transactions of their own, since what they hold and cost is booked along. Rows are taken in the order run,
//! conversation, account, hold.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    BegunRun, CreditReason, FinishedRun, FinishedTask, Run, RunKind, Store, StoreError,
    credits::{self, NewHold},
    database::{self, storable, to_millis},
    entity::run,
    run_changes::{self, ONE_OF_KEY, ONE_RUNNING, ONE_TITLING},
    search_index,
    writer::{Change, Outcome},
};

/// A task to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// Identifies the run.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// The process that will work on it.
    pub instance: Uuid,
    /// The chat.
    pub conversation: Uuid,
    /// The number of the last message that was read of it; none of a chat without messages.
    pub last_message: Option<i64>,
    /// Not [`RunKind::Question`].
    pub kind: RunKind,
    /// Under which it is begun once, however often it is asked for.
    pub key: Option<String>,
    /// The model that will answer.
    pub model: Option<String>,
    /// The credits to be held while it runs; at least one.
    pub hold: i64,
    /// Whether it may only begin while credits are left after what running tasks hold.
    pub needs_credit: bool,
    /// When it begins.
    pub started_at: DateTime<Utc>,
}

/// A task with what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its run.
    pub run: Run,
    /// What it cost, in credits.
    pub cost: i64,
    /// What it has written: the message, or the title.
    pub content: Option<String>,
    /// Why it failed, in the words of the run.
    pub error_message: Option<String>,
    /// Who reads its stream.
    pub reader: Option<Uuid>,
}

impl Store {
    /// Begins a task, in one transaction: the run and what it holds. On return it is durable.
    ///
    /// Fails with `NotFound` when the conversation isn't the owner's, with `Conflict` of `conversation` when it is being written to
    /// (a title, when its title is), of `messages` when its last message isn't the one that was read, of `key` when the owner has begun a
    /// task under it, and of `credits` when none are left.
    pub async fn begin_task(&self, new: NewTask) -> Result<BegunRun, StoreError> {
        let transaction = self.begin().await?;
        match begin(&transaction, &new).await {
            Ok(begun) => {
                transaction.commit().await?;
                Ok(begun)
            }
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
    }

    /// Ends a task; see [`finish_run`](Self::finish_run).
    pub(crate) async fn finish_task(&self, mut finished: FinishedRun) -> Result<bool, StoreError> {
        let (run, at) = (finished.id, finished.finished_at);
        let Some(FinishedTask { cost, title, written, error_message }) = finished.task.take() else {
            return Ok(false);
        };
        let transaction = self.begin().await?;
        let is_ended = run_changes::apply(&transaction, &Change::Finish(finished)).await? == Outcome::Done;
        if is_ended {
            let text = "UPDATE runs SET written = $2, error_message = $3 WHERE id = $1";
            let values = [run.into(), storable(written).into(), error_message.map(storable).into()];
            database::execute(&transaction, text, values).await?;
        }
        if let Some(title) = title.filter(|_| is_ended) {
            let title = storable(title);
            let text = "UPDATE conversations SET title = $2 WHERE id = (SELECT conversation FROM runs WHERE runs.id = $1)
                 RETURNING number, (SELECT number FROM accounts WHERE id = conversations.owner)";
            let row = database::query_one(&transaction, text, [run.into(), title.clone().into()]).await?;
            if let Some(row) = row {
                let (number, owner) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                search_index::replace_title(&transaction, owner, number, &title).await?;
            }
        }
        credits::settle(&transaction, run, cost, at).await?;
        transaction.commit().await?;
        Ok(is_ended)
    }

    /// The task with this id. Its id is the key: whoever has it may see it, so this finder takes no owner, and finds no other runs.
    pub async fn find_task(&self, id: Uuid) -> Result<Option<Task>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT runs.*, (SELECT -amount FROM credit_entries WHERE movement = $2) AS cost,
             runs.written AS content, runs.error_message AS failure FROM runs WHERE id = $1 AND kind <> 'question'",
            [id.into(), credits::movement_of_run(id).into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let run = Run::try_from(run::Model::from_query_result(&row, "")?)?;
        let cost: Option<i64> = row.try_get("", "cost")?;
        Ok(Some(Task {
            run,
            cost: cost.unwrap_or(0),
            content: row.try_get("", "content")?,
            error_message: row.try_get("", "failure")?,
            reader: row.try_get("", "reader")?,
        }))
    }

    /// The owner's task that was begun under this key: its id, its conversation and what it writes.
    pub async fn task_of_key(
        &self,
        owner: Uuid,
        key: &str,
    ) -> Result<Option<(Uuid, Uuid, RunKind)>, StoreError> {
        let text = "SELECT id, conversation, kind FROM runs WHERE owner = $1 AND idempotency_key = $2";
        let row = database::query_one(self.readers(), text, [owner.into(), key.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let kind: String = row.try_get_by_index(2)?;
        Ok(Some((row.try_get_by_index(0)?, row.try_get_by_index(1)?, RunKind::parse(&kind)?)))
    }

    /// Deletes a task that is over; what it wrote and cost stays. False when there is none, or it isn't over.
    pub async fn delete_task(&self, id: Uuid) -> Result<bool, StoreError> {
        let text = "DELETE FROM runs WHERE id = $1 AND kind <> 'question' AND status <> 'running'";
        Ok(database::execute(self.writer(), text, [id.into()]).await? > 0)
    }
}

/// Whether a task was refused since there is one of its key. SQLite names the columns instead of the index.
fn is_of_key(error: &sea_orm::DbErr) -> bool {
    run_changes::violates(error, ONE_OF_KEY) || error.to_string().contains("runs.idempotency_key")
}

async fn begin<C: sea_orm::ConnectionTrait>(transaction: &C, new: &NewTask) -> Result<BegunRun, StoreError> {
    let is_title = new.kind == RunKind::Title;
    let statement = database::statement(
        transaction,
        "INSERT INTO runs (id, owner, instance, conversation, kind, status, question_message, model, started_at,
             idempotency_key)
         SELECT $1, $2, $3, id, $5, 'running', coalesce(
             (SELECT messages.id FROM messages WHERE conversation = $4 ORDER BY number DESC LIMIT 1), $1
         ), $6, $7, $9 FROM conversations WHERE id = $4 AND owner = $2
         AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.conversation = $4 AND runs.status = 'running'
             AND (runs.kind = 'title') = $10)
         AND coalesce((SELECT max(number) FROM messages WHERE conversation = $4), 0) = $8",
        [
            new.id.into(),
            new.owner.into(),
            new.instance.into(),
            new.conversation.into(),
            new.kind.as_str().into(),
            new.model.clone().map(storable).into(),
            to_millis(new.started_at).into(),
            new.last_message.unwrap_or(0).into(),
            new.key.clone().into(),
            is_title.into(),
        ],
    );
    let is_busy = StoreError::Conflict { field: "conversation" };
    let inserted = match transaction.execute_raw(statement).await {
        // Another one began at the same moment.
        Err(error) if [ONE_RUNNING, ONE_TITLING].iter().any(|index| run_changes::violates(&error, index)) => {
            return Err(is_busy);
        }
        Err(error) if new.key.is_some() && is_of_key(&error) => {
            return Err(StoreError::Conflict { field: "key" });
        }
        inserted => inserted?.rows_affected(),
    };
    let text =
        "SELECT number, EXISTS (SELECT 1 FROM runs WHERE runs.conversation = $1 AND runs.status = 'running'
         AND (runs.kind = 'title') = $3) FROM conversations WHERE id = $1 AND owner = $2";
    let values = [new.conversation.into(), new.owner.into(), is_title.into()];
    let row = database::query_one(transaction, text, values).await?.ok_or(StoreError::NotFound)?;
    if inserted == 0 {
        let is_running: bool = row.try_get_by_index(1)?;
        return Err(if is_running { is_busy } else { StoreError::Conflict { field: "messages" } });
    }
    let hold = NewHold {
        run: new.id,
        instance: new.instance,
        reason: if is_title { CreditReason::TitleTask } else { CreditReason::ChatTask },
        amount: new.hold,
        needs_credit: new.needs_credit,
    };
    if !credits::hold(transaction, new.owner, &hold).await? {
        return Err(StoreError::Conflict { field: "credits" });
    }
    Ok(BegunRun { conversation: new.conversation, conversation_number: row.try_get_by_index(0)? })
}
