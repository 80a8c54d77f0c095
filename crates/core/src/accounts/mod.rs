//! Accounts: registering, signing in, proving who one is.

mod authority;
mod passwords;
mod people;
mod picture_memory;
mod pictures;
mod sessions;
mod throttle;
mod tokens;
mod users;
mod wechat;

use std::net::IpAddr;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use wenshu_store::{Account, AccountStatus, NewAccount, NewSession, Role, Rotation, Store, StoreError};

pub use self::authority::{Authority, Trust};
use self::passwords::Passwords;
pub use self::people::{NewPerson, PersonChange};
pub use self::pictures::{LARGEST_PICTURE, default_picture};
pub use self::sessions::{Device, SessionView};
use self::throttle::Throttle;
pub use self::throttle::network_of;
pub use self::tokens::TokenPair;
use self::tokens::{TokenOwner, Tokens};
pub use self::users::{NewUser, UserChange};
pub use self::wechat::{WeChat, WeChatFault, WeChatPerson, WeChatPort, WeChatTrouble};
use crate::clock::Clock;
use crate::secrets::MasterKey;
use crate::{Actor, AppError, CoreSettings, ErrorKind, FieldFault, Text};

/// The longest password that is hashed, in characters. Contracts have rules of their own within it.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 6..=128;

/// The longest login name, in characters.
const USERNAME_LENGTH: usize = 50;

/// The longest shown name, in characters.
const DISPLAY_NAME_LENGTH: usize = 100;

/// What a new account is made from. Form rules that differ between contracts are checked there; what always holds is
/// checked here.
#[derive(Debug)]
pub struct Registration {
    /// Address; must look like one.
    pub email: Option<String>,
    /// Login name.
    pub username: Option<String>,
    /// Password, already within the contract's rules.
    pub password: SecretString,
    /// Shown name; by default the part of the address before `@`, or the login name.
    pub display_name: Option<String>,
}

/// An account that has just signed in, with its tokens.
#[derive(Debug)]
pub struct SignedIn {
    /// The account.
    pub account: Account,
    /// The tokens.
    pub tokens: TokenPair,
}

/// Whoever sits at the machine's command line with access to the data folder, or develops on a server of their own. Contracts have no way to make one that
/// isn't seen in review.
#[derive(Debug)]
pub struct Operator(());

impl Operator {
    /// For the command line alone.
    pub fn at_the_console() -> Self {
        Self(())
    }

    /// For routes that exist in debug mode alone, in which whoever reaches the server is its developer.
    pub fn in_debug_mode() -> Self {
        Self(())
    }
}

/// Use cases of accounts.
pub struct Accounts {
    store: Store,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    tokens: Tokens,
    throttle: Throttle,
    first_account_is_admin: bool,
    registration_is_open: bool,
    wechat: WeChatPort,
}

impl Accounts {
    pub(crate) fn new(
        settings: &CoreSettings,
        store: Store,
        key: &MasterKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AppError> {
        Ok(Self {
            store,
            clock,
            passwords: Passwords::new(settings.password_cost)?,
            tokens: Tokens::new(key, settings.access_token_life, settings.refresh_token_life),
            throttle: Throttle::new(settings.login_limits),
            first_account_is_admin: settings.first_account_is_admin,
            registration_is_open: settings.registration_is_open,
            wechat: settings.wechat.clone(),
        })
    }

    /// Makes an account and signs it in with this device.
    ///
    /// # Errors
    ///
    /// `Forbidden` with code `registration_closed`; `Invalid` naming `email`, `username`, `password` or `display_name`, a taken address
    /// or name too.
    pub async fn register(&self, registration: Registration, with: Device) -> Result<SignedIn, AppError> {
        self.check_registration(None)?;
        let account = self.create(registration, (Role::User, None), self.first_account_is_admin).await?;
        self.start_session(account, with).await
    }

    /// Signs in by name or address, with this device. Unknown login and wrong password take the same time and give the same error.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` with code `bad_credentials`; `TooMany` with the wait after repeated failures.
    pub async fn login(
        &self,
        from: IpAddr,
        login: &str,
        password: SecretString,
        with: Device,
    ) -> Result<SignedIn, AppError> {
        let account = self.store.account_by_login(login.trim()).await?;
        let account = self.proved_by_password(account, from, login, password).await?;
        self.start_session(account, with).await
    }

    /// The account that `login` means, if it is active and this is its password. Tries are counted, and whether there is such an account
    /// makes no difference to the time.
    async fn proved_by_password(
        &self,
        account: Option<Account>,
        from: IpAddr,
        login: &str,
        password: SecretString,
    ) -> Result<Account, AppError> {
        // An account is counted once, under whichever name and spelling it is tried.
        let counted = account
            .as_ref()
            .map_or_else(|| wenshu_store::login_key(login.trim()), |account| account.id.to_string());
        let now = self.clock.now();
        // Once before queueing for a turn, since whoever is refused needs none, and once when it counts.
        self.throttle.check(&counted, from, now)?;
        let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let permitted = || self.throttle.begin(&counted, from, now);
        let matches = self.passwords.verify(password, hash, permitted).await?;
        match account {
            Some(account) if matches && account.status == AccountStatus::Active => {
                self.throttle.succeed(&counted, from, now);
                Ok(account)
            }
            _ => Err(AppError::new(
                ErrorKind::Unauthenticated,
                "bad_credentials",
                Text::new("账号或密码错误", "Wrong account or password"),
            )),
        }
    }

    /// Swaps a refresh token for a new pair. A token used twice ends every session of its account.
    ///
    /// # Errors
    ///
    /// `Unauthenticated`.
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, AppError> {
        let now = self.clock.now();
        let (owner, hash) =
            self.tokens.read_refresh(refresh_token, now).ok_or_else(AppError::unauthenticated)?;
        let (tokens, stored) = self.tokens.issue(owner, self.clock.new_id(), now)?;
        match self.store.rotate_refresh(&hash, stored, now).await? {
            Rotation::Rotated { account, .. } => Ok(SignedIn { account: *account, tokens }),
            Rotation::Reused { account } => {
                tracing::warn!(account.id = %account, "a refresh token was used twice; its account's sessions were ended");
                Err(AppError::unauthenticated())
            }
            Rotation::Unknown | Rotation::Expired | Rotation::Ended => Err(AppError::unauthenticated()),
        }
    }

    /// Ends the session of the call.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn logout(&self, actor: &Actor) -> Result<(), AppError> {
        if let Some(session) = actor.session {
            self.store.end_session(actor.id(), session, self.clock.now()).await?;
        }
        Ok(())
    }

    /// Who an access token belongs to.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` for a token that is expired, of another kind, of an ended session or a disabled account.
    pub async fn authenticate(&self, access_token: &str) -> Result<Actor, AppError> {
        let owner =
            self.tokens.read_access(access_token, self.clock.now()).ok_or_else(AppError::unauthenticated)?;
        let found = self.store.session_account(owner.session).await?;
        match found {
            Some(found) if found.account.id == owner.account => Ok(Actor {
                account: Arc::new(found.account),
                session: Some(owner.session),
                conversations_revision: found.conversations_revision,
                connections_revision: found.connections_revision,
                shared_models_revision: found.shared_models_revision,
                is_by_word: false,
            }),
            _ => Err(AppError::unauthenticated()),
        }
    }

    /// Makes an admin.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `username` or `password`, a taken name too.
    pub async fn create_admin(
        &self,
        _operator: &Operator,
        username: &str,
        password: SecretString,
    ) -> Result<Account, AppError> {
        let registration =
            Registration { email: None, username: Some(username.to_owned()), password, display_name: None };
        self.create(registration, (Role::Admin, None), false).await
    }

    /// Sets a password and ends every session of the account.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Invalid` naming `password`.
    pub async fn reset_password(
        &self,
        _operator: &Operator,
        login: &str,
        password: SecretString,
    ) -> Result<Account, AppError> {
        if let Some(fault) = password_fault(&password) {
            return Err(AppError::invalid_fields(vec![fault]));
        }
        let account = self
            .store
            .account_by_login(login.trim())
            .await?
            .ok_or_else(|| AppError::not_found("账号", "Account"))?;
        let hash = self.passwords.hash(password).await?;
        self.store.set_password(account.id, hash, None, self.clock.now()).await?;
        Ok(account)
    }

    /// Every account, oldest first.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, _operator: &Operator) -> Result<Vec<Account>, AppError> {
        Ok(self.store.accounts().await?)
    }

    async fn create(
        &self,
        registration: Registration,
        (role, role_label): (Role, Option<String>),
        admin_if_first: bool,
    ) -> Result<Account, AppError> {
        let Registration { email, username, password, display_name } = registration;
        let email = email.map(|email| email.trim().to_owned());
        let username = username.map(|username| username.trim().to_owned());
        let nickname = display_name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let faults: Vec<FieldFault> = [
            email.as_deref().and_then(email_fault),
            username.as_deref().and_then(username_fault),
            password_fault(&password),
            nickname.as_deref().and_then(display_name_fault),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !faults.is_empty() {
            return Err(AppError::invalid_fields(faults));
        }
        let hash = self.passwords.hash(password).await?;
        let new = NewAccount {
            id: self.clock.new_id(),
            username,
            email,
            nickname,
            password_hash: Some(hash),
            role,
            role_label,
            created_at: self.clock.now(),
            admin_if_first,
        };
        self.store.insert_account(new).await.map_err(taken)
    }

    async fn start_session(&self, account: Account, with: Device) -> Result<SignedIn, AppError> {
        let now = self.clock.now();
        let owner = TokenOwner { account: account.id, session: self.clock.new_id() };
        let (tokens, refresh) = self.tokens.issue(owner, self.clock.new_id(), now)?;
        let session = NewSession {
            id: owner.session,
            account: owner.account,
            created_at: now,
            user_agent: with.into_user_agent(),
            refresh,
        };
        self.store.insert_session(session).await?;
        Ok(SignedIn { account, tokens })
    }
}

/// What a name or an address that somebody else has means; other failures as they are.
fn taken(error: StoreError) -> AppError {
    match error {
        StoreError::Conflict { field: "email" } => {
            AppError::invalid("email", Text::new("该邮箱已被注册", "This email is already registered"))
                .coded("email_taken")
        }
        StoreError::Conflict { field: "username" } => {
            AppError::invalid("username", Text::new("用户名已存在", "This username is already taken"))
                .coded("username_taken")
        }
        error => error.into(),
    }
}

/// An address looks like one when it has a local part and a domain with a dot, without spaces or control characters, within the
/// length of RFC 5321. Whether it exists only a mail could tell.
fn email_fault(email: &str) -> Option<FieldFault> {
    let looks_right = email.len() <= 254
        && !email.chars().any(|character| character.is_whitespace() || character.is_control())
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && !domain.contains('@')
                && domain.contains('.')
                && domain.split('.').all(|label| {
                    !label.is_empty()
                        && !label.starts_with('-')
                        && !label.ends_with('-')
                        && label.chars().all(|character| character.is_alphanumeric() || character == '-')
                })
        });
    (!looks_right).then(|| FieldFault {
        field: "email".into(),
        text: Text::new("邮箱格式不正确", "This is not an email address"),
    })
}

fn username_fault(username: &str) -> Option<FieldFault> {
    let fits = (1..=USERNAME_LENGTH).contains(&username.chars().count())
        && !username.chars().any(|character| character.is_control() || matches!(character, '/' | '@'))
        && username != "me";
    (!fits).then(|| FieldFault {
        field: "username".into(),
        text: Text::new(
            format!("用户名须为 1–{USERNAME_LENGTH} 个字符，不能含控制字符、/ 或 @，也不能是 me"),
            format!(
                "A username has 1 to {USERNAME_LENGTH} characters, no control characters, no / or @, and isn't `me`"
            ),
        ),
    })
}

fn password_fault(password: &SecretString) -> Option<FieldFault> {
    let password = password.expose_secret();
    let fits = PASSWORD_LENGTH.contains(&password.chars().count())
        && !password.trim().is_empty()
        && !password.contains('\0');
    (!fits).then(|| FieldFault {
        field: "password".into(),
        text: Text::new(
            format!("密码长度须为 {}–{} 个字符", PASSWORD_LENGTH.start(), PASSWORD_LENGTH.end()),
            format!("A password has {} to {} characters", PASSWORD_LENGTH.start(), PASSWORD_LENGTH.end()),
        ),
    })
}

fn display_name_fault(name: &str) -> Option<FieldFault> {
    let fits =
        name.chars().count() <= DISPLAY_NAME_LENGTH && !name.chars().any(|character| character.is_control());
    (!fits).then(|| FieldFault {
        field: "display_name".into(),
        text: Text::new(
            format!("显示名称最多 {DISPLAY_NAME_LENGTH} 个字符，不能含控制字符"),
            format!("A display name has at most {DISPLAY_NAME_LENGTH} characters and no control characters"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["a@b.cn", "first.last+tag@sub.example.com", "张三@例子.中国", "x@a-b.co"] {
            assert!(email_fault(good).is_none(), "{good}");
        }
        for bad in [
            "", "a", "@b.cn", "a@", "a@b", "a@@b.cn", "a b@c.cn", "a@b..cn", "a@-b.cn", "a@b.cn\n",
            "a\0@b.cn",
        ] {
            assert!(email_fault(bad).is_some(), "{bad:?}");
        }
    }
}
