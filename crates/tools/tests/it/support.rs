//! What the modules need.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use wenshu_answer::{AnswerEvent, Language, ToolError, ToolOutput, ToolRequest, Toolbox as _};
use wenshu_tools::{McpConfig, McpServers, ServerTimes};

/// Servers by their names and what a configuration says of each.
pub(crate) fn servers(entries: &[(&str, Value)]) -> McpServers {
    servers_within(entries, patient())
}

pub(crate) fn servers_within(entries: &[(&str, Value)], times: ServerTimes) -> McpServers {
    let entries: Map<String, Value> =
        entries.iter().map(|(name, entry)| ((*name).to_owned(), entry.clone())).collect();
    let config = McpConfig::parse(&json!({"mcpServers": entries}).to_string()).unwrap();
    McpServers::new(config, times).unwrap()
}

/// Times that a busy machine keeps.
pub(crate) fn patient() -> ServerTimes {
    let long = Duration::from_secs(60);
    ServerTimes { opening: long, patience: long, ..ServerTimes::default() }
}

/// Times that a test can wait for.
pub(crate) fn soon() -> ServerTimes {
    ServerTimes { call: Duration::from_millis(1_500), rest: Duration::ZERO, ..patient() }
}

pub(crate) async fn names(servers: &McpServers) -> Vec<String> {
    servers.tools().await.into_iter().map(|tool| tool.name).collect()
}

pub(crate) async fn call(
    servers: &McpServers,
    name: &str,
    arguments: Value,
) -> Result<ToolOutput, ToolError> {
    let request = ToolRequest {
        name,
        arguments: arguments.as_object().unwrap(),
        language: Language::En,
        events: &|_: AnswerEvent| {},
        cancel: &CancellationToken::new(),
    };
    servers.call(request).await
}

/// What a call says, whatever it is.
pub(crate) async fn said(servers: &McpServers, name: &str, arguments: Value) -> String {
    match call(servers, name, arguments).await {
        Ok(output) => output.text,
        Err(error) => format!("error: {}", error.message),
    }
}
