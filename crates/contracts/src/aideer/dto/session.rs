//! Bodies of `/session`.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::accounts::TokenPair;
use wenshu_core::{AppError, Text};

use super::super::session::{INVALID_REQUEST, UNSUPPORTED_GRANT_TYPE};
use super::vocabulary::{GrantTypeWord, TokenTypeWord};
use crate::http::form::{Checks, Given};

/// The form of OAuth2's password grant. `scope`, `client_id` and `client_secret` may come along and mean nothing here.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct TokenBody {
    /// OAuth2's grant.
    #[serde(default)]
    #[schema(value_type = Option<GrantTypeWord>)]
    grant_type: Given<String>,
    /// Login name or mail address.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 254)]
    username: Given<String>,
    /// The password.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 1, max_length = 1024)]
    password: Given<SecretString>,
}

impl TokenBody {
    /// Login and password.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(String, SecretString), AppError> {
        let Self { grant_type, username, password } = self;
        let mut checks = Checks::default();
        // Sent without a value it counts as left out (RFC 6749, section 3.2).
        let grant_type = checks.optional("grant_type", grant_type).filter(|grant| !grant.is_empty());
        let is_another = grant_type.is_some_and(|grant| grant != "password");
        if is_another {
            checks.fault("grant_type", Text::new("必须是 password", "must be `password`"));
        }
        let username = checks.required("username", username).map(|username| username.trim().to_owned());
        if let Some(username) = &username {
            checks.length("username", username, 1..=254);
        }
        let password = checks.required("password", password);
        if let Some(password) = &password {
            // Rules for passwords are for new ones; this only keeps nonsense from being hashed.
            checks.length("password", password.expose_secret(), 1..=1024);
        }
        let code = if is_another { UNSUPPORTED_GRANT_TYPE } else { INVALID_REQUEST };
        match (username, password) {
            (Some(username), Some(password)) if checks.is_clean() => Ok((username, password)),
            _ => Err(checks.into_error().coded(code)),
        }
    }
}

/// What WeChat's app brings.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct WeChatQuery {
    /// The login code that WeChat gave it.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 256)]
    code: Given<String>,
}

impl WeChatQuery {
    /// The code.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_code(self) -> Result<String, AppError> {
        let mut checks = Checks::default();
        let code = checks.required("query.code", self.code).map(|code| code.trim().to_owned());
        if let Some(code) = &code {
            checks.length("query.code", code, 1..=256);
        }
        match code {
            Some(code) if checks.is_clean() => Ok(code),
            _ => Err(checks.into_error()),
        }
    }
}

/// Tokens of a sign-in.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenDto<'a> {
    access_token: &'a str,
    #[schema(value_type = TokenTypeWord)]
    token_type: &'static str,
    refresh_token: &'a str,
    /// Seconds.
    expires_in: u64,
}

impl<'a> From<&'a TokenPair> for TokenDto<'a> {
    fn from(tokens: &'a TokenPair) -> Self {
        Self {
            access_token: tokens.access_text(),
            token_type: "bearer",
            refresh_token: tokens.refresh_text(),
            expires_in: tokens.access_life.as_secs(),
        }
    }
}
