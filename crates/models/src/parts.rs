//! A reply that arrives: rig's events become parts, until the reply ends or its time does.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::{FutureExt, Stream};
use rig_core::ProviderError;
use rig_core::completion::FinishReason;
use rig_core::message::{AssistantContent, ToolFunction};
use rig_core::streaming::{CompletionStream, Item, StreamEvent};
use serde_json::Value;
use tokio::time::Sleep;
use tracing::Dispatch;
use wenshu_answer::{ModelError, ModelErrorKind, ReplyPart, Taken, TokenUsage, Unfinished};

use crate::connector::WallClock;
use crate::fault::Fault;
use crate::own_form;
use crate::past_rig::{PastRig, SaidUsage, past_rig};

/// What a poll of a reply gave.
pub(crate) enum Sign {
    /// Something came that isn't a part of its own, such as the beginning of a tool call.
    Life,
    /// A part.
    Part(ReplyPart),
}

/// One reply of one request.
pub(crate) struct Arriving {
    /// `None` once the reply has ended.
    events: Option<CompletionStream>,
    taken: Taken,
    /// Tokens read and written by now, as far as the provider has said.
    said: SaidUsage,
    /// The places of its calls of tools in it, in the order in which they came whole.
    calls: Vec<usize>,
    /// What its end says and hasn't been given out.
    last: VecDeque<ReplyPart>,
    /// Whether its wire gives text out past rig; of any other one such a payload would be the provider's own.
    has_text_past_rig: bool,
    now: WallClock,
}

impl Arriving {
    /// A reply of which these are the events. `has_text_past_rig` is whether its wire is one that gives text out so; `taken` hears what
    /// the provider says of a reply that isn't over yet.
    pub(crate) fn new(
        events: CompletionStream,
        has_text_past_rig: bool,
        taken: Taken,
        now: WallClock,
    ) -> Self {
        let (said, calls, last) = (SaidUsage::default(), Vec::new(), VecDeque::new());
        Self { events: Some(events), taken, said, calls, last, has_text_past_rig, now }
    }

    /// Keeps what the provider says of a reply that isn't over yet: it may break off.
    fn note(&mut self, said: SaidUsage) {
        self.said = said.or(self.said);
        if let SaidUsage { input_tokens: Some(input_tokens), output_tokens: Some(output_tokens) } = self.said
        {
            self.taken.report(TokenUsage { input_tokens, output_tokens });
        }
    }

    /// The next sign; none at the end. Nothing comes after an error.
    pub(crate) fn poll_sign(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Sign, Fault>>> {
        let Some(events) = &mut self.events else {
            return Poll::Ready(self.last.pop_front().map(|part| Ok(Sign::Part(part))));
        };
        // What lies below logs prompts and what providers say, at levels that are sometimes turned on: not into our log.
        let event =
            tracing::dispatcher::with_default(&Dispatch::none(), || Pin::new(events).poll_next(context));
        let sign = match ready!(event) {
            Some(Ok(Item::Event(event))) => {
                if let StreamEvent::End { part, content: AssistantContent::ToolCall(_) } = &event {
                    self.calls.push(part.index());
                }
                Ok(sign(event, &self.taken))
            }
            Some(Ok(Item::Unknown(payload))) => Ok(match past_rig(&payload) {
                Some(PastRig::Text(text)) if self.has_text_past_rig && !text.is_empty() => {
                    Sign::Part(ReplyPart::Text(text.to_owned()))
                }
                Some(PastRig::Usage(said)) => {
                    self.note(said);
                    Sign::Life
                }
                _ => Sign::Life,
            }),
            Some(Err(error)) => {
                self.events = None;
                Err(Fault::of(&error, self.now))
            }
            None => {
                let Some(events) = self.events.take() else { return Poll::Ready(None) };
                match end(events, self.has_text_past_rig, &self.calls, self.now) {
                    Ok(last) => {
                        self.last = last;
                        return Poll::Ready(self.last.pop_front().map(|part| Ok(Sign::Part(part))));
                    }
                    Err(error) => Err(error),
                }
            }
        };
        Poll::Ready(Some(sign))
    }
}

fn sign(event: StreamEvent, taken: &Taken) -> Sign {
    match event {
        StreamEvent::Start { name: Some(name), .. } => {
            taken.hear(name.as_str());
            Sign::Life
        }
        StreamEvent::Arguments { json, .. } => {
            taken.hear(&json);
            Sign::Life
        }
        StreamEvent::Text { text, .. } if !text.is_empty() => Sign::Part(ReplyPart::Text(text)),
        StreamEvent::Reasoning { text, .. } if !text.is_empty() => Sign::Part(ReplyPart::Thinking(text)),
        StreamEvent::End { content: AssistantContent::ToolCall(call), .. } => {
            Sign::Part(tool_call(call.function))
        }
        _ => Sign::Life,
    }
}

fn tool_call(function: ToolFunction) -> ReplyPart {
    let ToolFunction { name, arguments, invalid_arguments } = function;
    let arguments = match invalid_arguments {
        Some(text) => Value::String(text),
        None => Value::Object(arguments),
    };
    ReplyPart::ToolCall { name: name.into(), arguments }
}

/// What the end of a reply says: the reply as its provider wants it back, if it calls tools; why it isn't whole, if it isn't; and what it
/// took, where the provider said so.
fn end(
    events: CompletionStream,
    has_text_past_rig: bool,
    calls: &[usize],
    now: WallClock,
) -> Result<VecDeque<ReplyPart>, Fault> {
    let finished = tracing::dispatcher::with_default(&Dispatch::none(), || events.finish().now_or_never());
    // It has been read to its end, so there is nothing to wait for.
    let finished = finished.unwrap_or(Err(ProviderError::Truncated));
    let reply = finished.map_err(|error| Fault::of(&error, now))?;
    let unfinished = match reply.finish_reason() {
        Some(FinishReason::Length) => Some(Unfinished::Length),
        Some(FinishReason::ContentFilter) => Some(Unfinished::Filtered),
        // A reason in words of the provider's own says nothing against what came.
        _ => None,
    };
    // Half of it is none: the rest would count as nothing, where an estimate says what it is.
    let usage = match (reply.usage.input_tokens, reply.usage.output_tokens) {
        (Some(input_tokens), Some(output_tokens)) => Some(TokenUsage { input_tokens, output_tokens }),
        _ => None,
    };
    let own_form = own_form::of(&reply, has_text_past_rig, calls).map(ReplyPart::OwnForm);
    let parts = [own_form, unfinished.map(ReplyPart::Unfinished), usage.map(ReplyPart::Usage)];
    Ok(parts.into_iter().flatten().collect())
}

/// A reply whose first part is known.
pub(crate) struct Parts {
    first: Option<ReplyPart>,
    arriving: Option<Arriving>,
    /// Rings when the reply has taken too long.
    limit: Pin<Box<Sleep>>,
    requests: u32,
}

impl Parts {
    /// The parts of a reply: `first`, where there is one, and what arrives after it.
    pub(crate) fn new(
        first: Option<ReplyPart>,
        arriving: Arriving,
        limit: Pin<Box<Sleep>>,
        requests: u32,
    ) -> Self {
        Self { first, arriving: Some(arriving), limit, requests }
    }
}

impl Stream for Parts {
    type Item = Result<ReplyPart, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(part) = this.first.take() {
            return Poll::Ready(Some(Ok(part)));
        }
        let Some(arriving) = &mut this.arriving else { return Poll::Ready(None) };
        // First, since a reply that never pauses ends too.
        let is_late = this.limit.as_mut().poll(context).is_ready();
        let ended = loop {
            if is_late {
                break Some(ModelError::new(ModelErrorKind::Timeout, "the reply took too long"));
            }
            match arriving.poll_sign(context) {
                Poll::Ready(Some(Ok(Sign::Part(part)))) => return Poll::Ready(Some(Ok(part))),
                Poll::Ready(Some(Ok(Sign::Life))) => {}
                Poll::Ready(Some(Err(fault))) => break Some(fault.error),
                Poll::Ready(None) => break None,
                Poll::Pending => return Poll::Pending,
            }
        };
        // The connection ends here, not when the caller drops what is left.
        this.arriving = None;
        let requests = this.requests;
        Poll::Ready(ended.map(|error| Err(ModelError { requests, ..error })))
    }
}
