//! Words for what the HTTP parser refuses by itself.
//!
//! A request that is no HTTP, or whose head is too large, never becomes a request: hyper answers a bare status line and
//! closes. [`Worded`] wraps the connection, recognises exactly those answers on their way out, and puts the error of the contract
//! in their place. It also reads on a little while after the last byte: closing a socket with unread data resets it, and
//! the client would never see the answer.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use wenshu_core::{AppError, Language};

use super::dialect::Dialect;
use super::protocol;

/// The parser refuses longer request targets (`http::Uri` can't hold them).
const LONGEST_TARGET: usize = 65_534;
/// Bytes of a request's first line that are kept to tell whose path it is.
const KEPT: usize = 256;
/// Time in which what a client is still sending is read and dropped before closing.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Chooses the dialect for a path.
pub type Words = fn(path: &str) -> &'static Dialect;

/// A connection whose parser answers are put into words.
pub struct Worded<C> {
    connection: C,
    words: Words,
    /// Start of what came since the last answer.
    head: Vec<u8>,
    /// Bytes since then before the first line break, and whether that has come.
    first_line: usize,
    line_ended: bool,
    /// An answer of ours that is being written in place of the parser's.
    pending: Vec<u8>,
    written: usize,
    shut_down: bool,
    /// Whether the client is known to be sending what nobody will read.
    draining: bool,
    drain_timer: Option<Pin<Box<Sleep>>>,
}

impl<C> Worded<C> {
    /// Wraps a connection; `words` chooses the dialect from a path.
    pub fn new(connection: C, words: Words) -> Self {
        Self {
            connection,
            words,
            head: Vec::new(),
            first_line: 0,
            line_ended: false,
            pending: Vec::new(),
            written: 0,
            shut_down: false,
            draining: false,
            drain_timer: None,
        }
    }

    fn note_read(&mut self, bytes: &[u8]) {
        if self.line_ended {
            return;
        }
        let line = match bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                self.line_ended = true;
                bytes.get(..end).unwrap_or_default()
            }
            None => bytes,
        };
        self.first_line += line.len();
        let room = KEPT.saturating_sub(self.head.len());
        self.head.extend(line.iter().take(room));
    }

    fn note_answer(&mut self) {
        self.head.clear();
        self.first_line = 0;
        self.line_ended = false;
    }

    /// The error that a bare answer of the parser stands for.
    fn refused(&self, answer: &[u8]) -> Option<AppError> {
        match bare_status(answer)? {
            StatusCode::BAD_REQUEST => Some(protocol::bad_request()),
            StatusCode::URI_TOO_LONG => Some(protocol::uri_too_long()),
            // The buffer was full before the first line had ended: it is the target that is too long.
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if self.first_line > LONGEST_TARGET => {
                Some(protocol::uri_too_long())
            }
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Some(protocol::headers_too_large()),
            _ => None,
        }
    }

    fn put_into_words(&self, error: &AppError) -> Option<Vec<u8>> {
        let line = String::from_utf8_lossy(&self.head);
        let path = line.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let response = ((self.words)(path).render)(error, Language::Zh, None);
        let status = response.status();
        let content_type = response.headers().get(CONTENT_TYPE)?.to_str().ok()?.to_owned();
        // Dialects render from memory, so the body is there at once.
        let body =
            futures::FutureExt::now_or_never(axum::body::to_bytes(response.into_body(), usize::MAX))?.ok()?;
        let mut answer = format!(
            "HTTP/1.1 {} {}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            status.as_str(),
            status.canonical_reason().unwrap_or_default(),
            body.len(),
        )
        .into_bytes();
        answer.extend_from_slice(&body);
        Some(answer)
    }
}

/// The status of an answer that is nothing but the parser's: an error status, no body, end of connection.
///
/// No handler of ours makes such an answer, and no text of a body can: line breaks in JSON are escaped.
fn bare_status(answer: &[u8]) -> Option<StatusCode> {
    let rest = answer.strip_prefix(b"HTTP/1.1 ")?;
    let status = StatusCode::from_bytes(rest.get(..3)?).ok().filter(StatusCode::is_client_error)?;
    let head = answer.strip_suffix(b"\r\n\r\n")?;
    let has = |line: &[u8]| head.split(|byte| *byte == b'\n').any(|given| given.trim_ascii() == line);
    let only_known = head.split(|byte| *byte == b'\n').skip(1).all(|line| {
        [&b"connection: "[..], b"content-length: ", b"date: "].iter().any(|known| line.starts_with(known))
    });
    (only_known && has(b"connection: close") && has(b"content-length: 0")).then_some(status)
}

impl<C: AsyncRead + Unpin> AsyncRead for Worded<C> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.connection).poll_read(context, buffer))?;
        this.note_read(buffer.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<C: AsyncRead + AsyncWrite + Unpin> Worded<C> {
    fn poll_pending(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.pending.get(self.written..).filter(|rest| !rest.is_empty()) {
            let count = ready!(Pin::new(&mut self.connection).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
        }
        self.pending.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }

    /// Reads and drops what the client is still sending, for a while. A client that isn't sending isn't waited for.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let timer = self.drain_timer.get_or_insert_with(|| Box::pin(sleep(DRAIN_TIME)));
        let mut space = [0; 8 * 1024];
        while timer.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut space);
            match Pin::new(&mut self.connection).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => self.draining = true,
                Poll::Pending if self.draining => return Poll::Pending,
                Poll::Ready(_) | Poll::Pending => break,
            }
        }
        Poll::Ready(())
    }
}

impl<C: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Worded<C> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_pending(context))?;
        if let Some(answer) = this.refused(bytes).and_then(|error| this.put_into_words(&error)) {
            this.pending = answer;
            this.draining = true;
            // Taken as written; what stands in its place goes out with the flush that follows.
            return match this.poll_pending(context) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(bytes.len())),
            };
        }
        this.note_answer();
        Pin::new(&mut this.connection).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = slices {
            return self.poll_write(context, only);
        }
        let this = self.get_mut();
        ready!(this.poll_pending(context))?;
        this.note_answer();
        Pin::new(&mut this.connection).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_pending(context))?;
        Pin::new(&mut this.connection).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_pending(context))?;
        if !this.shut_down {
            ready!(Pin::new(&mut this.connection).poll_shutdown(context))?;
            this.shut_down = true;
        }
        ready!(this.poll_drain(context));
        Poll::Ready(Ok(()))
    }
}
