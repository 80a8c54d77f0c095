//! Reading `text/event-stream` as the standard says, from bytes that may be cut anywhere.

use std::fmt::Debug;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde_json::Value;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// Its name; `message` when it has none.
    pub event: String,
    /// Its id, or the last one before it.
    pub id: String,
    /// Its data, lines joined.
    pub data: String,
}

impl SseEvent {
    /// Its data as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {}", self.data))
    }
}

/// Reads events from a stream of bytes.
pub struct SseReader<S> {
    chunks: S,
    unread: Vec<u8>,
    id: String,
    event: String,
    data: Vec<String>,
    /// Comment lines so far.
    pub comments: Vec<String>,
    over: bool,
}

impl<S, E> SseReader<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Debug,
{
    /// Reads from these chunks.
    pub fn new(chunks: S) -> Self {
        Self {
            chunks,
            unread: Vec::new(),
            id: String::new(),
            event: String::new(),
            data: Vec::new(),
            comments: Vec::new(),
            over: false,
        }
    }

    /// The next event; `None` at the end. What is unfinished at the end is dropped, as the standard says.
    pub async fn next(&mut self) -> Option<SseEvent> {
        loop {
            while let Some(line) = self.take_line() {
                if let Some(event) = self.line(&line) {
                    return Some(event);
                }
            }
            if self.over {
                return None;
            }
            match self.chunks.next().await {
                Some(chunk) => self.unread.extend_from_slice(&chunk.expect("a chunk")),
                None => self.over = true,
            }
        }
    }

    /// The next event with this name.
    pub async fn next_named(&mut self, name: &str) -> SseEvent {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended before {name:?}"));
            if event.event == name {
                return event;
            }
        }
    }

    fn take_line(&mut self) -> Option<String> {
        let end = self.unread.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
        let mut taken = end + 1;
        if self.unread.get(end) == Some(&b'\r') {
            match self.unread.get(taken) {
                Some(b'\n') => taken += 1,
                Some(_) => {}
                // Whether a line feed follows isn't known yet.
                None if !self.over => return None,
                None => {}
            }
        }
        let line = self.unread.drain(..taken).take(end).collect();
        Some(String::from_utf8(line).expect("events are UTF-8"))
    }

    fn line(&mut self, line: &str) -> Option<SseEvent> {
        if line.is_empty() {
            let name = std::mem::take(&mut self.event);
            let data = std::mem::take(&mut self.data);
            let event = if name.is_empty() { "message".to_owned() } else { name };
            return (!data.is_empty()).then(|| SseEvent {
                event,
                id: self.id.clone(),
                data: data.join("\n"),
            });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => self.comments.push(value.to_owned()),
            "event" => value.clone_into(&mut self.event),
            "data" => self.data.push(value.to_owned()),
            "id" => value.clone_into(&mut self.id),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::executor::block_on;
    use futures::stream;

    use super::*;

    #[test]
    fn cut_anywhere() {
        let text =
            ": hello\r\nevent: one\nid: 7\ndata: a\ndata: b\n\ndata:甲\r\r: x\n\nevent: lost\ndata: lost\n";
        for size in 1..text.len() {
            let chunks =
                text.as_bytes().chunks(size).map(|part| Ok::<_, Infallible>(Bytes::copy_from_slice(part)));
            let mut reader = SseReader::new(stream::iter(chunks));
            let event = |event: &str, data: &str| SseEvent {
                event: event.to_owned(),
                id: "7".to_owned(),
                data: data.to_owned(),
            };
            assert_eq!(block_on(reader.next()), Some(event("one", "a\nb")), "{size}");
            assert_eq!(block_on(reader.next()), Some(event("message", "甲")), "{size}");
            assert_eq!(block_on(reader.next()), None, "{size}");
            assert_eq!(reader.comments, ["hello", "x"], "{size}");
        }
    }
}
