//! Tables of large files of text, which are made when the file has been taken in: whoever asks for one before that waits for it.
//!
//! What a table is made of lies beside it, so that one that a process left unmade is made by the next one that needs it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wenshu_sources::datasets::{FileKind, ImportError, Progress, Room};
use wenshu_sources::{SourceError, SourceErrorKind};

use super::make::{Maker, Making, path_of};
use super::text::Text;
use crate::read::Plan;
use crate::storage::unreachable;

/// How many times its file a table may take.
const MOST_TIMES: u64 = 4;

/// What a table is made of, beside the file itself.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) kind: FileKind,
    pub(super) file_name: String,
    /// The bytes of the file.
    pub(super) bytes: u64,
}

/// What became of a table; nothing as long as it is being made.
type Outcome = Option<Result<(), SourceError>>;

/// A table that is being made.
struct Job {
    gone: CancellationToken,
    outcome: watch::Receiver<Outcome>,
}

/// The tables that are being made, by their paths. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Later {
    maker: Maker,
    jobs: Arc<Mutex<HashMap<String, Job>>>,
    closing: CancellationToken,
}

impl Later {
    pub(super) fn new(maker: Maker) -> Self {
        Self { maker, jobs: Arc::default(), closing: CancellationToken::new() }
    }

    /// Keeps what the table of a dataset is made of.
    pub(super) async fn keep(&self, folder: &str, recipe: &Recipe) -> Result<(), SourceError> {
        let Recipe { kind, file_name, bytes } = recipe;
        let content = json!({"kind": kind.as_str(), "file_name": file_name, "bytes": bytes}).to_string();
        self.maker
            .storage
            .put(&recipe_path(folder), content.into())
            .await
            .map_err(|error| unreachable(&error))
    }

    /// Begins to make the table of a dataset, unless that is under way. `known` is what a survey found, where there was one.
    pub(super) fn begin(
        &self,
        folder: &str,
        recipe: Recipe,
        known: Option<(Text, Plan)>,
    ) -> watch::Receiver<Outcome> {
        let path = path_of(folder, 0);
        let mut jobs = self.jobs();
        if let Some(job) = jobs.get(&path) {
            return job.outcome.clone();
        }
        let (sender, outcome) = watch::channel(None);
        let gone = self.closing.child_token();
        jobs.insert(path.clone(), Job { gone: gone.clone(), outcome: outcome.clone() });
        drop(jobs);
        let (later, folder) = (self.clone(), folder.to_owned());
        let tasks = self.maker.tasks.clone();
        tasks.spawn(async move {
            let ended = Ended { later: &later, path };
            let made = later.make(folder, recipe, known, gone).await.map_err(of_table);
            drop(ended);
            sender.send_replace(Some(made));
        });
        outcome
    }

    async fn make(
        &self,
        folder: String,
        recipe: Recipe,
        known: Option<(Text, Plan)>,
        gone: CancellationToken,
    ) -> Result<(), ImportError> {
        let Recipe { kind, file_name, bytes } = recipe;
        let room = Room::new(bytes.saturating_mul(MOST_TIMES));
        let making = Making { folder, room, progress: watch::channel(Progress::default()).0, gone };
        let text = match known {
            Some(known) => known,
            None => self.maker.survey(&making.original(), kind, &file_name, &making.gone).await?,
        };
        self.maker.tables(&making, kind, Some(text)).await.map(drop)
    }

    /// Where the table at this path lies in the store.
    pub(crate) fn location(&self, path: &str) -> object_store::path::Path {
        self.maker.storage.location(path)
    }

    /// Waits until the table at this path is there.
    ///
    /// # Errors
    ///
    /// `Unreachable` when it isn't and can't be made, or the storage can't be reached.
    pub(crate) async fn wait_for(&self, path: &str) -> Result<(), SourceError> {
        let under_way = self.jobs().get(path).map(|job| job.outcome.clone());
        let mut outcome = match under_way {
            Some(outcome) => outcome,
            None => {
                if self.maker.storage.has(path).await.map_err(|error| unreachable(&error))? {
                    return Ok(());
                }
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let recipe = self.recipe(folder).await?;
                self.begin(folder, recipe, None)
            }
        };
        let made = outcome.wait_for(Option::is_some).await;
        made.ok().and_then(|made| made.clone()).unwrap_or_else(|| Err(stopped()))
    }

    async fn recipe(&self, folder: &str) -> Result<Recipe, SourceError> {
        let found =
            self.maker.storage.get(&recipe_path(folder)).await.map_err(|error| unreachable(&error))?;
        let read = || {
            let recipe: Value = serde_json::from_slice(&found).ok()?;
            Some(Recipe {
                kind: FileKind::parse(recipe["kind"].as_str()?)?,
                file_name: recipe["file_name"].as_str()?.to_owned(),
                bytes: recipe["bytes"].as_u64()?,
            })
        };
        read().ok_or_else(|| SourceError::new(SourceErrorKind::Internal, "the dataset's files are damaged"))
    }

    /// Removes what the table of a dataset is made of.
    pub(super) async fn forget(&self, folder: &str) -> object_store::Result<()> {
        self.maker.storage.remove_file(&recipe_path(folder)).await
    }

    /// Ends what is being made of a dataset, and waits for that.
    pub(super) async fn end(&self, folder: &str) {
        let outcome = self.jobs().get(&path_of(folder, 0)).map(|job| {
            job.gone.cancel();
            job.outcome.clone()
        });
        if let Some(mut outcome) = outcome {
            // Who has gone has ended too.
            let _ = outcome.wait_for(Option::is_some).await;
        }
    }

    /// Ends everything that is being made.
    pub(super) fn close(&self) {
        self.closing.cancel();
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<String, Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Later {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Later").field("jobs", &self.jobs().len()).finish()
    }
}

/// Takes a table off the list, whatever has ended its making.
struct Ended<'later> {
    later: &'later Later,
    path: String,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.later.jobs().remove(&self.path);
    }
}

fn recipe_path(folder: &str) -> String {
    format!("{folder}/recipe.json")
}

/// Why there is no table, for whoever asks it.
fn of_table(error: ImportError) -> SourceError {
    match error {
        ImportError::Source(error) => error,
        ImportError::BrokenOff(_) => stopped(),
        // What is wrong with a file may quote its values, which are no business of the log.
        ImportError::TooLarge { .. } | ImportError::NoRoom | ImportError::Unreadable(_) => {
            tracing::error!("the table of a dataset could not be made");
            SourceError::new(
                SourceErrorKind::Internal,
                "the dataset's table could not be made; upload the file again",
            )
        }
    }
}

fn stopped() -> SourceError {
    SourceError::new(
        SourceErrorKind::Unreachable,
        "the dataset's table was still being made when that was stopped; ask again",
    )
}
