//! One call of a language model, metered: what it took is said whatever becomes of it.

use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio::time::Instant;

use super::language_model::{LanguageModel, ModelError, Prompt, ReplyPart, TokenUsage};
use super::tokens::{TokenCounter, estimate};
use crate::event::{CallOutcome, CallPurpose, ModelCall};
use crate::{AnswerEvent, EventSink};

/// A reply under way. Dropping it ends the request at the provider.
pub(super) struct Call<'a> {
    parts: BoxStream<'static, Result<ReplyPart, ModelError>>,
    meter: Meter<'a>,
}

/// Says at its end what the call took: as the provider reported it, else estimated from what was sent and received.
struct Meter<'a> {
    events: &'a dyn EventSink,
    call: ModelCall,
    started: Instant,
    prompt_tokens: u64,
    written: TokenCounter,
    reported: Option<TokenUsage>,
}

impl<'a> Call<'a> {
    /// Sends the prompt and waits until the reply begins.
    ///
    /// # Errors
    ///
    /// What the model says, after its retries.
    pub(super) async fn start(
        model: &dyn LanguageModel,
        prompt: Prompt,
        purpose: CallPurpose,
        events: &'a dyn EventSink,
    ) -> Result<Self, ModelError> {
        let mut meter = Meter {
            events,
            call: ModelCall {
                purpose,
                usage: TokenUsage::default(),
                is_estimated: false,
                first_part: None,
                requests: 1,
                outcome: CallOutcome::Stopped,
            },
            started: Instant::now(),
            prompt_tokens: prompt_tokens(&prompt),
            written: TokenCounter::default(),
            reported: None,
        };
        match model.reply(prompt).await {
            Ok(reply) => {
                meter.call.requests = reply.requests;
                Ok(Self { parts: reply.parts, meter })
            }
            Err(error) => {
                meter.call.requests = error.requests;
                meter.call.outcome = CallOutcome::Failed(error.kind);
                Err(error)
            }
        }
    }

    /// The next part.
    ///
    /// # Errors
    ///
    /// What went wrong in the middle of the reply; nothing follows.
    pub(super) async fn next(&mut self) -> Result<Option<ReplyPart>, ModelError> {
        let Some(part) = self.parts.next().await else {
            self.meter.call.outcome = CallOutcome::Complete;
            return Ok(None);
        };
        self.meter.note(&part);
        part.map(Some)
    }
}

impl Meter<'_> {
    fn note(&mut self, part: &Result<ReplyPart, ModelError>) {
        match part {
            Ok(ReplyPart::Usage(usage)) => {
                self.reported = Some(*usage);
                return;
            }
            Ok(ReplyPart::Text(text) | ReplyPart::Thinking(text)) => self.written.add(text),
            Ok(ReplyPart::ToolCall { name, arguments }) => {
                self.written.add(name);
                self.written.add(&arguments.to_string());
            }
            Err(error) => {
                self.call.outcome = CallOutcome::Failed(error.kind);
                return;
            }
        }
        if self.call.first_part.is_none() {
            self.call.first_part = Some(self.started.elapsed());
        }
        self.events.emit(AnswerEvent::ModelTaking(self.estimate()));
    }

    fn estimate(&self) -> TokenUsage {
        TokenUsage { input_tokens: self.prompt_tokens, output_tokens: self.written.tokens() }
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        let mut call = self.call;
        if let Some(usage) = self.reported {
            call.usage = usage;
        } else if call.first_part.is_some() || call.outcome == CallOutcome::Complete {
            call.usage = self.estimate();
            call.is_estimated = true;
        }
        self.events.emit(AnswerEvent::ModelCalled(call));
    }
}

/// About how many tokens a prompt is.
pub(super) fn prompt_tokens(prompt: &Prompt) -> u64 {
    let tools =
        prompt.tools.iter().map(|tool| estimate(&tool.description) + estimate(&tool.parameters.to_string()));
    estimate(&prompt.system)
        + prompt.messages.iter().map(|message| estimate(&message.text)).sum::<u64>()
        + tools.sum::<u64>()
}
