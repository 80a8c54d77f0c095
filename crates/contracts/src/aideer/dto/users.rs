//! Bodies of `/users`.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::accounts::{NewUser, UserChange};
use wenshu_core::{Account, Actor, AppError, Change, Role, Text};

use crate::http::avatar;
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

/// What a new user is made from.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = CreateUserBody)]
pub struct CreateBody {
    /// The login.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 2, max_length = 50)]
    username: Given<String>,
    /// The password; no mixture of characters is asked for.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 6, max_length = 128)]
    password: Given<SecretString>,
    /// 0 visitor, 1 user, 2 admin, which only an admin may choose.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 2, default = 1)]
    permission: Given<i64>,
    /// What to call the person.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    nickname: Given<String>,
}

impl TryFrom<CreateBody> for NewUser {
    type Error = AppError;

    fn try_from(body: CreateBody) -> Result<Self, AppError> {
        let CreateBody { username, password, permission, nickname } = body;
        let mut checks = Checks::default();
        let username = checks.required("username", username);
        if let Some(username) = &username {
            check_username(&mut checks, username);
        }
        let password = checks.required("password", password);
        if let Some(password) = &password {
            check_password(&mut checks, "password", password);
        }
        let permission = checks.optional("permission", permission).unwrap_or(1);
        let role = check_permission(&mut checks, permission);
        let nickname = checks.optional("nickname", nickname);
        if let Some(nickname) = &nickname {
            check_nickname(&mut checks, nickname);
        }
        match (username, password, role) {
            (Some(username), Some(password), Some(role)) if checks.is_clean() => {
                Ok(Self { username, password, role, display_name: nickname, role_label: None })
            }
            _ => Err(checks.into_error()),
        }
    }
}

/// What changes of a user. What isn't there stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ChangeBody {
    /// The login.
    #[serde(default)]
    #[schema(value_type = String, min_length = 2, max_length = 254)]
    username: Given<String>,
    /// What to call the person; `null` takes it away.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    nickname: Given<String>,
    /// A mail address; `null` takes it away.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    email: Given<String>,
    /// 0 visitor, 1 user, 2 admin. Admins alone change it.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 2)]
    permission: Given<i64>,
    /// The balance. Admins alone change it.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    credits_left: Given<i64>,
}

impl ChangeBody {
    /// What changes, and what the balance is to be.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(UserChange, Option<i64>), AppError> {
        let Self { username, nickname, email, permission, credits_left } = self;
        let mut checks = Checks::default();
        let username = match checks.change("username", username) {
            Change::Keep => None,
            Change::Set(username) => {
                // An address that stands in for a name may be longer; whether it is one is seen later.
                let longest = if username.contains('@') { 254 } else { 50 };
                checks.length("username", username.trim(), 2..=longest);
                Some(username)
            }
            Change::Clear => {
                checks.length("username", "", 2..=50);
                None
            }
        };
        let display_name = checks.change("nickname", nickname);
        if let Change::Set(nickname) = &display_name {
            check_nickname(&mut checks, nickname);
        }
        let email = checks.change("email", email);
        if let Change::Set(email) = &email {
            checks.email("email", email.trim());
        }
        let permission = checks.optional("permission", permission);
        let role = permission.and_then(|permission| check_permission(&mut checks, permission));
        let credits = checks.optional("credits_left", credits_left);
        checks.finish()?;
        Ok((UserChange { username, email, display_name, role }, credits))
    }
}

/// A new password for oneself.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ChangePasswordBody {
    /// The one so far; may be left out by who has none.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 1, max_length = 1024)]
    old_password: Given<SecretString>,
    /// The new one.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 6, max_length = 128)]
    new_password: Given<SecretString>,
}

impl ChangePasswordBody {
    /// The old password, if it was given, and the new one.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_parts(self) -> Result<(Option<SecretString>, SecretString), AppError> {
        let Self { old_password, new_password } = self;
        let mut checks = Checks::default();
        let old = checks.optional("old_password", old_password);
        if let Some(old) = &old {
            checks.length("old_password", old.expose_secret(), 1..=1024);
        }
        let new = new_password_of(&mut checks, new_password);
        match new {
            Some(new) if checks.is_clean() => Ok((old, new)),
            _ => Err(checks.into_error()),
        }
    }
}

/// A new password for somebody, from an admin.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ReplacePasswordBody {
    /// The new password.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 6, max_length = 128)]
    new_password: Given<SecretString>,
}

impl ReplacePasswordBody {
    /// The password.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_password(self) -> Result<SecretString, AppError> {
        let mut checks = Checks::default();
        match new_password_of(&mut checks, self.new_password) {
            Some(new) if checks.is_clean() => Ok(new),
            _ => Err(checks.into_error()),
        }
    }
}

fn new_password_of(checks: &mut Checks, given: Given<SecretString>) -> Option<SecretString> {
    let new = checks.required("new_password", given);
    if let Some(new) = &new {
        check_password(checks, "new_password", new);
    }
    new
}

fn check_username(checks: &mut Checks, username: &str) {
    checks.length("username", username.trim(), 2..=50);
}

fn check_nickname(checks: &mut Checks, nickname: &str) {
    checks.length("nickname", nickname.trim(), 1..=50);
    checks.printable("nickname", nickname);
}

/// A new password. This contract asks for no mixture of characters.
fn check_password(checks: &mut Checks, field: &'static str, password: &SecretString) {
    checks.length(field, password.expose_secret(), 6..=128);
}

fn check_permission(checks: &mut Checks, permission: i64) -> Option<Role> {
    let role = role_of(permission);
    if role.is_none() {
        checks.fault(
            "permission",
            Text::new(
                "必须是 0（访客）、1（用户）或 2（管理员）",
                "must be 0 (visitor), 1 (user) or 2 (admin)",
            ),
        );
    }
    role
}

fn role_of(permission: i64) -> Option<Role> {
    Some(match permission {
        0 => Role::Visitor,
        1 => Role::User,
        2 => Role::Admin,
        _ => return None,
    })
}

fn permission_of(role: Role) -> u8 {
    match role {
        Role::Visitor => 0,
        Role::User => 1,
        Role::Admin => 2,
    }
}

/// A picture that was uploaded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Avatar)]
pub struct AvatarDto<'a> {
    /// That it was.
    pub message: &'a str,
    /// Where it is.
    pub avatar: String,
}

/// An account as this contract shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserDto<'a> {
    id: i64,
    username: &'a str,
    nickname: Option<&'a str>,
    /// 0 visitor, 1 user, 2 admin.
    permission: u8,
    avatar: String,
    /// For the person and for admins.
    credits_left: Option<i64>,
    email: Option<&'a str>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl<'a> UserDto<'a> {
    /// All of it: for the person and for admins.
    pub fn whole(account: &'a Account) -> Self {
        Self {
            id: account.number,
            // Who registered with an address alone signs in by that.
            username: account.username.as_deref().or(account.email.as_deref()).unwrap_or_default(),
            nickname: account.nickname.as_deref(),
            permission: permission_of(account.role),
            avatar: avatar::path_or_default(account),
            credits_left: Some(account.credits),
            email: account.email.as_deref(),
            created_at: Rfc3339(account.created_at),
        }
    }

    /// What this caller may see of it: others' addresses are theirs.
    pub fn seen_by(actor: &Actor, account: &'a Account) -> Self {
        let whole = Self::whole(account);
        if actor.id() == account.id || actor.is_admin() {
            return whole;
        }
        let username = account.username.as_deref().unwrap_or(&account.display_name);
        Self { username, email: None, credits_left: None, ..whole }
    }
}
