//! The SQL of beginning, ending and checkpointing a run: one round trip to the database for each.
//!
//! These are the statements that a busy server runs most, so they are written out for each database. PostgreSQL does all of a
//! change in one statement with data-modifying `WITH` parts. SQLite has none of those; there a change is several statements
//! in one text, each of which does nothing unless the one before it changed a row (`changes()`).
//!
//! Rows are taken in one order everywhere, run, conversation, account, so that two transactions never wait for each other in
//! a circle. A refused change writes nothing; a failed one may have written a part, and its transaction must be rolled back.

use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Value};
use uuid::Uuid;

use crate::{
    Checkpoint, FinishedRun, NewMessage, NewRun, RunConversation, StoreError,
    database::{self, storable, to_millis},
    writer::{Change, Outcome},
};

/// The index that allows one running run in a conversation, but for one that writes its title.
pub(crate) const ONE_RUNNING: &str = "runs_running";

/// The index that allows one running run that writes a conversation's title.
pub(crate) const ONE_TITLING: &str = "runs_titling";

/// The index that allows one task of an owner's under a key.
pub(crate) const ONE_OF_KEY: &str = "runs_keys";

/// Makes a change of a run.
pub(crate) async fn apply<C: ConnectionTrait>(
    connection: &C,
    change: &Change,
) -> Result<Outcome, StoreError> {
    match change {
        Change::Begin(new) => begin(connection, new).await,
        Change::Finish(finished) => finish(connection, finished).await,
        Change::Checkpoint { id, checkpoint: reached } => checkpoint(connection, *id, reached).await,
    }
}

async fn checkpoint<C: ConnectionTrait>(
    connection: &C,
    id: Uuid,
    checkpoint: &Checkpoint,
) -> Result<Outcome, StoreError> {
    let Checkpoint { partial, metadata, input_tokens, output_tokens, usage_estimated, cost, at } = checkpoint;
    const RUN: &str =
        "UPDATE runs SET partial = $2, checkpointed_at = $3, input_tokens = $4, output_tokens = $5,
         usage_estimated = $6, partial_metadata = coalesce($7, partial_metadata) WHERE id = $1 AND status = 'running'";
    // Also for a run that went with its conversation and is being stopped: it has cost what it has.
    const HOLD: &str = "UPDATE credit_holds SET spent";
    let mut values: Vec<Value> = vec![
        id.into(),
        storable(partial.clone()).into(),
        to_millis(*at).into(),
        (*input_tokens).into(),
        (*output_tokens).into(),
        (*usage_estimated).into(),
        metadata.clone().into(),
    ];
    let changed = match *cost {
        None => database::execute(connection, RUN, values).await?,
        // Together, or a process killed in between would have said what it took and not paid for it.
        Some(cost) if database::is_postgres(connection) => {
            values.push(cost.into());
            let text = format!("WITH hold AS ({HOLD} = $8 WHERE run = $1) {RUN}");
            database::execute(connection, &text, values).await?
        }
        // On SQLite the transaction that they are both in does that.
        Some(cost) => {
            let text = format!("{HOLD} = $2 WHERE run = $1");
            database::execute(connection, &text, [id.into(), cost.into()]).await?;
            database::execute(connection, RUN, values).await?
        }
    };
    Ok(if changed > 0 { Outcome::Done } else { Outcome::NotRunning })
}

async fn begin<C: ConnectionTrait>(connection: &C, new: &NewRun) -> Result<Outcome, StoreError> {
    let is_postgres = database::is_postgres(connection);
    let mut values: Vec<Value> = vec![
        new.id.into(),
        new.owner.into(),
        new.instance.into(),
        new.conversation_id().into(),
        new.question_message.into(),
        storable(new.question.clone()).into(),
        new.connection.into(),
        new.model.clone().map(storable).into(),
        to_millis(new.started_at).into(),
    ];
    let text = match &new.conversation {
        RunConversation::New { title, session, .. } => {
            values.extend([storable(title.clone()).into(), session.clone().map(storable).into()]);
            if is_postgres { postgres::BEGIN_NEW } else { sqlite::BEGIN_NEW }
        }
        RunConversation::Existing(_) => {
            if is_postgres {
                postgres::BEGIN_EXISTING
            } else {
                sqlite::BEGIN_EXISTING
            }
        }
    };
    let rows = match connection.query_all_raw(database::statement(connection, text, values)).await {
        Err(error) if violates(&error, ONE_RUNNING) => return Ok(Outcome::ConversationBusy),
        rows => rows?,
    };
    if let Some(row) = rows.first() {
        return Ok(Outcome::Begun { conversation_number: row.try_get_by_index(0)? });
    }
    // On PostgreSQL a running run violates the index instead.
    let exists = "SELECT 1 FROM conversations WHERE id = $1 AND owner = $2";
    let values = [new.conversation_id().into(), new.owner.into()];
    let is_busy = !is_postgres && database::query_one(connection, exists, values).await?.is_some();
    Ok(if is_busy { Outcome::ConversationBusy } else { Outcome::NoConversation })
}

async fn finish<C: ConnectionTrait>(connection: &C, finished: &FinishedRun) -> Result<Outcome, StoreError> {
    let is_postgres = database::is_postgres(connection);
    let mut values: Vec<Value> = vec![
        finished.id.into(),
        finished.status.as_str().into(),
        finished.error_code.clone().map(storable).into(),
        finished.input_tokens.into(),
        finished.output_tokens.into(),
        to_millis(finished.finished_at).into(),
    ];
    let text = match &finished.message {
        Some(NewMessage { id, content, status, metadata }) => {
            values.extend([
                (*id).into(),
                storable(content.clone()).into(),
                status.as_str().into(),
                metadata.clone().into(),
                finished.usage_estimated.into(),
            ]);
            if is_postgres { postgres::FINISH_WITH_MESSAGE } else { sqlite::FINISH_WITH_MESSAGE }
        }
        None => {
            values.push(finished.usage_estimated.into());
            if is_postgres { postgres::FINISH } else { sqlite::FINISH }
        }
    };
    let rows = database::query_all(connection, text, values).await?;
    Ok(if rows.is_empty() { Outcome::NotRunning } else { Outcome::Done })
}

/// Whether a failure is a violation of this constraint. SQLite doesn't name it.
pub(crate) fn violates(error: &DbErr, constraint: &str) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(source)) | DbErr::Query(RuntimeErr::SqlxError(source)) => {
            source.as_database_error().and_then(|error| error.constraint()) == Some(constraint)
        }
        _ => false,
    }
}

/// Beginning: $1 run, $2 owner, $3 instance, $4 conversation, $5 message, $6 question, $7 connection, $8 model, $9 time,
/// $10 title, $11 session. Ending: $1 run, $2 status, $3 error code, $4 and $5 tokens, $6 time, $7 message, $8 its text, $9 its status,
/// $10 its metadata; last, $7 or $11, whether the tokens are an estimate.
mod sqlite {
    pub(super) const BEGIN_NEW: &str = "
        INSERT INTO conversations (id, owner, title, model, connection, is_favorite, message_count, created_at, updated_at, session)
        VALUES ($4, $2, $10, $8, $7, FALSE, 1, $9, $9, $11) RETURNING number;
        INSERT INTO runs (id, owner, instance, conversation, status, question_message, connection, model, started_at)
        VALUES ($1, $2, $3, $4, 'running', $5, $7, $8, $9);
        INSERT INTO messages (id, conversation, role, content, status, created_at)
        VALUES ($5, $4, 'user', $6, 'complete', $9);
        UPDATE accounts SET conversations_revision = conversations_revision + 1,
        conversations_count = conversations_count + 1 WHERE id = $2";

    pub(super) const BEGIN_EXISTING: &str = "
        INSERT INTO runs (id, owner, instance, conversation, status, question_message, connection, model, started_at)
        SELECT $1, $2, $3, id, 'running', $5, $7, $8, $9 FROM conversations WHERE id = $4 AND owner = $2
        AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.conversation = $4 AND runs.status = 'running'
        AND runs.kind <> 'title');
        INSERT INTO messages (id, conversation, role, content, status, created_at)
        SELECT $5, $4, 'user', $6, 'complete', $9 WHERE changes() > 0;
        UPDATE conversations SET message_count = message_count + 1, updated_at = $9,
        model = coalesce($8, model), connection = coalesce($7, connection)
        WHERE id = $4 AND changes() > 0 RETURNING number;
        UPDATE accounts SET conversations_revision = conversations_revision + 1 WHERE id = $2 AND changes() > 0";

    pub(super) const FINISH: &str = "
        UPDATE runs SET status = $2, error_code = $3, input_tokens = $4, output_tokens = $5, finished_at = $6, partial = NULL, partial_metadata = NULL,
        usage_estimated = $7 WHERE id = $1 AND status = 'running' RETURNING 1;
        UPDATE conversations SET updated_at = $6,
        model = coalesce((SELECT runs.model FROM runs WHERE runs.id = $1), model)
        WHERE id = (SELECT conversation FROM runs WHERE runs.id = $1) AND changes() > 0;
        UPDATE accounts SET conversations_revision = conversations_revision + 1
        WHERE id = (SELECT owner FROM runs WHERE runs.id = $1) AND changes() > 0";

    pub(super) const FINISH_WITH_MESSAGE: &str = "
        UPDATE runs SET status = $2, error_code = $3, input_tokens = $4, output_tokens = $5, finished_at = $6, partial = NULL, partial_metadata = NULL,
        answer_message = $7, usage_estimated = $11 WHERE id = $1 AND status = 'running' RETURNING 1;
        INSERT INTO messages (id, conversation, role, content, status, metadata, created_at)
        SELECT $7, conversation, 'assistant', $8, $9, $10, $6 FROM runs WHERE id = $1 AND changes() > 0;
        UPDATE conversations SET message_count = message_count + 1, updated_at = $6,
        model = coalesce((SELECT runs.model FROM runs WHERE runs.id = $1), model)
        WHERE id = (SELECT conversation FROM runs WHERE runs.id = $1) AND changes() > 0;
        UPDATE accounts SET conversations_revision = conversations_revision + 1
        WHERE id = (SELECT owner FROM runs WHERE runs.id = $1) AND changes() > 0";
}

/// The values are those of [`sqlite`].
mod postgres {
    pub(super) const BEGIN_NEW: &str = "
        WITH conversation AS (
            INSERT INTO conversations (id, owner, title, model, connection, is_favorite, message_count, created_at, updated_at, session)
            VALUES ($4, $2, $10, $8, $7, FALSE, 1, $9, $9, $11) RETURNING number
        ), run AS (
            INSERT INTO runs (id, owner, instance, conversation, status, question_message, connection, model, started_at)
            VALUES ($1, $2, $3, $4, 'running', $5, $7, $8, $9)
        ), message AS (
            INSERT INTO messages (id, conversation, role, content, status, created_at)
            VALUES ($5, $4, 'user', $6, 'complete', $9)
        ), account AS (
            UPDATE accounts SET conversations_revision = conversations_revision + 1,
            conversations_count = conversations_count + 1 WHERE id = $2
        )
        SELECT number FROM conversation";

    pub(super) const BEGIN_EXISTING: &str = "
        WITH run AS (
            INSERT INTO runs (id, owner, instance, conversation, status, question_message, connection, model, started_at)
            SELECT $1, $2, $3, id, 'running', $5, $7, $8, $9 FROM conversations WHERE id = $4 AND owner = $2
            RETURNING conversation
        ), conversation AS (
            UPDATE conversations SET message_count = message_count + 1, updated_at = $9,
            model = coalesce($8, conversations.model), connection = coalesce($7, conversations.connection)
            FROM run WHERE conversations.id = run.conversation RETURNING conversations.id, conversations.number
        ), message AS (
            INSERT INTO messages (id, conversation, role, content, status, created_at)
            SELECT $5, conversation.id, 'user', $6, 'complete', $9 FROM conversation
        ), account AS (
            UPDATE accounts SET conversations_revision = conversations_revision + 1
            FROM conversation WHERE accounts.id = $2
        )
        SELECT number FROM conversation";

    pub(super) const FINISH: &str = "
        WITH run AS (
            UPDATE runs SET status = $2, error_code = $3, input_tokens = $4, output_tokens = $5, finished_at = $6,
            partial = NULL, partial_metadata = NULL, usage_estimated = $7 WHERE id = $1 AND status = 'running' RETURNING conversation, owner, model
        ), conversation AS (
            UPDATE conversations SET updated_at = $6, model = coalesce(run.model, conversations.model)
            FROM run WHERE conversations.id = run.conversation RETURNING run.owner
        ), account AS (
            UPDATE accounts SET conversations_revision = conversations_revision + 1
            FROM conversation WHERE accounts.id = conversation.owner
        )
        SELECT 1 FROM run";

    pub(super) const FINISH_WITH_MESSAGE: &str = "
        WITH run AS (
            UPDATE runs SET status = $2, error_code = $3, input_tokens = $4, output_tokens = $5, finished_at = $6,
            partial = NULL, partial_metadata = NULL, answer_message = $7, usage_estimated = $11
            WHERE id = $1 AND status = 'running' RETURNING conversation, owner, model
        ), conversation AS (
            UPDATE conversations SET message_count = message_count + 1, updated_at = $6,
            model = coalesce(run.model, conversations.model)
            FROM run WHERE conversations.id = run.conversation RETURNING conversations.id, run.owner
        ), message AS (
            INSERT INTO messages (id, conversation, role, content, status, metadata, created_at)
            SELECT $7, conversation.id, 'assistant', $8, $9, $10, $6 FROM conversation
        ), account AS (
            UPDATE accounts SET conversations_revision = conversations_revision + 1
            FROM conversation WHERE accounts.id = conversation.owner
        )
        SELECT 1 FROM run";
}
