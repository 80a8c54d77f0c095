//! What is said of a server that can't be reached, and of one that can.

use std::time::Duration;

use secrecy::SecretString;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Fixture, MySqlSource};
use crate::tests::shown;
use crate::{ConnectFault, Limits, ServerOptions, Source as _, SourceErrorKind, Tls};

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

    // Speaks no TLS: what it can do, of which two bytes come early and two late, doesn't say so.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    let refusing = async {
        let (mut stream, _) = plain.accept().await.unwrap();
        let greeting = b"\x0a10.11.14\0\x01\0\0\0saltsalt\0\x00\x82\x2d\x02\0\x08\0\x15\0\0\0\0\0\0\0\0\0\0saltsaltsalt\0mysql_native_password\0";
        let length = u8::try_from(greeting.len()).unwrap();
        stream.write_all(&[length, 0, 0, 0]).await.unwrap();
        stream.write_all(greeting).await.unwrap();
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

#[tokio::test]
async fn a_certificate_is_checked_where_that_is_asked_for() {
    let fixture = Fixture::new("").await;
    let file = super::server().query_pairs().find(|(name, _)| name == "ssl-ca").unwrap().1.into_owned();
    let authority = std::fs::read_to_string(file).unwrap();
    let at = |host: &str, tls: Tls| ServerOptions { host: host.to_owned(), tls, ..fixture.options.clone() };
    let trusting = || Tls::VerifyFull { authorities: Some(authority.clone()) };
    let sql = "SELECT variable_value <> '' AS encrypted FROM information_schema.session_status WHERE variable_name = 'SSL_CIPHER'";
    for (host, tls, is_encrypted) in [
        ("localhost", trusting(), 1),
        ("127.0.0.1", Tls::Require, 1),
        ("127.0.0.1", Tls::Prefer, 1),
        ("127.0.0.1", Tls::Disable, 0),
    ] {
        let source = MySqlSource::new(at(host, tls.clone()));
        let answer = source.server.answer(sql, &Limits::default(), &CancellationToken::new()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{host} {tls:?}: {error}"));
        assert_eq!(shown(&answer), format!("encrypted:Int64:integer\n{is_encrypted}"), "{host} {tls:?}");
    }
    for (host, tls, what) in [
        ("127.0.0.1", trusting(), "another name"),
        ("localhost", Tls::VerifyFull { authorities: None }, "nobody knows who signed"),
    ] {
        let (cause, message) = fault(at(host, tls)).await;
        assert_eq!(cause, ConnectFault::Tls, "{what}: {message}");
    }
}
