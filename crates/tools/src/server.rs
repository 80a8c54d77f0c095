//! One server: opened when it is needed, asked within limits, and opened anew when it has ended.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use rmcp::handler::client::ClientHandler;
use rmcp::model::{CallToolRequestParams, ClientCapabilities, ClientConfig, Implementation};
use rmcp::service::{NotificationContext, RoleClient, RunningService, ServiceError, ServiceExt as _};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use wenshu_answer::{Tool, ToolError, ToolOutput};

use crate::config::{ServerPlace, ServerSettings};
use crate::servers::{ServerTimes, Tasks};
use crate::{offer, result};

/// What of our environment a process is given: nothing that could be a secret.
const KEPT_VARIABLES: [&str; 8] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME", "SHELL"];

/// How often the rest of a server that can't be opened is doubled.
const MOST_DOUBLINGS: u32 = 5;

/// How long the end of a session is waited for.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A server, whether it can be reached or not.
pub(crate) struct Server {
    name: String,
    place: ServerPlace,
    times: ServerTimes,
    http: reqwest::Client,
    /// Held while it is opened, so that it is opened once.
    session: Mutex<Session>,
    /// What it offered when it was last asked.
    known: RwLock<Arc<[Tool]>>,
    /// Whether what it offers has changed since.
    is_stale: Arc<AtomicBool>,
}

#[derive(Default)]
struct Session {
    open: Option<Arc<Open>>,
    /// Before when it isn't opened again.
    rests_until: Option<Instant>,
    /// How often in a row opening it has failed.
    failures: u32,
}

/// An open session.
struct Open {
    service: RunningService<RoleClient, Listener>,
}

impl Open {
    /// Whether the server has ended it.
    fn is_over(&self) -> bool {
        self.service.is_closed() || self.service.is_transport_closed()
    }

    /// Ends it without waiting: its process is asked to go, and made to if it stays.
    fn end(&self) {
        self.service.cancellation_token().cancel();
    }
}

/// Hears what a server says by itself.
#[derive(Clone)]
struct Listener {
    is_stale: Arc<AtomicBool>,
}

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        let ours = Implementation::new("wenshu", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(ClientCapabilities::default(), ours)
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.is_stale.store(true, Ordering::Relaxed);
    }
}

/// Why a server can't be opened. Never more of what it said than that.
enum Unopened {
    Start(std::io::ErrorKind),
    Session,
    Late,
}

impl Server {
    pub(crate) fn new(settings: ServerSettings, times: ServerTimes, http: reqwest::Client) -> Self {
        let ServerSettings { name, place } = settings;
        Self {
            name,
            place,
            times,
            http,
            session: Mutex::default(),
            known: RwLock::new(Arc::from([])),
            is_stale: Arc::default(),
        }
    }

    /// What it offers. One that has ended goes on offering what it had: a call opens it anew. One that takes long to open isn't waited
    /// for to the end, and one that can't be opened is left alone for a while.
    pub(crate) async fn tools(self: &Arc<Self>, tasks: &Tasks) -> Arc<[Tool]> {
        let known = self.known();
        if !known.is_empty() && !self.is_stale.load(Ordering::Relaxed) {
            return known;
        }
        let server = Arc::clone(self);
        let closing = tasks.closing.clone();
        let opening = tasks.tracker.spawn(async move {
            // What is wrong is logged there.
            let _ = closing.run_until_cancelled(server.open()).await;
        });
        let _ = timeout(self.times.patience, opening).await;
        self.known()
    }

    /// What it offered when it was last asked.
    pub(crate) fn known(&self) -> Arc<[Tool]> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Calls a tool, once.
    pub(crate) async fn call(
        &self,
        name: &str,
        arguments: &Map<String, Value>,
    ) -> Result<ToolOutput, ToolError> {
        let Some(open) = self.open().await else {
            return Err(ToolError::new("The server of this tool can't be reached at the moment."));
        };
        let mut params = CallToolRequestParams::new(name.to_owned());
        params.arguments = Some(arguments.clone());
        match timeout(self.times.call, open.service.call_tool(params)).await {
            Ok(Ok(called)) => result::read(called),
            Ok(Err(ServiceError::McpError(error))) => Err(ToolError::new(result::shortened(&error.message))),
            Ok(Err(error)) => {
                // What it said isn't said on: it may be anything.
                let is_over = open.is_over() || !matches!(error, ServiceError::UnexpectedResponse);
                tracing::warn!(server = self.name, is_over, "an MCP server failed in the middle of a call");
                if is_over {
                    self.close(&open).await;
                }
                Err(ToolError::new(
                    "The server of this tool failed in the middle of the call; whether it was carried out isn't known.",
                ))
            }
            Err(_elapsed) => {
                let seconds = self.times.call.as_secs_f64();
                tracing::warn!(server = self.name, seconds, "an MCP server didn't answer a call in time");
                // One that still lists its tools is slow; one that doesn't hangs, and the next call finds it opened anew.
                if !matches!(timeout(self.times.sign_of_life, open.service.list_tools(None)).await, Ok(Ok(_)))
                {
                    self.close(&open).await;
                }
                Err(ToolError::new(format!("The tool said nothing for {seconds} seconds.")))
            }
        }
    }

    /// Ends the session and its process, if there is one.
    pub(crate) async fn shut_down(&self) {
        let Some(open) = self.session.lock().await.open.take() else { return };
        match Arc::try_unwrap(open) {
            Ok(Open { mut service }) => {
                let _ = service.close_with_timeout(LAST_WORDS).await;
            }
            // A call is under way, which ends with the session.
            Err(open) => open.end(),
        }
    }

    /// The open session, with its tools known.
    async fn open(&self) -> Option<Arc<Open>> {
        let mut session = self.session.lock().await;
        if let Some(open) = session.open.clone() {
            if open.is_over() {
                tracing::warn!(server = self.name, "an MCP server has ended; it is opened anew");
                session.open = None;
            } else if !self.is_stale.swap(false, Ordering::Relaxed) || self.list(&open).await.is_some() {
                return Some(open);
            }
        }
        if session.rests_until.is_some_and(|end| Instant::now() < end) {
            return None;
        }
        let opened = timeout(self.times.opening, self.connect()).await.unwrap_or(Err(Unopened::Late));
        let open = match opened {
            Ok(open) => open,
            Err(why) => {
                self.complain(&why);
                // Longer each time: whoever asks has waited for it.
                let rest = self.times.rest * 2_u32.pow(session.failures.min(MOST_DOUBLINGS));
                session.rests_until = Some(Instant::now() + rest);
                session.failures += 1;
                return None;
            }
        };
        (session.rests_until, session.failures) = (None, 0);
        session.open = Some(Arc::clone(&open));
        Some(open)
    }

    /// Opens a session and asks what there is.
    async fn connect(&self) -> Result<Arc<Open>, Unopened> {
        let listener = Listener { is_stale: Arc::clone(&self.is_stale) };
        let service = match &self.place {
            ServerPlace::Process { command, arguments, environment } => {
                let mut process = Command::new(command);
                process.args(arguments).env_clear().kill_on_drop(true);
                for name in KEPT_VARIABLES {
                    if let Some(value) = std::env::var_os(name) {
                        process.env(name, value);
                    }
                }
                process.envs(environment.iter().map(|(name, value)| (name, value.expose_secret())));
                // What it writes there may be anything, a secret too: it has no place in our log.
                let spawned = TokioChildProcess::builder(process).stderr(Stdio::null()).spawn();
                let (transport, _no_stderr) = spawned.map_err(|error| Unopened::Start(error.kind()))?;
                listener.serve(transport).await.map_err(|_error| Unopened::Session)?
            }
            ServerPlace::Http { url, headers } => {
                let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
                config = config.custom_headers(headers.iter().filter_map(header).collect::<HashMap<_, _>>());
                let transport = StreamableHttpClientTransport::with_client(self.http.clone(), config);
                listener.serve(transport).await.map_err(|_error| Unopened::Session)?
            }
        };
        let open = Arc::new(Open { service });
        self.is_stale.store(false, Ordering::Relaxed);
        match self.list(&open).await {
            Some(tools) => {
                tracing::info!(server = self.name, tools, "an MCP server is open");
                Ok(open)
            }
            None => Err(Unopened::Session),
        }
    }

    /// Asks what it offers; how many tools that is.
    async fn list(&self, open: &Open) -> Option<usize> {
        let tools = timeout(self.times.opening, open.service.list_all_tools()).await;
        let tools = offer::offered(&self.name, tools.ok()?.ok()?);
        let count = tools.len();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = tools.into();
        Some(count)
    }

    /// Forgets a session that is of no use any more, and ends it.
    async fn close(&self, broken: &Arc<Open>) {
        let mut session = self.session.lock().await;
        if let Some(open) = session.open.take_if(|open| Arc::ptr_eq(open, broken)) {
            open.end();
        }
    }

    fn complain(&self, why: &Unopened) {
        let server = self.name.as_str();
        match why {
            Unopened::Start(kind) => {
                tracing::warn!(server, why = %kind, "an MCP server can't be started; check its command");
            }
            Unopened::Session => {
                tracing::warn!(server, "what was started or reached speaks no MCP, or refused to");
            }
            Unopened::Late => tracing::warn!(server, "an MCP server didn't open in time"),
        }
    }
}

/// A header as it is sent; what can't be was refused with the configuration.
fn header((name, value): (&String, &secrecy::SecretString)) -> Option<(HeaderName, HeaderValue)> {
    let mut value: HeaderValue = value.expose_secret().parse().ok()?;
    value.set_sensitive(true);
    Some((name.parse().ok()?, value))
}
