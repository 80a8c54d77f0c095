//! What is said of a server that can't be reached, and of one that can.

use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;

use super::{Fixture, MySqlSource};
use crate::{ConnectFault, ServerOptions, Source as _, SourceErrorKind, Tls};

async fn fault(options: ServerOptions) -> (ConnectFault, String) {
    let error = MySqlSource::new(options).ping().await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Unreachable, "{error}");
    assert!(!error.message().contains("Geheim"), "{error}");
    (error.fault().unwrap(), error.message().to_owned())
}

#[tokio::test]
async fn the_cause_is_named() {
    let fixture = Fixture::new("").await;
    let options = &fixture.options;

    let refusing = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (cause, message) = fault(ServerOptions { port: refusing, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::Refused, "{message}");

    let (cause, message) =
        fault(ServerOptions { host: "no-such-host.invalid".to_owned(), ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::UnknownHost, "{message}");

    for password in ["Geheim-123", ""] {
        let password = SecretString::from(password);
        let (cause, message) = fault(ServerOptions { password, ..options.clone() }).await;
        assert_eq!(cause, ConnectFault::LoginFailed, "{message}");
    }

    let (cause, message) = fault(ServerOptions { database: "没有".to_owned(), ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::UnknownDatabase, "{message}");

    let (cause, message) = fault(ServerOptions { tls: Tls::Require, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::Tls, "{message}");

    // Accepts and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, connect_timeout) = (silent.local_addr().unwrap().port(), Duration::from_millis(100));
    let (cause, message) = fault(ServerOptions { port, connect_timeout, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::Timeout, "{message}");
}

#[tokio::test]
async fn what_the_server_is_and_whether_the_account_could_write() {
    let fixture = Fixture::new("CREATE TABLE t (a int, b int); CREATE TABLE secret (a int)").await;
    let info = fixture.source.ping().await.unwrap();
    let version = info.version.strip_prefix("MariaDB ").unwrap();
    assert!(version.chars().all(|sign| sign.is_ascii_digit() || sign == '.'), "{version}");
    assert_eq!(info.writable, Some(true));

    let database = &fixture.options.database;
    let user = format!("r{}", &database[database.len() - 12..]);
    for (grant, writable, tables) in
        [("SELECT", false, vec!["t"]), ("SELECT (a), UPDATE (b)", true, vec!["t"])]
    {
        fixture
            .run(&format!(
                "CREATE OR REPLACE USER '{user}'@'127.0.0.1' IDENTIFIED BY 'Geheim-123'; \
                 GRANT {grant} ON {database}.t TO '{user}'@'127.0.0.1'"
            ))
            .await;
        let source = MySqlSource::new(ServerOptions {
            username: user.clone(),
            password: SecretString::from("Geheim-123"),
            ..fixture.options.clone()
        });
        assert_eq!(source.ping().await.unwrap().writable, Some(writable), "{grant}");
        let schema = source.schema(false).await.unwrap();
        let names: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, tables, "{grant}");
        fixture.run(&format!("DROP USER '{user}'@'127.0.0.1'")).await;
    }
}
