//! What is said of a server that can't be reached, and of one that can.

use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Fixture, PostgresSource, server, shown};
use crate::{ConnectFault, Limits, ServerOptions, Source as _, SourceErrorKind, Tls};

async fn fault(options: ServerOptions) -> (ConnectFault, String) {
    let error = PostgresSource::new(options).ping().await.unwrap_err();
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

    let password = SecretString::from("Geheim-123");
    let (cause, message) = fault(ServerOptions { password, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::LoginFailed, "{message}");

    let password = SecretString::from("");
    let (cause, message) = fault(ServerOptions { password, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::LoginFailed, "{message}");

    let (cause, message) = fault(ServerOptions { username: "nobody".to_owned(), ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::LoginFailed, "{message}");

    let (cause, message) = fault(ServerOptions { database: "没有".to_owned(), ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::UnknownDatabase, "{message}");

    // Speaks no TLS.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    let refusing = async {
        let (mut stream, _) = plain.accept().await.unwrap();
        let mut request = [0; 8];
        stream.read_exact(&mut request).await.unwrap();
        stream.write_all(b"N").await.unwrap();
        stream
    };
    let reached = fault(ServerOptions { port, tls: Tls::Require, ..options.clone() });
    let ((cause, message), _stream) = tokio::join!(reached, refusing);
    assert_eq!(cause, ConnectFault::Tls, "{message}");

    // Accepts and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, connect_timeout) = (silent.local_addr().unwrap().port(), Duration::from_millis(100));
    let (cause, message) = fault(ServerOptions { port, connect_timeout, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::Timeout, "{message}");
}

#[tokio::test]
async fn what_the_server_is_and_whether_the_account_could_write() {
    let name = super::server().username().to_owned();
    let fixture = Fixture::new(
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE TABLE t (a int, b int); CREATE TABLE secret (a int);",
    )
    .await;
    let info = fixture.source.ping().await.unwrap();
    let version = info.version.strip_prefix("PostgreSQL ").unwrap();
    assert!(version.chars().all(|sign| sign.is_ascii_digit() || sign == '.'), "{version}");
    assert_eq!(info.writable, Some(true), "a superuser");
    assert_eq!(name, fixture.options.username);

    let role = format!("reader_{}", fixture.options.database);
    for (grant, writable) in [("GRANT SELECT ON t TO ", false), ("GRANT UPDATE (b) ON t TO ", true)] {
        let create = format!(
            "DROP ROLE IF EXISTS \"{role}\"; CREATE ROLE \"{role}\" LOGIN PASSWORD 'Geheim-123'; {grant} \"{role}\";"
        );
        run(&fixture, &create).await;
        let source = PostgresSource::new(ServerOptions {
            username: role.clone(),
            password: SecretString::from("Geheim-123"),
            ..fixture.options.clone()
        });
        assert_eq!(source.ping().await.unwrap().writable, Some(writable), "{grant}");
        let schema = source.schema(false).await.unwrap();
        let names: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, if writable { vec![] } else { vec!["t"] }, "what may not be read isn't shown");
        run(&fixture, &format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"")).await;
    }
}

async fn run(fixture: &Fixture, sql: &str) {
    use sqlx::Executor as _;
    fixture.writer().await.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
}

#[tokio::test]
async fn the_environment_gives_no_password() {
    // PGPASSWORD and ~/.pgpass belong to the operator and must not reach a server that a user names.
    let options = Fixture::new("").await.options.clone();
    let password = SecretString::from("");
    let source = PostgresSource::new(ServerOptions { password, database: "postgres".to_owned(), ..options });
    assert_eq!(source.ping().await.unwrap_err().fault(), Some(ConnectFault::LoginFailed));
    assert!(server().password().is_some());
}

#[tokio::test]
async fn a_certificate_is_checked_where_that_is_asked_for() {
    let options = Fixture::new("").await.options.clone();
    let file = server().query_pairs().find(|(name, _)| name == "sslrootcert").unwrap().1.into_owned();
    let authority = std::fs::read_to_string(file).unwrap();
    let at = |host: &str, tls: Tls| ServerOptions {
        host: host.to_owned(),
        database: "postgres".to_owned(),
        tls,
        ..options.clone()
    };
    let trusting = || Tls::VerifyFull { authorities: Some(authority.clone()) };
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    for (host, tls, is_encrypted) in [
        ("localhost", trusting(), true),
        ("127.0.0.1", Tls::Require, true),
        ("127.0.0.1", Tls::Prefer, true),
        ("127.0.0.1", Tls::Disable, false),
    ] {
        let source = PostgresSource::new(at(host, tls.clone()));
        let answer = source.server.answer(sql, &Limits::default(), &CancellationToken::new()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{host} {tls:?}: {error}"));
        assert_eq!(shown(&answer), format!("ssl:Boolean:boolean\n{is_encrypted}"), "{host} {tls:?}");
    }
    for (host, tls, what) in [
        ("127.0.0.1", trusting(), "another name"),
        ("localhost", Tls::VerifyFull { authorities: None }, "nobody knows who signed"),
        (
            "localhost",
            Tls::VerifyFull { authorities: Some("no certificate".to_owned()) },
            "trusts nobody else",
        ),
    ] {
        let (cause, message) = fault(at(host, tls)).await;
        assert_eq!(cause, ConnectFault::Tls, "{what}: {message}");
    }
}
