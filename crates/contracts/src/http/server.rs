//! Accepting connections.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::parser_answers::{Worded, Words};

/// How connections are treated.
#[derive(Clone, Copy, Debug)]
pub struct ServerSettings {
    /// Most bytes of a request's head. (The target alone can have 64 KiB at most.)
    pub head_limit: usize,
    /// Time in which a request's head must have arrived, from the first byte or the end of the answer before.
    pub head_time: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self { head_limit: 256 * 1024, head_time: Duration::from_secs(75) }
    }
}

/// Serves the router on a listener until `shutdown` comes; then takes no more connections, lets answers that are under way
/// finish, and returns. Whoever doesn't want to wait for them drops the future, which ends them.
///
/// `words` chooses, by path, the dialect of answers to what is no request. Handlers find the peer's address as `ConnectInfo<SocketAddr>`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: ServerSettings,
    words: Words,
    shutdown: impl Future<Output = ()> + Send,
) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            // Only so that connections that are over don't pile up.
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(
                    stream,
                    peer,
                    router.clone(),
                    settings,
                    words,
                    graceful.watcher(),
                ));
            }
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    graceful.shutdown().await;
    connections.join_all().await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    settings: ServerSettings,
    words: Words,
    watcher: Watcher,
) {
    // Without it the pieces of a stream wait for each other's acknowledgements. A socket that is gone already fails later anyway.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.head_time)
        .max_buf_size(settings.head_limit)
        .serve_connection(TokioIo::new(Worded::new(stream, words)), service);
    if let Err(error) = watcher.watch(connection).await {
        // Clients that go away or speak no HTTP: nothing to act on.
        tracing::debug!(%error, "a connection ended");
    }
}

/// Out of file descriptors, accepting fails at once and again; waiting lets connections end.
async fn pause_after(error: &io::Error) {
    let is_the_clients = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    );
    if !is_the_clients {
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
