//! Tools: what there is for a model to call, what an answer may call of it, and the call itself.
//!
//! Three sorts make one list: asking data, stocks ([`stocks`] reads quotes), and what the operator's servers offer. A server's tool
//! takes the place of one of ours that has its name. [`answer`] is the tools of one answer.

mod answer;
mod quotes;
mod stocks;

use std::sync::Arc;

use chrono_tz::Tz;
use wenshu_answer::{DataTool, Tool, Toolbox};
use wenshu_sources::Limits;
use wenshu_store::Store;

pub use self::quotes::QuotesTable;

pub(crate) use self::answer::AnswerTools;
pub(crate) use self::quotes::note_of_demo;

use crate::clock::Clock;
use crate::connections::Connections;
use crate::runs::talk::Subject;
use crate::{AppError, CoreSettings, Text};

/// The name of the tool that asks the caller's default connection.
pub const QUERY_DATA: &str = wenshu_answer::tool::QUERY_DATA;

/// All tools there are.
pub struct Tools {
    /// Those of the operator's servers.
    servers: Arc<dyn Toolbox>,
    store: Store,
    clock: Arc<dyn Clock>,
    connections: Arc<Connections>,
    quotes: QuotesTable,
    limits: Limits,
    zone: Tz,
}

impl Tools {
    pub(crate) fn new(
        settings: &CoreSettings,
        servers: Arc<dyn Toolbox>,
        store: Store,
        clock: Arc<dyn Clock>,
        connections: Arc<Connections>,
    ) -> Self {
        Self {
            servers,
            store,
            clock,
            connections,
            quotes: settings.quotes.clone(),
            limits: settings.query_limits,
            zone: settings.zone,
        }
    }

    /// All there are now, as a model is told of them: ours first, then those of servers.
    pub async fn list(&self) -> Vec<Tool> {
        let offered = self.servers.tools().await;
        let is_replaced = |tool: &Tool| offered.iter().any(|theirs| theirs.name == tool.name);
        let mut ours = vec![DataTool::description()];
        ours.extend(stocks::descriptions());
        ours.retain(|tool| !is_replaced(tool));
        ours.extend(offered);
        ours
    }

    /// Those that an answer may call: the named ones, or without names those of what is talked about.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `tools`, with the names that don't exist and those that do.
    pub(crate) async fn allowed(&self, names: &[String], subject: Subject) -> Result<Vec<Tool>, AppError> {
        let default: Vec<String>;
        let names = if names.is_empty() {
            default = match subject {
                Subject::Anything => return Ok(Vec::new()),
                Subject::Data => vec![QUERY_DATA.to_owned()],
                Subject::Stocks => stocks::NAMES.map(str::to_owned).to_vec(),
            };
            &default
        } else {
            names
        };
        let mut tools = self.list().await;
        let unknown: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| !tools.iter().any(|tool| tool.name == *name))
            .collect();
        if !unknown.is_empty() {
            let known: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
            let (unknown, known) = (unknown.join(", "), known.join(", "));
            return Err(AppError::invalid(
                "tools",
                Text::new(
                    format!("没有名为 {unknown} 的工具，现有：{known}"),
                    format!("has no tool called {unknown}; there is: {known}"),
                ),
            ));
        }
        tools.retain(|tool| names.contains(&tool.name));
        Ok(tools)
    }

    /// Whether a tool of this name is about stocks, whoever has it.
    pub(crate) fn is_about_stocks(name: &str) -> bool {
        stocks::NAMES.contains(&name)
    }
}
