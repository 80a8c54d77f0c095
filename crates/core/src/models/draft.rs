//! What a person says of a model, and the rules it has to keep.

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};
use wenshu_answer::ProviderInfo;
use wenshu_store::Model;

use super::BUILTIN_MODEL;
use crate::change::Change;
use crate::connections::hosts::{self, Resolver};
use crate::faults::Faults;
use crate::{AppError, FieldFault, Text};

/// The fields of a model, in the order in which their faults are named.
const FIELDS: &[&str] = &["name", "provider", "model_id", "base_url", "api_key", "is_default"];

/// A model as a person describes it: a new one, or what changes of one. What is left out of a new one is none.
#[derive(Clone, Debug, Default)]
pub struct ModelDraft {
    /// Its name: 1–100 characters.
    pub name: Change<String>,
    /// One of the providers.
    pub provider: Change<String>,
    /// What the provider calls it: 1–200 characters.
    pub model_id: Change<String>,
    /// Where it is, http(s); none is where the provider usually is.
    pub base_url: Change<String>,
    /// What it is paid with.
    pub api_key: Change<SecretString>,
    /// Whether it answers when a question names none.
    pub is_default: Change<bool>,
}

/// A model that keeps the rules.
pub(super) struct Settled {
    pub(super) name: String,
    pub(super) provider: String,
    pub(super) model_id: String,
    pub(super) base_url: Option<String>,
    pub(super) api_key: Change<SecretString>,
    pub(super) is_default: Option<bool>,
}

impl ModelDraft {
    /// What there will be, made from what there is. `unread` are faults of fields that could not be read at all.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that breaks a rule.
    pub(super) async fn settle(
        self,
        current: Option<&Model>,
        unread: Vec<FieldFault>,
        providers: &[ProviderInfo],
        resolver: &dyn Resolver,
    ) -> Result<Settled, AppError> {
        let mut faults = Faults::new(unread);
        let name = self.name.applied_to(current.map(|current| current.name.clone()));
        let name = required_line(&mut faults, "name", name, 100);
        let model_id = self.model_id.applied_to(current.map(|current| current.model_id.clone()));
        let model_id = required_line(&mut faults, "model_id", model_id, 200);

        let provider = self.provider.applied_to(current.map(|current| current.provider.clone()));
        let provider = provider.unwrap_or_default();
        let known = providers.iter().find(|known| known.name == provider);
        if provider.is_empty() {
            faults.missing("provider");
        } else if known.is_none() {
            faults.add("provider", unknown_provider(&provider, providers));
        }

        let base_url = self.base_url.applied_to(current.and_then(|current| current.base_url.clone()));
        let base_url = base_url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
        match &base_url {
            None if known.is_some_and(|known| !known.has_address) => faults.missing("base_url"),
            None => {}
            Some(url) => {
                faults.line("base_url", url, 1_024);
                if !faults.has("base_url")
                    && let Err(fault) = checked_base_url(url, resolver).await
                {
                    faults.add("base_url", fault);
                }
            }
        }

        let api_key = match self.api_key {
            Change::Set(key) if key.expose_secret().trim().is_empty() => Change::Clear,
            Change::Set(key) => {
                let key = SecretString::from(key.expose_secret().trim());
                faults.line("api_key", key.expose_secret(), 1_024);
                Change::Set(key)
            }
            change => change,
        };
        let is_default = match self.is_default {
            Change::Keep | Change::Clear => None,
            Change::Set(is_default) => Some(is_default),
        };
        faults.finish(FIELDS)?;
        Ok(Settled { name, provider, model_id, base_url, api_key, is_default })
    }
}

/// A base URL to which paths can be added, and whose host may be asked: see [`hosts`]. Otherwise what is wrong with it.
pub(super) async fn checked_base_url(text: &str, resolver: &dyn Resolver) -> Result<(), Text> {
    let none = || {
        Text::new(
            "必须是 http 或 https 地址，如 https://api.example.com/v1",
            "must be an http or https address like https://api.example.com/v1",
        )
    };
    let url = Url::parse(text).map_err(|_| none())?;
    let host = url.host().filter(|_| matches!(url.scheme(), "http" | "https")).ok_or_else(none)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Text::new(
            "不能包含用户名或密码，密钥请填在 api_key",
            "must not have a user name or a password in it; give the key as `api_key`",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Text::new("不能包含 ? 或 # 之后的部分", "must not have a query or a fragment"));
    }
    let host = match host {
        Host::Domain(name) => name.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    hosts::allowed(resolver, &host).await.map(drop).map_err(|_refused| hosts::refusal())
}

fn required_line(faults: &mut Faults, field: &'static str, value: Option<String>, most: usize) -> String {
    let text = value.map(|text| text.trim().to_owned()).unwrap_or_default();
    if text.is_empty() {
        faults.missing(field);
    }
    faults.line(field, &text, most);
    text
}

fn unknown_provider(provider: &str, providers: &[ProviderInfo]) -> Text {
    if provider == BUILTIN_MODEL {
        return Text::new(
            "内置引擎人人都有，不需要添加",
            "is the built-in engine, which everybody has and nobody needs to add",
        );
    }
    let names: Vec<&str> = providers.iter().map(|provider| provider.name).collect();
    let names = names.join(", ");
    Text::new(format!("不支持的服务商，可用：{names}"), format!("must be one of: {names}"))
}
