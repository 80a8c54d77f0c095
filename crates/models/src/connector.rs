//! Opens models as they are configured.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use url::Url;
use wenshu_answer::{
    HostRule, LanguageModel, ModelConnector, ModelError, ModelErrorKind, ModelSettings, ProviderInfo,
};

use crate::model::ProviderModel;
use crate::provider::{PROVIDERS, Provider};
use crate::refused::Refused;
use crate::times::ModelTimes;
use crate::transport::Sender;

/// Says what time it is.
pub type WallClock = fn() -> DateTime<Utc>;

/// Opens models of any provider; they share their connections.
#[derive(Clone, Debug)]
pub struct Connector {
    sender: Sender,
    /// For models that keep to a rule: the rule of the last of them, and its connections.
    ruled: Arc<Mutex<Option<(HostRule, Sender)>>>,
    times: Arc<ModelTimes>,
    refused: Refused,
    now: WallClock,
}

impl Connector {
    /// A connector whose models keep to these times. The clock is asked where a provider says at what time it wants to be asked
    /// again.
    ///
    /// # Errors
    ///
    /// [`Unreachable`](ModelErrorKind::Unreachable) when TLS can't be set up on this machine.
    pub fn new(times: ModelTimes, now: WallClock) -> Result<Self, ModelError> {
        let sender = Sender::new(&times).map_err(|_error| no_tls())?;
        let refused = Refused::default();
        Ok(Self { sender, ruled: Arc::default(), times: Arc::new(times), refused, now })
    }

    /// Sends by this rule; models of the same rule share their connections.
    fn ruled(&self, rule: HostRule) -> Result<Sender, ModelError> {
        let mut ruled = self.ruled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, sender)) = &*ruled
            && std::ptr::fn_addr_eq(*known, rule)
        {
            return Ok(sender.clone());
        }
        let sender = Sender::within(&self.times, rule).map_err(|_error| no_tls())?;
        *ruled = Some((rule, sender.clone()));
        Ok(sender)
    }

    fn open(&self, settings: &ModelSettings, sender: Sender) -> Result<Arc<dyn LanguageModel>, ModelError> {
        let provider =
            Provider::named(&settings.provider).ok_or_else(|| rejected("this provider isn't known"))?;
        if settings.model_id.trim().is_empty() {
            return Err(rejected("the model has no name"));
        }
        let base_url = settings.base_url.as_deref().map(str::trim).filter(|url| !url.is_empty());
        let base_url = base_url.map(checked).transpose()?;
        if base_url.is_none() && provider.base_url.is_none() {
            return Err(rejected("this provider needs a base URL"));
        }
        let key = settings.api_key.as_ref().map_or("", |key| key.expose_secret().trim());
        let place = (provider.name, base_url.clone(), settings.model_id.trim().to_owned());
        let model = provider.model(settings.model_id.trim(), base_url.as_deref(), key, sender);
        Ok(Arc::new(ProviderModel {
            model,
            takes_tools: provider.takes_tools,
            names: provider.names,
            place,
            refused: self.refused.clone(),
            has_text_past_rig: provider.has_text_past_rig(),
            now: self.now,
            lacks_key: provider.needs_key && key.is_empty() && base_url.is_none(),
            times: Arc::clone(&self.times),
        }))
    }
}

fn no_tls() -> ModelError {
    ModelError::new(ModelErrorKind::Unreachable, "TLS can't be set up on this machine")
}

impl ModelConnector for Connector {
    fn providers(&self) -> Vec<ProviderInfo> {
        let info = |provider: &Provider| ProviderInfo {
            name: provider.name,
            has_address: provider.base_url.is_some(),
            needs_key: provider.needs_key,
        };
        PROVIDERS.iter().map(info).collect()
    }

    fn connect(&self, settings: &ModelSettings) -> Result<Arc<dyn LanguageModel>, ModelError> {
        self.open(settings, self.sender.clone())
    }

    fn connect_within(
        &self,
        settings: &ModelSettings,
        rule: HostRule,
    ) -> Result<Arc<dyn LanguageModel>, ModelError> {
        self.open(settings, self.ruled(rule)?)
    }
}

/// A base URL as it is used: http(s), with a host, without a slash at the end.
fn checked(base_url: &str) -> Result<String, ModelError> {
    let none = || rejected("the base URL is none: it should be like https://api.example.com/v1");
    let url = Url::parse(base_url).map_err(|_error| none())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(none());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(rejected("the base URL has a password in it: give the key as the key"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(rejected("the base URL has a query or a fragment, to which no path can be added"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn rejected(detail: &str) -> ModelError {
    ModelError { requests: 0, ..ModelError::new(ModelErrorKind::Rejected, detail) }
}
