//! One server: opened when it is needed, asked within limits, and opened anew when it has ended.

mod session;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rmcp::model::CallToolRequestParams;
use rmcp::service::ServiceError;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use wenshu_answer::{Tool, ToolError, ToolOutput};

pub use self::session::Unopened;

use self::session::{Open, Session};
use crate::config::{ServerPlace, ServerSettings};
use crate::offer::Offer;
use crate::process::{Groups, LAST_WORDS};
use crate::result;
use crate::servers::{ServerTimes, Tasks};

/// A server, whether it can be reached or not.
pub(crate) struct Server {
    name: String,
    place: ServerPlace,
    leaves_out: fn(&str) -> bool,
    times: ServerTimes,
    http: reqwest::Client,
    groups: Groups,
    /// Held while it is opened, so that it is opened once.
    session: Mutex<Session>,
    /// What it offered when it was last asked.
    known: RwLock<Arc<[Tool]>>,
    /// When that was; nothing before it was asked.
    asked_at: std::sync::Mutex<Option<Instant>>,
    /// How often it has said that what it offers has changed.
    changes: Arc<AtomicU64>,
    /// How often it had when it was asked for what is known.
    known_changes: AtomicU64,
    /// Held while it is asked again since it has changed, so that it is asked once.
    listing: Mutex<()>,
    /// Whether it couldn't be opened the last time.
    is_unusable: AtomicBool,
}

impl Server {
    pub(crate) fn new(
        settings: ServerSettings,
        times: ServerTimes,
        http: reqwest::Client,
        groups: Groups,
    ) -> Self {
        let ServerSettings { name, place, leaves_out } = settings;
        Self {
            name,
            place,
            leaves_out,
            times,
            http,
            groups,
            session: Mutex::default(),
            known: RwLock::new(Arc::from([])),
            asked_at: std::sync::Mutex::default(),
            changes: Arc::default(),
            known_changes: AtomicU64::default(),
            listing: Mutex::default(),
            is_unusable: AtomicBool::default(),
        }
    }

    /// What it offers. One that has ended goes on offering what it had: a call opens it anew. One that takes long to open isn't waited
    /// for to the end, and one that couldn't be opened not at all: it is left alone for a while, and then opened beside the work.
    pub(crate) async fn tools(self: &Arc<Self>, tasks: &Tasks) -> Arc<[Tool]> {
        let is_known = self.is_known();
        let is_old = is_known && self.is_old();
        if is_known && !is_old {
            return self.known();
        }
        let opening = self.beside(tasks, move |server| async move {
            // What is wrong is logged there.
            if let Ok(open) = server.open().await
                && is_old
            {
                server.list(&open).await;
            }
        });
        if !is_old && !self.is_unusable.load(Ordering::Relaxed) {
            let _ = timeout(self.times.patience, opening).await;
        }
        self.known()
    }

    /// Does this whether or not anybody waits for it: what is half opened would end with whoever waits, and be begun again by the next.
    fn beside<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        self: &Arc<Self>,
        tasks: &Tasks,
        work: impl FnOnce(Arc<Self>) -> F,
    ) -> JoinHandle<Option<T>> {
        let work = work(Arc::clone(self));
        let closing = tasks.closing.clone();
        tasks.tracker.spawn(async move { closing.run_until_cancelled(work).await })
    }

    /// Whether it has said what it offers, and not that it has changed since.
    fn is_known(&self) -> bool {
        let asked_at = *self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        asked_at.is_some() && !self.has_changed()
    }

    /// Whether it has said that what it offers has changed since it was asked.
    fn has_changed(&self) -> bool {
        self.known_changes.load(Ordering::Relaxed) != self.changes.load(Ordering::Relaxed)
    }

    /// Whether it is long ago that it was asked what it offers: it may have become another one, and not have said so. Says so once.
    fn is_old(&self) -> bool {
        let mut asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        // One that offers nothing may not be ready yet.
        let fresh =
            if self.known().is_empty() { self.times.rest.min(self.times.fresh) } else { self.times.fresh };
        let is_old = asked_at.is_some_and(|asked_at| asked_at.elapsed() >= fresh);
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
        self: &Arc<Self>,
        name: &str,
        arguments: &Map<String, Value>,
        tasks: &Tasks,
    ) -> Result<ToolOutput, ToolError> {
        let opening = self.beside(tasks, |server| async move { server.open_session().await });
        let Ok(Ok(Some(Ok(open)))) = timeout(self.times.opening, opening).await else {
            return Err(ToolError::new("The server of this tool can't be reached at the moment."));
        };
        let mut params = CallToolRequestParams::new(name.to_owned());
        params.arguments = Some(arguments.clone());
        let begun = Instant::now();
        let under_way = open.begin_call();
        let called = timeout(self.times.call, open.service.call_tool(params)).await;
        if matches!(called, Ok(Ok(_) | Err(ServiceError::McpError(_)))) {
            open.note_answer();
        }
        drop(under_way);
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
                // One that has answered others meanwhile, or still lists its tools, is slow, and may have more to do than it can just
                // now; one that does neither hangs, and the next call finds it opened anew.
                if !open.has_answered_since(begun) && !self.lives(&open).await {
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
        if !self.has_changed() {
            return Ok(open);
        }
        let _listing = self.listing.lock().await;
        let begun = Instant::now();
        // One that is at work for others is asked the next time.
        if !self.has_changed() || self.list(&open).await.is_some() || open.is_at_work(begun) {
            return Ok(open);
        }
        // One that can't say what it offers is of no use.
        self.close(&open, begun).await;
        self.open_session().await
    }

    /// Asks what it offers; how many tools that is.
    async fn list(&self, open: &Open) -> Option<usize> {
        // What changes while it is asked is for the next time.
        let changes = self.changes.load(Ordering::Relaxed);
        let offer = Offer::new(&self.name, self.leaves_out);
        let tools = timeout(self.times.opening, offer.ask(&open.service)).await.ok()?.ok()?;
        let count = tools.len();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = tools.into();
        self.known_changes.store(changes, Ordering::Relaxed);
        *self.asked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Some(count)
    }
}
