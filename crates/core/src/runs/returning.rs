//! Where a reader who comes back goes on, and where one begins who only knows of the conversation.
//!
//! As long as this process has the events of the run, with them. Otherwise the run is at work in another process, or its process is
//! gone, or its events are no longer kept: then what the store has of the answer is read, its growing text too, and the reader gets
//! what it hasn't seen of it, up to the end. Its event ids say what that is (see [`EventId`]). No run is begun for it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wenshu_answer::{Language, ToolStatus};
use wenshu_store::{Message, Run, RunKind, RunStatus, Store, StoreError};

use super::active::StopReason;
use super::bus::RunLog;
use super::event::Parts;
use super::work::counted;
use super::{
    AnswerRecord, Asked, EventId, NumberedEvent, RunEvent, RunFailure, RunHandle, Runs, Seen, Usage, failure,
    handle, unseen,
};
use crate::{Actor, AppError};

/// What a reader who comes back asks again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeated<'a> {
    /// Everything, as the process that began the run knows it.
    pub(super) request: u64,
    /// The question, trimmed.
    pub(super) text: &'a str,
    pub(super) conversation: Option<Uuid>,
    pub(super) connection: Option<Uuid>,
    pub(super) language: Language,
}

impl Runs {
    /// Where a reader with this last event goes on; `None` when that event isn't of a run of this request.
    pub(super) async fn come_back(
        &self,
        actor: &Actor,
        repeated: Repeated<'_>,
        last: EventId,
    ) -> Result<Option<Asked>, AppError> {
        if let Some(log) = self.bus.find(actor.id(), last.run) {
            return Ok((log.subject.request == repeated.request).then(|| go_on(&log, last)));
        }
        let Some(run) = self.store.find_run(actor.id(), last.run).await? else { return Ok(None) };
        let is_same = run.kind == RunKind::Question
            && repeated.conversation.is_none_or(|conversation| conversation == run.conversation)
            && repeated
                .connection
                .is_none_or(|connection| run.connection.is_none_or(|asked| asked == connection))
            && self.is_question(&run, repeated.text).await?;
        if !is_same {
            return Ok(None);
        }
        let Some(conversation) = self.store.find_conversation(actor.id(), run.conversation).await? else {
            return Ok(None);
        };
        Ok(Some(self.go_on_stored(&run, conversation.number, last, repeated.language)))
    }

    /// The events of the run that answers in a conversation, from its first one or after the last that the reader has seen; for
    /// readers who don't know what was asked, as on another device. `Over` when nothing is being answered and nothing was missed.
    /// The language is that of events that are made from what is stored.
    ///
    /// # Errors
    ///
    /// `NotFound` when the conversation isn't the caller's.
    pub async fn follow(
        &self,
        actor: &Actor,
        conversation: Uuid,
        last: Option<EventId>,
        language: Language,
    ) -> Result<Asked, AppError> {
        let found = self.store.find_conversation(actor.id(), conversation).await?;
        let number = found.ok_or_else(|| AppError::not_found("对话", "Conversation"))?.number;
        // A reader who comes back may have missed the end alone.
        if let Some(last) = last {
            if let Some(log) = self.bus.find(actor.id(), last.run) {
                if log.subject.conversation == conversation {
                    return Ok(go_on(&log, last));
                }
            } else if let Some(run) = self.store.find_run(actor.id(), last.run).await?
                && run.conversation == conversation
            {
                return Ok(self.go_on_stored(&run, number, last, language));
            }
        }
        let Some(run) = self.store.running_run(actor.id(), conversation).await? else {
            return Ok(Asked::Over);
        };
        Ok(match self.bus.find(actor.id(), run.id) {
            Some(log) => Asked::Run(handle(&log, 0)),
            None => self.go_on_stored(&run, number, EventId::new(run.id, 0), language),
        })
    }

    /// What the store has of a run after this event.
    fn go_on_stored(&self, run: &Run, conversation_number: i64, last: EventId, language: Language) -> Asked {
        if last.seen.parts.include(Parts::END) {
            return Asked::Over;
        }
        Asked::Run(RunHandle {
            run: run.id,
            conversation: run.conversation,
            conversation_number,
            language,
            events: self.follow_stored(run, last),
        })
    }

    /// Whether this is what the run answers.
    async fn is_question(&self, run: &Run, text: &str) -> Result<bool, AppError> {
        let asked = self.store.find_message(run.owner, run.question_message).await?;
        Ok(asked.is_some_and(|asked| asked.message.content == text))
    }

    /// What the store has of a run, and will have, after this event.
    fn follow_stored(&self, run: &Run, last: EventId) -> BoxStream<'static, NumberedEvent> {
        let seen = Seen { parts: last.seen.parts.and(Parts::STORED), ..last.seen };
        let reader = StoreReader {
            store: self.store.clone(),
            owner: run.owner,
            reached: EventId { seen, ..last },
            // Text is stored no more often than that.
            every: self.checkpoint_every,
            closing: self.closing.clone(),
            ready: VecDeque::new(),
            looked: false,
            over: false,
        };
        stream::unfold(reader, StoreReader::next).boxed()
    }
}

/// What this process has of a run after this event.
fn go_on(log: &Arc<RunLog>, last: EventId) -> Asked {
    let is_of_store = last.seen.parts.include(Parts::STORED);
    let place = if is_of_store { log.place_after(last.seen) } else { last.place };
    if last.seen.parts.include(Parts::END) || log.ends_at(place) {
        return Asked::Over;
    }
    let events = if is_of_store { unseen::follow(log, last.seen) } else { log.follow(place) };
    Asked::Run(RunHandle { events, ..handle(log, place) })
}

/// A reader of what is stored of a run.
struct StoreReader {
    store: Store,
    owner: Uuid,
    /// The last event that the reader has.
    reached: EventId,
    every: Duration,
    closing: CancellationToken,
    ready: VecDeque<RunEvent>,
    looked: bool,
    over: bool,
}

impl StoreReader {
    /// The next event. The end without one, when the server shuts down or the store can't be read, is for the reader to come back.
    async fn next(mut self) -> Option<(NumberedEvent, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((self.number(event), self));
            }
            if self.over {
                return None;
            }
            if self.looked {
                tokio::select! {
                    () = self.closing.cancelled() => return None,
                    () = tokio::time::sleep(self.every) => {}
                }
            }
            self.looked = true;
            if let Err(error) = self.look().await {
                tracing::warn!(run.id = %self.reached.run, %error, "a stored answer could not be read");
                return None;
            }
        }
    }

    /// Looks how far the run has come.
    async fn look(&mut self) -> Result<(), StoreError> {
        let Some(run) = self.store.find_run(self.owner, self.reached.run).await? else {
            // It went with its conversation, which its owner has deleted.
            let error = failure::of_stop(StopReason::Owner).0;
            self.ready.push_back(RunEvent::Failed(RunFailure {
                error,
                message: None,
                usage: Usage::default(),
            }));
            self.over = true;
            return Ok(());
        };
        if run.status == RunStatus::Running {
            let record = run.partial_metadata.as_deref().and_then(|kept| AnswerRecord::from_json(kept).ok());
            self.say_unseen(record.as_ref().map(told).unwrap_or_default());
            let unread = run.partial.as_deref().and_then(|text| self.unread(text));
            self.ready.extend(unread.and_then(text_event));
            return Ok(());
        }
        let message = match run.answer_message {
            Some(message) => self.store.find_message(self.owner, message).await?,
            None => None,
        };
        self.end(&run, message.map(|message| message.message));
        Ok(())
    }

    /// What comes after the text that was read; none where less of it is kept by now.
    fn unread<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.get(usize::try_from(self.reached.seen.text).ok()?..)
    }

    /// Says what of these events hasn't been seen: they are all that were said so far, but for text.
    fn say_unseen(&mut self, events: impl IntoIterator<Item = RunEvent>) {
        let mut shown = Seen::default();
        for event in events {
            shown.add(&event);
            if !self.reached.seen.includes(&event, shown.results) {
                self.ready.push_back(event);
            }
        }
    }

    /// Everything that is left of a run that is over.
    fn end(&mut self, run: &Run, message: Option<Message>) {
        self.over = true;
        let record = message
            .as_ref()
            .and_then(|message| message.metadata.as_deref())
            .and_then(|metadata| AnswerRecord::from_json(metadata).ok())
            .unwrap_or_default();
        self.say_unseen(record.events());
        // Only a process that didn't live to the end keeps less than it has said; otherwise what was read has been taken back.
        let is_whole = run.status != RunStatus::Interrupted;
        let unread = message.as_ref().and_then(|message| {
            self.unread(&message.content).or_else(|| is_whole.then_some(message.content.as_str()))
        });
        self.ready.extend(unread.and_then(text_event));
        let usage = Usage {
            input_tokens: counted(run.input_tokens),
            output_tokens: counted(run.output_tokens),
            is_estimated: run.usage_estimated,
            cost: 0,
        };
        let number = message.as_ref().map(|message| message.number);
        let message = message.map(|message| message.id);
        self.ready.push_back(match run.status {
            RunStatus::Finished => RunEvent::Finished { message, number, usage },
            status => {
                let error = failure::of_kept(status, &record);
                RunEvent::Failed(RunFailure { error, message, usage })
            }
        });
    }

    fn number(&mut self, event: RunEvent) -> NumberedEvent {
        let EventId { place, seen, .. } = &mut self.reached;
        *place = place.saturating_add(1);
        if let RunEvent::Text(text) = &event {
            seen.text = seen.text.saturating_add(text.len() as u64);
        }
        seen.add(&event);
        NumberedEvent { id: self.reached, event: Arc::new(event) }
    }
}

/// What is told of an answer that isn't over: of a call that hasn't ended nothing, its results neither. They are told with its end, so
/// that who goes on where the call itself is known, which comes before them, isn't shown them again.
fn told(record: &AnswerRecord) -> Vec<RunEvent> {
    let is_under_way =
        |event: &RunEvent| matches!(event, RunEvent::Tool(call) if call.status == ToolStatus::Running);
    let mut events = record.events();
    if let Some(under_way) = events.iter().position(is_under_way) {
        let before = events.iter().take(under_way).rposition(|event| matches!(event, RunEvent::Tool(_)));
        events.drain(before.map_or(0, |ended| ended + 1)..=under_way);
    }
    events
}

/// A piece of text, unless it is none.
fn text_event(text: &str) -> Option<RunEvent> {
    (!text.is_empty()).then(|| RunEvent::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::value::RawValue;
    use serde_json::{Value, json};
    use wenshu_answer::{Answer, ToolCall};

    use super::*;
    use crate::runs::ResultTable;
    use crate::runs::bus::{Bus, LogSubject};
    use crate::runs::shown::Shown;

    fn call(number: u32, status: ToolStatus) -> RunEvent {
        RunEvent::Tool(ToolCall { number, name: "query_data".to_owned(), arguments: Value::Null, status })
    }

    fn rows(sql: &str) -> RunEvent {
        let data = RawValue::from_string(json!([]).to_string()).unwrap();
        let table = ResultTable {
            columns: Arc::from([]),
            data: Arc::from(data),
            rows: 0,
            truncated: false,
            elapsed: Duration::ZERO,
        };
        RunEvent::Rows { sql: sql.to_owned(), table }
    }

    fn statements<'a>(events: impl IntoIterator<Item = &'a RunEvent>) -> Vec<String> {
        let rows = events.into_iter().filter_map(|event| match event {
            RunEvent::Rows { sql, .. } => Some(sql.clone()),
            _ => None,
        });
        rows.collect()
    }

    #[tokio::test]
    async fn results_of_a_call_under_way_are_told_with_its_end_and_once() {
        let bus = Bus::new(Duration::from_secs(60), 1_000_000);
        let log = bus.open(LogSubject {
            run: Uuid::from_u128(1),
            owner: Uuid::from_u128(2),
            conversation: Uuid::from_u128(3),
            conversation_number: 1,
            language: Language::En,
            request: 0,
        });
        let mut shown = Shown::default();
        let mut say = |event: RunEvent| {
            shown.note(&event);
            log.append(event);
            shown.record(&Answer::default())
        };
        for event in [call(1, ToolStatus::Running), rows("one"), call(1, ToolStatus::Ok)] {
            say(event);
        }
        let _ = say(call(2, ToolStatus::Running));
        let record = say(rows("two"));
        let told_so_far = told(&record);
        assert_eq!(statements(&told_so_far), ["one"]);
        let mut seen = Seen::default();
        told_so_far.iter().for_each(|event| seen.add(event));
        assert_eq!((seen.calls, seen.results), (1, 1));
        let record = say(call(2, ToolStatus::Ok));
        assert_eq!(statements(&told(&record)), ["one", "two"]);
        // The same reader, where the events themselves are known.
        let usage = Usage::default();
        log.append(RunEvent::Finished { message: None, number: None, usage });
        let rest: Vec<NumberedEvent> = log.follow(log.place_after(seen)).collect().await;
        assert_eq!(statements(rest.iter().map(|event| event.event.as_ref())), ["two"]);
    }
}
