//! The scripted model: answers in OpenAI's wire format by the question, from bytes that are made once.
//!
//! It shares the machine with what is measured, so it is no more than a socket: one thread, no framework.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};

use crate::{
    console, system,
    wire::{COLUMN, HEAD, PACED_QUESTION, Reply, SQL_QUESTION, STAMP_CIRCLE, STAMP_DIGITS, end, stamped},
};

/// Between two pieces of the paced reply: twenty a second.
pub(crate) const PACE: Duration = Duration::from_millis(50);

const MAX_REQUEST: usize = 4 * 1024 * 1024;

struct Replies {
    words: Reply,
    tool_call: Reply,
    fence: Reply,
    paced: Duration,
}

/// Serves on a port that the system chooses, and prints the address. A paced reply takes `paced`.
pub(crate) async fn serve(paced: Duration) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    console::answer(&format!("http://{}", listener.local_addr()?));
    accept(listener, paced).await
}

/// Serves the connections of a listener, for ever.
pub(crate) async fn accept(listener: TcpListener, paced: Duration) -> Result<()> {
    let replies = Arc::new(Replies {
        words: Reply::words(),
        tool_call: Reply::tool_call(),
        fence: Reply::fence(),
        paced,
    });
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let replies = Arc::clone(&replies);
        connections.spawn(async move {
            // The end of a connection is no fault: the other side may go when it likes.
            connection(stream, &replies).await.ok();
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(mut stream: TcpStream, replies: &Replies) -> Result<()> {
    let mut received = Vec::with_capacity(16 * 1024);
    while let Some(body) = request(&mut stream, &mut received).await? {
        let request = &received[body.clone()];
        let contains = |text: &str| memmem::find(request, text.as_bytes()).is_some();
        let reply = if contains(PACED_QUESTION) {
            None
        } else if contains(SQL_QUESTION) && !contains(COLUMN) {
            Some(if contains("\"run_sql\"") { &replies.tool_call } else { &replies.fence })
        } else {
            Some(&replies.words)
        };
        match reply {
            None => paced(&mut stream, replies.paced).await?,
            Some(reply) => {
                for part in &reply.parts {
                    stream.write_all(part).await?;
                }
            }
        }
        received.drain(..body.end);
    }
    Ok(())
}

/// Reads up to the end of the next request; answers where its body is, or nothing when the other side has gone.
async fn request(stream: &mut TcpStream, received: &mut Vec<u8>) -> Result<Option<std::ops::Range<usize>>> {
    let start = loop {
        if let Some(place) = memmem::find(received, b"\r\n\r\n") {
            break place + 4;
        }
        if stream.read_buf(received).await? == 0 {
            return Ok(None);
        }
        if received.len() > MAX_REQUEST {
            bail!("a head without an end");
        }
    };
    let head = std::str::from_utf8(&received[..start])?;
    let length: usize = head
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        })
        .context("a request without a length")?;
    if length > MAX_REQUEST {
        bail!("a request that is too long");
    }
    while received.len() < start + length {
        if stream.read_buf(received).await? == 0 {
            bail!("half a request");
        }
    }
    Ok(Some(start..start + length))
}

async fn paced(stream: &mut TcpStream, length: Duration) -> Result<()> {
    let (mut piece, place) = stamped();
    stream.write_all(HEAD).await?;
    let end_at = Instant::now() + length;
    let mut ticks = interval(PACE);
    // What was held up is made up for: the rate is kept.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while ticks.tick().await < end_at {
        let digits = format!("{:0STAMP_DIGITS$}", system::microseconds()? % STAMP_CIRCLE);
        piece[place.clone()].copy_from_slice(digits.as_bytes());
        stream.write_all(&piece).await?;
    }
    stream.write_all(&end("stop")).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{net::TcpListener, task::JoinSet};

    use super::accept;
    use crate::{
        client::{Connection, request},
        wire::{COLUMN, LAST_PIECE, PACED_QUESTION, PIECES, SQL_QUESTION, WORDS_QUESTION},
    };

    #[tokio::test]
    async fn the_reply_fits_the_question() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut server = JoinSet::new();
        server.spawn(accept(listener, Duration::from_millis(120)));
        // One connection: each reply ends where the next one begins.
        let mut connection = Connection::open(address).await.unwrap();
        let with_tool = format!("{SQL_QUESTION} {{\"name\":\"run_sql\"}}");
        let with_rows = format!("{SQL_QUESTION} {COLUMN} {{\"name\":\"run_sql\"}}");
        for (asked, wanted) in [
            (WORDS_QUESTION, LAST_PIECE),
            (SQL_QUESTION, "```sql"),
            (&with_tool, "tool_calls"),
            (&with_rows, LAST_PIECE),
            (PACED_QUESTION, "\"content\":\"@"),
        ] {
            let bytes = request("POST", "/v1/chat/completions", address, None, Some(asked));
            let answer = connection.exchange(&bytes).await.unwrap();
            assert_eq!(answer.status, 200);
            assert!(answer.contains(wanted) && answer.contains("data: [DONE]\n\n"), "{}", answer.describe());
            let pieces = memchr::memmem::find_iter(answer.body, b"\"content\"").count();
            match asked {
                WORDS_QUESTION => assert_eq!(pieces, PIECES.len()),
                PACED_QUESTION => assert!((2..=3).contains(&pieces), "{pieces} in 120 ms"),
                _ => {}
            }
        }
    }
}
