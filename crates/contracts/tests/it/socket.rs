//! Over a real socket: what the parser refuses by itself, streams as they arrive, shutting down.

use http::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wenshu_testkit::user::encode;
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestServer};

/// An application that knows the address it is served on.
async fn served(engine: std::sync::Arc<ScriptedInterpreter>) -> (TestApp, TestServer) {
    let listener = TestServer::bind().await;
    let bound = listener.local_addr().unwrap();
    let app = TestApp::builder().bound(bound).interpreter(engine).start().await;
    let server = TestServer::serve(listener, app.router.clone());
    (app, server)
}

/// Status and body of a raw answer.
fn parsed(answer: &str) -> (StatusCode, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer:?}")))
}

#[tokio::test]
async fn what_the_parser_refuses_is_said_in_the_envelope() {
    let (_app, server) = served(ScriptedInterpreter::open()).await;
    let host = format!("Host: {}\r\nConnection: close\r\n\r\n", server.address);
    let long =
        |length: usize| format!("GET /api/v1/chat/stream?query={} HTTP/1.1\r\n{host}", "x".repeat(length));
    let many_headers: String = (0..200).map(|number| format!("x-{number}: y\r\n")).collect();
    let large_headers =
        format!("GET /api/v1/auth/me HTTP/1.1\r\nx-large: {}\r\n{host}", "x".repeat(1024 * 1024));
    for (request, status, code) in [
        (long(70_000).into_bytes(), 414, "URI_TOO_LONG"),
        (long(1024 * 1024).into_bytes(), 414, "URI_TOO_LONG"),
        (
            format!("GET /api/v1/auth/me HTTP/1.1\r\n{many_headers}{host}").into_bytes(),
            431,
            "HEADERS_TOO_LARGE",
        ),
        (large_headers.into_bytes(), 431, "HEADERS_TOO_LARGE"),
        (format!("GET /api/v1/a\0b HTTP/1.1\r\n{host}").into_bytes(), 400, "BAD_REQUEST"),
        ([b"GET /api/v1/\xff HTTP/1.1\r\n", host.as_bytes()].concat(), 400, "BAD_REQUEST"),
        (format!("GET /api/v1/x y HTTP/1.1\r\n{host}").into_bytes(), 400, "BAD_REQUEST"),
        (b"nonsense\r\n\r\n".to_vec(), 400, "BAD_REQUEST"),
        (format!("GET /api/v1/auth/me HTTP/1.1\r\nno colon\r\n{host}").into_bytes(), 400, "BAD_REQUEST"),
        (format!("G\u{e9}T /api/v1/auth/me HTTP/1.1\r\n{host}").into_bytes(), 400, "BAD_REQUEST"),
    ] {
        let shown = String::from_utf8_lossy(&request[..request.len().min(60)]).into_owned();
        let (answered, body) = parsed(&server.raw(&request).await);
        assert_eq!(answered.as_u16(), status, "{shown:?}: {body}");
        if !shown.starts_with("nonsense") {
            assert_eq!(body["error"]["code"], code, "{shown:?}");
            assert_eq!(body["success"], false, "{shown:?}");
        }
    }
    // The longest address that there can be is answered by the route itself.
    let (status, body) = parsed(&server.raw(long(60_000).as_bytes()).await);
    assert_eq!((status, &body["error"]["code"]), (StatusCode::UNAUTHORIZED, &Value::from("UNAUTHORIZED")));
    // So is the prefix of the other contract in its own words.
    let stock = format!("GET /v1/{} HTTP/1.1\r\n{host}", "x".repeat(70_000));
    let (_, body) = parsed(&server.raw(stock.as_bytes()).await);
    assert_eq!(body["code"], 414);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_while_it_is_being_sent() {
    let (_app, server) = served(ScriptedInterpreter::open()).await;
    let length = 4 * 1024 * 1024;
    let request = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{}",
        server.address,
        "x".repeat(length)
    );
    let (status, body) = parsed(&server.raw(request.as_bytes()).await);
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(body["error"]["code"], "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn events_arrive_as_they_happen_and_shutting_down_lets_them_finish() {
    let engine = ScriptedInterpreter::gated();
    let (app, server) = served(engine.clone()).await;
    let user = app.register("user@example.com").await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "GET /api/v1/chat/stream?query={}&token={} HTTP/1.1\r\nHost: {}\r\n\r\n",
        encode("SELECT 1 AS one"),
        user.access_token,
        server.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    read_until(&mut stream, &mut read, "\"analyzing\"").await;
    engine.let_go(2);
    read_until(&mut stream, &mut read, "\"There \"").await;

    let closing = server.shut_down();
    let finishing = async {
        engine.let_go(2);
        read_until(&mut stream, &mut read, "event: done").await;
        stream.read_to_end(&mut read).await.unwrap();
    };
    tokio::join!(closing, finishing);
    assert!(read.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&read));
}

async fn read_until(stream: &mut TcpStream, read: &mut Vec<u8>, wanted: &str) {
    while !String::from_utf8_lossy(read).contains(wanted) {
        let count = stream.read_buf(read).await.unwrap();
        assert!(count > 0, "the stream ended before {wanted}: {}", String::from_utf8_lossy(read));
    }
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let (_app, server) = served(ScriptedInterpreter::open()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        let request = format!("GET /api/v1/auth/me HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut read = Vec::new();
        read_until(&mut stream, &mut read, "\"details\":{}}}").await;
        assert!(read.starts_with(b"HTTP/1.1 401 "));
    }
}

#[tokio::test]
async fn unusual_but_well_formed_requests_are_answered_in_the_envelope() {
    let (_app, server) = served(ScriptedInterpreter::open()).await;
    let address = server.address;
    let rest = format!("Host: {address}\r\nConnection: close\r\n\r\n");
    for (line, status) in [
        (format!("GET http://{address}/api/v1/auth/me HTTP/1.1"), 401),
        ("GET http://evil.example/api/v1/auth/me HTTP/1.1".to_owned(), 403),
        ("GET /api/v1/auth/me HTTP/1.0".to_owned(), 401),
        ("TRACE /api/v1/auth/me HTTP/1.1".to_owned(), 405),
        ("MADEUP /api/v1/auth/me HTTP/1.1".to_owned(), 405),
        ("OPTIONS /api/v1/auth/me HTTP/1.1".to_owned(), 405),
        ("GET /api/v1/conversations/%FF HTTP/1.1".to_owned(), 401),
        ("GET /api/v1/../v1/auth/me HTTP/1.1".to_owned(), 404),
        ("GET /api/v1/auth/me#fragment HTTP/1.1".to_owned(), 401),
    ] {
        let (answered, body) = parsed(&server.raw(format!("{line}\r\n{rest}").as_bytes()).await);
        assert_eq!(answered.as_u16(), status, "{line}: {body}");
        assert_eq!(body["success"], false, "{line}");
    }
    for line in [
        "OPTIONS * HTTP/1.1".to_owned(),
        format!("CONNECT {address} HTTP/1.1"),
        "CONNECT evil.example:443 HTTP/1.1".to_owned(),
    ] {
        let answer = server.raw(format!("{line}\r\n{rest}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{line}: {answer:?}");
    }
}
