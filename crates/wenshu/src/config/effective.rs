//! The configuration as `wenshu doctor` shows it: each setting, its value, where it was written, nothing secret.

use secrecy::{ExposeSecret, SecretString};

use super::parse::{mask_url, sqlite_path};
use super::raw::{DEFAULT_ORIGIN, RawConfig, Written};
use super::settings;

/// One setting as it holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EffectiveSetting {
    /// Its key.
    pub key: &'static str,
    /// Its value, as it would stand in the file; secrets masked; what its absence means in parentheses.
    pub value: String,
    /// Where it was written.
    pub origin: String,
}

/// Every setting, in the order of the reference.
pub fn effective(raw: &RawConfig) -> Vec<EffectiveSetting> {
    let fields = raw.shown();
    settings::all()
        .map(|setting| {
            let (value, origin) = fields
                .iter()
                .find(|(key, _)| *key == setting.key)
                .and_then(|(_, shown)| shown.clone())
                .unwrap_or_else(|| (format!("({})", setting.unset), DEFAULT_ORIGIN.to_owned()));
            EffectiveSetting { key: setting.key, value, origin }
        })
        .collect()
}

/// A value of a setting that can be shown.
pub(super) trait Shown {
    fn shown(&self) -> String;
}

impl Shown for String {
    fn shown(&self) -> String {
        format!("\"{self}\"")
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for u64 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for Vec<String> {
    fn shown(&self) -> String {
        let items: Vec<String> = self.iter().map(Shown::shown).collect();
        format!("[{}]", items.join(", "))
    }
}

impl Shown for SecretString {
    /// Of a database URL everything but the password is worth seeing; of a key nothing is.
    fn shown(&self) -> String {
        let text = self.expose_secret();
        if sqlite_path(text).is_some() {
            text.to_owned().shown()
        } else if text.starts_with("postgres") {
            mask_url(text).shown()
        } else {
            "***".to_owned()
        }
    }
}

/// A written value and its origin, for showing.
pub(super) fn show<T: Shown>(written: Option<&Written<T>>) -> Option<(String, String)> {
    written.map(|written| (written.value.shown(), written.origin.clone()))
}
