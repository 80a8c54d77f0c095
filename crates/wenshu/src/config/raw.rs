//! The settings as they were written, and where: defaults ← file ← environment ← command line.
//!
//! Nothing is judged here but types and names. Layers are handed in, never taken from the process, so that tests build them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use secrecy::SecretString;

use super::fault::Fault;
use super::settings::{self, Form, RawConfigFields, Setting, VARIABLE_PREFIX};

/// Where settings come from, later ones winning.
#[derive(Debug, Default)]
pub struct Layers {
    /// The configuration file.
    pub file: Option<ConfigFile>,
    /// Environment variables, any; those that are nobody's setting are looked at only when their name begins with `WENSHU_`.
    pub environment: Vec<(String, String)>,
    /// Settings given on the command line, by key.
    pub flags: Vec<(&'static str, String)>,
}

/// A configuration file that has been read.
#[derive(Debug)]
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

/// A value as it was written.
#[derive(Clone, Debug)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// Where it was written, in words: `wenshu.toml`, `WENSHU_LISTEN`, `--listen`, `default`.
    pub origin: String,
}

/// The settings as they were written.
#[derive(Debug, Default)]
pub struct RawConfig(pub(super) RawConfigFields);

impl std::ops::Deref for RawConfig {
    type Target = RawConfigFields;

    fn deref(&self) -> &RawConfigFields {
        &self.0
    }
}

/// The origin of what nobody wrote.
pub(super) const DEFAULT_ORIGIN: &str = "default";

/// Puts the layers on top of each other.
///
/// Gives what could be read and the faults; with faults some fields are missing.
pub(super) fn read(layers: &Layers) -> (RawConfig, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut figment = Figment::new().merge(defaults());
    if let Some(file) = &layers.file {
        figment = with_file(figment, file, &mut faults);
    }
    figment = with_environment(figment, &layers.environment, &mut faults);
    for (key, text) in &layers.flags {
        let name = settings::by_key(key).and_then(|setting| setting.flag).unwrap_or(key);
        figment =
            figment.merge(Single { origin: name.to_owned(), key: (*key).to_owned(), value: text.clone() });
    }
    let mut reader = Reader { figment: &figment, faults: &mut faults };
    let raw = RawConfig::read(&mut reader);
    (raw, faults)
}

/// The layer of built-in defaults, made of the TOML that the reference shows.
fn defaults() -> Table {
    let text = settings::all()
        .filter_map(|setting| Some(format!("{} = {}\n", setting.key, setting.default?)))
        .collect::<String>();
    // The unit test `defaults_are_valid` reads them, so that this can't fail.
    Table { origin: DEFAULT_ORIGIN.to_owned(), dict: parse(&text).unwrap_or_default() }
}

/// The text as TOML; otherwise where it stops being that and why.
fn parse(text: &str) -> Result<Dict, String> {
    toml::from_str(text).map_err(|error| {
        // Not the error's own form: it quotes the line, which may hold a secret.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}, column {column}: {}", error.message().replace('\n', "; "))
    })
}

fn with_file(figment: Figment, file: &ConfigFile, faults: &mut Vec<Fault>) -> Figment {
    let origin = file.path.display().to_string();
    let mut dict = match parse(&file.text) {
        Ok(dict) => dict,
        Err(error) => {
            faults.push(Fault { what: format!("this isn't TOML: {error}"), origin, allowed: String::new() });
            return figment;
        }
    };
    let unknown: Vec<String> = dict.keys().filter(|key| !is_known(key)).cloned().collect();
    for key in unknown {
        dict.remove(&key);
        let allowed = did_you_mean(&key, known_keys());
        faults.push(Fault { what: format!("there is no setting `{key}`"), origin: origin.clone(), allowed });
    }
    let mut figment = figment;
    for setting in settings::all().filter(|setting| setting.is_secret()) {
        let file_key = format!("{}_file", setting.key);
        let Some(named) = dict.remove(&file_key) else { continue };
        if dict.contains_key(setting.key) {
            faults.push(both(setting.key, &file_key, &origin));
            continue;
        }
        let Some(path) = named.as_str() else {
            let what = format!("`{file_key}` is {}", written_as(&named));
            faults.push(Fault { what, origin: origin.clone(), allowed: "allowed: a path".to_owned() });
            continue;
        };
        // Relative to the file that names it: what an operator who writes both next to each other means.
        let path = file.path.parent().unwrap_or(Path::new("")).join(path);
        figment = with_secret_file(figment, setting, &path, &format!("`{file_key}` in {origin}"), faults);
    }
    figment.merge(Table { origin, dict })
}

fn with_environment(
    mut figment: Figment,
    environment: &[(String, String)],
    faults: &mut Vec<Fault>,
) -> Figment {
    // An empty variable counts as unset: composing tools pass every variable on, given or not.
    let given = |name: &str| {
        environment
            .iter()
            .find(|(other, text)| other == name && !text.is_empty())
            .map(|(_, text)| text.clone())
    };
    let mut known = BTreeSet::new();
    for setting in settings::all() {
        // Our own name last, so that it wins over the usual one.
        let names = setting.also.iter().map(|name| (*name).to_owned()).chain([setting.variable()]);
        for name in names {
            let value = given(&name);
            if setting.is_secret() {
                let file_name = format!("{name}_FILE");
                match (&value, given(&file_name)) {
                    (Some(_), Some(_)) => faults.push(both(&name, &file_name, "the environment")),
                    (None, Some(path)) => {
                        figment = with_secret_file(figment, setting, Path::new(&path), &file_name, faults);
                    }
                    _ => {}
                }
                known.insert(file_name);
            }
            if let Some(value) = value {
                figment = figment.merge(Single { origin: name.clone(), key: setting.key.to_owned(), value });
            }
            known.insert(name);
        }
    }
    let unknown = environment
        .iter()
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX) && !known.contains(name))
        .filter(|(name, _)| !is_service_link(name));
    for (name, _) in unknown {
        let names = known.iter().map(String::as_str).filter(|name| name.starts_with(VARIABLE_PREFIX));
        faults.push(Fault {
            what: format!("there is no setting `{name}`"),
            origin: "the environment".to_owned(),
            allowed: did_you_mean(name, names),
        });
    }
    figment
}

/// Whether Kubernetes makes a variable of this name for a service called "wenshu".
fn is_service_link(name: &str) -> bool {
    let rest = name.strip_prefix(VARIABLE_PREFIX).unwrap_or(name);
    rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_")
}

fn with_secret_file(
    figment: Figment,
    setting: &Setting,
    path: &Path,
    named_by: &str,
    faults: &mut Vec<Fault>,
) -> Figment {
    match std::fs::read_to_string(path) {
        Ok(text) => figment.merge(Single {
            origin: format!("{} (named by {named_by})", path.display()),
            key: setting.key.to_owned(),
            value: text.trim_end_matches(['\r', '\n']).to_owned(),
        }),
        Err(error) => {
            faults.push(Fault {
                what: format!("`{}` can't be read from `{}`: {error}", setting.key, path.display()),
                origin: named_by.to_owned(),
                allowed: "allowed: a readable text file that holds the value and nothing else".to_owned(),
            });
            figment
        }
    }
}

fn both(one: &str, other: &str, origin: &str) -> Fault {
    Fault {
        what: format!("`{one}` and `{other}` are both given"),
        origin: origin.to_owned(),
        allowed: "keep one of them".to_owned(),
    }
}

fn is_known(key: &str) -> bool {
    settings::by_key(key).is_some()
        || key.strip_suffix("_file").and_then(settings::by_key).is_some_and(|setting| setting.is_secret())
}

fn known_keys() -> impl Iterator<Item = &'static str> {
    settings::all().map(|setting| setting.key)
}

/// A hint at the likeliest name, or nothing when none is alike.
fn did_you_mean<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let likeness = |candidate: &str| strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
    candidates
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(score, _)| *score > 0.85)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
        .unwrap_or_default()
}

/// A layer with many settings.
struct Table {
    origin: String,
    dict: Dict,
}

impl Provider for Table {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.dict.clone()))
    }
}

/// A layer with one setting, written as text.
struct Single {
    origin: String,
    key: String,
    value: String,
}

impl Provider for Single {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(Dict::from([(self.key.clone(), Value::from(self.value.clone()))])))
    }
}

/// Takes single settings out of the merged layers.
pub(super) struct Reader<'a> {
    figment: &'a Figment,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    pub(super) fn read<T: FromWritten>(&mut self, key: &str) -> Option<Written<T>> {
        let setting = settings::by_key(key)?;
        let value = self.figment.find_value(key).ok()?;
        let origin = self
            .figment
            .get_metadata(value.tag())
            .map_or_else(|| DEFAULT_ORIGIN.to_owned(), |metadata| metadata.name.to_string());
        if let Some(value) = T::from_written(&value, setting.form) {
            return Some(Written { value, origin });
        }
        let what = if setting.is_secret() {
            format!("`{key}` isn't text")
        } else {
            format!("`{key}` is {}", written_as(&value))
        };
        self.faults.push(Fault { what, origin, allowed: format!("allowed: {}", setting.form.allowed()) });
        None
    }
}

/// A value in a fault's words.
fn written_as(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("`{text}`"),
        Value::Char(_, character) => format!("`{character}`"),
        Value::Bool(_, switch) => format!("`{switch}`"),
        Value::Num(_, number) => match (number.to_i128(), number.to_u128(), number.to_f64()) {
            (Some(whole), ..) => format!("`{whole}`"),
            (_, Some(whole), _) => format!("`{whole}`"),
            (.., Some(fraction)) => format!("`{fraction}`"),
            _ => "a number".to_owned(),
        },
        Value::Empty(..) => "empty".to_owned(),
        Value::Dict(..) => "a table".to_owned(),
        Value::Array(..) => "a list".to_owned(),
    }
}

/// Types a setting can have. The environment and the command line know text alone, so each can be read from text.
pub(super) trait FromWritten: Sized {
    fn from_written(value: &Value, form: Form) -> Option<Self>;
}

impl FromWritten for String {
    fn from_written(value: &Value, _: Form) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl FromWritten for SecretString {
    fn from_written(value: &Value, _: Form) -> Option<Self> {
        value.as_str().map(Self::from)
    }
}

impl FromWritten for bool {
    fn from_written(value: &Value, _: Form) -> Option<Self> {
        if let Some(switch) = value.to_bool() {
            return Some(switch);
        }
        match value.as_str()?.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => None,
        }
    }
}

impl FromWritten for u64 {
    fn from_written(value: &Value, form: Form) -> Option<Self> {
        let number = match value {
            Value::Num(_, number) => number
                .to_i128()
                .and_then(|number| number.try_into().ok())
                .or_else(|| number.to_u128().and_then(|number| number.try_into().ok()))?,
            other => other.as_str()?.trim().parse().ok()?,
        };
        match form {
            Form::Number(least, most) if !(least..=most).contains(&number) => None,
            _ => Some(number),
        }
    }
}

impl FromWritten for Vec<String> {
    fn from_written(value: &Value, _: Form) -> Option<Self> {
        match value {
            Value::Array(_, items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            other => Some(
                other
                    .as_str()?
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
        }
    }
}
