//! The use cases together.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use wenshu_store::{Account, Store};

use crate::accounts::{Accounts, Authority, UserChange};
use crate::chats::{Chats, Presets};
use crate::clock::Clock;
use crate::connections::Connections;
use crate::conversations::Conversations;
use crate::credits::Credits;
use crate::datasets::Datasets;
use crate::exports::Exports;
use crate::likes::Likes;
use crate::models::{Engines, Models};
use crate::preferences::Preferences;
use crate::prompts::AccountPrompts;
use crate::runs::{self, Runs};
use crate::secrets::MasterKey;
use crate::stocks::FavouriteStocks;
use crate::tools::Tools;
use crate::usage::UsageOverTime;
use crate::utilities::DebugAdmin;
use crate::{Actor, AppError, CoreSettings};

/// How often this process says that it lives, and looks for runs of those that don't.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A process that hasn't said so for this long is taken for dead.
const SILENCE: Duration = Duration::from_secs(45);

/// How often what has been said since is put into the index that conversations are searched by.
const INDEX_EVERY: Duration = Duration::from_secs(10);

/// After a batch, indexing rests for so many times as long as the batch took: answers come first.
const INDEX_REST: u32 = 9;

/// After so many messages in one go, which an upgrade brings, how far the index has come is worth a line in the log.
const MANY_MESSAGES: u64 = 10_000;

/// Later than any heartbeat.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

/// Everything a contract may call. Cheap to share.
pub struct App {
    /// Accounts.
    pub accounts: Accounts,
    /// Chats.
    pub chats: Chats,
    /// Connections.
    pub connections: Arc<Connections>,
    /// Conversations.
    pub conversations: Conversations,
    /// Credits.
    pub credits: Credits,
    /// Datasets.
    pub datasets: Datasets,
    /// Results as files.
    pub exports: Exports,
    /// Stocks that accounts follow.
    pub favourite_stocks: FavouriteStocks,
    /// Likes.
    pub likes: Likes,
    /// Models.
    pub models: Arc<Models>,
    /// Presets of chats.
    pub presets: Presets,
    /// Prompts of accounts.
    pub prompts: Arc<AccountPrompts>,
    /// What accounts prefer.
    pub preferences: Preferences,
    /// Runs.
    pub runs: Runs,
    /// Tools that answers may call.
    pub tools: Arc<Tools>,
    /// What was used of models over time.
    pub usage: UsageOverTime,
    pub(crate) debug_admin: Option<DebugAdmin>,
    pub(crate) store: Store,
    clock: Arc<dyn Clock>,
    beside: TaskTracker,
    closing: CancellationToken,
}

impl App {
    /// Puts the use cases together over an open store, marks runs that a killed process left, and starts what has to run beside
    /// (heartbeat). Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// Failures of the store; a model that can't be opened as it is configured.
    pub async fn start(
        settings: CoreSettings,
        store: Store,
        key: MasterKey,
        clock: Arc<dyn Clock>,
        engines: &Engines,
    ) -> Result<Arc<Self>, AppError> {
        let app = Arc::new(Self::over(&settings, store, &key, clock, engines)?);
        let now = app.clock.now();
        // Nobody else lives who could be running them, whatever their last heartbeat says (the clock may have been set back).
        app.mark_interrupted(if settings.store_is_ours_alone { now + CENTURY } else { now - SILENCE })
            .await?;
        app.store.heartbeat(app.runs.instance(), app.clock.now()).await?;
        app.beside.spawn(Arc::clone(&app).live());
        app.beside.spawn(Arc::clone(&app).index());
        let (datasets, is_alone) = (app.datasets.clone(), settings.store_is_ours_alone);
        app.beside.spawn(async move { datasets.sweep(is_alone).await });
        Ok(app)
    }

    /// The use cases for a command beside a running server: nothing is marked, nothing runs beside, no model is asked.
    ///
    /// # Errors
    ///
    /// A fault of the settings.
    pub fn for_command(
        settings: &CoreSettings,
        store: Store,
        key: &MasterKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AppError> {
        let settings = CoreSettings { models: Vec::new(), ..settings.clone() };
        Self::over(&settings, store, key, clock, &Engines::without_models())
    }

    fn over(
        settings: &CoreSettings,
        store: Store,
        key: &MasterKey,
        clock: Arc<dyn Clock>,
        engines: &Engines,
    ) -> Result<Self, AppError> {
        let prompts = Arc::new(AccountPrompts::new(store.clone()));
        let models =
            Models::open(settings, store.clone(), key, Arc::clone(&clock), engines, Arc::clone(&prompts))?;
        let models = Arc::new(models);
        let connections = Arc::new(Connections::new(settings, store.clone(), key, Arc::clone(&clock)));
        let servers = Arc::clone(&engines.tools);
        let tools =
            Tools::new(settings, servers, store.clone(), Arc::clone(&clock), Arc::clone(&connections));
        let tools = Arc::new(tools);
        Ok(Self {
            accounts: Accounts::new(settings, store.clone(), key, Arc::clone(&clock))?,
            chats: Chats::new(store.clone(), Arc::clone(&clock)),
            conversations: Conversations::new(store.clone(), Arc::clone(&clock)),
            favourite_stocks: FavouriteStocks::new(store.clone(), Arc::clone(&clock)),
            likes: Likes::new(store.clone(), Arc::clone(&clock)),
            credits: Credits::new(store.clone(), Arc::clone(&clock)),
            presets: Presets::new(store.clone(), Arc::clone(&clock), Arc::clone(&models)),
            runs: Runs::new(
                settings,
                store.clone(),
                Arc::clone(&clock),
                Arc::clone(&connections),
                Arc::clone(&models),
                Arc::clone(&tools),
            ),
            datasets: Datasets::new(settings, store.clone(), Arc::clone(&clock), Arc::clone(&connections)),
            exports: Exports::new(settings, store.clone(), Arc::clone(&connections)),
            usage: UsageOverTime::new(store.clone(), Arc::clone(&clock)),
            preferences: Preferences::new(store.clone(), Arc::clone(&connections), Arc::clone(&models)),
            models,
            prompts,
            tools,
            connections,
            debug_admin: settings.debug_admin.clone(),
            store,
            clock,
            beside: TaskTracker::new(),
            closing: CancellationToken::new(),
        })
    }

    /// Deletes one of the caller's conversations with its messages; an answer that is under way in it is stopped, in the database too.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too.
    pub async fn delete_conversation(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        self.runs.stop(actor, id).await?;
        self.conversations.delete(actor, id).await
    }

    /// The same by the id of its session.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor; `NotFound`, for somebody else's too.
    pub async fn delete_session(&self, actor: &Actor, session: &str) -> Result<(), AppError> {
        actor.may_write()?;
        let conversation = self.conversations.of_session(actor, session).await?;
        self.delete_conversation(actor, conversation.id).await
    }

    /// Deletes one of the caller's chats; what is being written to it is stopped.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor, and for somebody else's; `NotFound`.
    pub async fn delete_chat(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        actor.may_write()?;
        self.chats.own(actor, id).await?;
        self.delete_conversation(actor, id).await
    }

    /// Changes an account, its balance too; see [`Accounts::change_user`] and [`Credits::set`].
    ///
    /// # Errors
    ///
    /// Those of both; nothing is changed when the caller may not change the balance, or it can't be this one.
    pub async fn change_user(
        &self,
        actor: &Actor,
        number: i64,
        change: UserChange,
        credits: Option<i64>,
    ) -> Result<Account, AppError> {
        let account = self.accounts.find(actor, number).await?;
        // Sent back as it was read it stays, though it may have been spent from since.
        let credits = credits.filter(|credits| *credits != account.credits);
        if let Some(credits) = credits {
            self.credits.may_set(actor, credits)?;
        }
        self.accounts.change_user(actor, number, change, credits).await
    }

    /// Deletes an account with everything that is its own; answers of its questions that are under way are stopped.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but admins, and for the last of them (code `last_admin`); `NotFound`.
    pub async fn delete_user(&self, actor: &Actor, number: i64) -> Result<(), AppError> {
        let account = self.accounts.deletable(actor, number).await?;
        self.delete_account(account.id).await
    }

    /// Deletes somebody with everything that is their own, on this authority; answers of theirs that are under way are stopped.
    ///
    /// # Errors
    ///
    /// As for [`Accounts::named`]; `Forbidden` for the last admin (code `last_admin`).
    pub async fn remove_person(&self, authority: &Authority, name: &str) -> Result<(), AppError> {
        let account = self.accounts.removable(authority, name).await?;
        self.delete_account(account.id).await
    }

    async fn delete_account(&self, id: Uuid) -> Result<(), AppError> {
        self.runs.end_all_of(id).await;
        let datasets = self.datasets.folders_of(id).await?;
        self.accounts.delete(id).await?;
        // What it began meanwhile is nobody's.
        self.runs.end_all_of(id).await;
        self.datasets.remove_folders(datasets).await;
        Ok(())
    }

    /// Whether the store can be reached.
    ///
    /// # Errors
    ///
    /// `Unavailable`.
    pub async fn ready(&self) -> Result<(), AppError> {
        Ok(self.store.ping().await?)
    }

    /// Takes no new questions, lets running answers finish for `grace`, then saves the rest as interrupted.
    pub async fn shutdown(&self, grace: Duration) {
        self.runs.shutdown(grace).await;
        self.exports.shutdown().await;
        self.datasets.shutdown().await;
        self.closing.cancel();
        self.beside.close();
        self.beside.wait().await;
        if let Err(error) = self.store.retire_instance(self.runs.instance(), self.clock.now()).await {
            tracing::warn!(error = %error, "this process could not sign off in the store");
        }
    }

    /// Says that this process lives and looks after those that don't, until it shuts down.
    async fn live(self: Arc<Self>) {
        let mut beat = tokio::time::interval(HEARTBEAT);
        beat.tick().await;
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return,
                _ = beat.tick() => {}
            }
            self.runs.sweep();
            self.runs.keep_unkept().await;
            if let Err(error) = self.store.heartbeat(self.runs.instance(), self.clock.now()).await {
                tracing::warn!(error = %error, "the heartbeat could not be stored");
                continue;
            }
            if let Err(error) = self.mark_interrupted(self.clock.now() - SILENCE).await {
                tracing::warn!(error = %error, "runs of dead processes could not be marked");
            }
        }
    }

    /// Keeps the index that conversations are searched by up to date, until this process shuts down.
    async fn index(self: Arc<Self>) {
        let mut beat = tokio::time::interval(INDEX_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return,
                _ = beat.tick() => {}
            }
            tokio::select! {
                () = self.closing.cancelled() => return,
                () = self.index_messages() => {}
            }
        }
    }

    /// Puts what isn't there yet into the index, in batches with rests in between.
    async fn index_messages(&self) {
        let (mut indexed, mut said) = (0, 0);
        loop {
            let started = Instant::now();
            let progress = match self.store.index_messages().await {
                Ok(progress) => progress,
                Err(error) => {
                    tracing::warn!(error = %error, "messages could not be indexed; searches read them one by one until then");
                    return;
                }
            };
            indexed += progress.indexed;
            if indexed - said >= MANY_MESSAGES || progress.left == 0 && said > 0 {
                said = indexed;
                tracing::info!(
                    messages.indexed = indexed,
                    messages.left = progress.left,
                    "messages are being indexed for searches"
                );
            }
            // What has been said since is for the next time: a busy server isn't kept busy with the last few messages.
            if progress.indexed == 0 || progress.left == 0 {
                return;
            }
            tokio::time::sleep(started.elapsed() * INDEX_REST).await;
        }
    }

    /// Marks the runs of processes that have been silent since this time.
    async fn mark_interrupted(&self, silent_since: DateTime<Utc>) -> Result<(), AppError> {
        let metadata =
            |question: &str, shown: Option<&str>| runs::interrupted_record(question, shown).to_json().ok();
        let marked = self.store.mark_interrupted(silent_since, self.clock.now(), &metadata).await?;
        if marked > 0 {
            tracing::info!(runs = marked, "runs that a stopped process left were marked as interrupted");
        }
        Ok(())
    }
}
