#![doc = include_str!("../README.md")]

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;
use wenshu_core::accounts::{WeChat, WeChatFault, WeChatPerson, WeChatTrouble};

/// Codes of WeChat that mean that the login code is no good: unknown, used, or of somebody it doesn't let in.
const BAD_CODE: [i64; 3] = [40_029, 40_163, 40_226];

/// Codes of WeChat that pass: it is busy, or was asked too often.
const BUSY: [i64; 3] = [-1, 45_009, 45_011];

/// More than an answer of WeChat ever has.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What the operator registered with WeChat, and where that is.
#[derive(Clone)]
pub struct WeChatSettings {
    /// Where WeChat answers, without a path: `https://api.weixin.qq.com`.
    pub base_url: Url,
    /// The app.
    pub app_id: String,
    /// Its secret; never printed.
    pub secret: SecretString,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl fmt::Debug for WeChatSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WeChatSettings")
            .field("base_url", &self.base_url.as_str())
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

/// WeChat over HTTP.
#[derive(Clone, Debug)]
pub struct WeChatClient {
    settings: WeChatSettings,
    address: Url,
    client: reqwest::Client,
}

/// What WeChat answers: a person, or a code that isn't 0.
#[derive(Deserialize)]
struct Answer {
    openid: Option<String>,
    errcode: Option<i64>,
}

impl WeChatClient {
    /// A client for this app.
    ///
    /// # Errors
    ///
    /// When TLS can't be set up on this machine, or the base URL takes no path.
    pub fn new(settings: WeChatSettings) -> Result<Self, WeChatSetupError> {
        // Fails when somebody else of the process was first, which is as good.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(settings.timeout)
            // A redirect would take the secret elsewhere.
            .redirect(Policy::none())
            .user_agent(concat!("wenshu/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_error| WeChatSetupError("TLS can't be set up on this machine"))?;
        let mut address = settings.base_url.clone();
        address
            .path_segments_mut()
            .map_err(|()| WeChatSetupError("the base URL of WeChat takes no path"))?
            .pop_if_empty()
            .extend(["sns", "jscode2session"]);
        Ok(Self { settings, address, client })
    }

    /// The body of the answer. Why it didn't come is said without the address, which holds the secret.
    async fn ask(&self, code: &str) -> Result<Vec<u8>, WeChatFault> {
        let mut address = self.address.clone();
        address
            .query_pairs_mut()
            .append_pair("appid", &self.settings.app_id)
            .append_pair("secret", self.settings.secret.expose_secret())
            .append_pair("js_code", code)
            .append_pair("grant_type", "authorization_code");
        let unreachable = |error: &reqwest::Error| {
            WeChatFault::Unreachable(if error.is_timeout() {
                WeChatTrouble::Timeout
            } else if error.is_connect() {
                WeChatTrouble::NoConnection
            } else {
                WeChatTrouble::BrokenOff
            })
        };
        let mut response = self.client.get(address).send().await.map_err(|error| unreachable(&error))?;
        if !response.status().is_success() {
            return Err(WeChatFault::Unreachable(WeChatTrouble::Status));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(WeChatFault::Unreachable(WeChatTrouble::NotWeChat));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

#[async_trait]
impl WeChat for WeChatClient {
    async fn identify(&self, code: &str) -> Result<WeChatPerson, WeChatFault> {
        let body = self.ask(code).await?;
        // WeChat says that it is text/plain; it is JSON all the same.
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|_error| WeChatFault::Unreachable(WeChatTrouble::NotWeChat))?;
        match answer {
            Answer { errcode: Some(code), .. } if BAD_CODE.contains(&code) => Err(WeChatFault::BadCode),
            Answer { errcode: Some(code), .. } if BUSY.contains(&code) => Err(WeChatFault::Busy),
            Answer { errcode: Some(code), .. } if code != 0 => Err(WeChatFault::Refused(code)),
            Answer { openid: Some(open_id), .. } if !open_id.is_empty() => Ok(WeChatPerson { open_id }),
            Answer { .. } => Err(WeChatFault::Unreachable(WeChatTrouble::NotWeChat)),
        }
    }
}

/// WeChat can't be used as it is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeChatSetupError(&'static str);

impl fmt::Display for WeChatSetupError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for WeChatSetupError {}
