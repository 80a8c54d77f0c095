//! What `/users` takes and answers.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::accounts::{NewUser, PersonChange, SignedIn};
use wenshu_core::{Account, AccountStatus, AppError, Role, Text};

use super::fields::{Status, StatusSchema, user_name};
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;
use crate::http::words::words;

/// The most users in one part of the list.
const LARGEST_LIMIT: i64 = 100;

/// Characters of the longest name of a role.
const LONGEST_ROLE: usize = 50;

words! {
    /// Whether a user may be used.
    StatusWord as "Status" = ["active", "disabled"];
    /// How a token is shown.
    TokenTypeWord as "TokenType" = ["bearer"];
}

/// Who signs in.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = RequestForUserLogin)]
pub struct LoginBody {
    /// The user's name, or address.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 254)]
    user_name: Given<String>,
    /// The password.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 1, max_length = 1024)]
    password: Given<SecretString>,
}

impl LoginBody {
    /// Name and password.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(String, SecretString), AppError> {
        let Self { user_name: name, password } = self;
        let mut checks = Checks::default();
        let name = user_name(&mut checks, name);
        let password = old_password(&mut checks, password);
        match (name, password) {
            (Some(name), Some(password)) if checks.is_clean() => Ok((name, password)),
            _ => Err(checks.into_error()),
        }
    }
}

/// Who registers.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = RequestForUserRegister)]
pub struct RegisterBody {
    /// The name: without control characters, `/` and `@`, and not `me`.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 50)]
    user_name: Given<String>,
    /// The password; not white space alone.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 6, max_length = 128)]
    password: Given<SecretString>,
    /// `user` or `admin`, which only an admin may choose; what else it says is kept and counts as `user`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 50)]
    user_role: Given<String>,
}

impl TryFrom<RegisterBody> for NewUser {
    type Error = AppError;

    fn try_from(body: RegisterBody) -> Result<Self, AppError> {
        let RegisterBody { user_name: name, password, user_role } = body;
        let mut checks = Checks::default();
        let name = checks.required("user_name", name).map(|name| name.trim().to_owned());
        if let Some(name) = &name {
            checks.length("user_name", name, 1..=50);
        }
        let password = new_password(&mut checks, "password", password);
        let (role, role_label) = role(&mut checks, user_role).unwrap_or((Role::User, None));
        match (name, password) {
            (Some(username), Some(password)) if checks.is_clean() => {
                Ok(Self { username, password, role, display_name: None, role_label })
            }
            _ => Err(checks.into_error()),
        }
    }
}

/// A new password.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = RequestForUserResetPassword)]
pub struct PasswordBody {
    /// The user's name, or address.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 254)]
    user_name: Given<String>,
    /// The password so far.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 1, max_length = 1024)]
    password: Given<SecretString>,
    /// The new one; not white space alone.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 6, max_length = 128)]
    new_password: Given<SecretString>,
}

/// A new password, read.
pub struct PasswordRequest {
    /// Whose.
    pub user_name: String,
    /// The one so far.
    pub old: SecretString,
    /// The new one.
    pub new: SecretString,
}

impl PasswordBody {
    /// Whose password is to be what.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_request(self) -> Result<PasswordRequest, AppError> {
        let Self { user_name: name, password, new_password: new } = self;
        let mut checks = Checks::default();
        let name = user_name(&mut checks, name);
        let old = old_password(&mut checks, password);
        let new = new_password(&mut checks, "new_password", new);
        match (name, old, new) {
            (Some(user_name), Some(old), Some(new)) if checks.is_clean() => {
                Ok(PasswordRequest { user_name, old, new })
            }
            _ => Err(checks.into_error()),
        }
    }
}

/// What changes of a user.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = RequestForUserChangeInfo)]
pub struct ChangeBody {
    /// The user's name, or address.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 254)]
    user_name: Given<String>,
    /// `user` or `admin`, which only an admin may choose; what else it says is kept and counts as `user`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 50)]
    user_role: Given<String>,
    /// Whether the user may be used.
    #[serde(default)]
    #[schema(value_type = StatusSchema)]
    status: Given<Status>,
}

impl ChangeBody {
    /// Who changes, and what.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(String, PersonChange), AppError> {
        let Self { user_name: name, user_role, status } = self;
        let mut checks = Checks::default();
        let name = user_name(&mut checks, name);
        let role = role(&mut checks, user_role);
        let status = checks.optional("status", status).and_then(|status| status.0);
        match name {
            Some(name) if checks.is_clean() => Ok((name, PersonChange { role, status })),
            _ => Err(checks.into_error()),
        }
    }
}

/// Which part of the list is wanted; all of it without.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ListParameters {
    /// How many to leave out.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, default = 0)]
    offset: Given<i64>,
    /// How many to answer at most.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Given<i64>,
}

impl ListParameters {
    /// How many to leave out, and how many to answer.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the parameters.
    pub fn into_parts(self) -> Result<(u64, Option<u64>), AppError> {
        let Self { offset, limit } = self;
        let mut checks = Checks::default();
        let offset = checks.optional("offset", offset).unwrap_or_default();
        checks.range("offset", offset, 0..=i64::MAX);
        let limit = checks.optional("limit", limit);
        if let Some(limit) = limit {
            checks.range("limit", limit, 1..=LARGEST_LIMIT);
        }
        checks.finish()?;
        Ok((offset.unsigned_abs(), limit.map(i64::unsigned_abs)))
    }
}

/// A password that was given before: the rules for passwords are for new ones, and this keeps nonsense from being hashed.
fn old_password(checks: &mut Checks, given: Given<SecretString>) -> Option<SecretString> {
    let password = checks.required("password", given);
    if let Some(password) = &password {
        checks.length("password", password.expose_secret(), 1..=1024);
    }
    password
}

fn new_password(
    checks: &mut Checks,
    field: &'static str,
    given: Given<SecretString>,
) -> Option<SecretString> {
    let password = checks.required(field, given);
    if let Some(password) = &password {
        let text = password.expose_secret();
        if !text.is_empty() && text.trim().is_empty() {
            checks.fault(field, Text::new("不能全是空白", "must not be white space alone"));
        } else {
            checks.length(field, text, 6..=128);
        }
    }
    password
}

/// A role, and what it is called where that says more; none where it isn't given.
fn role(checks: &mut Checks, given: Given<String>) -> Option<(Role, Option<String>)> {
    let name = checks.optional("user_role", given).map(|name| name.trim().to_owned());
    let name = name.filter(|name| !name.is_empty())?;
    checks.length("user_role", &name, 1..=LONGEST_ROLE);
    checks.printable("user_role", &name);
    Some(match name.as_str() {
        "admin" => (Role::Admin, None),
        "user" => (Role::User, None),
        _ => (Role::User, Some(name)),
    })
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserDto<'a> {
    user_id: i64,
    user_name: &'a str,
    /// `user`, `admin`, or what it was called.
    user_role: &'a str,
    #[schema(value_type = String, format = DateTime)]
    register_time: Rfc3339,
    #[schema(value_type = StatusWord)]
    status: &'static str,
}

impl<'a> From<&'a Account> for UserDto<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            user_id: account.number,
            user_name: name_of(account),
            user_role: role_of(account),
            register_time: Rfc3339(account.created_at),
            status: match account.status {
                AccountStatus::Active => "active",
                AccountStatus::Disabled => "disabled",
            },
        }
    }
}

/// Somebody who has signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct SignedInDto<'a> {
    user_id: i64,
    user_name: &'a str,
    user_role: &'a str,
    access_token: &'a str,
    refresh_token: &'a str,
    #[schema(value_type = TokenTypeWord)]
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
}

impl<'a> From<&'a SignedIn> for SignedInDto<'a> {
    fn from(SignedIn { account, tokens }: &'a SignedIn) -> Self {
        Self {
            user_id: account.number,
            user_name: name_of(account),
            user_role: role_of(account),
            access_token: tokens.access_text(),
            refresh_token: tokens.refresh_text(),
            token_type: "bearer",
            expires_in: tokens.access_life.as_secs(),
        }
    }
}

/// Who registered elsewhere with an address alone is called by that.
fn name_of(account: &Account) -> &str {
    account.username.as_deref().or(account.email.as_deref()).unwrap_or_default()
}

fn role_of(account: &Account) -> &str {
    match account.role {
        Role::Admin => "admin",
        Role::User => account.role_label.as_deref().unwrap_or("user"),
        Role::Visitor => "visitor",
    }
}
