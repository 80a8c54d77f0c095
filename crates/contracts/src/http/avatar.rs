//! Pictures of accounts as all contracts serve them: one address for each picture, under which it never changes.

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use uuid::Uuid;
use wenshu_core::Account;

use super::form::parse_uuid;

/// Where the pictures are.
pub const FOLDER: &str = "/api/v1/avatars/";

/// The picture of whoever has none.
const DEFAULT: &str = "default";

/// What a picture's file is called behind its name.
const SUFFIX: &str = ".webp";

/// Which picture a path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Of whoever has none.
    Default,
    /// One that somebody uploaded.
    Uploaded(Uuid),
}

impl Picture {
    /// By the name of its file.
    pub fn of_file(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(SUFFIX)?;
        if stem == DEFAULT { Some(Self::Default) } else { parse_uuid(stem).map(Self::Uploaded) }
    }
}

/// The path of the picture that an account uploaded, if it did.
pub fn path_of(account: &Account) -> Option<String> {
    account.picture.map(|id| format!("{FOLDER}{id}{SUFFIX}"))
}

/// The path of an account's picture, or of the one of whoever has none.
pub fn path_or_default(account: &Account) -> String {
    path_of(account).unwrap_or_else(|| format!("{FOLDER}{DEFAULT}{SUFFIX}"))
}

/// A response with a picture, which is never taken for anything else and never asked for again.
pub fn serve(content: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, "image/webp"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    (headers.map(|(name, value)| (name, HeaderValue::from_static(value))), content).into_response()
}
