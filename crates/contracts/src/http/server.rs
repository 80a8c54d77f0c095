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
use tokio_io_timeout::TimeoutWriter;
use tower::ServiceExt;

use super::parser_answers::{Worded, Words};

/// How connections are treated.
#[derive(Clone, Copy, Debug)]
pub struct ServerSettings {
    /// Most bytes of a request's head. (The target alone can have 64 KiB at most.)
    pub head_limit: usize,
    /// Time in which a request's head must have arrived, from the first byte or the end of the answer before.
    pub head_time: Duration,
    /// Time for which a client may take nothing of an answer that waits for it. Past it the connection ends, and with it what is held
    /// for a reader that has stalled.
    pub stall_time: Duration,
    /// Connections at the same time. Whoever comes then waits until one ends.
    pub connections: usize,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            head_limit: 256 * 1024,
            head_time: Duration::from_secs(75),
            stall_time: Duration::from_secs(60),
            connections: 10_000,
        }
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
            accepted = listener.accept(), if connections.len() < settings.connections => accepted,
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
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(settings.stall_time));
    let stream = Box::pin(stream);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::routing::get;
    use bytes::Bytes;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::{Notify, oneshot};

    use super::*;

    /// Says when it is dropped.
    struct Dropped(Option<oneshot::Sender<()>>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            let _ = self.0.take().map(|said| said.send(()));
        }
    }

    async fn start(router: Router, settings: ServerSettings, stop: Arc<Notify>) -> (SocketAddr, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let words: Words = |_| &crate::root::DIALECT;
            serve(listener, router, settings, words, async move { stop.notified().await }).await;
        });
        (address, tasks)
    }

    #[tokio::test]
    async fn a_reader_that_stalls_is_let_go() {
        let (said, dropped) = oneshot::channel();
        let said = Arc::new(std::sync::Mutex::new(Some(said)));
        let endless = get(move || async move {
            let guard = Dropped(said.lock().unwrap().take());
            let pieces = futures::stream::repeat_with(move || {
                let _held = &guard;
                Ok::<_, io::Error>(Bytes::from_static(&[b'x'; 65_536]))
            });
            Body::from_stream(pieces)
        });
        let settings = ServerSettings { stall_time: Duration::from_millis(50), ..ServerSettings::default() };
        let (address, _server) = start(Router::new().route("/", endless), settings, Arc::default()).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        // The client reads nothing; that the answer is dropped is what is waited for.
        dropped.await.unwrap();
    }

    #[tokio::test]
    async fn who_comes_when_it_is_full_is_served_when_one_has_gone() {
        let hello = Router::new().route("/", get(|| async { "hello" }));
        let settings = ServerSettings { connections: 1, ..ServerSettings::default() };
        let (address, _server) = start(hello, settings, Arc::default()).await;
        let request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let idle = TcpStream::connect(address).await.unwrap();
        let mut waiting = TcpStream::connect(address).await.unwrap();
        waiting.write_all(request).await.unwrap();
        drop(idle);
        let mut answer = String::new();
        waiting.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
