//! Where a reader who comes back goes on.
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
use wenshu_answer::Language;
use wenshu_store::{Message, Run, RunKind, RunStatus, Store, StoreError};

use super::active::StopReason;
use super::event::Parts;
use super::work::counted;
use super::{
    AnswerRecord, Asked, EventId, NumberedEvent, RunEvent, RunFailure, RunHandle, Runs, Seen, Usage, failure,
    handle,
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
        let has_seen_end = last.seen.parts.include(Parts::END);
        if let Some(log) = self.bus.find(actor.id(), last.run) {
            if log.subject.request != repeated.request {
                return Ok(None);
            }
            let is_of_store = last.seen.parts.include(Parts::STORED);
            let place = if is_of_store { log.place_after(last.seen) } else { last.place };
            let is_over = has_seen_end || log.ends_at(place);
            return Ok(Some(if is_over { Asked::Over } else { Asked::Run(handle(&log, place)) }));
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
        if has_seen_end {
            return Ok(Some(Asked::Over));
        }
        let Some(conversation) = self.store.find_conversation(actor.id(), run.conversation).await? else {
            return Ok(None);
        };
        Ok(Some(Asked::Run(RunHandle {
            run: run.id,
            conversation: run.conversation,
            conversation_number: conversation.number,
            language: repeated.language,
            events: self.follow_stored(&run, last),
        })))
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

    /// Everything that is left of a run that is over.
    fn end(&mut self, run: &Run, message: Option<Message>) {
        self.over = true;
        let record = message
            .as_ref()
            .and_then(|message| message.metadata.as_deref())
            .and_then(|metadata| AnswerRecord::from_json(metadata).ok())
            .unwrap_or_default();
        let parts = [
            record.table().map(|(sql, table)| RunEvent::Rows { sql, table }),
            record.chart.clone().map(RunEvent::Chart),
            record.clarification().map(RunEvent::Clarification),
        ];
        let seen = self.reached.seen.parts;
        self.ready.extend(parts.into_iter().flatten().filter(|part| !seen.include(Parts::of(part))));
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
        seen.parts = seen.parts.and(Parts::of(&event));
        NumberedEvent { id: self.reached, event: Arc::new(event) }
    }
}

/// A piece of text, unless it is none.
fn text_event(text: &str) -> Option<RunEvent> {
    (!text.is_empty()).then(|| RunEvent::Text(text.to_owned()))
}
