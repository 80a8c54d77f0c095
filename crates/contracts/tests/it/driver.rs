//! The driver of event streams: chunks, keep-alive, ends. Time stands still and is moved by hand.

use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use futures::StreamExt;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;
use uuid::Uuid;
use wenshu_contracts::http::sse::{EventDialect, EventWriter, respond};
use wenshu_core::runs::{EventId, NumberedEvent, RunEvent};

const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Writes texts as they are.
struct Plain;

impl EventDialect for Plain {
    fn encode(&mut self, event: &NumberedEvent, out: &mut EventWriter) {
        if let RunEvent::Text(text) = &*event.event {
            out.json("text", event.id.place, text);
        }
    }
}

fn stream() -> (UnboundedSender<NumberedEvent>, BodyDataStream) {
    let (sender, mut receiver) = unbounded_channel();
    let events = futures::stream::poll_fn(move |context| receiver.poll_recv(context)).boxed();
    let response = respond(events, Plain, KEEP_ALIVE);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    (sender, response.into_body().into_data_stream())
}

fn text(place: u64, text: &str) -> NumberedEvent {
    NumberedEvent { id: EventId::new(Uuid::nil(), place), event: Arc::new(RunEvent::Text(text.to_owned())) }
}

async fn chunk(body: &mut BodyDataStream) -> String {
    let chunk = body.next().await.expect("a chunk").expect("no error");
    String::from_utf8(chunk.to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_ready_goes_out_together_and_at_once() {
    let (sender, mut body) = stream();
    sender.send(text(1, "a")).unwrap();
    sender.send(text(2, "b")).unwrap();
    let started = Instant::now();
    assert_eq!(
        chunk(&mut body).await,
        "event: text\nid: 1\ndata: \"a\"\n\nevent: text\nid: 2\ndata: \"b\"\n\n"
    );
    sender.send(text(3, "c")).unwrap();
    assert_eq!(chunk(&mut body).await, "event: text\nid: 3\ndata: \"c\"\n\n");
    drop(sender);
    assert!(body.next().await.is_none());
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn silence_is_broken_every_15_seconds() {
    let (sender, mut body) = stream();
    let started = Instant::now();
    for count in 1..=3 {
        assert_eq!(chunk(&mut body).await, ": keep-alive\n\n");
        assert_eq!(started.elapsed(), KEEP_ALIVE * count);
    }
    tokio::time::advance(Duration::from_secs(10)).await;
    sender.send(text(1, "a")).unwrap();
    assert_eq!(chunk(&mut body).await, "event: text\nid: 1\ndata: \"a\"\n\n");
    let spoken = Instant::now();
    assert_eq!(chunk(&mut body).await, ": keep-alive\n\n");
    assert_eq!(spoken.elapsed(), KEEP_ALIVE);
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_cut_into_chunks() {
    let (sender, mut body) = stream();
    let long = "x".repeat(1000);
    for place in 1..=200 {
        sender.send(text(place, &long)).unwrap();
    }
    drop(sender);
    let mut chunks = Vec::new();
    while let Some(chunk) = body.next().await {
        chunks.push(chunk.unwrap().len());
    }
    assert!(chunks.len() > 2, "{chunks:?}");
    assert!(chunks.iter().all(|length| *length < 70_000), "{chunks:?}");
}

#[tokio::test(start_paused = true)]
async fn events_that_a_dialect_leaves_out_make_no_chunk() {
    let (sender, mut body) = stream();
    let finished =
        RunEvent::Finished { message: None, number: None, usage: wenshu_core::runs::Usage::default() };
    sender.send(NumberedEvent { id: EventId::new(Uuid::nil(), 1), event: Arc::new(finished) }).unwrap();
    drop(sender);
    assert!(body.next().await.is_none());
}
