//! What is said of a run while it works, in no contract's words.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use uuid::Uuid;
use wenshu_answer::{Chart, Clarification, Stage, ToolCall, ToolStatus};

use super::ResultTable;
use crate::AppError;

/// An event of a run.
#[derive(Clone, Debug)]
pub enum RunEvent {
    /// A stage was entered.
    Progress {
        /// Which.
        stage: Stage,
        /// Which try, for stages that may repeat, from 1.
        attempt: Option<u32>,
    },
    /// SQL that passed the guard and runs next.
    Sql {
        /// The statement.
        sql: String,
        /// Which try, from 1.
        attempt: u32,
    },
    /// The rows.
    Rows {
        /// The statement that gave them.
        sql: String,
        /// The rows.
        table: ResultTable,
    },
    /// A chart of the rows.
    Chart(Chart),
    /// The next piece of the written answer.
    Text(String),
    /// The last pieces of text were none of the answer; what is kept of it goes on where they began.
    TextTakenBack {
        /// How many bytes of them.
        bytes: usize,
    },
    /// The question can be read in more than one way.
    Clarification(Clarification),
    /// A tool is called, or the call is over. Said twice for each call, but once of what is read from the store.
    Tool(ToolCall),
    /// The answer is complete and stored. Last.
    Finished {
        /// The stored answer; none where the run wrote a title.
        message: Option<Uuid>,
        /// Its number, for those who know messages by that.
        number: Option<i64>,
        /// What it took.
        usage: Usage,
    },
    /// There is no (complete) answer; what there was is stored. Last.
    Failed(RunFailure),
}

impl RunEvent {
    /// Whether nothing follows.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Finished { .. } | Self::Failed(_))
    }
}

/// Why a run has no complete answer.
#[derive(Clone, Debug)]
pub struct RunFailure {
    /// What happened.
    pub error: AppError,
    /// The stored partial answer, where there is one.
    pub message: Option<Uuid>,
    /// What it took.
    pub usage: Usage,
}

/// What an answer took from a model; zero for the built-in engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Whether some of it is our estimate, since the provider reported none.
    pub is_estimated: bool,
    /// What it cost in credits; zero for what isn't paid for.
    pub cost: i64,
}

/// An event with its id.
#[derive(Clone, Debug)]
pub struct NumberedEvent {
    /// Its id, for a reader who comes back.
    pub id: EventId,
    /// The event, shared between readers.
    pub event: Arc<RunEvent>,
}

/// The id of an event: its run, its place in it, from 1, and what whoever has read that far has seen of the answer. By the last a
/// reader can go on in another process, or after a restart, where the events themselves aren't known. Written `<run>-<place>`, with
/// what was seen in between where there was something: `<run>.<bytes of text>.<parts>-<place>`, with `.<calls>` behind the parts where
/// tools were called, and `.<results>` behind those where more than one was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventId {
    /// The run.
    pub run: Uuid,
    /// Its place, from 1.
    pub place: u64,
    /// What has been seen with this event and those before it.
    pub seen: Seen,
}

impl EventId {
    /// The id of an event before which nothing of the answer was seen.
    pub fn new(run: Uuid, place: u64) -> Self {
        Self { run, place, seen: Seen::default() }
    }
}

/// What a reader has seen of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// How much of the text, in bytes, without what was taken back.
    pub text: u64,
    /// Which other parts.
    pub parts: Parts,
    /// How many calls of tools, from the first one to their ends.
    pub calls: u32,
    /// How many results: rows of which each has a chart or none.
    pub results: u32,
}

impl Seen {
    /// The first of events, each with its place and in their order, in which there is something that hasn't been seen, but for text.
    pub(super) fn first_unseen<'a>(
        &self,
        events: impl IntoIterator<Item = (usize, &'a RunEvent)>,
    ) -> Option<usize> {
        let mut shown = Self::default();
        let unseen = events.into_iter().find(|(_, event)| {
            shown.add(event);
            !self.includes(event, shown.results)
        });
        unseen.map(|(place, _)| place)
    }

    /// Whether there is nothing in the event that hasn't been seen, but for text. `result` is which result its rows or its chart is of.
    pub(super) fn includes(&self, event: &RunEvent, result: u32) -> bool {
        match event {
            RunEvent::Tool(call) => call.number <= self.calls,
            RunEvent::Rows { .. } => result <= self.results,
            RunEvent::Chart(_) if result < self.results => true,
            RunEvent::Chart(_) => result == self.results && self.parts.include(Parts::CHART),
            event => self.parts.include(Parts::of(event)),
        }
    }

    /// Whether all of that has been seen with this, in whatever order.
    pub(super) fn covers(&self, that: Self) -> bool {
        let parts = if self.results > that.results { that.parts.without(Parts::CHART) } else { that.parts };
        self.text >= that.text
            && self.calls >= that.calls
            && self.results >= that.results
            && self.parts.include(parts.without(Parts::STORED))
    }

    /// What has been seen by who has seen this and that, of one answer.
    pub(super) fn joined(self, that: Self) -> Self {
        // The chart is that of the last rows.
        let (later, other) = if self.results > that.results { (self, that) } else { (that, self) };
        let others =
            if later.results > other.results { other.parts.without(Parts::CHART) } else { other.parts };
        Self {
            text: self.text.max(that.text),
            parts: later.parts.and(others),
            calls: self.calls.max(that.calls),
            results: later.results,
        }
    }

    /// Takes note of an event, but for text.
    pub(super) fn add(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Tool(call) if call.status != ToolStatus::Running => self.calls = call.number,
            RunEvent::Rows { .. } => {
                self.results = self.results.saturating_add(1);
                self.parts = self.parts.without(Parts::CHART).and(Parts::ROWS);
            }
            event => self.parts = self.parts.and(Parts::of(event)),
        }
    }
}

/// Parts of an answer, and how it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Parts(u8);

impl Parts {
    /// The rows.
    pub const ROWS: Self = Self(1);
    /// The chart of the last rows.
    pub const CHART: Self = Self(2);
    /// The question back.
    pub const CLARIFICATION: Self = Self(4);
    /// The last event.
    pub const END: Self = Self(8);
    /// Not a part: the answer was read from what is stored of it, so that the place is of no list of events.
    pub const STORED: Self = Self(16);

    /// The part that an event is.
    pub(super) fn of(event: &RunEvent) -> Self {
        match event {
            RunEvent::Rows { .. } => Self::ROWS,
            RunEvent::Chart(_) => Self::CHART,
            RunEvent::Clarification(_) => Self::CLARIFICATION,
            RunEvent::Finished { .. } | RunEvent::Failed(_) => Self::END,
            RunEvent::Progress { .. }
            | RunEvent::Sql { .. }
            | RunEvent::Tool(_)
            | RunEvent::Text(_)
            | RunEvent::TextTakenBack { .. } => Self::default(),
        }
    }

    /// These and those.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These without those.
    fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether all of those are among these.
    pub fn include(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, place, seen } = self;
        let run = run.simple();
        if *seen == Seen::default() {
            return write!(formatter, "{run}-{place}");
        }
        write!(formatter, "{run}.{}.{}", seen.text, seen.parts.0)?;
        // One result is told by the part that its rows are.
        let has_several = seen.results > 1;
        if seen.calls > 0 || has_several {
            write!(formatter, ".{}", seen.calls)?;
        }
        if has_several {
            write!(formatter, ".{}", seen.results)?;
        }
        write!(formatter, "-{place}")
    }
}

/// The text is no event id of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnEventId;

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let (run, place) = text.rsplit_once('-').ok_or(NotAnEventId)?;
        let place = place.parse().map_err(|_| NotAnEventId)?;
        let (run, seen) = match run.split_once('.') {
            None => (run, Seen::default()),
            Some((run, seen)) => {
                let (text, parts) = seen.split_once('.').ok_or(NotAnEventId)?;
                let (parts, calls) = parts.split_once('.').unwrap_or((parts, "0"));
                let (calls, results) = match calls.split_once('.') {
                    Some((calls, results)) => (calls, Some(results)),
                    None => (calls, None),
                };
                let text = text.parse().map_err(|_| NotAnEventId)?;
                let parts = Parts(parts.parse().map_err(|_| NotAnEventId)?);
                let calls = calls.parse().map_err(|_| NotAnEventId)?;
                let results = match results {
                    Some(results) => results.parse().map_err(|_| NotAnEventId)?,
                    None => u32::from(parts.include(Parts::ROWS)),
                };
                (run, Seen { text, parts, calls, results })
            }
        };
        Ok(Self { run: run.parse().map_err(|_| NotAnEventId)?, place, seen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_as_they_are_written() {
        let run = Uuid::from_u128(0x0190_f5a0_0000_7000_8000_0000_0000_0001);
        let parts = Parts::ROWS.and(Parts::STORED);
        for (id, written) in [
            (EventId::new(run, 7), "0190f5a0000070008000000000000001-7"),
            (
                EventId { seen: Seen { text: 12, parts, calls: 0, results: 1 }, ..EventId::new(run, 9) },
                "0190f5a0000070008000000000000001.12.17-9",
            ),
            (
                EventId { seen: Seen { text: 12, parts, calls: 0, results: 2 }, ..EventId::new(run, 9) },
                "0190f5a0000070008000000000000001.12.17.0.2-9",
            ),
            (
                EventId { seen: Seen { calls: 3, ..Seen::default() }, ..EventId::new(run, 9) },
                "0190f5a0000070008000000000000001.0.0.3-9",
            ),
        ] {
            assert_eq!(id.to_string(), written);
            assert_eq!(written.parse(), Ok(id));
        }
        for odd in [
            "0190f5a0000070008000000000000001.12-9",
            "x.1.1-9",
            "0190f5a0000070008000000000000001.a.1-9",
            "0190f5a0000070008000000000000001.1.1.x-9",
            "0190f5a0000070008000000000000001.1.1.1.x-9",
        ] {
            assert_eq!(odd.parse::<EventId>(), Err(NotAnEventId), "{odd}");
        }
        assert!(parts.include(Parts::ROWS) && !parts.include(Parts::END));
    }
}
