//! What of a server's tools can be offered to a model: those whose names and sizes every provider takes.

use serde_json::Value;
use wenshu_answer::Tool;

/// The longest name, in characters.
const LONGEST_NAME: usize = 64;

/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 4_096;

/// The largest schema, in bytes.
const LARGEST_SCHEMA: usize = 64 * 1024;

/// The most tools of one server.
const MOST_TOOLS: usize = 128;

/// The tools of a server that can be offered, as its list of them is read: what can't be is dropped at once, so that no list takes memory
/// without end.
#[derive(Default)]
pub(crate) struct Offering {
    tools: Vec<Tool>,
    left_out: usize,
}

impl Offering {
    /// Takes what can be offered of some more tools.
    pub(crate) fn add(&mut self, tools: Vec<rmcp::model::Tool>) {
        for tool in tools {
            let schema = Value::Object((*tool.input_schema).clone());
            let fits = has_fitting_name(&tool.name)
                && schema.to_string().len() <= LARGEST_SCHEMA
                && !self.is_full()
                && self.tools.iter().all(|other| other.name != tool.name);
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

    /// Whether no more can be offered, whatever there is.
    pub(crate) fn is_full(&self) -> bool {
        self.tools.len() >= MOST_TOOLS
    }

    /// The tools; `has_more` says that there are some that weren't looked at.
    pub(crate) fn finish(self, server: &str, has_more: bool) -> Vec<Tool> {
        if self.left_out > 0 || has_more {
            // Not their names, which may be anything.
            tracing::warn!(
                server,
                tools.left_out = self.left_out,
                tools.has_more = has_more,
                "tools of an MCP server can't be offered: their names, their schemas or their number don't fit"
            );
        }
        self.tools
    }
}

fn has_fitting_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_provider_takes_is_left_out() {
        let tool = |name: &str| -> rmcp::model::Tool {
            serde_json::from_value(
                json!({"name": name, "description": "长".repeat(5_000), "inputSchema": {"type": "object"}}),
            )
            .unwrap()
        };
        let long = "x".repeat(65);
        let names = ["good-One_1", "no space", "", long.as_str(), "good-One_1", "天气"];
        let mut offering = Offering::default();
        // Those of one page are no others than those of the one before.
        offering.add(names.map(tool).to_vec());
        offering.add(names.map(tool).to_vec());
        assert!(!offering.is_full());
        let offered = offering.finish("test", false);
        assert_eq!(offered.len(), 1);
        assert_eq!(offered[0].name, "good-One_1");
        assert_eq!(offered[0].description.chars().count(), LONGEST_DESCRIPTION);
        assert_eq!(offered[0].parameters, json!({"type": "object"}));
    }
}
