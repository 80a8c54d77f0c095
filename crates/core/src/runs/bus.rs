//! The bus: where the events of runs are kept for whoever reads them.
//!
//! Each run has a log that it appends to and that any number of readers follow, each at its own place: a slow reader holds up
//! neither the run nor another reader, and costs no memory beyond the log itself. A run's log is bounded in bytes; the logs of runs
//! that are over are kept for a time and up to a number of bytes together, for readers who come back, the oldest going first.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use dashmap::DashMap;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio::sync::watch;
use uuid::Uuid;
use wenshu_answer::Language;

use super::{EventId, NumberedEvent, RunEvent, Seen};

/// What a log is about.
#[derive(Clone, Debug)]
pub(super) struct LogSubject {
    pub(super) run: Uuid,
    pub(super) owner: Uuid,
    pub(super) conversation: Uuid,
    pub(super) conversation_number: i64,
    pub(super) language: Language,
    /// What was asked: a reader who comes back must have asked the same.
    pub(super) request: u64,
}

/// The events of one run.
pub(super) struct RunLog {
    pub(super) subject: LogSubject,
    entries: Mutex<Entries>,
    /// How many events there are, for readers who wait for the next.
    length: watch::Sender<u64>,
}

/// How many events share a part of the log.
const PART_EVENTS: usize = 64;

/// Kept small: a streamed answer is hundreds of pieces, and thousands of answers are streamed at once.
#[derive(Default)]
struct Entries {
    /// All events but the last few are in full parts, which take no more than they hold: one text that grows would take up to twice as
    /// much, and be copied each time that it doubles.
    parts: Vec<Part>,
    /// The events that aren't text, each with its index among all.
    others: Vec<(usize, Arc<RunEvent>)>,
    /// How many bytes of text there are.
    text_length: usize,
    /// What of the text was said and is none of the answer. Readers who come late are told of it as those were who were there.
    taken_back: Vec<Range<usize>>,
    bytes: usize,
}

/// The text of `PART_EVENTS` events, the last part's of as many as there are.
struct Part {
    /// How many bytes of text are in the parts before.
    start: usize,
    /// For each event, where the part's text ended after it. An event that isn't in `others` is the piece of text since the one before.
    ends: Vec<u32>,
    /// The pieces of the written answer, one behind the other.
    text: String,
}

impl Part {
    fn new(start: usize) -> Self {
        Self { start, ends: Vec::with_capacity(PART_EVENTS), text: String::new() }
    }

    /// Where all text ended after an event of this part, by what this part's did.
    fn total(&self, end: u32) -> u64 {
        self.start as u64 + u64::from(end)
    }

    fn piece(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start as usize..end)
    }
}

impl Entries {
    /// How many events there are.
    fn count(&self) -> usize {
        let Some(last) = self.parts.last() else { return 0 };
        (self.parts.len() - 1) * PART_EVENTS + last.ends.len()
    }

    fn is_over(&self) -> bool {
        self.others.last().is_some_and(|(_, event)| event.is_last())
    }

    fn push(&mut self, event: RunEvent) {
        self.bytes += weight(&event);
        if let RunEvent::TextTakenBack { bytes } = event {
            self.taken_back.push(self.text_length.saturating_sub(bytes)..self.text_length);
        }
        let index = self.count();
        if index.is_multiple_of(PART_EVENTS) {
            if let Some(full) = self.parts.last_mut() {
                full.text.shrink_to_fit();
            }
            self.parts.push(Part::new(self.text_length));
        }
        let Some(part) = self.parts.last_mut() else { return };
        match event {
            RunEvent::Text(piece) => {
                self.text_length += piece.len();
                part.text.push_str(&piece);
            }
            event => self.others.push((index, Arc::new(event))),
        }
        // The bound on a run's bytes keeps it far below.
        part.ends.push(u32::try_from(part.text.len()).unwrap_or(u32::MAX));
    }

    /// The text without what was taken back.
    fn answer(&self) -> String {
        let mut text = self.text();
        for range in self.taken_back.iter().rev() {
            if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) {
                text.replace_range(range.clone(), "");
            }
        }
        text
    }

    fn event(&self, index: usize) -> Option<Arc<RunEvent>> {
        if let Ok(place) = self.others.binary_search_by_key(&index, |(index, _)| *index) {
            return self.others.get(place).map(|(_, event)| Arc::clone(event));
        }
        let piece = self.parts.get(index / PART_EVENTS)?.piece(index % PART_EVENTS)?;
        Some(Arc::new(RunEvent::Text(piece.to_owned())))
    }

    fn text(&self) -> String {
        let mut text = String::with_capacity(self.text_length);
        text.extend(self.parts.iter().map(|part| part.text.as_str()));
        text
    }

    /// What has been seen with the event of this index.
    fn seen(&self, index: usize) -> Seen {
        let text = self.parts.get(index / PART_EVENTS).and_then(|part| {
            let end = part.ends.get(index % PART_EVENTS)?;
            Some(part.total(*end))
        });
        let before = self.others.iter().take_while(|(other, _)| *other <= index);
        let mut seen = Seen { text: text.unwrap_or(0), ..Seen::default() };
        for (_, event) in before {
            seen.add(event);
            if let RunEvent::TextTakenBack { bytes } = **event {
                seen.text = seen.text.saturating_sub(bytes as u64);
            }
        }
        seen
    }

    /// The index of the first event that says what hasn't been read.
    fn first_unread(&self, seen: Seen) -> usize {
        // What was seen doesn't count what was taken back; the ends do.
        let seen_text = self.taken_back.iter().fold(seen.text, |text, range| {
            if text > range.start as u64 { text + range.len() as u64 } else { text }
        });
        let is_seen = |part: &Part, end: u32| part.total(end) <= seen_text;
        let parts =
            self.parts.partition_point(|part| part.ends.last().is_some_and(|last| is_seen(part, *last)));
        let ends = self.parts.get(parts).map(|part| part.ends.partition_point(|end| is_seen(part, *end)));
        // All parts before are full; where every event was seen, that is how many there are.
        ends.map_or_else(|| self.count(), |ends| parts * PART_EVENTS + ends)
    }

    /// The index of the first event that shows or says what hasn't been seen.
    fn first_unseen(&self, seen: Seen) -> usize {
        let text = self.first_unread(seen);
        let others = self.others.iter().map(|(index, event)| (*index, event.as_ref()));
        seen.first_unseen(others).map_or(text, |index| text.min(index))
    }
}

impl RunLog {
    /// Appends an event and answers how many bytes the log holds now.
    pub(super) fn append(&self, event: RunEvent) -> usize {
        let mut entries = self.entries();
        entries.push(event);
        let (length, bytes) = (entries.count() as u64, entries.bytes);
        drop(entries);
        self.length.send_replace(length);
        bytes
    }

    /// Whether the run is over and nothing follows this place.
    pub(super) fn ends_at(&self, place: u64) -> bool {
        let entries = self.entries();
        entries.is_over() && place >= entries.count() as u64
    }

    /// The events after this place, those to come included, up to the last one. A place that isn't reached yet, which nobody can have
    /// been told, counts as the last there is: waiting for it might never end.
    pub(super) fn follow(self: &Arc<Self>, after: u64) -> BoxStream<'static, NumberedEvent> {
        let length = self.length.subscribe();
        let place = after.min(*length.borrow());
        let reader = Reader { log: Arc::clone(self), length, place };
        stream::unfold(reader, Reader::next).boxed()
    }

    /// Where a reader stands who has seen this, and doesn't know the places.
    pub(super) fn place_after(&self, seen: Seen) -> u64 {
        self.entries().first_unseen(seen) as u64
    }

    /// After which place the text goes on for a reader who has seen this.
    pub(super) fn text_place_after(&self, seen: Seen) -> u64 {
        self.entries().first_unread(seen) as u64
    }

    /// What has been seen up to this place.
    pub(super) fn seen_at(&self, place: u64) -> Seen {
        let index = usize::try_from(place).ok().and_then(|place| place.checked_sub(1));
        index.map_or_else(Seen::default, |index| self.entries().seen(index))
    }

    fn event(&self, place: u64) -> Option<NumberedEvent> {
        let index = usize::try_from(place).ok()?.checked_sub(1)?;
        let entries = self.entries();
        let id = EventId { run: self.subject.run, place, seen: entries.seen(index) };
        Some(NumberedEvent { id, event: entries.event(index)? })
    }

    /// How many bytes have been written so far, those that were taken back included.
    pub(super) fn text_length(&self) -> usize {
        self.entries().text_length
    }

    /// The written answer so far.
    pub(super) fn text(&self) -> String {
        self.entries().answer()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reader's place in a log.
struct Reader {
    log: Arc<RunLog>,
    length: watch::Receiver<u64>,
    place: u64,
}

impl Reader {
    async fn next(mut self) -> Option<(NumberedEvent, Self)> {
        if self.log.ends_at(self.place) {
            return None;
        }
        let place = self.place + 1;
        // The log holds the sender, so waiting ends only with an event.
        self.length.wait_for(|length| *length >= place).await.ok()?;
        let event = self.log.event(place)?;
        self.place = place;
        Some((event, self))
    }
}

/// All logs of this process.
pub(super) struct Bus {
    logs: DashMap<Uuid, Arc<RunLog>>,
    over: Mutex<Over>,
    retention: Duration,
    capacity: usize,
}

/// Runs that are over, oldest first.
#[derive(Default)]
struct Over {
    runs: VecDeque<(DateTime<Utc>, Uuid, usize)>,
    bytes: usize,
}

impl Bus {
    /// Keeps logs of runs that are over for `retention`, up to `capacity` bytes.
    pub(super) fn new(retention: Duration, capacity: usize) -> Self {
        Self { logs: DashMap::new(), over: Mutex::default(), retention, capacity }
    }

    /// A log for a new run.
    pub(super) fn open(&self, subject: LogSubject) -> Arc<RunLog> {
        let run = subject.run;
        let log = Arc::new(RunLog { subject, entries: Mutex::default(), length: watch::Sender::new(0) });
        self.logs.insert(run, Arc::clone(&log));
        log
    }

    /// The log of a run of this process that is under way or was over not long ago.
    pub(super) fn find(&self, owner: Uuid, run: Uuid) -> Option<Arc<RunLog>> {
        self.logs.get(&run).filter(|log| log.subject.owner == owner).map(|log| Arc::clone(&log))
    }

    /// Says that a run is over; its log is kept for a while.
    pub(super) fn close(&self, log: &RunLog, now: DateTime<Utc>) {
        let bytes = log.entries().bytes;
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        over.runs.push_back((now, log.subject.run, bytes));
        over.bytes += bytes;
        self.forget(&mut over, now);
    }

    /// Forgets the logs whose time has passed.
    pub(super) fn sweep(&self, now: DateTime<Utc>) {
        self.forget(&mut self.over.lock().unwrap_or_else(PoisonError::into_inner), now);
    }

    fn forget(&self, over: &mut Over, now: DateTime<Utc>) {
        while let Some((at, run, bytes)) = over.runs.front().copied() {
            let old = (now - at).to_std().is_ok_and(|age| age > self.retention);
            if !old && over.bytes <= self.capacity {
                break;
            }
            over.runs.pop_front();
            over.bytes -= bytes;
            self.logs.remove(&run);
        }
    }
}

/// About how many bytes an event holds.
fn weight(event: &RunEvent) -> usize {
    if let RunEvent::Text(text) = event {
        return std::mem::size_of::<u32>() + text.len();
    }
    let own = std::mem::size_of::<RunEvent>() + 64;
    own + match event {
        RunEvent::Sql { sql, .. } => sql.len(),
        RunEvent::Rows { sql, table } => sql.len() + table.data.get().len(),
        RunEvent::Chart(chart) => {
            chart.labels.iter().map(|label| label.len() + 24).sum::<usize>()
                + chart.series.iter().map(|series| series.values.len() * 16).sum::<usize>()
        }
        RunEvent::Tool(call) => call.name.len() + 2 * call.arguments.to_string().len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use serde_json::Value;
    use wenshu_answer::{Clarification, ToolCall, ToolStatus};

    use super::*;
    use crate::runs::Usage;

    fn bus(capacity: usize) -> Bus {
        Bus::new(Duration::from_secs(60), capacity)
    }

    fn subject(run: u128) -> LogSubject {
        LogSubject {
            run: Uuid::from_u128(run),
            owner: Uuid::from_u128(100),
            conversation: Uuid::from_u128(200),
            conversation_number: 1,
            language: Language::Zh,
            request: 0,
        }
    }

    fn text(content: &str) -> RunEvent {
        RunEvent::Text(content.to_owned())
    }

    fn end() -> RunEvent {
        RunEvent::Finished { message: None, number: None, usage: Usage::default() }
    }

    #[tokio::test]
    async fn readers_follow_at_their_own_pace() {
        let log = bus(1_000_000).open(subject(1));
        let mut early = log.follow(0);
        log.append(text("a"));
        let mut late = log.follow(0);
        assert_eq!(early.next().await.unwrap().id.place, 1);
        assert!(early.next().now_or_never().is_none(), "it waits for what comes");
        log.append(text("b"));
        log.append(end());
        assert_eq!(early.next().await.unwrap().id.place, 2);
        assert_eq!(early.next().await.unwrap().id.place, 3);
        assert!(early.next().await.is_none());
        assert_eq!(late.by_ref().map(|event| event.id.place).collect::<Vec<_>>().await, [1, 2, 3]);
        assert_eq!(log.follow(1).map(|event| event.id.place).collect::<Vec<_>>().await, [2, 3]);
        assert_eq!(log.follow(9).count().await, 0);
    }

    #[tokio::test]
    async fn a_reader_who_claims_to_have_seen_what_is_not_there_yet_sees_the_end() {
        let log = bus(1_000_000).open(subject(1));
        log.append(text("a"));
        let mut ahead = log.follow(u64::MAX);
        assert!(ahead.next().now_or_never().is_none());
        log.append(end());
        assert_eq!(ahead.next().now_or_never().unwrap().unwrap().id.place, 2);
        assert!(ahead.next().now_or_never().unwrap().is_none());
    }

    #[tokio::test]
    async fn who_knows_no_places_goes_on_by_what_was_seen() {
        let log = bus(1_000_000).open(subject(1));
        let rows = || Clarification { message: "?".to_owned(), options: Vec::new() };
        let stage = RunEvent::Progress { stage: wenshu_answer::Stage::Analyzing, attempt: None };
        for event in
            [stage.clone(), text("您"), text("好"), RunEvent::Clarification(rows()), stage, text("吗"), end()]
        {
            log.append(event);
        }
        // The id of each event says by itself where it stands, but for stages, which are nothing of the answer.
        let ids: Vec<EventId> = log.follow(0).map(|event| event.id).collect().await;
        let places: Vec<u64> = ids.iter().map(|id| log.place_after(id.seen)).collect();
        assert_eq!(places, [1, 2, 3, 5, 5, 6, 7]);
        assert!(log.ends_at(*places.last().unwrap()));
        assert_eq!(log.place_after(Seen::default()), 1);
    }

    #[tokio::test]
    async fn calls_are_seen_one_by_one() {
        let log = bus(1_000_000).open(subject(1));
        let call = |number, status| {
            RunEvent::Tool(ToolCall { number, name: "find".to_owned(), arguments: Value::Null, status })
        };
        for event in [
            call(1, ToolStatus::Running),
            call(1, ToolStatus::Ok),
            call(2, ToolStatus::Running),
            call(2, ToolStatus::Error),
            end(),
        ] {
            log.append(event);
        }
        let ids: Vec<EventId> = log.follow(0).map(|event| event.id).collect().await;
        assert_eq!(ids.iter().map(|id| id.seen.calls).collect::<Vec<_>>(), [0, 1, 1, 2, 2]);
        // A call that was seen to begin is told once more, with its end.
        let places: Vec<u64> = ids.iter().map(|id| log.place_after(id.seen)).collect();
        assert_eq!(places, [0, 2, 2, 4, 5]);
    }

    #[tokio::test]
    async fn pieces_of_text_are_read_as_they_were_said() {
        let log = bus(1_000_000).open(subject(1));
        for piece in ["您", "", "好 ", "😀"] {
            log.append(text(piece));
        }
        log.append(end());
        let pieces: Vec<String> = log
            .follow(0)
            .filter_map(|event| async move {
                match &*event.event {
                    RunEvent::Text(text) => Some(text.clone()),
                    _ => None,
                }
            })
            .collect()
            .await;
        assert_eq!(pieces, ["您", "", "好 ", "😀"]);
        assert_eq!((log.text().as_str(), log.text_length()), ("您好 😀", "您好 😀".len()));
    }

    #[test]
    fn events_of_many_parts_come_back_as_they_were_said() {
        let log = bus(1_000_000).open(subject(1));
        let pieces: Vec<String> = (0..3 * PART_EVENTS).map(|number| format!("第{number}片")).collect();
        for piece in &pieces {
            log.append(text(piece));
        }
        let said = |index: usize| match &*log.event(index as u64 + 1).unwrap().event {
            RunEvent::Text(piece) => piece.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!((0..pieces.len()).map(said).collect::<Vec<_>>(), pieces);
        assert!(log.event(pieces.len() as u64 + 1).is_none());
        assert!(log.event(0).is_none());
        assert_eq!(log.text(), pieces.concat());
        log.append(end());
        assert!(log.ends_at(pieces.len() as u64 + 1));
    }

    #[test]
    fn what_was_taken_back_is_said_to_who_comes_late_and_not_kept() {
        let log = bus(1_000_000).open(subject(1));
        log.append(text("查询："));
        for piece in ["hm", "嗯"] {
            log.append(text(piece));
        }
        log.append(RunEvent::TextTakenBack { bytes: "hm嗯".len() });
        log.append(text("再想"));
        log.append(RunEvent::TextTakenBack { bytes: "再想".len() });
        log.append(text("42"));
        assert_eq!(log.text(), "查询：42");
        assert_eq!(log.text_length(), "查询：hm嗯再想42".len());
        let place = |place| log.event(place).unwrap().event;
        assert!(matches!(&*place(2), RunEvent::Text(text) if text == "hm"));
        assert!(matches!(&*place(4), RunEvent::TextTakenBack { bytes: 5 }));
        assert!(matches!(&*place(7), RunEvent::Text(text) if text == "42"));
        // As the store counts, which keeps none of it.
        let seen = |place| log.event(place).unwrap().id.seen;
        assert_eq!(seen(1).text, "查询：".len() as u64);
        assert_eq!(seen(6).text, "查询：".len() as u64);
        assert_eq!(seen(7).text, "查询：42".len() as u64);
        assert_eq!(log.place_after(seen(7)), 7);
    }

    #[tokio::test]
    async fn a_waiting_reader_is_woken() {
        let log = bus(1_000_000).open(subject(1));
        let mut readers = tokio::task::JoinSet::new();
        readers.spawn(log.follow(0).count());
        tokio::task::yield_now().await;
        log.append(end());
        assert_eq!(readers.join_next().await.unwrap().unwrap(), 1);
    }

    #[test]
    fn logs_of_runs_that_are_over_go_by_age_and_by_size() {
        let start = DateTime::from_timestamp(0, 0).unwrap();
        let small = bus(10_000);
        let owner = Uuid::from_u128(100);
        for run in 1..=3 {
            let log = small.open(subject(run));
            log.append(text(&"x".repeat(4_000)));
            small.close(&log, start);
        }
        assert!(small.find(owner, Uuid::from_u128(1)).is_none());
        assert!(small.find(owner, Uuid::from_u128(3)).is_some());
        small.sweep(start + Duration::from_secs(60));
        assert!(small.find(owner, Uuid::from_u128(3)).is_some());
        small.sweep(start + Duration::from_secs(61));
        assert!(small.find(owner, Uuid::from_u128(3)).is_none());
        assert_eq!(small.over.lock().unwrap().bytes, 0);
    }

    #[test]
    fn a_log_is_its_owners() {
        let bus = bus(1_000_000);
        let log = bus.open(subject(1));
        assert!(bus.find(log.subject.owner, log.subject.run).is_some());
        assert!(bus.find(Uuid::from_u128(101), log.subject.run).is_none());
    }
}
