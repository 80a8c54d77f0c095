//! A router on a real socket.

use std::net::SocketAddr;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wenshu_contracts::ServerSettings;

/// A server on a port of its own. It ends with this value.
pub struct TestServer {
    /// Where it listens.
    pub address: SocketAddr,
    closing: CancellationToken,
    serving: JoinHandle<()>,
}

impl TestServer {
    /// Serves a router. Its guard must know the address: see [`TestServer::bind`].
    pub async fn start(router: Router) -> Self {
        Self::serve(Self::bind().await, router)
    }

    /// A listener on a free port of loopback.
    pub async fn bind() -> TcpListener {
        TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port")
    }

    /// Serves a router on a listener.
    pub fn serve(listener: TcpListener, router: Router) -> Self {
        let address = listener.local_addr().expect("an address");
        let closing = CancellationToken::new();
        let shutdown = closing.clone().cancelled_owned();
        let serving = wenshu_contracts::serve(listener, router, ServerSettings::default(), shutdown);
        #[expect(
            clippy::disallowed_methods,
            reason = "the test that holds this value waits for it or ends it"
        )]
        let serving = tokio::spawn(serving);
        Self { address, closing, serving }
    }

    /// Sends raw bytes and reads until the server closes the connection.
    pub async fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        let (mut reading, mut writing) = stream.split();
        let mut answer = Vec::new();
        // Both at once: the server may answer before it has read everything.
        let (written, read) = tokio::join!(writing.write_all(request), reading.read_to_end(&mut answer));
        read.expect("an answer");
        // The server may have closed before it was all sent.
        drop(written);
        String::from_utf8(answer).expect("UTF-8")
    }

    /// Ends it as a signal would, and waits for it.
    pub async fn shut_down(mut self) {
        self.closing.cancel();
        (&mut self.serving).await.expect("an orderly end");
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
