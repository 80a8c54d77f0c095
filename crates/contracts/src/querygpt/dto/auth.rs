//! Bodies of `/auth`.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::accounts::{Registration, SignedIn, TokenPair};
use wenshu_core::{Account, AppError, Role};

use super::words::{RoleWord, TokenTypeWord};
use crate::http::avatar;
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

/// What a new account is made from.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct RegisterBody {
    /// Mail address, also the login.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Email, max_length = 254)]
    email: Given<String>,
    /// 8–128 characters with a letter and a digit.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 8, max_length = 128)]
    password: Given<SecretString>,
    /// What others see; by default the part of the address before `@`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    display_name: Given<String>,
}

impl TryFrom<RegisterBody> for Registration {
    type Error = AppError;

    fn try_from(body: RegisterBody) -> Result<Self, AppError> {
        let RegisterBody { email, password, display_name } = body;
        let mut checks = Checks::default();
        let email = checks.required("email", email).map(|email| email.trim().to_owned());
        if let Some(email) = &email {
            checks.email("email", email);
        }
        let password = checks.required("password", password);
        if let Some(password) = &password {
            checks.password("password", password, 8..=128);
        }
        let display_name = checks
            .optional("display_name", display_name)
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty());
        if let Some(name) = &display_name {
            checks.length("display_name", name, 1..=100);
            checks.printable("display_name", name);
        }
        match (email, password) {
            (Some(email), Some(password)) if checks.is_clean() => {
                Ok(Self { email: Some(email), username: None, password, display_name })
            }
            _ => Err(checks.into_error()),
        }
    }
}

/// Who signs in.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct LoginBody {
    /// Mail address. A login name that was registered through another contract is taken too.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 254)]
    email: Given<String>,
    /// The password.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 1, max_length = 1024)]
    password: Given<SecretString>,
}

impl LoginBody {
    /// Login and password.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(String, SecretString), AppError> {
        let Self { email, password } = self;
        let mut checks = Checks::default();
        let email = checks.required("email", email).map(|email| email.trim().to_owned());
        if let Some(email) = &email {
            checks.length("email", email, 1..=254);
        }
        let password = checks.required("password", password);
        if let Some(password) = &password {
            // Rules for passwords are for new ones; this only keeps nonsense from being hashed.
            checks.length("password", password.expose_secret(), 1..=1024);
        }
        match (email, password) {
            (Some(email), Some(password)) if checks.is_clean() => Ok((email, password)),
            _ => Err(checks.into_error()),
        }
    }
}

/// A refresh token to be swapped.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct RefreshBody {
    /// A refresh token, which is good for one use.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 4096)]
    refresh_token: Given<SecretString>,
}

impl RefreshBody {
    /// The token.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_token(self) -> Result<SecretString, AppError> {
        let mut checks = Checks::default();
        let token = checks.required("refresh_token", self.refresh_token);
        if let Some(token) = &token {
            checks.length("refresh_token", token.expose_secret(), 1..=4096);
        }
        match token {
            Some(token) if checks.is_clean() => Ok(token),
            _ => Err(checks.into_error()),
        }
    }
}

/// An account as registering answers it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewUser)]
pub struct UserDto<'a> {
    id: Uuid,
    email: Option<&'a str>,
    display_name: &'a str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl<'a> From<&'a Account> for UserDto<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            id: account.id,
            email: account.email.as_deref(),
            display_name: &account.display_name,
            created_at: Rfc3339(account.created_at),
        }
    }
}

/// The caller's account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct MeDto<'a> {
    id: Uuid,
    email: Option<&'a str>,
    display_name: &'a str,
    avatar_url: Option<String>,
    #[schema(value_type = RoleWord)]
    role: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl<'a> From<&'a Account> for MeDto<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            id: account.id,
            email: account.email.as_deref(),
            display_name: &account.display_name,
            avatar_url: avatar::path_of(account),
            role: match account.role {
                Role::Visitor => "visitor",
                Role::User => "user",
                Role::Admin => "admin",
            },
            created_at: Rfc3339(account.created_at),
        }
    }
}

/// Tokens of a sign-in.
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub struct TokensDto<'a> {
    access_token: &'a str,
    refresh_token: &'a str,
    #[schema(value_type = TokenTypeWord)]
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
}

impl<'a> From<&'a TokenPair> for TokensDto<'a> {
    fn from(tokens: &'a TokenPair) -> Self {
        Self {
            access_token: tokens.access.expose_secret(),
            refresh_token: tokens.refresh.expose_secret(),
            token_type: "bearer",
            expires_in: tokens.access_life.as_secs(),
        }
    }
}

/// A new account with its tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct SignedInDto<'a> {
    user: UserDto<'a>,
    #[serde(flatten)]
    tokens: TokensDto<'a>,
}

impl<'a> From<&'a SignedIn> for SignedInDto<'a> {
    fn from(signed_in: &'a SignedIn) -> Self {
        Self { user: UserDto::from(&signed_in.account), tokens: TokensDto::from(&signed_in.tokens) }
    }
}
