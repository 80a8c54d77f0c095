//! Tasks: runs that write the next message or the title of a chat, for credits.
//!
//! A task is known by its id alone: whoever has that may look at it, follow it and, once it is over, delete it. Its events are for one
//! reader at a time.

use std::sync::Arc;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wenshu_answer::{Language, Prompt, chat};
use wenshu_store::{NewTask, RunKind, RunStatus, Task};

use super::job::{Job, TaskJob, cost};
use super::{EventId, RunHandle, Runs, failure, handle, work};
use crate::chats::{ChatParameters, messages, presets};
use crate::{Actor, AppError, ErrorKind, Text, chats};

/// How many tokens a reply is taken for while it isn't known.
const USUAL_REPLY: u64 = 512;

/// What a task writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskKind {
    /// The next message of the chat.
    Message,
    /// The title of the chat.
    Title,
}

/// A task as whoever has its id sees it.
#[derive(Clone, Debug)]
pub struct TaskView {
    /// Identifies it.
    pub id: Uuid,
    /// How it stands.
    pub state: TaskState,
}

/// How a task stands.
#[derive(Clone, Debug)]
pub enum TaskState {
    /// It is being worked on.
    Running,
    /// It has written all of this.
    Finished {
        /// The message, or the title.
        content: String,
        /// What it cost, in credits.
        cost: i64,
    },
    /// It has written this at most.
    Failed {
        /// What there was by then.
        content: String,
        /// What it cost, in credits.
        cost: i64,
        /// Why.
        error: AppError,
    },
}

/// What following a task gives.
pub enum FollowedTask {
    /// Its events from the first one on. Whoever holds them is its reader.
    Live {
        /// The events.
        run: RunHandle,
        /// The last one that the reader has seen already, if it has seen any.
        seen: Option<u64>,
    },
    /// It is over.
    Over(TaskView),
}

impl Runs {
    /// Begins a task on a chat of the caller's.
    ///
    /// # Errors
    ///
    /// `Forbidden`: for a visitor, for somebody else's chat, and (code `no_credits`) when no credits are left after what running tasks
    /// hold, unless the caller is an admin. `NotFound` (chat, model), `Invalid` (there is nothing to reply to), `Conflict` (the chat is
    /// still being written to), `TooMany`, `Unavailable`.
    pub async fn begin_task(
        &self,
        actor: &Actor,
        chat: Uuid,
        kind: TaskKind,
        language: Language,
    ) -> Result<Uuid, AppError> {
        actor.may_write()?;
        let said = match self.store.find_chat(actor.id(), chat).await? {
            wenshu_store::Found::Own(chat) => messages::as_prompt(&chat.messages),
            wenshu_store::Found::Missing => return Err(chats::not_found()),
            _ => return Err(chats::not_yours()),
        };
        let preset = self.store.preset_of_chat(actor.id(), chat).await?;
        let (before, parameters) = match &preset {
            Some(preset) => presets::beginning(preset)?,
            None => (Vec::new(), ChatParameters::default()),
        };
        let (kind, prompt) = match kind {
            TaskKind::Title if said.is_empty() => return Err(nothing_said()),
            TaskKind::Title => (RunKind::Title, chat::title_prompt(&said)),
            TaskKind::Message => {
                let mut messages = messages::as_prompt(&before);
                messages.extend(said);
                if messages.is_empty() {
                    return Err(nothing_said());
                }
                let prompt = Prompt {
                    messages,
                    max_output_tokens: parameters.max_output_tokens(),
                    temperature: parameters.temperature,
                    sampling: parameters.sampling(),
                    ..Prompt::default()
                };
                (RunKind::Chat, prompt)
            }
        };
        let chosen = self.models.choose_model(actor, parameters.model.as_deref()).await?;
        let reply = parameters.max_output_tokens().map_or(USUAL_REPLY, |most| most.min(USUAL_REPLY));
        let hold = cost(chat::prompt_tokens(&prompt).saturating_add(reply), chosen.multiplier).max(1);
        let model = Some(chosen.model_id);
        let job = TaskJob { kind, model: chosen.model, prompt, language, multiplier: chosen.multiplier };
        // Nobody comes back to a task by asking for the same again.
        let work = self.work(actor, 0, Job::Task(job), chosen.label)?;
        let new = NewTask {
            id: work.run,
            owner: actor.id(),
            instance: self.instance,
            conversation: chat,
            kind,
            model,
            hold,
            needs_credit: !actor.is_admin(),
            started_at: self.clock.now(),
        };
        Ok(self.start(work, work::Beginning::Task(new)).await?.run)
    }

    /// How a task stands.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub async fn find_task(&self, id: Uuid) -> Result<TaskView, AppError> {
        self.store.find_task(id).await?.map(TaskView::from).ok_or_else(no_task)
    }

    /// Deletes a task that is over; what it wrote and cost stays.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Conflict` while it is running.
    pub async fn delete_task(&self, id: Uuid) -> Result<(), AppError> {
        if self.store.delete_task(id).await? {
            return Ok(());
        }
        self.find_task(id).await?;
        Err(AppError::new(
            ErrorKind::Conflict,
            "task_running",
            Text::new(
                "任务还在进行，完成后才能删除",
                "The task is still running; it can be deleted once it is over",
            ),
        ))
    }

    /// The events of a task, for one reader at a time. A reader who brings the last event that it saw takes the place of the one there
    /// is, whose events end then.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Conflict` when somebody is reading; `Unavailable` when another process works on it.
    pub async fn follow_task(&self, id: Uuid, last_event: Option<EventId>) -> Result<FollowedTask, AppError> {
        let task = self.store.find_task(id).await?.ok_or_else(no_task)?;
        if task.run.status != RunStatus::Running {
            return Ok(FollowedTask::Over(task.into()));
        }
        let seen = last_event.filter(|event| event.run == id).map(|event| event.place);
        let Some(log) = self.bus.find(task.run.owner, id) else {
            return Err(AppError::new(
                ErrorKind::Unavailable,
                "elsewhere",
                Text::new(
                    "任务在另一个服务进程中运行，请稍后再试",
                    "Another process works on this task; try again in a moment",
                ),
            ));
        };
        let claim = self.claims.claim(id, seen.is_some()).ok_or_else(being_read)?;
        let run = handle(&log, 0);
        let ended = claim.ended.clone();
        let events = run
            .events
            .take_until(async move { ended.cancelled().await })
            .map(move |event| {
                // Held for as long as the events are.
                let _ = &claim;
                event
            })
            .boxed();
        Ok(FollowedTask::Live { run: RunHandle { events, ..run }, seen })
    }
}

/// Who is reading the events of which task.
#[derive(Default)]
pub(super) struct Claims(DashMap<Uuid, CancellationToken>);

impl Claims {
    /// Makes the caller the reader, unless there is one; `takes_over` ends that one.
    fn claim(self: &Arc<Self>, task: Uuid, takes_over: bool) -> Option<Claim> {
        let ended = CancellationToken::new();
        match self.0.entry(task) {
            Entry::Vacant(place) => {
                place.insert(ended.clone());
            }
            Entry::Occupied(mut reader) if takes_over => reader.insert(ended.clone()).cancel(),
            Entry::Occupied(_) => return None,
        }
        Some(Claim { claims: Arc::clone(self), task, ended })
    }
}

/// A reader's place; free again when this is dropped.
struct Claim {
    claims: Arc<Claims>,
    task: Uuid,
    /// Somebody else has taken the place.
    ended: CancellationToken,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Who takes the place over cancels this one first, while it holds the entry.
        self.claims.0.remove_if(&self.task, |_, _| !self.ended.is_cancelled());
    }
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        let Task { run, cost, content } = task;
        let content = content.unwrap_or_default();
        let state = match run.status {
            RunStatus::Running => TaskState::Running,
            RunStatus::Finished => TaskState::Finished { content, cost },
            status => {
                let error = failure::of_stored(status, run.error_code.as_deref());
                // The title there is was not written by a task that failed.
                let content = if run.kind == RunKind::Title { String::new() } else { content };
                TaskState::Failed { content, cost, error }
            }
        };
        Self { id: run.id, state }
    }
}

fn no_task() -> AppError {
    AppError::not_found("任务", "Task")
}

fn nothing_said() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        "empty_chat",
        Text::new(
            "聊天里还没有可以回复的文字消息",
            "There is no message in the chat that could be replied to",
        ),
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reads_until_it_goes_or_another_takes_over() {
        let claims = Arc::new(Claims::default());
        let [task, other] = [1, 2].map(Uuid::from_u128);
        let first = claims.claim(task, false).unwrap();
        assert!(claims.claim(task, false).is_none());
        assert!(claims.claim(other, false).is_some());
        let second = claims.claim(task, true).unwrap();
        assert!(first.ended.is_cancelled());
        drop(first);
        assert!(claims.claim(task, false).is_none(), "the second one is reading");
        drop(second);
        assert!(claims.claim(task, false).is_some());
        assert!(claims.0.is_empty());
    }
}
