//! The tools of one answer: those that it may call, for whoever asked.

use std::sync::{Arc, Mutex, PoisonError};

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
    /// What this answer has kept of whether that connection can be reached.
    pub(crate) kept: KeptReach,
}

/// What an answer has kept last of whether a connection can be reached, if anything.
#[derive(Default)]
pub(crate) struct KeptReach(Mutex<Option<bool>>);

impl KeptReach {
    /// Keeps this: what was kept until then, where nothing was by this answer what the connection came with.
    fn change(&self, reached: bool, before: Option<bool>) -> Option<bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(reached).or(before)
    }
}

impl AnswerTools {
    /// Keeps what a call has found of the connection, against what is kept by now.
    async fn note_reached(&self, connection: &Connection, reached: bool) {
        let last_reached = self.kept.change(reached, connection.last_reached);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_of_a_connection_is_told_from_what_was_kept_before() {
        for (before, found, expected) in [
            (Some(false), [false, true, false], [Some(false), Some(false), Some(true)]),
            (Some(false), [true, false, false], [Some(false), Some(true), Some(false)]),
            (None, [true, true, false], [None, Some(true), Some(true)]),
        ] {
            let kept = KeptReach::default();
            assert_eq!(found.map(|reached| kept.change(reached, before)), expected, "{before:?} {found:?}");
        }
    }
}
