//! The tools of one answer: those that it may call, for whoever asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use wenshu_answer::{DataTool, Tool, ToolError, ToolOutput, ToolRequest, Toolbox};

use wenshu_store::Connection;

use super::{OwnedTool, Owner, Tools};
use crate::Actor;

/// What an answer may call.
pub(crate) struct AnswerTools {
    pub(crate) all: Arc<Tools>,
    pub(crate) actor: Actor,
    /// Those that may be called.
    pub(crate) allowed: Vec<OwnedTool>,
    /// Asks the data of a connection; none where there is none to ask.
    pub(crate) data: Option<(DataTool, Box<Connection>)>,
    /// Whether it is kept of that connection that it couldn't be reached, since this answer has tried.
    pub(crate) is_kept_unreachable: AtomicBool,
}

impl AnswerTools {
    /// Keeps what a call has found of the connection, against what is kept by now.
    async fn note_reached(&self, connection: &Connection, reached: bool) {
        let was_unreachable = self.is_kept_unreachable.swap(!reached, Ordering::Relaxed);
        let last_reached = if was_unreachable { Some(false) } else { connection.last_reached };
        let connection = Connection { last_reached, ..connection.clone() };
        self.all.connections.note_reached(&connection, reached).await;
    }
}

#[async_trait]
impl Toolbox for AnswerTools {
    async fn tools(&self) -> Vec<Tool> {
        self.allowed.iter().map(|owned| owned.tool.clone()).collect()
    }

    async fn call(&self, request: ToolRequest<'_>) -> Result<ToolOutput, ToolError> {
        let owned = self.allowed.iter().find(|owned| owned.tool.name == request.name);
        match (owned.map(|owned| owned.owner), &self.data) {
            (None, _) => Err(ToolError::unknown(request.name)),
            (Some(Owner::Data), Some((data, connection))) => {
                let given = data.call(request).await;
                if let Some(reached) = data.reached() {
                    self.note_reached(connection, reached).await;
                }
                given
            }
            (Some(Owner::Data), None) => Err(ToolError::new("There is no database to ask.")),
            (Some(Owner::Stocks), _) => self.all.call_stocks(&self.actor, request).await,
            (Some(Owner::Server), _) => self.all.servers.call(request).await,
        }
    }
}
