//! The socket: hyper on connections that a script can reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{State, play};

/// Tells a connection to end with a reset instead of in good order.
#[derive(Clone, Default)]
pub(crate) struct Fuse(Arc<AtomicBool>);

impl Fuse {
    /// The connection will be reset when it is dropped.
    pub(super) fn blow(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Accepts connections until it is to close; those there are break off then.
pub(super) async fn serve(
    listener: TcpListener,
    state: Arc<State>,
    closing: CancellationToken,
    tasks: TaskTracker,
) {
    let accepting = async {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // The client was gone before it was accepted.
                continue;
            };
            stream.set_nodelay(true).expect("TCP_NODELAY");
            tasks.spawn(closing.clone().run_until_cancelled_owned(speak(stream, Arc::clone(&state))));
        }
    };
    closing.run_until_cancelled(accepting).await;
}

async fn speak(stream: TcpStream, state: Arc<State>) {
    let fuse = Fuse::default();
    let socket = Socket { stream, fuse: fuse.clone() };
    let service = service_fn(move |request: Request<Incoming>| {
        let state = Arc::clone(&state);
        let fuse = fuse.clone();
        async move { play::answer(&state, request, fuse).await }
    });
    // Clients that go away and scripts that break off are errors here, and what tests are about.
    let _ended = hyper::server::conn::http1::Builder::new()
        .half_close(false)
        // What time it has is for scripts to say.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

/// A socket that is reset when it is dropped, if its fuse has blown.
struct Socket {
    stream: TcpStream,
    fuse: Fuse,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.fuse.0.load(Ordering::Acquire) {
            self.stream.set_zero_linger().expect("SO_LINGER");
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Closing in good order first would leave nothing to reset.
        if self.fuse.0.load(Ordering::Acquire) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
