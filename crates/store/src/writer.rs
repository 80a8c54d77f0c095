//! Writing the beginnings and ends of runs, which is most of what a busy server writes.
//!
//! On PostgreSQL each change is one statement on a connection of the pool. SQLite has one writer at a time, so there a task
//! collects the changes that are waiting and commits them together: what a transaction costs is shared by all of them, and
//! each caller is answered after the commit. A change that is refused (no such conversation, already running) writes nothing
//! and doesn't disturb the others; when one fails (an id that exists, a full disk), the transaction is rolled back and its
//! changes are done again one by one.

use sea_orm::DatabaseConnection;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::{Checkpoint, FinishedRun, NewRun, StoreError, database, run_changes};

/// At most so many changes share a transaction, so that the first doesn't wait long for the last.
const LARGEST_GROUP: usize = 256;

/// So many changes may wait; whoever comes then waits to be let in.
const QUEUE: usize = 1024;

/// A change of a run.
pub(crate) enum Change {
    /// The conversation (if new), the user's message, the run.
    Begin(NewRun),
    /// The assistant's message, the run's outcome.
    Finish(FinishedRun),
    /// How far it has come.
    Checkpoint {
        /// Which run.
        id: Uuid,
        /// How far.
        checkpoint: Checkpoint,
    },
}

/// What a change came to. All but `Begun` and `Done` have written nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The run has begun.
    Begun {
        /// The number of its conversation.
        conversation_number: i64,
    },
    /// The owner has no such conversation.
    NoConversation,
    /// The conversation has a running run.
    ConversationBusy,
    /// The run is changed.
    Done,
    /// The run is over already, or there is none.
    NotRunning,
}

/// Writes changes of runs in the way that suits the database.
pub(crate) enum RunWriter {
    /// Each on its own.
    Direct(DatabaseConnection),
    /// Collected by a task.
    Grouped(mpsc::Sender<Request>),
}

/// What the collecting task is asked.
pub(crate) enum Request {
    Write(Box<Change>, oneshot::Sender<Result<Outcome, StoreError>>),
    /// End, once everything asked before is done; the sender is dropped then.
    Close(oneshot::Sender<()>),
}

impl RunWriter {
    /// Must be called within the runtime that is to run the collecting task.
    pub(crate) fn new(connection: &DatabaseConnection) -> Self {
        if database::is_postgres(connection) {
            return Self::Direct(connection.clone());
        }
        let (sender, receiver) = mpsc::channel(QUEUE);
        #[expect(clippy::disallowed_methods, reason = "`close` waits for this task")]
        tokio::spawn(collect(connection.clone(), receiver));
        Self::Grouped(sender)
    }

    /// Makes a change; on return it is durable.
    pub(crate) async fn write(&self, change: Change) -> Result<Outcome, StoreError> {
        match self {
            Self::Direct(connection) => run_changes::apply(connection, &change).await,
            Self::Grouped(sender) => {
                let (answer, answered) = oneshot::channel();
                sender.send(Request::Write(Box::new(change), answer)).await.map_err(|_| closed())?;
                answered.await.map_err(|_| closed())?
            }
        }
    }

    /// Waits until what was asked is done; later changes fail.
    pub(crate) async fn close(&self) {
        if let Self::Grouped(sender) = self {
            let (closing, is_closed) = oneshot::channel();
            if sender.send(Request::Close(closing)).await.is_ok() {
                // An error says that the task dropped its end, which is what is waited for.
                let _ = is_closed.await;
            }
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}

/// The collecting task: ends when it is told to, or when nobody can ask it any more.
async fn collect(connection: DatabaseConnection, mut receiver: mpsc::Receiver<Request>) {
    let mut requests = Vec::with_capacity(LARGEST_GROUP);
    while receiver.recv_many(&mut requests, LARGEST_GROUP).await > 0 {
        let mut changes = Vec::with_capacity(requests.len());
        let mut answers = Vec::with_capacity(requests.len());
        let mut closing = Vec::new();
        for request in requests.drain(..) {
            match request {
                Request::Write(change, answer) => {
                    changes.push(*change);
                    answers.push(answer);
                }
                Request::Close(sender) => {
                    receiver.close();
                    closing.push(sender);
                }
            }
        }
        for (answer, outcome) in answers.into_iter().zip(write_group(&connection, &changes).await) {
            // A caller that went away doesn't need its answer.
            let _ = answer.send(outcome);
        }
    }
}

/// Makes the changes in one transaction, or each in an own one when that fails.
async fn write_group(
    connection: &DatabaseConnection,
    changes: &[Change],
) -> Vec<Result<Outcome, StoreError>> {
    if changes.is_empty() {
        return Vec::new();
    }
    match write_transaction(connection, changes).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) if changes.len() == 1 => vec![Err(error)],
        Err(_) => {
            let mut outcomes = Vec::with_capacity(changes.len());
            for change in changes {
                let outcome = write_transaction(connection, std::slice::from_ref(change)).await;
                outcomes.push(outcome.and_then(|outcomes| outcomes.first().copied().ok_or_else(closed)));
            }
            outcomes
        }
    }
}

/// Makes the changes in one transaction. A failure rolls everything back.
async fn write_transaction(
    connection: &DatabaseConnection,
    changes: &[Change],
) -> Result<Vec<Outcome>, StoreError> {
    let transaction = database::begin(connection).await?;
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        match run_changes::apply(&transaction, change).await {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => {
                transaction.rollback().await?;
                return Err(error);
            }
        }
    }
    transaction.commit().await?;
    Ok(outcomes)
}
