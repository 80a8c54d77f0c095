//! What went wrong, in our words: a kind, a status and an error code, and never what a provider wrote, which may quote the key or the
//! prompt.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};
use rig_core::{ProviderError, ProviderResponseError};
use serde_json::Value;
use wenshu_answer::{ModelError, ModelErrorKind};

use crate::connector::WallClock;
use crate::transport::TransportFault;

/// The longest error code that is passed on.
const LONGEST_CODE: usize = 64;

/// Codes and types by which providers say that a prompt is too long.
const TOO_LONG: [&str; 4] =
    ["context_length_exceeded", "context_window_exceeded", "string_above_max_length", "request_too_large"];

/// How messages of providers without such a code begin or go on.
const TOO_LONG_WORDS: [&str; 5] = [
    "maximum context length",
    "context window",
    "prompt is too long",
    "exceeds the maximum number of tokens",
    "exceed_context_size",
];

/// How proxies that answer 400 say that they have no such model.
const UNKNOWN_MODEL_WORDS: [&str; 1] = ["invalid model name"];

/// What went wrong, and what is for nobody but whoever asks again.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) error: ModelError,
    /// What the provider wrote, where it may be about something in the request that it doesn't take. Never shown and never logged.
    pub(crate) refusal: Option<String>,
    /// Whether the provider said so itself, and nothing went wrong on the way.
    pub(crate) is_refused: bool,
}

impl Fault {
    /// Says what went wrong.
    pub(crate) fn of(error: &ProviderError, now: WallClock) -> Self {
        let fault = model_error(error, now);
        let is_of = |statuses: &[&str]| statuses.iter().any(|status| fault.detail.starts_with(status));
        let is_about_the_request = match fault.kind {
            ModelErrorKind::Rejected => is_of(&["status 400", "status 422"]),
            // A gateway has no such model for a request with tools.
            ModelErrorKind::UnknownModel => is_of(&["status 404"]),
            _ => false,
        };
        let refusal =
            error.provider_response().filter(|_| is_about_the_request).map(|response| response.body.clone());
        Self { error: fault, refusal, is_refused: error.provider_response().is_some() }
    }
}

impl From<ModelError> for Fault {
    fn from(error: ModelError) -> Self {
        Self { error, refusal: None, is_refused: false }
    }
}

/// Says what went wrong. The clock is for a date that a provider names without saying what time it has itself.
fn model_error(error: &ProviderError, now: WallClock) -> ModelError {
    if let Some(response) = error.provider_response() {
        return refused(response, now);
    }
    let (kind, detail) = match error {
        ProviderError::Http(error) => on_the_way(error),
        ProviderError::Truncated => (ModelErrorKind::Cut, "the stream ended before the reply did"),
        ProviderError::Json(_) | ProviderError::Response(_) => {
            (ModelErrorKind::Malformed, "the provider sent something that isn't of its format")
        }
        ProviderError::Url(_) | ProviderError::Request(_) | ProviderError::UnsupportedOption(_) => {
            (ModelErrorKind::Rejected, "the request can't be made for this provider")
        }
        _ => (ModelErrorKind::ProviderFailed, "the provider reported a failure"),
    };
    ModelError::new(kind, detail)
}

/// Whether asking again may help.
pub(crate) fn is_passing(error: &ModelError) -> bool {
    match error.kind {
        ModelErrorKind::Unreachable | ModelErrorKind::ProviderFailed | ModelErrorKind::Cut => true,
        // Without credit it doesn't, though the status is the same.
        ModelErrorKind::RateLimited => !error.detail.contains("insufficient_quota"),
        ModelErrorKind::Unauthorized
        | ModelErrorKind::UnknownModel
        | ModelErrorKind::PromptTooLong
        | ModelErrorKind::Rejected
        | ModelErrorKind::TakesNoTools
        | ModelErrorKind::Timeout
        | ModelErrorKind::LengthLimit
        | ModelErrorKind::Filtered
        | ModelErrorKind::Malformed => false,
    }
}

fn on_the_way(error: &rig_core::http_client::Error) -> (ModelErrorKind, &'static str) {
    let fault = match error {
        rig_core::http_client::Error::Instance(error) => error.downcast_ref::<TransportFault>(),
        _ => None,
    };
    match fault {
        Some(TransportFault::Cut) => (ModelErrorKind::Cut, "the connection ended in the middle of the reply"),
        Some(TransportFault::NoFrames) => {
            (ModelErrorKind::Malformed, "the provider's answer is no stream of its format")
        }
        Some(TransportFault::TooLong) => (ModelErrorKind::Malformed, "the reply grew too long"),
        Some(TransportFault::Unsendable) => (
            ModelErrorKind::Rejected,
            "the request can't be sent: check the base URL and the key for stray characters",
        ),
        Some(TransportFault::Unreachable) | None => {
            (ModelErrorKind::Unreachable, "no connection to the provider")
        }
    }
}

/// A refusal, by its status or by an error within a stream.
fn refused(response: &ProviderResponseError, now: WallClock) -> ModelError {
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    let error = body.get("error").unwrap_or(&body);
    let codes: Vec<&str> = ["code", "type", "status"]
        .iter()
        .filter_map(|field| error[*field].as_str())
        .filter(|code| is_code(code))
        .collect();
    // A stream has no status of its own any more; some put it into the error instead.
    let status = response.status.map(|status| status.as_u16()).filter(|status| *status != 200);
    let status = status.or_else(|| {
        let code = &error["code"];
        let code = code.as_u64().or_else(|| code.as_str()?.parse().ok());
        code.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code))
    });
    let kind = kind(status, &codes, error);
    let mut details = Vec::new();
    match status {
        Some(status) => details.push(format!("status {status}")),
        None => details.push("an error within the stream".to_owned()),
    }
    details.extend(codes.first().filter(|code| code.parse::<u16>().is_err()).map(|code| (*code).to_owned()));
    let retry_after = response.headers.as_ref().and_then(|headers| retry_after(headers, now));
    ModelError { retry_after, ..ModelError::new(kind, details.join(", ")) }
}

fn kind(status: Option<u16>, codes: &[&str], error: &Value) -> ModelErrorKind {
    let has = |known: &[&str]| codes.iter().any(|code| known.contains(code));
    let may_be_too_long = matches!(status, None | Some(400 | 413 | 422));
    if may_be_too_long && (has(&TOO_LONG) || status == Some(413) || says(error, &TOO_LONG_WORDS)) {
        return ModelErrorKind::PromptTooLong;
    }
    if status == Some(400) && has_unknown_key(error) {
        return ModelErrorKind::Unauthorized;
    }
    if status == Some(400) && (has(&["model_not_found"]) || says(error, &UNKNOWN_MODEL_WORDS)) {
        return ModelErrorKind::UnknownModel;
    }
    match status.map(StatusCode::from_u16) {
        Some(Ok(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)) => ModelErrorKind::Unauthorized,
        Some(Ok(StatusCode::NOT_FOUND)) => ModelErrorKind::UnknownModel,
        Some(Ok(StatusCode::TOO_MANY_REQUESTS)) => ModelErrorKind::RateLimited,
        // The server, or a proxy before it, gave up waiting for something; nothing is wrong with the request.
        Some(Ok(StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY)) => ModelErrorKind::ProviderFailed,
        Some(Ok(status)) if !status.is_server_error() => ModelErrorKind::Rejected,
        Some(_) => ModelErrorKind::ProviderFailed,
        None if has(&[
            "rate_limit_exceeded",
            "rate_limit_error",
            "insufficient_quota",
            "requests",
            "tokens",
        ]) =>
        {
            ModelErrorKind::RateLimited
        }
        None if has(&["invalid_api_key", "authentication_error", "permission_error"]) => {
            ModelErrorKind::Unauthorized
        }
        None if has(&["model_not_found", "not_found_error"]) => ModelErrorKind::UnknownModel,
        None => ModelErrorKind::ProviderFailed,
    }
}

/// Whether Google says that it doesn't know the key, for which it has no status of its own.
fn has_unknown_key(error: &Value) -> bool {
    let details = error["details"].as_array().into_iter().flatten();
    details.into_iter().any(|detail| detail["reason"] == "API_KEY_INVALID")
}

fn says(error: &Value, known: &[&str]) -> bool {
    let message = error["message"].as_str().or_else(|| error.as_str()).unwrap_or_default().to_lowercase();
    known.iter().any(|words| message.contains(words))
}

/// Whether a text is a code and no words.
fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_CODE
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-'))
        // Keys are of the same letters.
        && !text.starts_with("sk-")
}

/// How some say in milliseconds when they want to be asked again.
const RETRY_AFTER_MS: &str = "retry-after-ms";

/// When the provider wants to be asked again: in milliseconds, in seconds, or as a date, which is read against the provider's own clock
/// where it says what time that has.
fn retry_after(headers: &HeaderMap, now: WallClock) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name: &str| text(name)?.parse::<f64>().ok();
    let date = |name: &str| DateTime::parse_from_rfc2822(text(name)?).ok();
    if let Some(milliseconds) = number(RETRY_AFTER_MS) {
        return Duration::try_from_secs_f64(milliseconds / 1_000.0).ok();
    }
    if let Some(seconds) = number(header::RETRY_AFTER.as_str()) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let wanted = date(header::RETRY_AFTER.as_str())?.with_timezone(&Utc);
    let now = date(header::DATE.as_str()).map_or_else(now, |date| date.with_timezone(&Utc));
    Some((wanted - now).to_std().unwrap_or(Duration::ZERO))
}
