//! What HTTP needs to be told. Made by the binary from its configuration, and directly by tests.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use wenshu_core::App;
use wenshu_core::clock::{Clock, SystemClock};

use super::guard::is_loopback;
use super::rate::{Limiter, RateLimits};

/// Finds a file by its path.
pub type PageFiles = Arc<dyn Fn(&str) -> Option<Cow<'static, [u8]>> + Send + Sync>;

/// Settings of the HTTP side.
#[derive(Clone)]
pub struct HttpSettings {
    /// The address the server listens on. Decides which `Host` is its own, and whether loopback origins are.
    pub bound: SocketAddr,
    /// Further names it is reached under: `name` for any port, or `name:port`.
    pub allowed_hosts: Vec<String>,
    /// Origins of foreign pages that may call it, as a browser writes them: `https://data.example.com`.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Most bytes of a JSON body.
    pub body_limit: usize,
    /// Time in which a request's body must have arrived.
    pub body_time: Duration,
    /// Time between two signs of life in a stream of events.
    pub keep_alive: Duration,
    /// How many requests one caller may make.
    pub rate_limits: RateLimits,
    /// Whether routes for developers are there.
    pub debug: bool,
    /// Whether contracts without authentication take callers at their word.
    pub open_contracts: bool,
    /// The contracts that are switched on.
    pub contracts: Vec<Contract>,
    /// Renders `/metrics`; without it there is no such route.
    pub metrics: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    /// The files of the web page by their paths, as they were built; without them `/` says how to build it.
    pub page: Option<PageFiles>,
    /// Makes request ids, and is what limits go by.
    pub clock: Arc<dyn Clock>,
}

impl HttpSettings {
    /// The defaults for a server on this address.
    pub fn new(bound: SocketAddr) -> Self {
        Self {
            bound,
            allowed_hosts: Vec::new(),
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            body_limit: 1024 * 1024,
            body_time: Duration::from_secs(30),
            keep_alive: Duration::from_secs(15),
            rate_limits: RateLimits::default(),
            debug: false,
            open_contracts: is_loopback(bound.ip()),
            contracts: Contract::ALL.to_vec(),
            metrics: None,
            page: None,
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpSettings")
            .field("bound", &self.bound)
            .field("allowed_hosts", &self.allowed_hosts)
            .field("cors_origins", &self.cors_origins)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("body_limit", &self.body_limit)
            .field("rate_limits", &self.rate_limits)
            .field("open_contracts", &self.open_contracts)
            .field("contracts", &self.contracts)
            .finish_non_exhaustive()
    }
}

/// A dialect that can be switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Contract {
    /// QueryGPT v2, `/api/v1`.
    QueryGpt,
    /// AIDeer, `/api/v1`.
    Aideer,
    /// Plain chat, `/api/v1`.
    ChatApp,
    /// The stock BI assistant, `/v1`.
    StockBi,
    /// What the four documents leave out, `/wenshu/v1`.
    Wenshu,
}

impl Contract {
    /// All there are.
    pub const ALL: &'static [Self] =
        &[Self::QueryGpt, Self::Aideer, Self::ChatApp, Self::StockBi, Self::Wenshu];

    /// Its name in configuration, log and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QueryGpt => "querygpt",
            Self::Aideer => "aideer",
            Self::ChatApp => "chat-app",
            Self::StockBi => "stock-bi",
            Self::Wenshu => "wenshu",
        }
    }
}

/// No contract has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownContract(String);

impl fmt::Display for UnknownContract {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Contract::ALL.iter().map(|contract| contract.as_str()).collect();
        write!(formatter, "no contract is called {:?}; there is: {}", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownContract {}

impl FromStr for Contract {
    type Err = UnknownContract;

    fn from_str(text: &str) -> Result<Self, UnknownContract> {
        Self::ALL
            .iter()
            .copied()
            .find(|contract| contract.as_str() == text)
            .ok_or_else(|| UnknownContract(text.to_owned()))
    }
}

/// What every handler may reach.
#[derive(Clone)]
pub struct Deps {
    /// The use cases.
    pub app: Arc<App>,
    /// The settings.
    pub settings: Arc<HttpSettings>,
    /// Counts requests.
    pub limiter: Arc<Limiter>,
}
