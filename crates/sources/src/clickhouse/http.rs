//! Statements over HTTP, under settings that make them harmless.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono_tz::Tz;
use reqwest::redirect::Policy;
use reqwest::{Certificate, StatusCode};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;

use super::{failure, tsv};
use crate::server::reach;
use crate::server::task::Deadline;
use crate::{ConnectFault, ServerOptions, SourceError, SourceInfo, Tls};

/// What is set for every query where the server knows it: who goes away ends it, SQL means what it means elsewhere, and moments are
/// written in UTC.
const SETTINGS: &[(&str, &str)] = &[
    ("aggregate_functions_null_for_empty", "1"),
    ("cancel_http_readonly_queries_on_client_close", "1"),
    ("cast_keep_nullable", "1"),
    ("date_time_output_format", "iso"),
    ("http_write_exception_in_output_format", "0"),
    ("join_use_nulls", "1"),
    ("prefer_column_name_to_alias", "1"),
    ("union_default_mode", "DISTINCT"),
];

/// Ports that are usually encrypted.
const ENCRYPTED_PORTS: [u16; 2] = [443, 8443];

/// How long a connection is used again: less than the time after which a server closes one, which is 3 s at the least.
const KEPT_OPEN: Duration = Duration::from_secs(2);

/// The longest answer that is taken for an error's text.
const LONGEST_ERROR: usize = 64 * 1024;

static NEXT_QUERY: AtomicU64 = AtomicU64::new(1);

/// A name for a query that no other on the server has.
pub(super) fn query_id() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("wenshu-{random:016x}-{}", NEXT_QUERY.fetch_add(1, Ordering::Relaxed))
}

/// Speaks to one server.
pub(super) struct Client {
    pub(super) options: ServerOptions,
    http: reqwest::Client,
    address: String,
    known: OnceCell<Known>,
}

/// What the account's session is like before anything is set.
struct Known {
    /// 0: may do anything, 1: may only read, 2: may read and set.
    readonly: u8,
    /// The settings of [`SETTINGS`] that the server has.
    settings: Vec<(&'static str, &'static str)>,
    /// The zone by whose clock moments without one of their own are written.
    zone: Option<Tz>,
}

/// The limits of one query.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) deadline: Deadline,
    /// Rows after which the server stops, where it shall.
    pub(super) rows: Option<u64>,
    /// Whether whoever takes the answer may be slower than the server.
    pub(super) may_be_slow: bool,
}

impl Client {
    /// A client that follows no redirect and asks no proxy.
    pub(super) fn new(options: ServerOptions) -> Result<Self, SourceError> {
        // Fails when another one was chosen before, which is as good.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let is_encrypted = match options.tls {
            Tls::Disable => false,
            Tls::Prefer => ENCRYPTED_PORTS.contains(&options.port),
            Tls::Require | Tls::VerifyFull { .. } => true,
        };
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(options.idle_timeout.min(KEPT_OPEN))
            .pool_max_idle_per_host(options.connections)
            .tcp_nodelay(true)
            .http1_only();
        builder = match &options.tls {
            Tls::Disable | Tls::Prefer | Tls::Require => builder.tls_danger_accept_invalid_certs(true),
            Tls::VerifyFull { authorities: None } => builder,
            Tls::VerifyFull { authorities: Some(authorities) } => {
                let certificates = Certificate::from_pem_bundle(authorities.as_bytes())
                    .map_err(|error| reach::tls(&options, &error.to_string()))?;
                builder.tls_certs_merge(certificates)
            }
        };
        let http = builder.build().map_err(|error| reach::tls(&options, &error.to_string()))?;
        let scheme = if is_encrypted { "https" } else { "http" };
        let host =
            if options.host.contains(':') { format!("[{}]", options.host) } else { options.host.clone() };
        let address = format!("{scheme}://{host}:{}/", options.port);
        Ok(Self { options, http, address, known: OnceCell::new() })
    }

    /// Sends a statement under a query id and within bounds; what comes back is its answer.
    pub(super) async fn send(
        &self,
        sql: String,
        query_id: &str,
        bounds: Bounds,
    ) -> Result<reqwest::Response, SourceError> {
        let known = self.known.get_or_try_init(|| self.look_around()).await?;
        let mut parameters = vec![
            ("query_id", query_id.to_owned()),
            // So that what goes wrong late is an error, and not the end of the rows.
            ("wait_end_of_query", "1".to_owned()),
        ];
        if known.readonly != 1 {
            let seconds = bounds.deadline.milliseconds_left().div_ceil(1000);
            parameters.push(("max_execution_time", seconds.to_string()));
            if bounds.may_be_slow {
                // Else the server takes a reader who pauses for one who has gone.
                parameters.push(("http_send_timeout", seconds.max(60).to_string()));
            }
            if let Some(rows) = bounds.rows {
                parameters.push(("max_result_rows", rows.to_string()));
                parameters.push(("result_overflow_mode", "break".to_owned()));
            }
            parameters.extend(known.settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        }
        if known.readonly == 0 {
            // The last: nothing can be set after it.
            parameters.push(("readonly", "1".to_owned()));
        }
        self.post(sql, &parameters).await
    }

    /// The server's zone; `None` before anything was sent, and where nobody knows it.
    pub(super) fn zone(&self) -> Option<Tz> {
        self.known.get().and_then(|known| known.zone)
    }

    /// Ends a query of this account; answers whether the server knew of it.
    pub(super) async fn kill(&self, query_id: &str) -> Result<bool, SourceError> {
        // Letters, digits and `-` alone.
        let sql = format!("KILL QUERY WHERE query_id = '{query_id}' ASYNC");
        // A line for each query that is being ended.
        self.text(sql, &[]).await.map(|text| !text.trim().is_empty())
    }

    /// What the server is and what the account may do there.
    pub(super) async fn info(&self) -> Result<SourceInfo, SourceError> {
        let version = self.text("SELECT version()".to_owned(), &[]).await?;
        let readonly = self.look_around().await?.readonly;
        let writable = if readonly > 0 {
            false
        } else {
            match self.text("SHOW GRANTS".to_owned(), &[]).await {
                Ok(grants) => could_write(&grants),
                // Before version 20 there are no grants, and who isn't held to reading may write.
                Err(_) => true,
            }
        };
        Ok(SourceInfo { version: format!("ClickHouse {}", version.trim()), writable: Some(writable) })
    }

    async fn look_around(&self) -> Result<Known, SourceError> {
        let names: Vec<String> = SETTINGS.iter().map(|(name, _)| format!("'{name}'")).collect();
        let sql = format!(
            "SELECT name, value FROM system.settings WHERE name IN ('readonly', {}) FORMAT TabSeparated",
            names.join(", ")
        );
        let text = self.text(sql, &[]).await?;
        let found: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once('\t')).collect();
        let zone = match self.text("SELECT timezone()".to_owned(), &[]).await {
            Ok(zone) => zone.trim().parse().ok(),
            // There are servers that keep it to themselves; that they are reached was seen just now.
            Err(_) => None,
        };
        Ok(Known {
            zone,
            readonly: found.get("readonly").and_then(|value| value.parse().ok()).unwrap_or(0),
            settings: SETTINGS.iter().copied().filter(|(name, _)| found.contains_key(name)).collect(),
        })
    }

    /// The whole answer of one of this program's own statements.
    pub(super) async fn text(
        &self,
        sql: String,
        parameters: &[(&str, String)],
    ) -> Result<String, SourceError> {
        let response = self.post(sql, parameters).await?;
        response.text().await.map_err(|error| failure::describe(&error, &self.options))
    }

    /// Rows of tab-separated text, taken apart.
    pub(super) async fn rows(
        &self,
        sql: &str,
        query_id: &str,
        deadline: Deadline,
    ) -> Result<Vec<Vec<Option<String>>>, SourceError> {
        let sql = format!("{sql} FORMAT TabSeparated");
        let response = self.send(sql, query_id, Bounds { deadline, rows: None, may_be_slow: false }).await?;
        let bytes = response.bytes().await.map_err(|error| failure::describe(&error, &self.options))?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let text = |cell: &[u8]| tsv::value(cell).map(|value| String::from_utf8_lossy(&value).into_owned());
        Ok(lines.map(|line| tsv::cells(line).map(text).collect()).collect())
    }

    async fn post(
        &self,
        sql: String,
        parameters: &[(&str, String)],
    ) -> Result<reqwest::Response, SourceError> {
        reach::check_host(&self.options).await?;
        let request = || {
            self.http
                .post(&self.address)
                .basic_auth(&self.options.username, Some(self.options.password.expose_secret()))
                .query(&[("database", &self.options.database)])
                .query(parameters)
                .body(sql.clone())
        };
        let mut answer = request().send().await;
        // A connection that was used before may have been closed by the server just now. Nothing here does more when done twice.
        if answer
            .as_ref()
            .is_err_and(|error| error.is_request() && !error.is_connect() && !error.is_timeout())
        {
            answer = request().send().await;
        }
        let mut response = answer.map_err(|error| failure::describe(&error, &self.options))?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        let status = response.status();
        let mut text = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await
            && text.len() < LONGEST_ERROR
        {
            text.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&text);
        Err(failure::said(&text, &self.options).unwrap_or_else(|| {
            SourceError::unreachable(
                ConnectFault::Other,
                format!(
                    "{} doesn't answer as ClickHouse does (HTTP {status}); check host and port, which must be the one for HTTP",
                    reach::place(&self.options)
                ),
            )
        }))
    }
}

/// Whether one of the grants lets the account change anything.
fn could_write(grants: &str) -> bool {
    const WRITING: &[&str] =
        &["ALL", "ALTER", "CREATE", "DELETE", "DROP", "INSERT", "SYSTEM", "TRUNCATE", "UPDATE"];
    grants.lines().any(|grant| {
        let rights = grant.split(" ON ").next().unwrap_or_default().trim_start_matches("GRANT ");
        rights.split(',').any(|right| {
            right.split(['(', ' ']).find(|word| !word.is_empty()).is_some_and(|word| WRITING.contains(&word))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants() {
        for (grants, expected) in [
            ("GRANT SELECT ON shop.* TO reader", false),
            ("GRANT SHOW TABLES, SELECT(a, b) ON shop.t TO reader", false),
            ("GRANT SELECT, INSERT ON shop.* TO writer", true),
            ("GRANT SELECT ON *.* TO a\nGRANT ALTER UPDATE(x) ON t.* TO a", true),
            ("GRANT ALL ON *.* TO root WITH GRANT OPTION", true),
        ] {
            assert_eq!(could_write(grants), expected, "{grants}");
        }
    }

    #[test]
    fn query_ids_differ_and_need_no_quoting() {
        let (one, other) = (query_id(), query_id());
        assert_ne!(one, other);
        assert!(one.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-'), "{one}");
    }
}
