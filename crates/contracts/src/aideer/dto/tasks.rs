//! Bodies of `/tasks`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::runs::tasks::{TaskKind, TaskState, TaskView};
use wenshu_core::{AppError, Text};

use super::vocabulary::{TaskKindWord, TaskStatusWord};
use super::words::word;
use crate::http::form::{Checks, Given};

/// What pictures are asked for with.
const IMAGE: &str = "image_generation";

const KINDS: &[(&str, TaskKind)] =
    &[("chat_generation", TaskKind::Message), ("title_generation", TaskKind::Title)];

/// A task to be begun.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct TaskBody {
    /// The chat that is written to.
    #[serde(default)]
    #[schema(value_type = Uuid, required = true)]
    chat_id: Given<Uuid>,
    /// `chat_generation` for its next message, `title_generation` for its title.
    #[serde(default, rename = "type")]
    #[schema(value_type = TaskKindWord, required = true)]
    kind: Given<String>,
}

impl TaskBody {
    /// The chat, and what is to be written.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(Uuid, TaskKind), AppError> {
        let Self { chat_id, kind } = self;
        let mut checks = Checks::default();
        let chat = checks.required("chat_id", chat_id);
        let kind = match kind {
            Given::Absent | Given::Null => {
                checks.missing("type");
                None
            }
            Given::Value(kind) if kind == IMAGE => {
                checks.fault("type", Text::new("还没有能生成图片的模型", "no model here makes pictures yet"));
                None
            }
            kind => word(&mut checks, "type", kind, KINDS),
        };
        match (chat, kind) {
            (Some(chat), Some(kind)) if checks.is_clean() => Ok((chat, kind)),
            _ => Err(checks.into_error()),
        }
    }
}

/// A task as this contract shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
pub struct TaskDto {
    task_id: Uuid,
    #[schema(value_type = TaskStatusWord)]
    status: &'static str,
}

impl TaskDto {
    /// One that has just begun.
    pub fn begun(id: Uuid) -> Self {
        Self { task_id: id, status: "pending" }
    }
}

impl From<&TaskView> for TaskDto {
    fn from(task: &TaskView) -> Self {
        let TaskView { id, state } = task;
        let status = match state {
            TaskState::Running => "running",
            TaskState::Finished { .. } => "finished",
            TaskState::Failed { .. } => "failed",
        };
        Self { task_id: *id, status }
    }
}
