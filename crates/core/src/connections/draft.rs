//! What a person says of a connection, and the rules it has to keep.

use secrecy::{ExposeSecret, SecretString};
use wenshu_sources::guard;
use wenshu_store::Connection;

use super::drivers::{Driver, Tls};
use super::files::SqliteFiles;
use super::{hosts, tls_words};
use crate::change::Change;
use crate::faults::Faults;
use crate::{AppError, FieldFault, Text};

/// The fields of a connection, in the order in which their faults are named.
const FIELDS: &[&str] =
    &["name", "driver", "host", "port", "username", "password", "database", "tls", "is_default"];

/// The longest name of a file.
const LONGEST_FILE: usize = 1_024;

/// A connection as a person describes it: a new one, or what changes of one. What is left out of a new one is none.
#[derive(Clone, Debug, Default)]
pub struct ConnectionDraft {
    /// Its name: 1–100 characters.
    pub name: Change<String>,
    /// Its driver: `sqlite`, `mysql`, `postgresql` or `clickhouse`.
    pub driver: Change<String>,
    /// A host name or an address. SQLite takes none.
    pub host: Change<String>,
    /// 1–65535; none is the driver's usual one.
    pub port: Change<i64>,
    /// As whom.
    pub username: Change<String>,
    /// With what.
    pub password: Change<SecretString>,
    /// The database's name; for SQLite the file: absolute, or relative to the first allowed folder.
    pub database: Change<String>,
    /// `disable`, `prefer`, `require` or `verify-full`; none is the driver's usual one.
    pub tls: Change<String>,
    /// Whether questions go to it when none is named.
    pub is_default: Change<bool>,
}

/// A connection that keeps the rules.
pub(super) struct Settled {
    pub(super) name: String,
    pub(super) driver: Driver,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) username: Option<String>,
    pub(super) password: Change<SecretString>,
    pub(super) database: String,
    pub(super) tls: Option<Tls>,
    pub(super) is_default: Option<bool>,
}

impl ConnectionDraft {
    /// What there will be, made from what there is. `unread` are faults of fields that could not be read at all.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that breaks a rule.
    pub(super) async fn settle(
        self,
        current: Option<&Connection>,
        unread: Vec<FieldFault>,
        files: &SqliteFiles,
        resolver: &dyn hosts::Resolver,
    ) -> Result<Settled, AppError> {
        let mut faults = Faults::new(unread);
        self.check_alone(&mut faults);
        let name = self.name.applied_to(current.map(|current| current.name.clone()));
        let name = name.map(|name| name.trim().to_owned()).unwrap_or_default();
        if name.is_empty() {
            faults.missing("name");
        }
        faults.line("name", &name, 100);

        let before = current.and_then(|current| Driver::parse(&current.driver));
        let driver = match self.driver {
            Change::Keep => before,
            Change::Clear => None,
            Change::Set(word) => {
                let driver = Driver::parse(&word);
                if driver.is_none() {
                    faults.add("driver", unknown_driver());
                }
                driver
            }
        };
        let Some(driver) = driver else {
            faults.missing("driver");
            return Err(unsettled(faults));
        };
        // What was said for another driver means nothing to this one.
        let current = current.filter(|_| before == Some(driver));
        let mut settled = Settled {
            name,
            driver,
            host: None,
            port: None,
            username: None,
            password: Change::Clear,
            database: String::new(),
            tls: None,
            is_default: match self.is_default {
                Change::Keep | Change::Clear => None,
                Change::Set(is_default) => Some(is_default),
            },
        };

        let database = self.database.applied_to(current.map(|current| current.database.clone()));
        let database = database.unwrap_or_default();
        if database.is_empty() {
            faults.missing("database");
        }
        if driver == Driver::Sqlite {
            if !faults.has("database")
                && let Err(refusal) = files.find(&database)
            {
                faults.add("database", refusal);
            }
            settled.database = database;
            faults.finish(FIELDS)?;
            return Ok(settled);
        }
        if !faults.has("database") {
            faults.line("database", &database, 255);
        }
        if guard::is_machinery(&database, driver.dialect()) {
            faults.add(
                "database",
                Text::new(
                    "是数据库服务器自己的库，不含业务数据，请填写要查询的库",
                    "is the server's own database and holds no data to ask; name one that does",
                ),
            );
        }
        settled.database = database;

        let tls = self.tls.applied_to(current.and_then(|current| current.tls.clone()));
        settled.tls = tls.filter(|word| !word.is_empty()).and_then(|word| {
            let tls = Tls::parse(&word).filter(|tls| driver.speaks(*tls));
            if tls.is_none() && !faults.has("tls") {
                faults.add("tls", unknown_tls(driver));
            }
            tls
        });

        let port = self.port.applied_to(current.and_then(|current| current.port).map(i64::from));
        settled.port = match port {
            None => Some(driver.usual_port(settled.tls)),
            Some(port) => as_port(port),
        };

        let username = self.username.applied_to(current.and_then(|current| current.username.clone()));
        settled.username = username.filter(|username| !username.is_empty());
        if settled.username.is_none() && driver.needs_username() {
            faults.missing("username");
        }
        settled.password = match self.password {
            Change::Set(password) if password.expose_secret().is_empty() => Change::Clear,
            Change::Keep if current.is_none() => Change::Clear,
            change => change,
        };

        let host = self.host.applied_to(current.and_then(|current| current.host.clone()));
        match host.as_deref().map(str::trim).filter(|host| !host.is_empty()) {
            None => faults.missing("host"),
            Some(text) => {
                if let Some(host) = hosts::parse(text) {
                    if !faults.has("host") && hosts::allowed(resolver, &host).await.is_err() {
                        faults.add("host", hosts::refusal());
                    }
                    settled.host = Some(host);
                }
            }
        }
        faults.finish(FIELDS)?;
        Ok(settled)
    }

    /// Rules that hold for each field whatever the others are: that a driver takes no password makes none of any length right.
    fn check_alone(&self, faults: &mut Faults) {
        if let Change::Set(host) = &self.host {
            let host = host.trim();
            if !host.is_empty() && hosts::parse(host).is_none() {
                faults.add(
                    "host",
                    Text::new(
                        "必须是主机名或 IP 地址，不含协议、端口和路径",
                        "must be a host name or an IP address, without protocol, port or path",
                    ),
                );
            }
        }
        if let Change::Set(port) = self.port
            && as_port(port).is_none()
        {
            faults.add("port", Text::new("必须在 1 到 65535 之间", "must be between 1 and 65535"));
        }
        if let Change::Set(username) = &self.username {
            faults.line("username", username, 255);
        }
        if let Change::Set(password) = &self.password {
            faults.line("password", password.expose_secret(), 1_024);
        }
        if let Change::Set(database) = &self.database {
            faults.line("database", database, LONGEST_FILE);
        }
        if let Change::Set(word) = &self.tls
            && !word.is_empty()
            && Tls::parse(word).is_none()
        {
            let names = tls_words().join(", ");
            faults.add(
                "tls",
                Text::new(format!("必须是以下之一：{names}"), format!("must be one of: {names}")),
            );
        }
    }
}

/// A port, if it is one.
fn as_port(number: i64) -> Option<u16> {
    u16::try_from(number).ok().filter(|port| *port > 0)
}

/// The faults of a draft whose driver isn't known, without which nothing more can be said.
fn unsettled(faults: Faults) -> AppError {
    let internal = || AppError::internal(anyhow::anyhow!("a draft without a driver has no fault"));
    faults.finish(FIELDS).err().unwrap_or_else(internal)
}

fn unknown_driver() -> Text {
    let names = Driver::ALL.map(Driver::as_str).join(", ");
    Text::new(
        format!("不支持的数据库类型，可用：{names}"),
        format!("is no driver that there is; choose one of: {names}"),
    )
}

fn unknown_tls(driver: Driver) -> Text {
    let names: Vec<&str> = Tls::ALL.into_iter().filter(|tls| driver.speaks(*tls)).map(Tls::as_str).collect();
    let names = names.join(", ");
    Text::new(format!("可用：{names}"), format!("must be one of: {names}"))
}
