//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, header};

use super::guard::is_loopback;
use super::settings::Deps;

/// The client's address: of the socket, or behind a trusted proxy what that says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Deps> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, deps: &Deps) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions, &parts.headers, deps))
    }
}

impl ClientAddress {
    /// The address that a request with these comes from.
    pub fn of(extensions: &Extensions, headers: &HeaderMap, deps: &Deps) -> Self {
        // A request without a socket was made inside the process; all of those count as one client.
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
        Self(behind_proxies(peer, headers, &deps.settings.trusted_proxies))
    }
}

/// Headers by which a proxy says for whom it asks.
const FORWARDING: [HeaderName; 8] = [
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("cf-connecting-ip"),
];

/// Whether a request can come from this machine alone: the server is bound to loopback and nothing is configured by which others would
/// reach it, the socket's other end is loopback, and nothing says that it was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FromThisMachine(pub bool);

impl FromRequestParts<Deps> for FromThisMachine {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, deps: &Deps) -> Result<Self, Infallible> {
        let settings = &deps.settings;
        // A request without a socket was made inside the process.
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Self(
            is_loopback(settings.bound.ip())
                && peer.is_none_or(is_loopback)
                && settings.allowed_hosts.is_empty()
                && settings.trusted_proxies.is_empty()
                && !FORWARDING.iter().any(|name| parts.headers.contains_key(name)),
        ))
    }
}

/// Walks `X-Forwarded-For` from the right as long as the speaker is trusted. What an untrusted client wrote further left
/// is never believed.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let mut address = peer;
    for header in headers.get_all("x-forwarded-for").iter().rev() {
        for said in header.to_str().unwrap_or_default().rsplit(',') {
            let Ok(said) = said.trim().parse::<IpAddr>() else { return address };
            address = said.to_canonical();
            if !trusted.contains(&address) {
                return address;
            }
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let second: IpAddr = "10.0.0.2".parse().unwrap();
        let stranger: IpAddr = "203.0.113.9".parse().unwrap();
        for (peer, header, expected) in [
            (stranger, "1.2.3.4", "203.0.113.9"),
            (proxy, "1.2.3.4", "1.2.3.4"),
            (proxy, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
            (proxy, "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
            (proxy, "nonsense", "10.0.0.1"),
            (proxy, "", "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_static(header));
            let address = behind_proxies(peer, &headers, &[proxy, second]);
            assert_eq!(address.to_string(), expected, "{peer} {header}");
        }
    }
}
