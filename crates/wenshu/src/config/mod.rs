//! Configuration: built-in defaults ← `wenshu.toml` ← environment ← command line.
//!
//! Reading order: [`settings`] is the table of what there is, [`raw`] puts the layers on top of each other and knows where each
//! value was written, [`parse`] reads single texts, [`validated`] is what the program runs with, [`reference`] the documentation made from the table.

mod datasets;
mod effective;
mod fault;
mod parse;
mod raw;
pub mod reference;
pub mod settings;
mod validated;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use datasets::DatasetConfig;
pub use effective::{EffectiveSetting, effective};
pub use fault::{Fault, Faults};
pub(crate) use parse::{mask_url, sqlite_path};
pub use raw::{ConfigFile, Layers, RawConfig, Written};
pub use validated::{Config, LogFormat, SecretKey, StorePlace};

/// The file that is read when it lies in the working directory.
pub const FILE_NAME: &str = "wenshu.toml";

/// The configuration with what it was made from.
#[derive(Debug)]
pub struct Loaded {
    /// What the program runs with.
    pub config: Config,
    /// As written, with origins.
    pub raw: RawConfig,
}

impl Loaded {
    /// Whether nobody has written this setting.
    pub fn is_default(&self, key: &str) -> bool {
        effective(&self.raw).iter().any(|setting| setting.key == key && setting.origin == raw::DEFAULT_ORIGIN)
    }
}

/// Reads and checks the layers.
///
/// `system_zone` is the machine's time zone by its IANA name, where it has one.
///
/// # Errors
///
/// Every fault at once.
pub fn load(layers: &Layers, system_zone: Option<&str>) -> Result<Loaded, Faults> {
    let (raw, faults) = raw::read(layers);
    let config = validated::validate(&raw, faults, system_zone)?;
    Ok(Loaded { config, raw })
}

/// Reads and checks the configuration of this process.
///
/// `file` is the one named on the command line; without it [`FILE_NAME`] is read if it is there.
///
/// # Errors
///
/// Every fault at once.
pub fn load_process(file: Option<&Path>, flags: Vec<(&'static str, String)>) -> Result<Loaded, Faults> {
    let file = read_file(file)?;
    let layers = Layers { file, environment: environment()?, flags };
    load(&layers, system_zone().as_deref())
}

fn read_file(named: Option<&Path>) -> Result<Option<ConfigFile>, Faults> {
    let path = named.unwrap_or(Path::new(FILE_NAME));
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(ConfigFile { path: path.to_owned(), text })),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Faults(vec![Fault {
            what: format!("the configuration file `{}` can't be read: {error}", path.display()),
            origin: if named.is_some() { "--config" } else { "the working directory" }.to_owned(),
            allowed: "allowed: a readable file in TOML, UTF-8".to_owned(),
        }])),
    }
}

/// The variables that could be settings; the others are nobody's business, and may not even be text.
fn environment() -> Result<Vec<(String, String)>, Faults> {
    let mut variables = Vec::new();
    let mut faults = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        let usual = |usual: &str| name == usual || name.strip_suffix("_FILE") == Some(usual);
        let is_ours = name.starts_with(settings::VARIABLE_PREFIX)
            || settings::all().flat_map(|setting| setting.also).any(|other| usual(other));
        if !is_ours {
            continue;
        }
        match value.into_string() {
            Ok(value) => variables.push((name, value)),
            Err(_) => faults.push(Fault {
                what: format!("`{name}` isn't UTF-8"),
                origin: "the environment".to_owned(),
                allowed: "allowed: text in UTF-8".to_owned(),
            }),
        }
    }
    // The environment has no order worth keeping; faults should come in the same one every time.
    variables.sort();
    if faults.is_empty() { Ok(variables) } else { Err(Faults(faults)) }
}

/// The machine's time zone by name: `TZ` where it holds one, the system's setting otherwise.
fn system_zone() -> Option<String> {
    std::env::var("TZ")
        .ok()
        .map(|zone| zone.trim_start_matches(':').to_owned())
        .filter(|zone| zone.parse::<chrono_tz::Tz>().is_ok())
        .or_else(|| iana_time_zone::get_timezone().ok())
}

/// The user's folder for files that can be made again, such as the demo database of `wenshu ask`.
pub fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let parent = absolute("XDG_CACHE_HOME").or_else(|| {
        let home = absolute("HOME")?;
        Some(if cfg!(target_os = "macos") { home.join("Library/Caches") } else { home.join(".cache") })
    });
    parent.map(|parent| parent.join("wenshu"))
}
