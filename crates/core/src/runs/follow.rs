//! Following a task: its events, for one reader at a time, on whichever process.
//!
//! The process that works on a task has its events as they happen. Any other looks at what is stored of it now and then: its text grows
//! with each checkpoint, and its end is stored. Who the one reader is stands in the store too, with a time until which it holds its place,
//! so that a process that is killed doesn't hold it for ever.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio::sync::{Mutex, MutexGuard, oneshot};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use wenshu_store::{RunStatus, Store, StoreError, Task};

use super::active::StopReason;
use super::tasks::{TaskState, TaskView, no_task};
use super::{EventId, NumberedEvent, RunEvent, RunFailure, Runs, Usage, failure};
use crate::clock::Clock;
use crate::{AppError, ErrorKind, Text};

/// How long a reader holds its place without a sign of life.
const HELD: Duration = Duration::from_secs(30);

/// How often it gives one.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// How often is looked whether somebody has taken a reader's place on another process.
const GLANCE: Duration = Duration::from_secs(1);

/// How many tasks get their readers at the same time, at most.
const CLAIMING: usize = 32;

/// How often a task of another process is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// What following a task gives.
pub enum FollowedTask {
    /// Its events from the first one on. Whoever holds them is its reader.
    Live {
        /// The events.
        events: BoxStream<'static, NumberedEvent>,
        /// How much of the text the reader has seen already, as [`EventId::place`] of what it was sent, if it has seen any.
        seen: Option<u64>,
    },
    /// It is over.
    Over(TaskView),
}

impl Runs {
    /// The events of a task, for one reader at a time. A reader who brings the last event that it saw takes the place of the one there
    /// is, whose events end then.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Conflict` when somebody is reading.
    pub async fn follow_task(&self, id: Uuid, last_event: Option<EventId>) -> Result<FollowedTask, AppError> {
        let task = self.store.find_task(id).await?.ok_or_else(no_task)?;
        if task.run.status != RunStatus::Running {
            return Ok(FollowedTask::Over(task.into()));
        }
        let seen = last_event.filter(|event| event.run == id).map(|event| event.place);
        let claim = self.claim(id, seen.is_some()).await?.ok_or_else(being_read)?;
        let ended = claim.ended.clone();
        let events = match self.bus.find(task.run.owner, id) {
            Some(log) => log.follow(0),
            None => {
                let looking = Looking::at(id, claim.reader, self.store.clone()).events();
                // Its end would be waited for in vain: it is for another process to bring about.
                let closing = self.readers.closing.clone();
                looking.take_until(async move { closing.cancelled().await }).boxed()
            }
        };
        let events = events
            .take_until(async move { ended.cancelled().await })
            .map(move |event| {
                // Held for as long as the events are.
                let _ = &claim;
                event
            })
            .boxed();
        Ok(FollowedTask::Live { events, seen })
    }

    /// Makes the caller the reader of a task, unless there is one; `takes_over` ends that one. Who goes while this is waited for is none.
    async fn claim(&self, task: Uuid, takes_over: bool) -> Result<Option<Claim>, AppError> {
        if !takes_over && self.readers.tasks.contains_key(&task) {
            return Ok(None);
        }
        let (answer, claimed) = oneshot::channel();
        let wanted = Wanted {
            task,
            takes_over,
            readers: Arc::clone(&self.readers),
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
        };
        self.readers.keepers.spawn(wanted.hold(answer));
        Ok(claimed.await.map_err(AppError::internal)??)
    }
}

/// A place that somebody wants.
struct Wanted {
    task: Uuid,
    takes_over: bool,
    readers: Arc<Readers>,
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Wanted {
    /// Takes the place and keeps it for as long as it is read. Not to be dropped in the middle: the place would stay taken, by nobody.
    async fn hold(self, answer: oneshot::Sender<Result<Option<Claim>, StoreError>>) {
        let reader = self.clock.new_id();
        let ended = match self.take(reader).await {
            Ok(Some(ended)) => ended,
            // Whoever has gone needn't be told.
            Ok(None) => return drop(answer.send(Ok(None))),
            Err(error) => return drop(answer.send(Err(error))),
        };
        // A claim that nobody takes is dropped, and ends.
        drop(answer.send(Ok(Some(Claim { reader, ended: ended.clone() }))));
        self.keep(reader, ended).await;
    }

    /// Makes this the reader, in the store and in this process; what ends it, unless there is another one.
    async fn take(&self, reader: Uuid) -> Result<Option<CancellationToken>, StoreError> {
        // Or two who take over from each other would end up in one order here and in the other one there.
        let _one_at_a_time = self.readers.claiming(self.task).await;
        let now = self.clock.now();
        let is_taken = self.store.claim_task(self.task, reader, now, now + HELD, self.takes_over).await?;
        Ok(is_taken.then(|| self.readers.enter(self.task)))
    }

    /// Keeps the place for as long as it is read, and frees it then.
    async fn keep(self, reader: Uuid, ended: CancellationToken) {
        let Self { task, readers, store, clock, .. } = self;
        let mut kept_at = Instant::now();
        loop {
            tokio::select! {
                () = tokio::time::sleep(GLANCE) => {}
                () = ended.cancelled() => break,
                () = readers.closing.cancelled() => break,
            }
            match store.is_claim_lost(task, reader).await {
                // From another process.
                Ok(true) => ended.cancel(),
                Ok(false) if kept_at.elapsed() < SIGN_OF_LIFE => {}
                Ok(false) => match store.keep_claim(task, reader, clock.now() + HELD).await {
                    Ok(_) => kept_at = Instant::now(),
                    Err(error) => {
                        tracing::warn!(run.id = %task, %error, "a reader's place could not be kept");
                    }
                },
                Err(error) => {
                    tracing::warn!(run.id = %task, %error, "a reader's place could not be looked at")
                }
            }
        }
        // Whoever takes the place over cancels this token, and has put another one there.
        readers.tasks.remove_if(&task, |_, token| token.is_cancelled());
        if let Err(error) = store.release_claim(task, reader).await {
            tracing::warn!(run.id = %task, %error, "a reader's place could not be freed; it is free in a while");
        }
    }
}

/// The readers of this process.
#[derive(Default)]
pub(super) struct Readers {
    /// What ends the one of each task.
    tasks: DashMap<Uuid, CancellationToken>,
    /// Held by whoever becomes the reader of a task: there are few, and tasks share them.
    claiming: [Mutex<()>; CLAIMING],
    keepers: TaskTracker,
    closing: CancellationToken,
}

impl Readers {
    /// Waits until nobody else becomes the reader of this task.
    async fn claiming(&self, task: Uuid) -> Option<MutexGuard<'_, ()>> {
        // The last of its bytes are random.
        let place = usize::from(task.as_bytes()[15]) % CLAIMING;
        match self.claiming.get(place) {
            Some(place) => Some(place.lock().await),
            None => None,
        }
    }

    /// Makes somebody the reader in this process, and ends the one there was.
    fn enter(&self, task: Uuid) -> CancellationToken {
        let ended = CancellationToken::new();
        if let Some(before) = self.tasks.insert(task, ended.clone()) {
            before.cancel();
        }
        ended
    }

    /// Waits until the places of all of them are free. Those who read what happens here go on to the end of what there is.
    pub(super) async fn shutdown(&self) {
        self.closing.cancel();
        self.keepers.close();
        self.keepers.wait().await;
    }
}

/// A reader's place; free again soon after this is dropped.
struct Claim {
    reader: Uuid,
    /// Somebody else has taken the place, or this is dropped.
    ended: CancellationToken,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

/// Looks at a task that another process works on.
struct Looking {
    task: Uuid,
    reader: Uuid,
    store: Store,
    looks: Interval,
    /// What of its text has been said.
    said: String,
    place: u64,
    ready: VecDeque<RunEvent>,
    is_over: bool,
}

impl Looking {
    fn at(task: Uuid, reader: Uuid, store: Store) -> Self {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            task,
            reader,
            store,
            looks,
            said: String::new(),
            place: 0,
            ready: VecDeque::new(),
            is_over: false,
        }
    }

    fn events(self) -> BoxStream<'static, NumberedEvent> {
        stream::unfold(self, Self::next).boxed()
    }

    async fn next(mut self) -> Option<(NumberedEvent, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.place += 1;
                let id = EventId::new(self.task, self.place);
                return Some((NumberedEvent { id, event: Arc::new(event) }, self));
            }
            if self.is_over {
                return None;
            }
            self.looks.tick().await;
            match self.store.find_task(self.task).await {
                Ok(Some(task)) => self.note(task),
                Ok(None) => self.end(RunEvent::Failed(gone())),
                // The next look may succeed.
                Err(error) => tracing::warn!(run.id = %self.task, %error, "a task could not be looked at"),
            }
        }
    }

    fn note(&mut self, task: Task) {
        if task.run.status == RunStatus::Running {
            self.note_text(task.run.partial.as_deref().unwrap_or_default());
            // Taken over: what follows is for the other reader.
            self.is_over |= task.reader != Some(self.reader);
            return;
        }
        let (message, run) = (task.run.answer_message, &task.run);
        let usage = Usage {
            input_tokens: run.input_tokens.unsigned_abs(),
            output_tokens: run.output_tokens.unsigned_abs(),
            is_estimated: run.usage_estimated,
            cost: task.cost,
        };
        match TaskView::from(task).state {
            TaskState::Running => {}
            TaskState::Finished { content, .. } => {
                self.note_text(&content);
                self.end(RunEvent::Finished { message, number: None, usage });
            }
            TaskState::Failed { content, error, .. } => {
                self.note_text(&content);
                self.end(RunEvent::Failed(RunFailure { error, message, usage }));
            }
        }
    }

    /// Says what has been added to the text, or taken back from it.
    fn note_text(&mut self, text: &str) {
        let same: usize = self
            .said
            .chars()
            .zip(text.chars())
            .take_while(|(said, now)| said == now)
            .map(|(said, _)| said.len_utf8())
            .sum();
        if same < self.said.len() {
            self.ready.push_back(RunEvent::TextTakenBack { bytes: self.said.len() - same });
            self.said.truncate(same);
        }
        if let Some(piece) = text.get(same..).filter(|piece| !piece.is_empty()) {
            self.ready.push_back(RunEvent::Text(piece.to_owned()));
            self.said.push_str(piece);
        }
    }

    fn end(&mut self, last: RunEvent) {
        self.ready.push_back(last);
        self.is_over = true;
    }
}

/// The task went with its chat.
fn gone() -> RunFailure {
    let (error, _) = failure::of_stop(StopReason::Owner);
    RunFailure { error, message: None, usage: Usage::default() }
}

fn being_read() -> AppError {
    AppError::new(
        ErrorKind::Conflict,
        "task_being_read",
        Text::new(
            "此任务的流已有一个连接，每个任务只能有一个",
            "Somebody is reading this task's stream; there can be one reader at a time",
        ),
    )
}
