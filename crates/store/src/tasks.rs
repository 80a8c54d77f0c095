//! Tasks: runs that write the next message or the title of a chat, and are paid for with credits.
//!
//! They have transactions of their own, since what they hold and cost is booked along. Rows are taken in the order run,
//! conversation, account, hold.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    BegunRun, CreditReason, FinishedRun, Run, RunKind, Store, StoreError,
    credits::{self, NewHold},
    database::{self, storable, to_millis},
    entity::run,
    run_changes::{self, ONE_RUNNING},
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
    /// Not [`RunKind::Question`].
    pub kind: RunKind,
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
}

impl Store {
    /// Begins a task, in one transaction: the run and what it holds. On return it is durable.
    ///
    /// Fails with `NotFound` when the conversation isn't the owner's, with `Conflict` of `conversation` when it has a running run,
    /// and with `Conflict` of `credits` when none are left.
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
        let (cost, title) = (finished.cost.take(), finished.title.take());
        let transaction = self.begin().await?;
        let is_ended = run_changes::apply(&transaction, &Change::Finish(finished)).await? == Outcome::Done;
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
        if let Some(cost) = cost {
            credits::settle(&transaction, run, cost, at).await?;
        }
        transaction.commit().await?;
        Ok(is_ended)
    }

    /// The task with this id. Its id is the key: whoever has it may see it, so this finder takes no owner, and finds no other runs.
    pub async fn find_task(&self, id: Uuid) -> Result<Option<Task>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT runs.*, (SELECT -amount FROM credit_entries WHERE movement = $2) AS cost,
             (SELECT content FROM messages WHERE messages.id = runs.answer_message) AS answer,
             (SELECT title FROM conversations WHERE conversations.id = runs.conversation) AS title
             FROM runs WHERE id = $1 AND kind <> 'question'",
            [id.into(), credits::movement_of_run(id).into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let run = Run::try_from(run::Model::from_query_result(&row, "")?)?;
        let cost: Option<i64> = row.try_get("", "cost")?;
        let written = if run.kind == RunKind::Title { "title" } else { "answer" };
        Ok(Some(Task { run, cost: cost.unwrap_or(0), content: row.try_get("", written)? }))
    }

    /// Deletes a task that is over; what it wrote and cost stays. False when there is none, or it isn't over.
    pub async fn delete_task(&self, id: Uuid) -> Result<bool, StoreError> {
        let text = "DELETE FROM runs WHERE id = $1 AND kind <> 'question' AND status <> 'running'";
        Ok(database::execute(self.writer(), text, [id.into()]).await? > 0)
    }
}

async fn begin<C: sea_orm::ConnectionTrait>(transaction: &C, new: &NewTask) -> Result<BegunRun, StoreError> {
    let statement = database::statement(
        transaction,
        "INSERT INTO runs (id, owner, instance, conversation, kind, status, question_message, model, started_at)
         SELECT $1, $2, $3, id, $5, 'running', coalesce(
             (SELECT messages.id FROM messages WHERE conversation = $4 ORDER BY number DESC LIMIT 1), $1
         ), $6, $7 FROM conversations WHERE id = $4 AND owner = $2
         AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.conversation = $4 AND runs.status = 'running')",
        [
            new.id.into(),
            new.owner.into(),
            new.instance.into(),
            new.conversation.into(),
            new.kind.as_str().into(),
            new.model.clone().map(storable).into(),
            to_millis(new.started_at).into(),
        ],
    );
    let is_busy = StoreError::Conflict { field: "conversation" };
    let inserted = match transaction.execute_raw(statement).await {
        // Another one began at the same moment.
        Err(error) if run_changes::violates(&error, ONE_RUNNING) => return Err(is_busy),
        inserted => inserted?.rows_affected(),
    };
    let text = "SELECT number FROM conversations WHERE id = $1 AND owner = $2";
    let values = [new.conversation.into(), new.owner.into()];
    let row = database::query_one(transaction, text, values).await?.ok_or(StoreError::NotFound)?;
    if inserted == 0 {
        return Err(is_busy);
    }
    let hold = NewHold {
        run: new.id,
        instance: new.instance,
        reason: if new.kind == RunKind::Title { CreditReason::TitleTask } else { CreditReason::ChatTask },
        amount: new.hold,
        needs_credit: new.needs_credit,
    };
    if !credits::hold(transaction, new.owner, &hold).await? {
        return Err(StoreError::Conflict { field: "credits" });
    }
    Ok(BegunRun { conversation: new.conversation, conversation_number: row.try_get_by_index(0)? })
}
