//! Who may make a browser call this server.
//!
//! A web page that somebody visits can send requests to a server on their machine. Two things give such a page away, and
//! both are checked on every route: the `Origin` that the browser adds, and, when the page's own name has been made to resolve to
//! our address, the `Host`.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::Request;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN, VARY,
};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::{Host, Url};
use wenshu_core::AppError;

use super::protocol;
use super::settings::HttpSettings;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The rules of one server.
#[derive(Debug)]
pub struct Guard {
    bound: SocketAddr,
    loopback: bool,
    names: Vec<HostName>,
    origins: Vec<String>,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Verdict {
    /// It isn't from a foreign page.
    Pass,
    /// It is from a page that may: the response needs CORS headers.
    CrossOrigin(HeaderValue),
    /// A browser asks beforehand, for a page that may.
    Preflight(Preflight),
    /// It is from a page that may not, or to a name that isn't ours.
    Refuse(AppError),
}

/// A browser's question beforehand.
#[derive(Debug)]
pub struct Preflight {
    origin: HeaderValue,
    headers: Option<HeaderValue>,
}

/// A name the server goes by.
#[derive(Debug)]
struct HostName {
    name: String,
    /// `None`: on any port.
    port: Option<u16>,
}

impl Guard {
    /// The rules that follow from the settings.
    pub fn new(settings: &HttpSettings) -> Self {
        let bound = settings.bound;
        let loopback = is_loopback(bound.ip());
        let port = Some(bound.port());
        let own = |name: &str| HostName { name: name.to_owned(), port };
        let mut names = vec![own(&host_text(bound.ip()))];
        if loopback {
            names.extend([own("localhost"), own("127.0.0.1"), own("[::1]")]);
        }
        names.extend(settings.allowed_hosts.iter().map(|text| HostName::configured(text)));
        let origins = settings
            .cors_origins
            .iter()
            .map(|origin| origin.trim().trim_end_matches('/').to_ascii_lowercase())
            .collect();
        Self { bound, loopback, names, origins }
    }

    /// Judges a request by its head.
    pub fn judge(&self, request: &Request) -> Verdict {
        let headers = request.headers();
        let Some(host) = single(headers, &HOST).and_then(parse_authority) else {
            return Verdict::Refuse(protocol::unknown_host());
        };
        // A request line may name a host too; it must not smuggle in another one.
        let named = request.uri().authority();
        if !self.is_own_host(&host) || named.is_some_and(|named| !self.is_own_host(named)) {
            return Verdict::Refuse(protocol::unknown_host());
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return if is_embedded_elsewhere(headers) {
                Verdict::Refuse(protocol::foreign_origin())
            } else {
                Verdict::Pass
            };
        };
        let allowed =
            origins.next().is_none() && origin.to_str().is_ok_and(|text| self.is_allowed_origin(text, &host));
        if !allowed {
            return Verdict::Refuse(protocol::foreign_origin());
        }
        let origin = origin.clone();
        if request.method() == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            let headers = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
            Verdict::Preflight(Preflight { origin, headers })
        } else {
            Verdict::CrossOrigin(origin)
        }
    }

    fn is_own_host(&self, host: &Authority) -> bool {
        let port = host.port_u16().unwrap_or(80);
        let known = |name: &HostName| {
            name.name.eq_ignore_ascii_case(host.host()) && name.port.is_none_or(|wanted| wanted == port)
        };
        // Listening on every address, the server is reached under each of them, perhaps through a mapped port. An address in
        // `Host` is never the name of a page that resolves to us, so it is harmless.
        let any_address = self.bound.ip().is_unspecified()
            && (parse_ip(host.host()).is_some() || host.host().eq_ignore_ascii_case("localhost"));
        any_address || self.names.iter().any(known)
    }

    fn is_allowed_origin(&self, text: &str, host: &Authority) -> bool {
        if self.origins.iter().any(|allowed| text.eq_ignore_ascii_case(allowed)) {
            return true;
        }
        let Ok(origin) = Url::parse(text) else { return false };
        if !matches!(origin.scheme(), "http" | "https") {
            return false;
        }
        let Some(name) = origin.host_str() else { return false };
        // A proxy in front may speak https for us, so the default port is that of the origin's own scheme.
        let default_port = if origin.scheme() == "https" { 443 } else { 80 };
        let host_port = host.port_u16().unwrap_or(default_port);
        let same =
            name.eq_ignore_ascii_case(host.host()) && origin.port_or_known_default() == Some(host_port);
        same || self.loopback && origin.host().is_some_and(|host| is_loopback_host(&host))
    }
}

impl Verdict {
    /// Adds what a browser has to be told.
    pub fn add_headers(&self, headers: &mut HeaderMap) {
        let origin = match self {
            Self::Pass => return,
            Self::Refuse(_) => {
                headers.append(VARY, HeaderValue::from_static("Origin"));
                return;
            }
            Self::CrossOrigin(origin) => {
                headers.insert(
                    ACCESS_CONTROL_EXPOSE_HEADERS,
                    HeaderValue::from_static("X-Request-Id, Retry-After, Content-Disposition"),
                );
                origin
            }
            Self::Preflight(preflight) => {
                headers.insert(
                    ACCESS_CONTROL_ALLOW_METHODS,
                    HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
                );
                if let Some(asked) = &preflight.headers {
                    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
                }
                headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
                &preflight.origin
            }
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}

impl HostName {
    fn configured(text: &str) -> Self {
        let text = text.trim().to_ascii_lowercase();
        match Authority::from_str(&text) {
            Ok(authority) => Self { name: authority.host().to_owned(), port: authority.port_u16() },
            Err(_) => Self { name: text, port: None },
        }
    }
}

/// An image, a script or the like in a foreign page: such requests carry no `Origin`, but current browsers say where they
/// come from. Links followed from elsewhere are navigations, and fine.
fn is_embedded_elsewhere(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site")
        && headers.get(SEC_FETCH_MODE).is_none_or(|mode| mode != "navigate")
}

/// Whether a browser says that a page of another site leads here, in whatever way: for what even a link must not do.
pub fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

/// The value of a header that must not be there twice.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    first.filter(|_| values.next().is_none())
}

fn parse_authority(value: &HeaderValue) -> Option<Authority> {
    let authority = Authority::try_from(value.as_bytes()).ok()?;
    // `user@host` has no place in a Host header. `host:` and `host:99999` have no port that could be compared.
    let text = authority.as_str();
    let port_is_sane = authority.port_u16().is_some() || text.len() == authority.host().len();
    (!text.contains('@') && port_is_sane).then_some(authority)
}

fn parse_ip(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

fn host_text(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// Whether this machine alone can reach an address.
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn is_loopback_host(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => is_loopback(IpAddr::V6(*address)),
    }
}
