//! The session with a server: opened when it is needed, forgotten when it is of no use any more, and not opened again before a rest where
//! one fails after the other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use rmcp::ClientCacheConfig;
use rmcp::handler::client::ClientHandler;
use rmcp::model::{ClientCapabilities, ClientConfig, Implementation};
use rmcp::service::{NotificationContext, RoleClient, RunningService, ServiceExt as _};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use secrecy::ExposeSecret as _;
use tokio::process::Command;
use tokio::time::{Instant, timeout};

use super::Server;
use crate::config::ServerPlace;
use crate::paced::Paced;
use crate::process::GroupedProcess;

/// What of our environment a process is given: nothing that could be a secret.
const KEPT_VARIABLES: [&str; 8] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME", "SHELL"];

/// The most requests to a server over HTTP at once: far more than answers that call it.
const MOST_REQUESTS: usize = 4_096;

/// How often the rest of a server that can't be opened, or fails again and again, is doubled.
const MOST_DOUBLINGS: u32 = 5;

/// The session, and what became of those before.
#[derive(Default)]
pub(super) struct Session {
    pub(super) open: Option<Arc<Open>>,
    /// Before when it isn't opened again, and why it couldn't be.
    rests_until: Option<(Instant, Unopened)>,
    /// How often in a row opening it has failed.
    failures: u32,
    /// How often in a row a session has failed soon after it was opened, of no use by then.
    broken: u32,
}

/// An open session.
pub(super) struct Open {
    pub(super) service: RunningService<RoleClient, Listener>,
    since: Instant,
    /// When it last answered a call.
    answered_at: Mutex<Option<Instant>>,
    /// Calls that are under way.
    calls: AtomicUsize,
}

/// A call that is under way, as long as this lives.
pub(super) struct UnderWay<'a>(&'a Open);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Open {
    fn new(service: RunningService<RoleClient, Listener>) -> Self {
        Self { service, since: Instant::now(), answered_at: Mutex::default(), calls: AtomicUsize::default() }
    }

    /// Whether the server has ended it.
    pub(super) fn is_over(&self) -> bool {
        self.service.is_closed() || self.service.is_transport_closed()
    }

    /// Ends it without waiting: its process is asked to go, and made to if it stays.
    pub(super) fn end(&self) {
        self.service.cancellation_token().cancel();
    }

    /// Begins a call.
    pub(super) fn begin_call(&self) -> UnderWay<'_> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        UnderWay(self)
    }

    /// Keeps that it has just answered a call.
    pub(super) fn note_answer(&self) {
        *self.answered_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn answered_at(&self) -> Option<Instant> {
        *self.answered_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has answered a call since then, whoever's.
    pub(super) fn has_answered_since(&self, then: Instant) -> bool {
        self.answered_at().is_some_and(|at| at >= then)
    }

    /// Whether it is at a call, or has answered one since then.
    pub(super) fn is_at_work(&self, then: Instant) -> bool {
        self.calls.load(Ordering::Relaxed) > 0 || self.has_answered_since(then)
    }
}

/// Hears what a server says by itself.
#[derive(Clone)]
pub(super) struct Listener {
    changes: Arc<AtomicU64>,
}

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        let ours = Implementation::new("wenshu", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(ClientCapabilities::default(), ours)
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.changes.fetch_add(1, Ordering::Relaxed);
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
    /// The session, opened if it isn't.
    pub(super) async fn open_session(&self) -> Result<Arc<Open>, Unopened> {
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
        let listener = Listener { changes: Arc::clone(&self.changes) };
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
                // Those that may be under way at once: the next one would wait in its own time, and so would what asks for a sign of life.
                config = config.max_concurrent_requests(MOST_REQUESTS);
                config = config.custom_headers(headers.iter().filter_map(header).collect::<HashMap<_, _>>());
                let transport = StreamableHttpClientTransport::with_client(self.http.clone(), config);
                listener.serve(Paced::new(transport)).await.map_err(|_error| Unopened::Session)?
            }
        };
        // What it says is asked of it each time: whether it still does is what its list of tools is asked for.
        service.set_response_cache_config(ClientCacheConfig::disabled()).await;
        let open = Arc::new(Open::new(service));
        match self.list(&open).await {
            Some(tools) => {
                tracing::info!(server = self.name, tools, "an MCP server is open");
                Ok(open)
            }
            None => Err(Unopened::Session),
        }
    }

    /// Forgets a session that is of no use any more since what began then, and ends it. The next one is opened when it is needed; where
    /// they fail one after the other, not before a rest.
    pub(super) async fn close(&self, broken: &Arc<Open>, begun: Instant) {
        let mut session = self.session.lock().await;
        let Some(open) = session.open.take_if(|open| Arc::ptr_eq(open, broken)) else { return };
        open.end();
        let was_of_use = self.was_of_use(&open, begun);
        self.reckon(&mut session, was_of_use);
    }

    /// Whether a session had answered something, or had lived for long by then.
    fn was_of_use(&self, open: &Open, then: Instant) -> bool {
        open.answered_at().is_some() || then.saturating_duration_since(open.since) >= self.times.steady
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
