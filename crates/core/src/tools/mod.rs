//! Tools: what there is for a model to call, what an answer may call of it, and the call itself.
//!
//! Three sorts make one list: asking data, stocks ([`stocks`] reads quotes), and what the operator's servers offer. A server's tool
//! takes the place of one of ours that has its name; where a server is to have the quotes, none of ours stands in for it. [`answer`] is
//! the tools of one answer, [`check`] what an operator is told of the quotes.

mod answer;
mod check;
mod one_table;
mod quotes;
mod stocks;

use std::sync::{Arc, Mutex};

use chrono_tz::Tz;
use wenshu_answer::{DataTool, Tool, Toolbox};
use wenshu_sources::Limits;
use wenshu_store::Store;

pub use self::check::{QuotesFault, QuotesFound};
pub use self::quotes::QuotesTable;

pub(crate) use self::answer::{AnswerTools, KeptReach};
pub(crate) use self::quotes::note_of_demo;

use self::one_table::OneTable;

use crate::clock::Clock;
use crate::connections::Connections;
use crate::runs::talk::Subject;
use crate::{AppError, CoreSettings, ErrorKind, Text};

/// The name of the tool that asks the caller's default connection.
pub const QUERY_DATA: &str = wenshu_answer::tool::QUERY_DATA;

/// A tool, and who carries out its calls: that is settled when an answer begins.
#[derive(Clone, Debug)]
pub(crate) struct OwnedTool {
    pub(crate) tool: Tool,
    pub(crate) owner: Owner,
}

/// Who carries out the calls of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// We do: it asks a connection.
    Data,
    /// We do: it reads quotes.
    Stocks,
    /// One of the operator's servers does.
    Server,
}

impl OwnedTool {
    /// Whether it is one of ours that reads prices of stocks: what it may read, the built-in engine may.
    pub(crate) fn reads_prices(&self) -> bool {
        self.owner == Owner::Stocks && stocks::OF_PRICES.contains(&self.tool.name.as_str())
    }
}

/// All tools there are.
pub struct Tools {
    /// Those of the operator's servers.
    servers: Arc<dyn Toolbox>,
    store: Store,
    clock: Arc<dyn Clock>,
    connections: Arc<Connections>,
    quotes: QuotesTable,
    /// The server that has the quotes, where one is to have them.
    quotes_server: Option<String>,
    /// The source of quotes as it was last used.
    quotes_source: Mutex<Option<Arc<OneTable>>>,
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
            quotes_server: settings.quotes_server.clone(),
            quotes_source: Mutex::default(),
            limits: settings.query_limits,
            zone: settings.zone,
        }
    }

    /// All there are now: ours first, then those of servers, which take the place of ours that have their names.
    async fn list(&self) -> Vec<OwnedTool> {
        let offered = self.servers.tools().await;
        let mut all = vec![OwnedTool { tool: DataTool::description(), owner: Owner::Data }];
        let is_ours = |tool: &Tool| self.quotes_server.is_none() || tool.name == stocks::FAVOURITES;
        let stocks = stocks::descriptions().into_iter().filter(is_ours);
        all.extend(stocks.map(|tool| OwnedTool { tool, owner: Owner::Stocks }));
        all.retain(|ours| offered.iter().all(|theirs| theirs.name != ours.tool.name));
        all.extend(offered.into_iter().map(|tool| OwnedTool { tool, owner: Owner::Server }));
        all
    }

    /// Those that an answer may call: the named ones, or without names those of what is talked about.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `tools`, with the names that don't exist and those that do; `Unavailable` where a server has the quotes and can't
    /// be reached.
    pub(crate) async fn allowed(
        &self,
        names: &[String],
        subject: Subject,
    ) -> Result<Vec<OwnedTool>, AppError> {
        let default: Vec<String>;
        let is_default = names.is_empty();
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
        if let Some(server) = &self.quotes_server {
            let wanted = names.iter().any(|name| Self::has_quotes(name));
            if wanted && !tools.iter().any(|owned| Self::has_quotes(&owned.tool.name)) {
                tracing::warn!(server, "the server that `quotes_server` names offers no quotes");
                return Err(AppError::new(
                    ErrorKind::Unavailable,
                    "quotes_unavailable",
                    Text::new(
                        "行情由服务器配置的外部工具提供，目前无法使用，请稍后再试或联系管理员",
                        "Quotes come from tools of another server, which can't be used at the moment; try again later or ask an operator",
                    ),
                ));
            }
            // It needn't have all of those that are meant where none is named.
            if is_default {
                tools.retain(|owned| names.contains(&owned.tool.name));
                return Ok(tools);
            }
        }
        let unknown: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| !tools.iter().any(|owned| owned.tool.name == *name))
            .collect();
        if !unknown.is_empty() {
            let known: Vec<&str> = tools.iter().map(|owned| owned.tool.name.as_str()).collect();
            let (unknown, known) = (unknown.join(", "), known.join(", "));
            return Err(AppError::invalid(
                "tools",
                Text::new(
                    format!("没有名为 {unknown} 的工具，现有：{known}"),
                    format!("has no tool called {unknown}; there is: {known}"),
                ),
            ));
        }
        tools.retain(|owned| names.contains(&owned.tool.name));
        Ok(tools)
    }

    /// Whether a tool of this name is about stocks, whoever has it.
    pub(crate) fn is_about_stocks(name: &str) -> bool {
        stocks::NAMES.contains(&name)
    }
}
