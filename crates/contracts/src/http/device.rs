//! What a request comes from, in its own words.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::USER_AGENT;
use http::request::Parts;
use wenshu_core::accounts::Device;

/// What the client calls itself in its `User-Agent` header; kept with a session that begins.
#[derive(Clone, Debug)]
pub struct ClientDevice(pub Device);

impl<S: Sync> FromRequestParts<S> for ClientDevice {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let said = parts.headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        Ok(Self(said.map(|said| Device::calling_itself(&said)).unwrap_or_default()))
    }
}
