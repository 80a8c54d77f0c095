//! One server: opened when it is needed, asked within limits, and opened anew when it has ended.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use rmcp::ClientCacheConfig;
use rmcp::handler::client::ClientHandler;
use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ClientConfig, Implementation, PaginatedRequestParams,
};
use rmcp::service::{NotificationContext, RoleClient, RunningService, ServiceError, ServiceExt as _};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use wenshu_answer::{Tool, ToolError, ToolOutput};

use crate::config::{ServerPlace, ServerSettings};
use crate::paced::Paced;
use crate::process::{GroupedProcess, Groups};
use crate::servers::{ServerTimes, Tasks};
use crate::{offer::Offering, result};

/// What of our environment a process is given: nothing that could be a secret.
const KEPT_VARIABLES: [&str; 8] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME", "SHELL"];

/// How often the rest of a server that can't be opened, or fails again and again, is doubled.
const MOST_DOUBLINGS: u32 = 5;

/// The most pages of a list of tools that are read.
const MOST_PAGES: usize = 128;

/// How long the end of a session is waited for: a process that doesn't go when it is asked to is made to after six seconds.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(8);

/// A server, whether it can be reached or not.
pub(crate) struct Server {
    name: String,
    place: ServerPlace,
    times: ServerTimes,
    http: reqwest::Client,
    groups: Groups,
    /// Held while it is opened, so that it is opened once.
    session: Mutex<Session>,
    /// What it offered when it was last asked.
    known: RwLock<Arc<[Tool]>>,
    /// When that was; nothing before it was asked.
    asked_at: std::sync::Mutex<Option<Instant>>,
    /// Whether what it offers has changed since.
    is_stale: Arc<AtomicBool>,
    /// Whether it couldn't be opened the last time.
    is_unusable: AtomicBool,
}

#[derive(Default)]
struct Session {
    open: Option<Arc<Open>>,
    /// Before when it isn't opened again, and why it couldn't be.
    rests_until: Option<(Instant, Unopened)>,
    /// How often in a row opening it has failed.
    failures: u32,
    /// How often in a row a session has failed soon after it was opened, of no use by then.
    broken: u32,
}

/// An open session.
struct Open {
    service: RunningService<RoleClient, Listener>,
    since: Instant,
    /// Whether it has answered a call.
    has_answered: AtomicBool,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// Its process can't be started.
    #[error("it can't be started: {0}; check its `command`")]
    Start(std::io::ErrorKind),
    /// There is something, but no session with it.
    #[error(
        "what was started or reached speaks no MCP, or refused to; check its `command`, or its `url` and `headers`"
    )]
    Session,
    /// It takes too long.
    #[error("it didn't open in time; see whether it works by itself")]
    Late,
    /// Its sessions fail one after the other.
    #[error(
        "it fails in one call after the other, and is left alone for a while; see what it says by itself"
    )]
    Failing,
}

impl Server {
    pub(crate) fn new(
        settings: ServerSettings,
        times: ServerTimes,
        http: reqwest::Client,
        groups: Groups,
    ) -> Self {
        let ServerSettings { name, place } = settings;
        Self {
            name,
            place,
            times,
            http,
            groups,
            session: Mutex::default(),
            known: RwLock::new(Arc::from([])),
            asked_at: std::sync::Mutex::default(),
            is_stale: Arc::default(),
            is_unusable: AtomicBool::default(),
        }
    }

    /// What it offers. One that has ended goes on offering what it had: a call opens it anew. One that takes long to open isn't waited
    /// for to the end, and one that couldn't be opened not at all: it is left alone for a while, and then opened beside the work.
    pub(crate) async fn tools(self: &Arc<Self>, tasks: &Tasks) -> Arc<[Tool]> {
        let known = self.known();
        let is_known = !known.is_empty() && !self.is_stale.load(Ordering::Relaxed);
        let is_old = is_known && self.is_old();
        if is_known && !is_old {
            return known;
        }
        let server = Arc::clone(self);
        let closing = tasks.closing.clone();
        let opening = tasks.tracker.spawn(async move {
            let asking = async {
                // What is wrong is logged there.
                if let Ok(open) = server.open().await
                    && is_old
                {
                    server.list(&open).await;
                }
            };
            Box::pin(closing.run_until_cancelled(asking)).await
        });
        if !is_old && !self.is_unusable.load(Ordering::Relaxed) {
            let _ = timeout(self.times.patience, opening).await;
        }
        self.known()
    }

    /// Whether it is long ago that it was asked what it offers: it may have become another one, and not have said so. Says so once.
    fn is_old(&self) -> bool {
        let mut asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_old = asked_at.is_some_and(|asked_at| asked_at.elapsed() >= self.times.fresh);
        if is_old {
            *asked_at = Some(Instant::now());
        }
        is_old
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
        let Ok(Ok(open)) = timeout(self.times.opening, self.open()).await else {
            return Err(ToolError::new("The server of this tool can't be reached at the moment."));
        };
        let mut params = CallToolRequestParams::new(name.to_owned());
        params.arguments = Some(arguments.clone());
        let begun = Instant::now();
        let called = timeout(self.times.call, open.service.call_tool(params)).await;
        if matches!(called, Ok(Ok(_) | Err(ServiceError::McpError(_)))) {
            open.has_answered.store(true, Ordering::Relaxed);
        }
        match called {
            Ok(Ok(called)) => result::read(called),
            Ok(Err(ServiceError::McpError(error))) => Err(ToolError::new(result::shortened(&error.message))),
            Ok(Err(error)) => {
                // What it said isn't said on: it may be anything.
                let is_over = open.is_over()
                    || match (&error, &self.place) {
                        (ServiceError::UnexpectedResponse, _) => false,
                        (_, ServerPlace::Process { .. }) => true,
                        // It may have refused this one request, and calls of others may be under way.
                        (_, ServerPlace::Http { .. }) => !self.lives(&open).await,
                    };
                tracing::warn!(server = self.name, is_over, "an MCP server failed in the middle of a call");
                if is_over {
                    self.close(&open, begun).await;
                }
                Err(ToolError::new(
                    "The server of this tool failed in the middle of the call; whether it was carried out isn't known.",
                ))
            }
            Err(_elapsed) => {
                let seconds = self.times.call.as_secs_f64();
                tracing::warn!(server = self.name, seconds, "an MCP server didn't answer a call in time");
                // One that still lists its tools is slow; one that doesn't hangs, and the next call finds it opened anew.
                if !self.lives(&open).await {
                    self.close(&open, begun).await;
                }
                Err(ToolError::new(format!("The tool said nothing for {seconds} seconds.")))
            }
        }
    }

    /// Whether it still lists its tools.
    async fn lives(&self, open: &Open) -> bool {
        matches!(timeout(self.times.sign_of_life, open.service.list_tools(None)).await, Ok(Ok(_)))
    }

    /// Opens it, if it isn't open: the names of the tools that it offers.
    pub(crate) async fn look(&self) -> Result<Vec<String>, Unopened> {
        self.open().await?;
        Ok(self.known().iter().map(|tool| tool.name.clone()).collect())
    }

    /// What the operator calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Ends the session and its process, if there is one.
    pub(crate) async fn shut_down(&self) {
        // Whoever is opening it holds the session, and ends with the program.
        let Ok(mut session) = timeout(LAST_WORDS, self.session.lock()).await else { return };
        let Some(open) = session.open.take() else { return };
        match Arc::try_unwrap(open) {
            Ok(Open { mut service, .. }) => {
                let _ = service.close_with_timeout(LAST_WORDS).await;
            }
            // A call is under way, which ends with the session.
            Err(open) => open.end(),
        }
    }

    /// The open session, with its tools known.
    async fn open(&self) -> Result<Arc<Open>, Unopened> {
        let open = self.open_session().await?;
        let begun = Instant::now();
        if !self.is_stale.swap(false, Ordering::Relaxed) || self.list(&open).await.is_some() {
            return Ok(open);
        }
        // One that can't say what it offers is of no use.
        self.close(&open, begun).await;
        self.open_session().await
    }

    /// The session, opened if it isn't.
    async fn open_session(&self) -> Result<Arc<Open>, Unopened> {
        let mut session = self.session.lock().await;
        if let Some(open) = session.open.clone() {
            if !open.is_over() {
                return Ok(open);
            }
            tracing::warn!(server = self.name, "an MCP server has ended; it is opened anew");
            session.open = None;
            // What one that was of use ended for, and whether in a call, isn't known.
            if self.was_of_use(&open, Instant::now()) {
                session.broken = 0;
            } else {
                self.reckon(&mut session, false);
            }
        }
        if let Some((_, why)) = session.rests_until.filter(|(end, _)| Instant::now() < *end) {
            return Err(why);
        }
        let opened = timeout(self.times.opening, self.connect()).await.unwrap_or(Err(Unopened::Late));
        self.is_unusable.store(opened.is_err(), Ordering::Relaxed);
        let open = match opened {
            Ok(open) => open,
            Err(why) => {
                tracing::warn!(server = self.name, %why, "an MCP server can't be used");
                // Longer each time: whoever asks has waited for it.
                let rest = doubled(self.times.rest, session.failures);
                session.rests_until = Some((Instant::now() + rest, why));
                session.failures += 1;
                return Err(why);
            }
        };
        (session.rests_until, session.failures) = (None, 0);
        session.open = Some(Arc::clone(&open));
        Ok(open)
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
                let started = GroupedProcess::start(process, &self.groups);
                let transport = started.map_err(|error| Unopened::Start(error.kind()))?;
                listener.serve(Paced::new(transport)).await.map_err(|_error| Unopened::Session)?
            }
            ServerPlace::Http { url, headers } => {
                let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
                config = config.custom_headers(headers.iter().filter_map(header).collect::<HashMap<_, _>>());
                let transport = StreamableHttpClientTransport::with_client(self.http.clone(), config);
                listener.serve(Paced::new(transport)).await.map_err(|_error| Unopened::Session)?
            }
        };
        // What it says is asked of it each time: whether it still does is what its list of tools is asked for.
        service.set_response_cache_config(ClientCacheConfig::disabled()).await;
        let open = Arc::new(Open { service, since: Instant::now(), has_answered: AtomicBool::default() });
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
        let tools = timeout(self.times.opening, self.read_list(open)).await.ok()??;
        let count = tools.len();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = tools.into();
        *self.asked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Some(count)
    }

    /// Reads the list of tools page by page, as far as there is something on them to be offered: it need not have an end.
    async fn read_list(&self, open: &Open) -> Option<Vec<Tool>> {
        let mut offering = Offering::default();
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let asked = PaginatedRequestParams::default().with_cursor(cursor);
            let page = open.service.list_tools(Some(asked)).await.ok()?;
            offering.add(page.tools);
            cursor = page.next_cursor;
            if cursor.is_none() || offering.is_full() {
                break;
            }
        }
        Some(offering.finish(&self.name, cursor.is_some()))
    }

    /// Forgets a session that is of no use any more since what began then, and ends it. The next one is opened when it is needed; where
    /// they fail one after the other, not before a rest.
    async fn close(&self, broken: &Arc<Open>, begun: Instant) {
        let mut session = self.session.lock().await;
        let Some(open) = session.open.take_if(|open| Arc::ptr_eq(open, broken)) else { return };
        open.end();
        let was_of_use = self.was_of_use(&open, begun);
        self.reckon(&mut session, was_of_use);
    }

    /// Whether a session had answered something, or had lived for long by then.
    fn was_of_use(&self, open: &Open, then: Instant) -> bool {
        open.has_answered.load(Ordering::Relaxed)
            || then.saturating_duration_since(open.since) >= self.times.steady
    }

    /// Counts a session that has failed; after one that was of use as the first.
    fn reckon(&self, session: &mut Session, was_of_use: bool) {
        let before = if was_of_use { 0 } else { session.broken };
        session.broken = before.saturating_add(1);
        if let Some(doublings) = before.checked_sub(1) {
            let rest = doubled(self.times.rest, doublings);
            tracing::warn!(server = self.name, rest = rest.as_secs(), "an MCP server fails again and again");
            session.rests_until = Some((Instant::now() + rest, Unopened::Failing));
        }
    }
}

/// A rest, doubled so many times.
fn doubled(rest: Duration, times: u32) -> Duration {
    rest * 2_u32.pow(times.min(MOST_DOUBLINGS))
}

/// A header as it is sent; what can't be was refused with the configuration.
fn header((name, value): (&String, &secrecy::SecretString)) -> Option<(HeaderName, HeaderValue)> {
    let mut value: HeaderValue = value.expose_secret().parse().ok()?;
    value.set_sensitive(true);
    Some((name.parse().ok()?, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_up_to_a_limit() {
        let rests = [0, 1, 2, 5, 6, 1_000].map(|times| doubled(Duration::from_secs(10), times).as_secs());
        assert_eq!(rests, [10, 20, 40, 320, 320, 320]);
    }
}
