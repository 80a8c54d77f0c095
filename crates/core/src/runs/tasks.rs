//! Tasks: runs that write the next message or the title of a chat, for credits.
//!
//! A task is known by its id alone: whoever has that may look at it, follow it ([`follow`](super::follow)) and, once it is over, delete
//! it.

use uuid::Uuid;
use wenshu_answer::{Language, Prompt, chat};
use wenshu_store::{ChatMessage, NewTask, RunKind, RunStatus, Task};

use super::job::{Job, TaskJob, cost};
use super::{Runs, failure, work};
use crate::chats::{ChatParameters, messages, presets};
use crate::{Actor, AppError, ErrorKind, Text, chats};

/// How many tokens a reply is taken for while it isn't known.
const USUAL_REPLY: u64 = 512;

/// Where a key of a task is given.
const KEY_FIELD: &str = "header.idempotency-key";

/// How often a chat is read that is changed between reading and beginning.
const READINGS: u32 = 8;

/// What a task writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskKind {
    /// The next message of the chat.
    Message,
    /// The title of the chat.
    Title,
}

impl TaskKind {
    fn stored(self) -> RunKind {
        match self {
            Self::Message => RunKind::Chat,
            Self::Title => RunKind::Title,
        }
    }
}

/// A task to be begun.
#[derive(Clone, Debug)]
pub struct TaskOrder {
    /// The chat that is written to.
    pub chat: Uuid,
    /// What is written.
    pub kind: TaskKind,
    /// The language of what is said of it.
    pub language: Language,
    /// Under which it is begun once, however often it is asked for: 1–255 printable ASCII characters.
    pub key: Option<String>,
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

impl Runs {
    /// Begins a task on a chat of the caller's.
    ///
    /// # Errors
    ///
    /// `Forbidden`: for a visitor, for somebody else's chat, and (code `no_credits`) when no credits are left after what running tasks
    /// hold, unless the caller is an admin. `NotFound` (chat, model). `Invalid`: there is nothing to reply to, a picture that was said last
    /// can't be shown to a model, the preset is for pictures, or (naming its header) the key was given for another task. `Conflict` (the chat is still
    /// being written to), `TooMany`, `Unavailable`.
    pub async fn begin_task(&self, actor: &Actor, order: TaskOrder) -> Result<Uuid, AppError> {
        actor.may_write()?;
        let mut tries_left = READINGS;
        loop {
            tries_left -= 1;
            if let Some(begun) = self.begun_before(actor, &order).await? {
                return Ok(begun);
            }
            match self.try_to_begin_task(actor, &order).await {
                // What it was to reply to has been followed by more, or the same was asked for at the same moment: it is read again.
                Err(error)
                    if matches!(error.code(), failure::CHAT_CHANGED | failure::KEY_TAKEN)
                        && tries_left > 0 => {}
                // What the chat is waiting for may be this task.
                Err(error) if order.key.is_some() && error.code() == work::STILL_ANSWERING => {
                    return self.begun_before(actor, &order).await?.ok_or(error);
                }
                begun => return begun,
            }
        }
    }

    /// The task that was begun under the order's key.
    async fn begun_before(&self, actor: &Actor, order: &TaskOrder) -> Result<Option<Uuid>, AppError> {
        let Some(key) = &order.key else { return Ok(None) };
        let Some((task, chat, kind)) = self.store.task_of_key(actor.id(), key).await? else {
            return Ok(None);
        };
        if chat == order.chat && kind == order.kind.stored() {
            return Ok(Some(task));
        }
        Err(AppError::invalid(
            KEY_FIELD,
            Text::new(
                "此键已用于另一个任务，请换一个",
                "has been used for another task; give each task a key of its own",
            ),
        ))
    }

    async fn try_to_begin_task(&self, actor: &Actor, order: &TaskOrder) -> Result<Uuid, AppError> {
        let TaskOrder { chat, kind, language, ref key } = *order;
        let (said, last_message) = match self.store.find_chat(actor.id(), chat).await? {
            wenshu_store::Found::Own(chat) => (chat.messages, chat.last_message),
            wenshu_store::Found::Missing => return Err(chats::not_found()),
            _ => return Err(chats::not_yours()),
        };
        let (before, parameters) = self.beginning_of(actor, chat, kind).await?;
        let (kind, prompt) = match kind {
            TaskKind::Title => {
                let words = messages::words_of(&said);
                if words.is_empty() {
                    return Err(nothing_said());
                }
                (RunKind::Title, chat::title_prompt(&words))
            }
            TaskKind::Message => {
                messages::check_pictures(&said)?;
                let mut messages = messages::as_prompt(&before);
                messages.extend(messages::as_prompt(&said));
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
        let is_paid = chosen.multiplier > 0;
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
            last_message,
            key: key.clone(),
            kind,
            model,
            hold,
            // One that costs nothing is for those who have none too.
            needs_credit: !actor.is_admin() && is_paid,
            started_at: self.clock.now(),
        };
        Ok(self.start(work, work::Beginning::Task(new)).await?.run)
    }

    /// What comes before the messages of a chat of the caller's, and how its model is asked.
    pub(super) async fn beginning_of(
        &self,
        actor: &Actor,
        chat: Uuid,
        kind: TaskKind,
    ) -> Result<(Vec<ChatMessage>, ChatParameters), AppError> {
        match &self.store.preset_of_chat(actor.id(), chat).await? {
            Some(preset) if kind == TaskKind::Message && !presets::is_for_chats(preset) => {
                Err(for_pictures())
            }
            Some(preset) => presets::beginning(preset),
            None => Ok((Vec::new(), ChatParameters::default())),
        }
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
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        let Task { run, cost, content, error_message, reader: _ } = task;
        let content = content.unwrap_or_default();
        let state = match run.status {
            RunStatus::Running => TaskState::Running,
            RunStatus::Finished => TaskState::Finished { content, cost },
            status => {
                let error = failure::of_stored(status, run.error_code.as_deref(), error_message);
                TaskState::Failed { content, cost, error }
            }
        };
        Self { id: run.id, state }
    }
}

pub(super) fn no_task() -> AppError {
    AppError::not_found("任务", "Task")
}

fn for_pictures() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        "preset_for_pictures",
        Text::new(
            "此聊天的预设用于生成图片，还没有能生成图片的模型；请改用聊天预设",
            "The chat's preset is for pictures, and no model here makes pictures yet; choose one for chats",
        ),
    )
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
