//! Ends of runs that wait for the store to come back.

use std::sync::{Mutex, PoisonError};

use wenshu_store::{FinishedRun, Store};

/// Ends of runs that the store would not take. They are tried again now and then, since until then their conversations wait for
/// an answer; bounded, and lost with the process, whose runs are then marked as interrupted.
#[derive(Default)]
pub(super) struct Unkept(Mutex<Vec<FinishedRun>>);

/// The most ends kept for another try.
const UNKEPT: usize = 1_000;

impl Unkept {
    pub(super) fn add(&self, finished: FinishedRun) {
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ends.len() < UNKEPT {
            ends.push(finished);
        }
    }

    /// Tries all of them again.
    pub(super) async fn keep(&self, store: &Store) {
        let ends = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for finished in ends {
            let run = finished.id;
            match store.finish_run(finished.clone()).await {
                Ok(_) => tracing::info!(run.id = %run, "an answer was stored late"),
                Err(_) => self.add(finished),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;
    use wenshu_store::{NewAccount, NewRun, Role, RunConversation, RunStatus, StoreSettings, StoreUrl};

    use super::*;

    #[tokio::test]
    async fn an_end_that_could_not_be_stored_is_stored_later() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("wenshu.db"));
        let store = Store::open(&StoreSettings { url, max_connections: 2 }).await.unwrap();
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let [owner, run, conversation] = [1, 2, 3].map(Uuid::from_u128);
        let account = NewAccount {
            id: owner,
            username: Some("ann".to_owned()),
            email: None,
            nickname: Some("Ann".to_owned()),
            password_hash: None,
            role: Role::User,
            role_label: None,
            created_at: now,
            admin_if_first: false,
        };
        store.insert_account(account).await.unwrap();
        let begun = NewRun {
            id: run,
            owner,
            instance: Uuid::from_u128(4),
            conversation: RunConversation::New { id: conversation, title: "t".to_owned(), session: None },
            question_message: Uuid::from_u128(5),
            question: "q".to_owned(),
            connection: None,
            model: None,
            started_at: now,
        };
        store.begin_run(begun).await.unwrap();

        let unkept = Unkept::default();
        unkept.add(FinishedRun { status: RunStatus::Finished, ..end_of(run, now) });
        let closed = store.clone();
        unkept.keep(&store).await;
        assert_eq!(store.find_run(owner, run).await.unwrap().unwrap().status, RunStatus::Finished);
        assert!(unkept.0.lock().unwrap().is_empty());

        unkept.add(end_of(Uuid::from_u128(6), now));
        store.close().await;
        unkept.keep(&closed).await;
        assert_eq!(unkept.0.lock().unwrap().len(), 1, "it waits for the store to come back");
    }

    fn end_of(run: Uuid, at: DateTime<chrono::Utc>) -> FinishedRun {
        FinishedRun {
            id: run,
            status: RunStatus::Failed,
            error_code: None,
            message: None,
            input_tokens: 0,
            output_tokens: 0,
            usage_estimated: false,
            task: None,
            finished_at: at,
        }
    }
}
