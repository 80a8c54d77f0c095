//! How often a task's text is said. Each event says all of it, so that a long one is not said again for each word.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio::time::{Instant, timeout_at};
use wenshu_core::runs::{NumberedEvent, RunEvent};

/// Up to this length each piece is said at once, in bytes.
const SHORT: usize = 2 * 1024;

/// How long pieces of a longer text are gathered.
const GATHERED: Duration = Duration::from_millis(80);

/// The events, with pieces of a long text put together.
pub(super) fn paced(events: BoxStream<'static, NumberedEvent>) -> BoxStream<'static, NumberedEvent> {
    let pace = Pace { events, gathered: None, follows: None, length: 0, next: Instant::now() };
    stream::unfold(pace, Pace::step).boxed()
}

struct Pace {
    events: BoxStream<'static, NumberedEvent>,
    /// Text that waits for its time, with the id of its last piece.
    gathered: Option<(NumberedEvent, String)>,
    /// What came behind it and isn't text.
    follows: Option<NumberedEvent>,
    length: usize,
    /// When text may be said again.
    next: Instant,
}

impl Pace {
    async fn step(mut self) -> Option<(NumberedEvent, Self)> {
        loop {
            if self.gathered.is_none()
                && let Some(event) = self.follows.take()
            {
                return Some((event, self));
            }
            let is_due = self.length <= SHORT || self.follows.is_some() || Instant::now() >= self.next;
            if is_due && let Some(said) = self.say() {
                return Some((said, self));
            }
            let event = match &self.gathered {
                None => self.events.next().await,
                Some(_) => match timeout_at(self.next, self.events.next()).await {
                    Ok(event) => event,
                    // It is time.
                    Err(_elapsed) => continue,
                },
            };
            match event {
                Some(event) => self.note(event),
                None => return self.say().map(|said| (said, self)),
            }
        }
    }

    fn note(&mut self, event: NumberedEvent) {
        let RunEvent::Text(piece) = &*event.event else {
            self.follows = Some(event);
            return;
        };
        self.length += piece.len();
        let mut text = self.gathered.take().map_or_else(String::new, |(_, text)| text);
        text.push_str(piece);
        self.gathered = Some((event, text));
    }

    /// What has been gathered.
    fn say(&mut self) -> Option<NumberedEvent> {
        let (last, text) = self.gathered.take()?;
        self.next = Instant::now() + GATHERED;
        Some(NumberedEvent { id: last.id, event: Arc::new(RunEvent::Text(text)) })
    }
}

#[cfg(test)]
mod tests {
    use futures::channel::mpsc;
    use uuid::Uuid;
    use wenshu_core::runs::{EventId, Usage};

    use super::*;

    fn event(place: u64, event: RunEvent) -> NumberedEvent {
        NumberedEvent { id: EventId::new(Uuid::nil(), place), event: Arc::new(event) }
    }

    fn text(event: &NumberedEvent) -> usize {
        let RunEvent::Text(text) = &*event.event else { panic!("no text") };
        text.len()
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_text_is_said_now_and_then_and_a_short_one_at_once() {
        let (sender, receiver) = mpsc::unbounded();
        let mut said = paced(receiver.boxed());
        let piece = |place| event(place, RunEvent::Text("x".repeat(1024)));
        for place in 1..=2 {
            sender.unbounded_send(piece(place)).unwrap();
            assert_eq!(text(&said.next().await.unwrap()), 1024);
        }
        let begun = Instant::now();
        for place in 3..=50 {
            sender.unbounded_send(piece(place)).unwrap();
        }
        let long = said.next().await.unwrap();
        assert_eq!((text(&long), long.id.place), (48 * 1024, 50));
        assert_eq!(begun.elapsed(), GATHERED);
        // What isn't text doesn't wait, and neither does the text before it.
        sender.unbounded_send(piece(51)).unwrap();
        sender
            .unbounded_send(event(
                52,
                RunEvent::Finished { message: None, number: None, usage: Usage::default() },
            ))
            .unwrap();
        drop(sender);
        assert_eq!(text(&said.next().await.unwrap()), 1024);
        assert!(said.next().await.unwrap().event.is_last());
        assert!(said.next().await.is_none());
        assert_eq!(begun.elapsed(), GATHERED);
    }
}
