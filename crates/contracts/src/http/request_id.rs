//! The id that ties a request to its line in the log.

use http::{HeaderMap, HeaderName, HeaderValue};
use wenshu_core::clock::Clock;

/// The header it comes and goes in.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The client's id when it is a sane one, else a new one.
pub fn of_request(headers: &HeaderMap, clock: &dyn Clock) -> HeaderValue {
    match headers.get(REQUEST_ID) {
        Some(given) if is_sane(given.as_bytes()) => given.clone(),
        _ => {
            let mut buffer = [0; 32];
            let id: &str = clock.new_id().as_simple().encode_lower(&mut buffer);
            // Hexadecimal digits always are a header value.
            HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static("-"))
        }
    }
}

/// Ids go into logs, so only what can't break a line or pretend to be a field is taken over.
fn is_sane(id: &[u8]) -> bool {
    (1..=128).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte))
}
