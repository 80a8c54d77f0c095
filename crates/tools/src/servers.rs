//! What all servers offer together.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wenshu_answer::{Tool, ToolError, ToolOutput, ToolRequest, Toolbox};

use crate::config::McpConfig;
use crate::process::Groups;
use crate::server::{Server, Unopened};

/// How long servers are waited for.
#[derive(Clone, Copy, Debug)]
pub struct ServerTimes {
    /// For a call.
    pub call: Duration,
    /// For opening one: its process, its session and the list of its tools.
    pub opening: Duration,
    /// How long somebody who wants to know what there is waits for one that is being opened.
    pub patience: Duration,
    /// How long one is left alone that couldn't be opened, or of which two sessions in a row failed soon after they were opened and
    /// before they had answered anything; twice as long each time that it fails again, up to 32 times.
    pub rest: Duration,
    /// How long what one offers is taken for what it offers; after that it is asked again, beside the work. Of one that
    /// offers nothing it is `rest`, where that is less.
    pub fresh: Duration,
    /// For a sign that one that didn't answer a call still lives.
    pub sign_of_life: Duration,
    /// How long a session must have lived when a call of it begins to fail for that to be the first failure again.
    pub steady: Duration,
}

impl Default for ServerTimes {
    /// 60 seconds, 20, 5, 10, 300, 3 and 60.
    fn default() -> Self {
        Self {
            call: Duration::from_secs(60),
            opening: Duration::from_secs(20),
            patience: Duration::from_secs(5),
            rest: Duration::from_secs(10),
            fresh: Duration::from_secs(300),
            sign_of_life: Duration::from_secs(3),
            steady: Duration::from_secs(60),
        }
    }
}

/// MCP servers, as one set of tools. Of two tools of one name the first server's counts.
pub struct McpServers {
    servers: Vec<Arc<Server>>,
    tasks: Tasks,
    groups: Groups,
}

/// What goes on when nobody waits for it any more.
#[derive(Default)]
pub(crate) struct Tasks {
    pub(crate) tracker: TaskTracker,
    pub(crate) closing: CancellationToken,
}

impl McpServers {
    /// Servers as configured. Nothing is started or sent yet.
    ///
    /// # Errors
    ///
    /// When TLS can't be set up on this machine.
    pub fn new(config: McpConfig, times: ServerTimes) -> Result<Self, reqwest::Error> {
        // Whoever was first has chosen the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(times.opening)
            // A header of the operator's isn't for wherever a server points.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let servers = config.servers.into_iter();
        let groups = Groups::default();
        let servers =
            servers.map(|settings| Arc::new(Server::new(settings, times, http.clone(), groups.clone())));
        Ok(Self { servers: servers.collect(), tasks: Tasks::default(), groups })
    }

    /// Opens every one that isn't open: its name, and the names of the tools that it offers or why it can't be used.
    pub async fn look(&self) -> Vec<(String, Result<Vec<String>, Unopened>)> {
        let servers = self.servers.iter();
        let looking = servers.map(|server| async move { (server.name().to_owned(), server.look().await) });
        join_all(looking).await
    }

    /// Ends every session and process, in good order where they take part in it.
    pub async fn shut_down(&self) {
        self.tasks.closing.cancel();
        self.tasks.tracker.close();
        self.tasks.tracker.wait().await;
        join_all(self.servers.iter().map(|server| server.shut_down())).await;
    }

    /// Ends every process, whatever it is about: for whoever can't wait.
    pub fn end_at_once(&self) {
        self.tasks.closing.cancel();
        self.groups.end();
    }
}

#[async_trait]
impl Toolbox for McpServers {
    async fn tools(&self) -> Vec<Tool> {
        let mut offered: Vec<Tool> = Vec::new();
        for tools in join_all(self.servers.iter().map(|server| server.tools(&self.tasks))).await {
            for tool in tools.iter() {
                if offered.iter().all(|other| other.name != tool.name) {
                    offered.push(tool.clone());
                }
            }
        }
        offered
    }

    async fn call(&self, request: ToolRequest<'_>) -> Result<ToolOutput, ToolError> {
        let has = |server: &&Arc<Server>| server.known().iter().any(|tool| tool.name == request.name);
        match self.servers.iter().find(has) {
            Some(server) => server.call(request.name, request.arguments, &self.tasks).await,
            None => Err(ToolError::unknown(request.name)),
        }
    }
}
