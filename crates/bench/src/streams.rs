//! Many streams at once: all are opened, then for a while the lateness of every piece is noted.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, Semaphore},
    task::JoinSet,
    time::timeout,
};

use crate::{
    lateness::{Lateness, Scanner},
    model::PACE,
    server::Server,
    system,
};

/// How long opening all of them may take; the paced replies last this much longer than the measurement.
pub(crate) const OPENING: Duration = Duration::from_secs(20);

/// Opened at the same time: a crowd at the door would measure something else.
const AT_ONCE: usize = 64;

/// How long after the last piece a stream may take to end.
const ENDING: Duration = Duration::from_secs(60);

/// What was found while all streams were open.
pub(crate) struct Outcome {
    pub(crate) lateness: Lateness,
    /// Pieces that came, as a share of those that left.
    pub(crate) share: f64,
    /// Resident memory at its highest, in MiB.
    pub(crate) resident: f64,
    /// Seconds of processor time for each piece that came.
    pub(crate) processor: f64,
}

struct Shared {
    count: usize,
    lateness: Lateness,
    open: AtomicUsize,
    ended: AtomicUsize,
    all_open: Notify,
    door: Semaphore,
}

/// Opens `count` streams with this request, watches them this long, and reads them to their end, which must hold `last`.
pub(crate) async fn watch(
    server: &Server,
    request: &[u8],
    last: &'static str,
    length: Duration,
    count: usize,
) -> Result<Outcome> {
    let shared = Arc::new(Shared {
        count,
        lateness: Lateness::new(),
        open: AtomicUsize::new(0),
        ended: AtomicUsize::new(0),
        all_open: Notify::new(),
        door: Semaphore::new(AT_ONCE),
    });
    let request: Arc<[u8]> = request.into();
    let mut streams = JoinSet::new();
    for _ in 0..count {
        streams.spawn(stream(server.address(), Arc::clone(&request), last, Arc::clone(&shared)));
    }
    tokio::select! {
        opened = timeout(OPENING, shared.all_open.notified()) => {
            opened.with_context(|| {
                format!("only {} streams opened in {} s", shared.open.load(Ordering::Relaxed), OPENING.as_secs())
            })?;
        }
        Some(ended) = streams.join_next() => {
            ended??;
            bail!("a stream ended before all were open");
        }
    }
    shared.lateness.count(true);
    let mut resident = server.resident()?;
    let before = server.processor()?;
    for _ in 0..length.as_secs() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        resident = resident.max(server.resident()?);
    }
    shared.lateness.count(false);
    let processor = server.processor()? - before;
    if shared.ended.load(Ordering::Relaxed) > 0 {
        bail!("streams ended while they were watched");
    }
    while let Some(ended) = streams.join_next().await {
        ended??;
    }
    let shared = Arc::into_inner(shared).context("a stream is still read")?;
    let expected = count as f64 * length.as_secs_f64() / PACE.as_secs_f64();
    let pieces = shared.lateness.pieces() as f64;
    Ok(Outcome {
        lateness: shared.lateness,
        share: pieces / expected,
        resident,
        processor: processor / pieces.max(1.0),
    })
}

async fn stream(
    address: SocketAddr,
    request: Arc<[u8]>,
    last: &'static str,
    shared: Arc<Shared>,
) -> Result<()> {
    let permit = shared.door.acquire().await?;
    let mut stream =
        TcpStream::connect(address).await.with_context(|| format!("no connection to {address}"))?;
    stream.set_nodelay(true)?;
    stream.write_all(&request).await?;
    let mut permit = Some(permit);
    let mut scanner = Scanner::new();
    let mut is_first = true;
    loop {
        let before = scanner.buffer().len();
        let read =
            timeout(ENDING, stream.read_buf(scanner.buffer())).await.context("a stream stands still")??;
        if read == 0 {
            bail!("the server closed a stream in the middle");
        }
        let came = system::microseconds()?;
        let received = &scanner.buffer()[before..];
        if is_first && !received.starts_with(b"HTTP/1.1 200 ") {
            bail!("a stream was refused: {}", String::from_utf8_lossy(received));
        }
        is_first = false;
        // With what was kept, since reads end anywhere.
        let has_last = memmem::find(scanner.buffer(), last.as_bytes()).is_some();
        let has_ended = scanner.scan(came, &shared.lateness);
        if scanner.has_begun
            && permit.take().is_some()
            && shared.open.fetch_add(1, Ordering::Relaxed) + 1 == shared.count
        {
            shared.all_open.notify_one();
        }
        if has_last || has_ended {
            shared.ended.fetch_add(1, Ordering::Relaxed);
        }
        if has_last {
            return Ok(());
        }
        if has_ended {
            bail!("a stream ended without `{last}`");
        }
    }
}
