//! What is said of a server that can't be reached, and of one that can.

use std::time::Duration;

use secrecy::SecretString;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::{ClickHouseSource, Fixture, server, with_tls};
use crate::{ConnectFault, ServerOptions, Source as _, SourceErrorKind, Tls};

async fn fault(options: ServerOptions) -> (ConnectFault, String) {
    let error = ClickHouseSource::new(options).unwrap().ping().await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Unreachable, "{error}");
    assert!(!error.message().contains("Geheim"), "{error}");
    (error.fault().unwrap(), error.message().to_owned())
}

#[tokio::test]
async fn the_cause_is_named() {
    let options = server("default");
    let refusing = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (cause, message) = fault(ServerOptions { port: refusing, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::Refused, "{message}");

    let (cause, message) =
        fault(ServerOptions { host: "no-such-host.invalid".to_owned(), ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::UnknownHost, "{message}");

    let password = SecretString::from("Geheim-123");
    let (cause, message) = fault(ServerOptions { password, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::LoginFailed, "{message}");

    let (cause, message) = fault(ServerOptions { username: "nobody".to_owned(), ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::LoginFailed, "{message}");

    let (cause, message) = fault(ServerOptions { database: "没有".to_owned(), ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::UnknownDatabase, "{message}");

    // Speaks HTTP where TLS is wanted. (What ClickHouse itself says to a handshake depends on the random bytes in it.)
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options_of_plain = ServerOptions {
        host: "127.0.0.1".to_owned(),
        port: plain.local_addr().unwrap().port(),
        ..with_tls(Tls::Require)
    };
    let mut held = Vec::new();
    let answering = async {
        loop {
            let (mut stream, _) = plain.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            held.push(stream);
        }
    };
    let (cause, message) = tokio::select! {
        fault = fault(options_of_plain) => fault,
        () = answering => unreachable!("it goes on for ever"),
    };
    assert_eq!(cause, ConnectFault::Tls, "{message}");

    // Accepts and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, connect_timeout) = (silent.local_addr().unwrap().port(), Duration::from_millis(100));
    let (cause, message) = fault(ServerOptions { port, connect_timeout, ..options.clone() }).await;
    assert_eq!(cause, ConnectFault::Timeout, "{message}");
}

#[tokio::test]
async fn certificates_that_cannot_be_read_are_told_at_once() {
    let options = with_tls(Tls::VerifyFull { authorities: Some("no certificate".to_owned()) });
    let error = ClickHouseSource::new(options).err();
    // A text without certificates trusts nobody; one with a broken certificate is refused.
    assert!(error.is_none_or(|error| error.fault() == Some(ConnectFault::Tls)));
}

#[tokio::test]
async fn what_the_server_is() {
    let fixture = Fixture::new("").await;
    let info = fixture.source.ping().await.unwrap();
    assert!(info.version.starts_with("ClickHouse ") && !info.version.contains('\n'), "{}", info.version);
    assert_eq!(info.writable, Some(true));
}
