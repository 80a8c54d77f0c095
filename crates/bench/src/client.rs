//! A minimal HTTP/1.1 client: one connection, kept alive, one request at a time.
//!
//! A full client costs several times as much processor time as this, and the load generator shares the machine with what it
//! measures. It understands what servers built on hyper send: a length, or chunks.

use std::{
    fs::File,
    net::SocketAddr,
    ops::Range,
    os::fd::AsFd as _,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use memchr::{memchr, memmem};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// The same where a large file is sent.
const FILE_LIMIT: Duration = Duration::from_secs(600);

/// One connection to a server.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    read: usize,
    body: Vec<u8>,
    awaited: Option<Awaited>,
}

/// Bytes of a body, and when they came.
struct Awaited {
    bytes: &'static [u8],
    came: Option<Instant>,
}

/// An answer, read to its end.
pub(crate) struct Answer<'connection> {
    pub(crate) status: u16,
    pub(crate) body: &'connection [u8],
}

impl Answer<'_> {
    /// Whether the body holds these bytes.
    pub(crate) fn contains(&self, wanted: &str) -> bool {
        memmem::find(self.body, wanted.as_bytes()).is_some()
    }

    /// The number behind the last occurrence of `start`.
    pub(crate) fn number_after(&self, start: &str) -> Option<u64> {
        let rest = &self.body[memmem::rfind(self.body, start.as_bytes())? + start.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
    }

    /// The answer for a message about what went wrong.
    pub(crate) fn describe(&self) -> String {
        let text = String::from_utf8_lossy(self.body);
        let start: String = text.chars().take(2_000).collect();
        format!("status {}: {start}", self.status)
    }
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = timeout(ANSWER_LIMIT, TcpStream::connect(address))
            .await
            .context("the server doesn't accept connections")?
            .with_context(|| format!("no connection to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(64 * 1024), read: 0, body: Vec::new(), awaited: None })
    }

    /// As `exchange`; also answers when the chunk came that holds `bytes`.
    pub(crate) async fn exchange_noting(
        &mut self,
        request: &[u8],
        bytes: &'static [u8],
    ) -> Result<(Answer<'_>, Option<Instant>)> {
        self.awaited = Some(Awaited { bytes, came: None });
        let status = self.exchange(request).await.map(|answer| answer.status);
        let came = self.awaited.take().and_then(|awaited| awaited.came);
        Ok((Answer { status: status?, body: &self.body }, came))
    }

    /// Sends a request, made by `request`, and reads its answer to the end.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        let status = timeout(ANSWER_LIMIT, self.exchange_unbounded(request))
            .await
            .with_context(|| format!("no answer within {} s", ANSWER_LIMIT.as_secs()))??;
        Ok(Answer { status, body: &self.body })
    }

    /// Sends a request whose body has a file in it, what stands before the file with its headers and what stands behind it, and reads the
    /// answer to the end.
    pub(crate) async fn exchange_file(
        &mut self,
        before: &[u8],
        file: &File,
        after: &[u8],
    ) -> Result<Answer<'_>> {
        let exchanged = timeout(FILE_LIMIT, async {
            self.stream.write_all(before).await?;
            let socket = std::net::TcpStream::from(self.stream.as_fd().try_clone_to_owned()?);
            let mut file = file.try_clone()?;
            // What is measured is the other side: the file is in memory, and the system sends it from there without copying it to us.
            let sent = tokio::task::spawn_blocking(move || {
                socket.set_nonblocking(false)?;
                let sent = std::io::copy(&mut file, &mut &socket);
                socket.set_nonblocking(true)?;
                sent
            });
            sent.await??;
            self.exchange_unbounded(after).await
        });
        let status =
            exchanged.await.with_context(|| format!("no answer within {} s", FILE_LIMIT.as_secs()))??;
        Ok(Answer { status, body: &self.body })
    }

    async fn exchange_unbounded(&mut self, request: &[u8]) -> Result<u16> {
        self.received.drain(..self.read);
        self.read = 0;
        self.body.clear();
        self.stream.write_all(request).await?;

        let status_line = self.line().await?;
        let status = std::str::from_utf8(&self.received[status_line])?
            .split(' ')
            .nth(1)
            .and_then(|word| word.parse().ok())
            .context("not an HTTP answer")?;
        let mut length = None;
        let mut chunked = false;
        loop {
            let header = self.line().await?;
            if header.is_empty() {
                break;
            }
            let header = std::str::from_utf8(&self.received[header])?;
            let (name, value) = header.split_once(':').context("a header without a name")?;
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse::<usize>()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.trim().eq_ignore_ascii_case("chunked");
            }
        }
        match (chunked, length) {
            (true, _) => self.chunks().await?,
            (false, Some(length)) => self.take(length).await?,
            (false, None) if status == 204 => {}
            (false, None) => bail!("an answer without a length"),
        }
        Ok(status)
    }

    async fn chunks(&mut self) -> Result<()> {
        loop {
            let size = self.line().await?;
            let size = usize::from_str_radix(std::str::from_utf8(&self.received[size])?.trim(), 16)
                .context("a chunk without a size")?;
            self.take(size).await?;
            if let Some(awaited) = &mut self.awaited
                && awaited.came.is_none()
                && memmem::find(&self.body[self.body.len() - size..], awaited.bytes).is_some()
            {
                awaited.came = Some(Instant::now());
            }
            if !self.line().await?.is_empty() {
                bail!("a chunk that doesn't end where it says");
            }
            if size == 0 {
                return Ok(());
            }
        }
    }

    /// The next line, without its end.
    async fn line(&mut self) -> Result<Range<usize>> {
        let mut searched = self.read;
        loop {
            if let Some(offset) = memchr(b'\n', &self.received[searched..]) {
                let end = searched + offset;
                let start = std::mem::replace(&mut self.read, end + 1);
                let has_return = end > start && self.received[end - 1] == b'\r';
                return Ok(start..if has_return { end - 1 } else { end });
            }
            searched = self.received.len();
            self.fill().await?;
        }
    }

    /// Moves the next `length` bytes to the body.
    async fn take(&mut self, length: usize) -> Result<()> {
        while self.received.len() - self.read < length {
            self.fill().await?;
        }
        self.body.extend_from_slice(&self.received[self.read..self.read + length]);
        self.read += length;
        Ok(())
    }

    async fn fill(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("the server closed the connection in the middle of an answer");
        }
        Ok(())
    }
}

/// The bytes of a request.
pub(crate) fn request(
    method: &str,
    target: &str,
    address: SocketAddr,
    token: Option<&str>,
    body: Option<&str>,
) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\n");
    if let Some(token) = token {
        text.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    if let Some(body) = body {
        text.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body.unwrap_or_default());
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        task::JoinSet,
    };

    use super::{Connection, SocketAddr, request};

    /// A server that answers each request with the next of these texts, byte by byte.
    async fn scripted(answers: &'static [&'static str]) -> (SocketAddr, JoinSet<()>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serve = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            for answer in answers {
                let mut seen = Vec::new();
                while !seen.ends_with(b"\r\n\r\n") {
                    assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
                }
                for byte in answer.as_bytes() {
                    stream.write_all(&[*byte]).await.unwrap();
                    stream.flush().await.unwrap();
                }
            }
        };
        let mut server = JoinSet::new();
        server.spawn(serve);
        (address, server)
    }

    #[tokio::test]
    async fn lengths_and_chunks_are_read_to_their_end_on_one_connection() {
        let (address, _server) = scripted(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nevent:\r\n11\r\n done\nrows: 12, 7\r\n0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        ])
        .await;
        let mut connection = Connection::open(address).await.unwrap();
        let bytes = request("GET", "/", address, None, None);

        let answer = connection.exchange(&bytes).await.unwrap();
        assert_eq!((answer.status, answer.body), (200, &b"hello"[..]));

        let answer = connection.exchange(&bytes).await.unwrap();
        assert_eq!((answer.status, answer.body), (200, &b"event: done\nrows: 12, 7"[..]));
        assert!(answer.contains("event: done"));
        assert_eq!(answer.number_after("rows: "), Some(12));

        let answer = connection.exchange(&bytes).await.unwrap();
        assert_eq!((answer.status, answer.body), (404, &b""[..]));
    }

    #[tokio::test]
    async fn the_moment_of_a_chunk_is_noted() {
        let (address, _server) = scripted(&[
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        ])
        .await;
        let mut connection = Connection::open(address).await.unwrap();
        let bytes = request("GET", "/", address, None, None);
        let (answer, came) = connection.exchange_noting(&bytes, b"second").await.unwrap();
        assert_eq!((answer.body, came.is_some()), (&b"firstsecond"[..], true));
        let (answer, came) = connection.exchange_noting(&bytes, b"second").await.unwrap();
        assert_eq!((answer.body, came.is_some()), (&b"first"[..], false));
    }

    #[tokio::test]
    async fn a_connection_that_breaks_is_an_error() {
        let (address, _server) = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"]).await;
        let mut connection = Connection::open(address).await.unwrap();
        let bytes = request("GET", "/", address, None, None);
        let message = connection.exchange(&bytes).await.err().unwrap().to_string();
        assert!(message.contains("closed the connection"), "{message}");
    }
}
