//! What of a server's tools can be offered to a model: those whose names and sizes every provider takes.

use std::collections::BTreeSet;

use rmcp::model::PaginatedRequestParams;
use rmcp::service::{Peer, RoleClient, ServiceError};
use serde_json::{Map, Value};
use wenshu_answer::Tool;

/// The longest name, in characters.
const LONGEST_NAME: usize = 64;

/// The longest description, in characters. A provider that takes less is sent less.
const LONGEST_DESCRIPTION: usize = 4_096;

/// The largest schema, in bytes.
const LARGEST_SCHEMA: usize = 64 * 1024;

/// The most tools of one server.
const MOST_TOOLS: usize = 128;

/// The most pages of a list that are asked for: some servers give the same one for ever.
const MOST_PAGES: usize = 32;

/// The tools of a server that can be offered, as they come.
pub(crate) struct Offer<'a> {
    server: &'a str,
    is_others: fn(&str) -> bool,
    tools: Vec<Tool>,
    left_out: usize,
}

impl<'a> Offer<'a> {
    /// None yet of the server of this name; those of which `is_others` says so aren't this one's to offer.
    pub(crate) fn new(server: &'a str, is_others: fn(&str) -> bool) -> Self {
        Self { server, is_others, tools: Vec::new(), left_out: 0 }
    }

    /// Asks a server for its tools, page by page: all of them, or as many as can be offered.
    ///
    /// # Errors
    ///
    /// When it can't say what it has.
    pub(crate) async fn ask(mut self, server: &Peer<RoleClient>) -> Result<Vec<Tool>, ServiceError> {
        let mut cursors = BTreeSet::new();
        let mut page = None;
        for _ in 0..MOST_PAGES {
            let params = PaginatedRequestParams::default().with_cursor(page.take());
            let listed = server.list_tools(Some(params)).await?;
            self.add(listed.tools);
            // One that was followed before leads where it led then. An empty one is one like any other.
            let next = listed.next_cursor.filter(|cursor| cursors.insert(cursor.clone()));
            if next.is_none() || self.tools.len() >= MOST_TOOLS {
                break;
            }
            page = next;
        }
        Ok(self.finish())
    }

    fn add(&mut self, tools: Vec<rmcp::model::Tool>) {
        for tool in tools {
            if (self.is_others)(&tool.name) || self.tools.iter().any(|other| other.name == tool.name) {
                continue;
            }
            let schema = taken_everywhere((*tool.input_schema).clone());
            let fits = has_fitting_name(&tool.name)
                && schema.to_string().len() <= LARGEST_SCHEMA
                && self.tools.len() < MOST_TOOLS;
            if !fits {
                self.left_out += 1;
                continue;
            }
            let description = tool.description.unwrap_or_default();
            self.tools.push(Tool {
                name: tool.name.into_owned(),
                description: description.chars().take(LONGEST_DESCRIPTION).collect(),
                parameters: schema,
            });
        }
    }

    fn finish(self) -> Vec<Tool> {
        if self.left_out > 0 {
            // Not their names, which may be anything.
            tracing::warn!(
                server = self.server,
                tools.left_out = self.left_out,
                "tools of an MCP server can't be offered: their names, their schemas or their number don't fit"
            );
        }
        self.tools
    }
}

/// A schema of arguments as every provider takes it: one of a tool without any may say less, and is refused by some, with all that is
/// asked beside it.
fn taken_everywhere(mut schema: Map<String, Value>) -> Value {
    // Arguments are an object, whatever it says.
    schema.insert("type".to_owned(), Value::from("object"));
    if !schema.get("properties").is_some_and(Value::is_object) {
        schema.insert("properties".to_owned(), Value::Object(Map::new()));
    }
    Value::Object(schema)
}

fn has_fitting_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn offered(tools: Vec<rmcp::model::Tool>) -> Vec<Tool> {
        let mut offer = Offer::new("test", |name| name == "others");
        offer.add(tools);
        offer.finish()
    }

    #[test]
    fn what_no_provider_takes_is_left_out() {
        let tool = |name: &str| -> rmcp::model::Tool {
            serde_json::from_value(
                json!({"name": name, "description": "长".repeat(5_000), "inputSchema": {"type": "object"}}),
            )
            .unwrap()
        };
        let long = "x".repeat(65);
        let names = ["good-One_1", "no space", "", long.as_str(), "good-One_1", "天气", "others"];
        let offered = offered(names.map(tool).to_vec());
        assert_eq!(offered.len(), 1);
        assert_eq!(offered[0].name, "good-One_1");
        assert_eq!(offered[0].description.chars().count(), LONGEST_DESCRIPTION);
        assert_eq!(offered[0].parameters, json!({"type": "object", "properties": {}}));
    }

    #[test]
    fn a_schema_says_what_every_provider_wants_it_to_say() {
        let nothing = json!({"type": "object", "properties": {}});
        let of_one =
            json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
        for (given, expected) in [
            (json!({}), nothing.clone()),
            (json!({"type": "object"}), nothing.clone()),
            (json!({"type": "object", "properties": null}), nothing.clone()),
            (json!({"type": ["object", "null"], "properties": {}}), nothing),
            (
                json!({"additionalProperties": false}),
                json!({"type": "object", "properties": {}, "additionalProperties": false}),
            ),
            (of_one.clone(), of_one),
        ] {
            let tool = serde_json::from_value(json!({"name": "find", "inputSchema": given})).unwrap();
            assert_eq!(offered(vec![tool])[0].parameters, expected, "{given}");
        }
    }
}
