//! A language model that a test writes: a server on a real socket that replies as its script says, and misbehaves on command.
//!
//! ```ignore
//! let model = ScriptedModel::start().await;
//! model.when("销售额").reply(ScriptedReply::pieces(["上月", "的销售额 📈"]));
//! model.when("busy").replies([ScriptedReply::status(429).header("retry-after", "1"), "here again".into()]);
//! model.always("I don't know.");
//! // … give `model.url()` to what is tested …
//! assert_eq!(model.requests()[0].question(), "上月的销售额");
//! ```
//!
//! [`reply`] is what a script can say, [`request`] what was asked, [`rules`] which reply a request gets, [`format`] the wire formats,
//! [`play`] how a script becomes bytes at the pace it asks for, and [`connection`] the socket.

mod anthropic;
mod connection;
mod format;
mod gemini;
mod ollama;
mod openai;
mod play;
mod reply;
mod request;
mod rules;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use reply::{Gate, ScriptedReply};
pub use request::ModelRequest;
pub use rules::When;

/// How long is waited for what a test says will happen. Only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A language model on a port of its own, in the wire formats of OpenAI (Chat Completions), Anthropic (Messages), Google
/// (`generateContent`) and Ollama (its own chat), streamed or whole. It ends with this value.
///
/// Until something else is scripted it replies `Hello!` to everything.
pub struct ScriptedModel {
    address: SocketAddr,
    state: Arc<State>,
    listening: Mutex<CancellationToken>,
    tasks: TaskTracker,
}

/// What the server and its connections share.
pub(crate) struct State {
    rules: Mutex<rules::Rules>,
    requests: Mutex<Vec<ModelRequest>>,
    access: Mutex<Access>,
    counts: watch::Sender<Counts>,
    charges: Mutex<Vec<Charge>>,
}

/// What a request is charged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Charge {
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
}

/// Whom the server lets in.
#[derive(Default)]
struct Access {
    key: Option<String>,
    models: Option<Vec<String>>,
}

/// How many requests have come, and how they ended.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    asked: usize,
    finished: usize,
    disconnected: usize,
}

impl ScriptedModel {
    /// Starts one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            rules: Mutex::default(),
            requests: Mutex::default(),
            access: Mutex::default(),
            counts: watch::Sender::default(),
            charges: Mutex::default(),
        });
        let model = Self {
            address,
            state,
            listening: Mutex::new(CancellationToken::new()),
            tasks: TaskTracker::new(),
        };
        model.listen(listener);
        model
    }

    /// The base URL for clients, whichever format they speak: `http://127.0.0.1:PORT/v1`.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to reply when the last message of the user contains this text. Of several that fit, the rule made first counts.
    pub fn when(&self, text: impl Into<String>) -> When<'_> {
        let text = text.into();
        self.when_request(move |request| request.question().contains(&text))
    }

    /// What to reply to requests that fit.
    pub fn when_request(&self, fits: impl Fn(&ModelRequest) -> bool + Send + Sync + 'static) -> When<'_> {
        When::new(&self.state, Box::new(fits))
    }

    /// What to reply when no rule fits.
    pub fn always(&self, reply: impl Into<ScriptedReply>) {
        self.always_in_turn([reply.into()]);
    }

    /// What to reply in turn when no rule fits; the last one stays.
    pub fn always_in_turn(&self, replies: impl IntoIterator<Item = ScriptedReply>) {
        lock(&self.state.rules).otherwise(replies.into_iter().collect());
    }

    /// Takes this key only; any other is refused as the provider of the format refuses it.
    pub fn require_key(&self, key: impl Into<String>) {
        lock(&self.state.access).key = Some(key.into());
    }

    /// Has these models only; any other is refused as the provider of the format refuses it.
    pub fn offer_models<const COUNT: usize>(&self, models: [&str; COUNT]) {
        lock(&self.state.access).models = Some(models.map(str::to_owned).to_vec());
    }

    /// The requests so far, oldest first, those that were refused or cut off included.
    pub fn requests(&self) -> Vec<ModelRequest> {
        lock(&self.state.requests).clone()
    }

    /// The tokens that it charges for so far, read and written. Of a reply that it has sent whole, what it said that it took, if it did.
    /// Of any other that was begun: a token for every four characters of each message, and one for each piece that was sent.
    pub fn charged(&self) -> u64 {
        lock(&self.state.charges).iter().map(|charge| charge.input_tokens + charge.output_tokens).sum()
    }

    /// The last request.
    pub fn last_request(&self) -> ModelRequest {
        lock(&self.state.requests).last().expect("a request").clone()
    }

    /// Waits until so many requests have come, counted from the start.
    pub async fn asked(&self, count: usize) {
        self.reached("requests", count, |counts| counts.asked).await;
    }

    /// Waits until so many replies have been sent whole, counted from the start.
    pub async fn finished(&self, count: usize) {
        self.reached("whole replies", count, |counts| counts.finished).await;
    }

    /// Waits until so many clients have gone in the middle of their reply, counted from the start.
    pub async fn disconnected(&self, count: usize) {
        self.reached("clients that went away", count, |counts| counts.disconnected).await;
    }

    /// Refuses connections from now on, and breaks off those there are.
    pub fn close(&self) {
        lock(&self.listening).cancel();
    }

    /// Listens again on the same port after [`close`](Self::close).
    pub async fn reopen(&self) {
        // The listener of before is gone once its task is.
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
        let listener = TcpListener::bind(self.address).await.expect("the same port");
        *lock(&self.listening) = CancellationToken::new();
        self.listen(listener);
    }

    fn listen(&self, listener: TcpListener) {
        let closing = lock(&self.listening).clone();
        let serving = connection::serve(listener, Arc::clone(&self.state), closing, self.tasks.clone());
        self.tasks.spawn(serving);
    }

    async fn reached(&self, what: &str, count: usize, counted: impl Fn(&Counts) -> usize) {
        let mut counts = self.state.counts.subscribe();
        let reached = counts.wait_for(|counts| counted(counts) >= count);
        let Ok(result) = tokio::time::timeout(PATIENCE, reached).await else {
            panic!("waited for {count} {what}: {:?}", *self.state.counts.borrow());
        };
        result.expect("the server holds the sender");
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.close();
    }
}

/// One request from its arrival to the end of its reply; a client that goes away drops it before.
pub(crate) struct Exchange {
    state: Arc<State>,
    over: bool,
    /// Where its charge stands.
    charge: usize,
}

impl Exchange {
    fn begin(state: &Arc<State>, request: ModelRequest) -> Self {
        lock(&state.requests).push(request);
        state.counts.send_modify(|counts| counts.asked += 1);
        let mut charges = lock(&state.charges);
        charges.push(Charge::default());
        let charge = charges.len() - 1;
        drop(charges);
        Self { state: Arc::clone(state), over: false, charge }
    }

    /// What this request is charged from now on.
    pub(crate) fn charge(&self, change: impl FnOnce(&mut Charge)) {
        if let Some(charge) = lock(&self.state.charges).get_mut(self.charge) {
            change(charge);
        }
    }

    /// The reply was sent as the script has it.
    fn finish(&mut self) {
        self.over = true;
        self.state.counts.send_modify(|counts| counts.finished += 1);
    }

    /// The script broke it off.
    fn break_off(&mut self) {
        self.over = true;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.over {
            self.state.counts.send_modify(|counts| counts.disconnected += 1);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
