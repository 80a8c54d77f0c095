//! Reads what one setting's text says: addresses, URLs, hosts, files.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use hyper::http::uri::Authority;
use secrecy::SecretString;
use url::Url;

use super::validated::StorePlace;

pub(super) fn parse_address(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => Some(SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port.parse().ok()?)),
        None => text.parse().ok(),
    }
}

/// `sqlite:` takes a path with or without `//`, as the drivers of the field do.
pub(super) fn parse_store(url: &str) -> Option<StorePlace> {
    if let Some(path) = sqlite_path(url) {
        return Some(StorePlace::Sqlite(path));
    }
    let parsed = Url::parse(url).ok()?;
    let is_postgres = matches!(parsed.scheme(), "postgres" | "postgresql") && parsed.has_host();
    is_postgres.then(|| StorePlace::Postgres(SecretString::from(url)))
}

/// The certificates in a file.
pub(super) fn certificates(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok().filter(|text| text.contains("-----BEGIN CERTIFICATE-----"))
}

/// The file an `sqlite:` URL names. A database in memory would lose what people say and isn't taken.
pub(crate) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    // Options after `?` belong to the driver that wrote the URL (`?mode=rwc`); ours opens files in its own way.
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    (!path.is_empty() && !path.contains(":memory:")).then(|| Path::new(path).to_owned())
}

/// An address that paths can be put behind.
pub(super) fn parse_base_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_base = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    is_base.then(|| text.trim_end_matches('/').to_owned())
}

pub(super) fn parse_model_id(text: &str) -> Option<String> {
    let length = text.chars().count();
    ((1..=200).contains(&length) && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

pub(super) fn parse_host(text: &str) -> Option<String> {
    let authority: Authority = text.parse().ok()?;
    (!text.contains('@') && !authority.host().is_empty()).then(|| text.to_ascii_lowercase())
}

pub(super) fn parse_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let origin = url.origin().ascii_serialization();
    (matches!(url.scheme(), "http" | "https") && text.trim_end_matches('/').eq_ignore_ascii_case(&origin))
        .then_some(origin)
}

/// The URL with its password hidden.
pub(crate) fn mask_url(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return "…".to_owned() };
    if url.password().is_some() {
        // Fails only for URLs that can't hold a password.
        let _ = url.set_password(Some("***"));
    }
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if !pairs.is_empty() {
        // Drivers also take `?password=…`.
        let shown = pairs.iter().map(|(name, value)| {
            let hidden = name.to_ascii_lowercase().contains("password");
            (name.as_str(), if hidden { "***" } else { value.as_str() })
        });
        url.query_pairs_mut().clear().extend_pairs(shown);
    }
    url.to_string()
}
