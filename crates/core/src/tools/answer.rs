//! The tools of one answer: those that it may call, for whoever asked.

use std::sync::Arc;

use async_trait::async_trait;
use wenshu_answer::{DataTool, Tool, ToolError, ToolOutput, ToolRequest, Toolbox};

use super::{QUERY_DATA, Tools};
use crate::Actor;

/// What an answer may call.
pub(crate) struct AnswerTools {
    pub(crate) all: Arc<Tools>,
    pub(crate) actor: Actor,
    /// Those that may be called.
    pub(crate) allowed: Vec<Tool>,
    /// Asks data; none where there is no connection to ask.
    pub(crate) data: Option<DataTool>,
}

#[async_trait]
impl Toolbox for AnswerTools {
    async fn tools(&self) -> Vec<Tool> {
        self.allowed.clone()
    }

    async fn call(&self, request: ToolRequest<'_>) -> Result<ToolOutput, ToolError> {
        let name = request.name;
        if !self.allowed.iter().any(|tool| tool.name == name) {
            return Err(ToolError::unknown(name));
        }
        // One of a server's takes the place of ours.
        if self.all.servers.tools().await.iter().any(|tool| tool.name == name) {
            return self.all.servers.call(request).await;
        }
        match &self.data {
            Some(data) if name == QUERY_DATA => data.call(request).await,
            _ if name == QUERY_DATA => Err(ToolError::new("There is no database to ask.")),
            _ if Tools::is_about_stocks(name) => self.all.call_stocks(&self.actor, request).await,
            _ => self.all.servers.call(request).await,
        }
    }
}
