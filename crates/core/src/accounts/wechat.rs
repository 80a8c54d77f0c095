//! Signing in through WeChat: its app gives the person a code, and WeChat tells us whose that is.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use wenshu_store::{Account, AccountStatus, NewAccount, Role, StoreError};

use super::{Accounts, Device, SignedIn};
use crate::{AppError, ErrorKind, Text};

/// How often another name is tried when the one made up is taken. There are a hundred million of them.
const NAMES_TRIED: usize = 16;

/// Somebody whom WeChat knows.
#[derive(Clone, PartialEq, Eq)]
pub struct WeChatPerson {
    /// What WeChat calls the person for this app, always the same.
    pub open_id: String,
}

impl fmt::Debug for WeChatPerson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WeChatPerson").finish_non_exhaustive()
    }
}

/// Why WeChat named nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeChatFault {
    /// The code is unknown, used, too old, or of somebody WeChat doesn't let in.
    BadCode,
    /// WeChat has too much to do.
    Busy,
    /// WeChat refuses for a reason of this number: most likely the app's id or secret.
    Refused(i64),
    /// No answer of WeChat's came, for this reason.
    Unreachable(WeChatTrouble),
}

/// Why no answer of WeChat's came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeChatTrouble {
    /// Nothing answers at its address.
    NoConnection,
    /// It took too long.
    Timeout,
    /// The answer ended in the middle.
    BrokenOff,
    /// It answered with a status that is none of a success.
    Status,
    /// What answered isn't WeChat.
    NotWeChat,
}

/// WeChat, as far as signing in needs it.
#[async_trait]
pub trait WeChat: Send + Sync + fmt::Debug {
    /// Who got this code.
    ///
    /// # Errors
    ///
    /// Why nobody did.
    async fn identify(&self, code: &str) -> Result<WeChatPerson, WeChatFault>;
}

/// How WeChat is reached, when it is.
pub type WeChatPort = Option<Arc<dyn WeChat>>;

impl Accounts {
    /// Signs in whoever got this code from WeChat, with this device; the first time an account is made.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` with code `bad_wechat_code`; `Unavailable` with code `wechat_not_configured`, `Upstream` with code
    /// `wechat_unreachable`; `TooMany` after repeated bad codes; `Forbidden` for somebody new when registration is closed.
    pub async fn sign_in_by_wechat(
        &self,
        from: IpAddr,
        code: &str,
        with: Device,
    ) -> Result<SignedIn, AppError> {
        let wechat = self.wechat.as_ref().ok_or_else(not_configured)?;
        let now = self.clock.now();
        // A code stands for nobody until it is known; what counts is how many fail from one address.
        let counted = format!("wechat {code}");
        self.throttle.begin(&counted, from, now)?;
        let identified = wechat.identify(code).await;
        if identified != Err(WeChatFault::BadCode) {
            self.throttle.succeed(&counted, from, now);
        }
        let WeChatPerson { open_id } = identified.map_err(failure)?;
        let account = match self.store.account_by_wechat(&open_id).await? {
            Some(account) => account,
            None => self.make_wechat_account(&open_id, now).await?,
        };
        if account.status != AccountStatus::Active {
            return Err(failure(WeChatFault::BadCode));
        }
        self.start_session(account, with).await
    }

    async fn make_wechat_account(&self, open_id: &str, now: DateTime<Utc>) -> Result<Account, AppError> {
        self.check_registration(None)?;
        let mut last = None;
        for _ in 0..NAMES_TRIED {
            let id = self.clock.new_id();
            let new = NewAccount {
                id,
                username: Some(format!("wechat_{:08}", self.clock.new_id().as_u128() % 100_000_000)),
                email: None,
                nickname: None,
                password_hash: None,
                role: Role::User,
                role_label: None,
                created_at: now,
                admin_if_first: false,
            };
            match self.store.insert_wechat_account(open_id, new).await {
                Ok(account) => return Ok(account),
                Err(error @ StoreError::Conflict { field: "username" }) => last = Some(error),
                // The same person on another device was faster.
                Err(error @ StoreError::Conflict { .. }) => {
                    return self.store.account_by_wechat(open_id).await?.ok_or_else(|| error.into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(last.map_or_else(not_configured, AppError::internal))
    }
}

fn not_configured() -> AppError {
    AppError::new(
        ErrorKind::Unavailable,
        "wechat_not_configured",
        Text::new(
            "服务器未配置微信登录，请设置 wechat_app_id 和 wechat_secret",
            "WeChat login is not configured on this server; its settings are wechat_app_id and wechat_secret",
        ),
    )
}

fn failure(fault: WeChatFault) -> AppError {
    let unreachable = |text| AppError::new(ErrorKind::Upstream, "wechat_unreachable", text);
    match fault {
        WeChatFault::BadCode => AppError::new(
            ErrorKind::Unauthenticated,
            "bad_wechat_code",
            Text::new(
                "微信登录码无效或已过期，请重新登录",
                "WeChat doesn't know this login code (any more); log in again",
            ),
        ),
        WeChatFault::Busy => {
            unreachable(Text::new("微信服务器繁忙，请稍后再试", "WeChat is busy; try again in a moment"))
        }
        WeChatFault::Refused(code) => unreachable(Text::new(
            format!("微信拒绝了服务器的请求（错误码 {code}），请检查微信应用配置"),
            format!("WeChat refuses the server's request (code {code}); its app id and secret may be wrong"),
        )),
        WeChatFault::Unreachable(why) => unreachable(Text::new(
            format!("无法连接微信服务器（{}），请稍后再试", why.text().zh),
            format!("WeChat can't be reached ({}); try again later", why.text().en),
        )),
    }
}

impl WeChatTrouble {
    fn text(self) -> Text {
        match self {
            Self::NoConnection => Text::new("连接失败", "no connection"),
            Self::Timeout => Text::new("响应超时", "it didn't answer in time"),
            Self::BrokenOff => Text::new("响应中断", "the answer broke off"),
            Self::Status => Text::new("返回了 HTTP 错误", "it answered with an HTTP error"),
            Self::NotWeChat => Text::new("返回内容不是微信的响应", "what answered isn't WeChat"),
        }
    }
}
