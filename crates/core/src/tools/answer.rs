//! The tools of one answer: those that it may call, for whoever asked.

use std::sync::Arc;

use async_trait::async_trait;
use wenshu_answer::{DataTool, Tool, ToolError, ToolOutput, ToolRequest, Toolbox};

use super::{OwnedTool, Owner, Tools};
use crate::Actor;

/// What an answer may call.
pub(crate) struct AnswerTools {
    pub(crate) all: Arc<Tools>,
    pub(crate) actor: Actor,
    /// Those that may be called.
    pub(crate) allowed: Vec<OwnedTool>,
    /// Asks data; none where there is no connection to ask.
    pub(crate) data: Option<DataTool>,
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
            (Some(Owner::Data), Some(data)) => data.call(request).await,
            (Some(Owner::Data), None) => Err(ToolError::new("There is no database to ask.")),
            (Some(Owner::Stocks), _) => self.all.call_stocks(&self.actor, request).await,
            (Some(Owner::Server), _) => self.all.servers.call(request).await,
        }
    }
}
