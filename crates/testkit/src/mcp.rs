//! MCP servers of the official SDKs, which the test command has started: what tools they have is in `xtask/python/mcp/peer.py` and
//! `xtask/node/mcp/peer.mjs`.

use serde_json::{Value, json};
use url::Url;

/// A server of one SDK: one that runs, and how to start another.
#[derive(Clone, Debug)]
pub struct McpPeer {
    url: Url,
    secret: String,
    program: String,
    script: String,
}

impl McpPeer {
    /// The one of the Python SDK.
    ///
    /// # Panics
    ///
    /// Where none has been started for the tests.
    pub fn python() -> Self {
        Self::at("WENSHU_TEST_MCP_PYTHON_URL", "mcp-python")
    }

    /// The one of the TypeScript SDK.
    ///
    /// # Panics
    ///
    /// Where none has been started for the tests.
    pub fn node() -> Self {
        Self::at("WENSHU_TEST_MCP_NODE_URL", "mcp-node")
    }

    fn at(variable: &str, service: &str) -> Self {
        let address = std::env::var(variable).unwrap_or_else(|_| {
            panic!(
                "these tests need an MCP server: run the tests through `cargo xtask test`, \
                 or start it with `cargo xtask services up {service}` and set {variable}"
            )
        });
        let mut url = Url::parse(&address).expect("an address");
        let secret = url.password().expect("a secret").to_owned();
        let part = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
                .expect("a path")
        };
        let (program, script) = (part("program"), part("script"));
        url.set_username("").expect("an address with a host");
        url.set_password(None).expect("an address with a host");
        url.set_query(None);
        Self { url, secret, program, script }
    }

    /// What a configuration says of the server that runs.
    pub fn over_http(&self) -> Value {
        json!({"type": "http", "url": self.url.as_str(), "headers": {"X-Secret": self.secret}})
    }

    /// What a configuration says of a process of one's own, spoken to over its standard input and output.
    pub fn as_process(&self) -> Value {
        json!({"command": self.program, "args": [self.script], "env": {"PEER_SECRET": self.secret}})
    }
}
