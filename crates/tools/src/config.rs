//! The file that names servers, in the form that other MCP clients read: `{"mcpServers": {"name": {"command": …} or {"url": …}}}`.

use std::collections::BTreeMap;
use std::fmt;

use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

/// All servers, by name.
#[derive(Clone, Debug, Default)]
pub struct McpConfig {
    /// In the order of their names, so that of two tools of one name it is always the same that counts.
    pub servers: Vec<ServerSettings>,
}

/// One server.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// What the operator calls it.
    pub name: String,
    /// Where it is.
    pub place: ServerPlace,
    /// Tools that it doesn't offer, by their names, whether it has them or not.
    pub leaves_out: fn(&str) -> bool,
}

/// Where a server is.
#[derive(Clone)]
pub enum ServerPlace {
    /// A process that is started here and spoken to over its standard input and output.
    Process {
        /// The program.
        command: String,
        /// Its arguments.
        arguments: Vec<String>,
        /// What it finds in its environment, besides the path, the home folder and the language. Nothing else of ours.
        environment: BTreeMap<String, SecretString>,
    },
    /// A server that is spoken to over streamable HTTP.
    Http {
        /// Its address.
        url: Url,
        /// Headers that each request has.
        headers: BTreeMap<String, SecretString>,
    },
}

impl fmt::Debug for ServerPlace {
    /// Without what may be a secret: arguments, values and all of an address but its host.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process { command, .. } => write!(formatter, "Process({command})"),
            Self::Http { url, .. } => write!(formatter, "Http({})", url.host_str().unwrap_or_default()),
        }
    }
}

/// What is wrong with the file. Quotes names alone.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    /// It is no JSON of this form.
    #[error("line {line}, column {column}: this is no `{{\"mcpServers\": {{\"name\": {{…}}}}}}` in JSON")]
    Form {
        /// Where it stops being that.
        line: usize,
        /// Where it stops being that.
        column: usize,
    },
    /// A server has neither a command nor an address, or both.
    #[error("server `{0}` must have either `command` or `url`")]
    Place(String),
    /// An address is none.
    #[error("server `{0}`: `url` must be an http(s) address")]
    Address(String),
    /// A header can't be sent.
    #[error("server `{0}`: header `{1}` has a name or a value that no header can have")]
    Header(String, String),
    /// A server of a kind that isn't spoken.
    #[error("server `{0}`: `type` must be `stdio` or `http` (streamable HTTP)")]
    Kind(String),
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "mcpServers")]
    servers: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "type")]
    kind: Option<String>,
    command: Option<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, SecretString>,
    url: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, SecretString>,
    #[serde(default)]
    disabled: bool,
}

impl McpConfig {
    /// Reads the text of the file. Servers that are `disabled` are left out.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn parse(text: &str) -> Result<Self, ConfigFault> {
        let file: File = serde_json::from_str(text)
            .map_err(|error| ConfigFault::Form { line: error.line(), column: error.column() })?;
        let enabled = file.servers.into_iter().filter(|(_, entry)| !entry.disabled);
        let servers = enabled.map(|(name, entry)| entry.into_settings(name));
        Ok(Self { servers: servers.collect::<Result<_, _>>()? })
    }

    /// Leaves tools to one server: none of the others offers those of which this says so, while it has them or not.
    pub fn leave_to(&mut self, server: &str, tools: fn(&str) -> bool) {
        for other in self.servers.iter_mut().filter(|other| other.name != server) {
            other.leaves_out = tools;
        }
    }
}

impl Entry {
    fn into_settings(self, name: String) -> Result<ServerSettings, ConfigFault> {
        let Self { kind, command, args, env, url, headers, disabled: _ } = self;
        let place = match (command, url) {
            (Some(command), None) if !command.trim().is_empty() => {
                ServerPlace::Process { command, arguments: args, environment: env }
            }
            (None, Some(url)) => {
                let url = Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
                let url = url.ok_or_else(|| ConfigFault::Address(name.clone()))?;
                for (header, value) in &headers {
                    let is_name = header.parse::<HeaderName>().is_ok();
                    if !is_name || value.expose_secret().parse::<HeaderValue>().is_err() {
                        return Err(ConfigFault::Header(name, header.clone()));
                    }
                }
                ServerPlace::Http { url, headers }
            }
            _ => return Err(ConfigFault::Place(name)),
        };
        let fits = matches!(
            (kind.as_deref(), &place),
            (None, _)
                | (Some("stdio"), ServerPlace::Process { .. })
                | (Some("http" | "streamable-http" | "streamableHttp"), ServerPlace::Http { .. })
        );
        if !fits {
            return Err(ConfigFault::Kind(name));
        }
        Ok(ServerSettings { name, place, leaves_out: |_| false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_other_clients_is_read() {
        let text = r#"{"mcpServers": {
            "weather": {"type": "http", "url": "https://weather.example/mcp?key=s3cret", "headers": {"Authorization": "Bearer s3cret"}},
            "files": {"command": "npx", "args": ["-y", "server"], "env": {"TOKEN": "s3cret"}},
            "old": {"command": "x", "disabled": true}
        }}"#;
        let config = McpConfig::parse(text).unwrap();
        let names: Vec<&str> = config.servers.iter().map(|server| server.name.as_str()).collect();
        assert_eq!(names, ["files", "weather"]);
        let shown = format!("{config:?}");
        assert!(
            shown.contains("npx") && shown.contains("weather.example") && !shown.contains("s3cret"),
            "{shown}"
        );
    }

    #[test]
    fn faults_are_named() {
        for (text, fault) in [
            ("{", "line 1, column 1"),
            (r#"{"mcpServers": {"a": {"comand": "x"}}}"#, "line 1"),
            (r#"{"mcpServers": {"a": {}}}"#, "server `a` must have either"),
            (r#"{"mcpServers": {"a": {"command": "x", "url": "http://x"}}}"#, "server `a` must have either"),
            (r#"{"mcpServers": {"a": {"url": "ftp://x"}}}"#, "server `a`: `url`"),
            (r#"{"mcpServers": {"a": {"url": "http://x", "headers": {"a b": "c"}}}}"#, "header `a b`"),
            (r#"{"mcpServers": {"a": {"type": "sse", "url": "http://x"}}}"#, "server `a`: `type`"),
        ] {
            let error = McpConfig::parse(text).unwrap_err().to_string();
            assert!(error.contains(fault), "{text}: {error}");
        }
    }
}
