//! MCP servers of the official SDKs, which the test command has started: what tools they have is in `xtask/python/mcp/peer.py` and
//! `xtask/node/mcp/peer.mjs`.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
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

    /// Starts one more of the TypeScript SDK over HTTP, at this port, or with 0 at one that the system chooses.
    ///
    /// # Panics
    ///
    /// When it can't be started there.
    pub async fn start_over_http(&self, port: u16) -> OwnMcpPeer {
        self.start(port, &[]).await
    }

    /// The same, of one that offers what others only learn.
    ///
    /// # Panics
    ///
    /// When it can't be started there.
    pub async fn start_learned_over_http(&self, port: u16) -> OwnMcpPeer {
        self.start(port, &["learned"]).await
    }

    /// The same as [`start_over_http`](Self::start_over_http), of one that replies to each request in one piece, and not as a stream.
    ///
    /// # Panics
    ///
    /// When it can't be started there.
    pub async fn start_with_whole_replies(&self, port: u16) -> OwnMcpPeer {
        self.start(port, &["json"]).await
    }

    async fn start(&self, port: u16, more: &[&str]) -> OwnMcpPeer {
        let mut command = Command::new(&self.program);
        command.arg(&self.script).arg(port.to_string()).args(more).env("PEER_SECRET", &self.secret);
        let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("a process");
        let output = process.stdout.take().expect("its output");
        // It says its port once it listens.
        let said = BufReader::new(output).lines().next_line().await.expect("a line").expect("its port");
        OwnMcpPeer { process, port: said.parse().expect("a port"), secret: self.secret.clone() }
    }

    /// What a configuration says of a process of one's own, spoken to over its standard input and output.
    pub fn as_process(&self) -> Value {
        json!({"command": self.program, "args": [self.script], "env": {"PEER_SECRET": self.secret}})
    }
}

/// A server over HTTP that a test has started, and ends with it.
#[derive(Debug)]
pub struct OwnMcpPeer {
    process: Child,
    /// Where it listens.
    pub port: u16,
    secret: String,
}

impl OwnMcpPeer {
    /// What a configuration says of it.
    pub fn entry(&self) -> Value {
        let url = format!("http://127.0.0.1:{}/mcp", self.port);
        json!({"type": "http", "url": url, "headers": {"X-Secret": self.secret}})
    }

    /// Ends it at once.
    ///
    /// # Panics
    ///
    /// When it can't be ended.
    pub async fn end(&mut self) {
        self.process.kill().await.expect("it ends");
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    ///
    /// When it can't be waited for.
    pub async fn ended(&mut self) {
        self.process.wait().await.expect("it ends");
    }
}
