//! One call of a language model, metered: what it took is said whatever becomes of it.

use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio::time::Instant;

use super::LONGEST_REPLY;
use super::language_model::{
    LanguageModel, ModelError, ModelErrorKind, Prompt, ReplyPart, Taken, TokenUsage, ToolRound, Unfinished,
};
use super::picture::PICTURE_TOKENS;
use super::tokens::{TokenCounter, estimate};
use crate::event::{CallOutcome, CallPurpose, ModelCall};
use crate::{AnswerEvent, EventSink};

/// A reply under way. Dropping it ends the request at the provider.
pub(super) struct Call<'a> {
    parts: BoxStream<'static, Result<ReplyPart, ModelError>>,
    meter: Meter<'a>,
    /// How long the reply is by now, in bytes.
    length: usize,
    /// Whether a content filter withholds the rest.
    is_withheld: bool,
}

/// Says at its end what the call took: of a reply that is whole as the provider reported it, else what it has said by then, and what was
/// sent and received without a word of it by estimate. A prompt that the provider has taken is charged, though nothing came of it.
struct Meter<'a> {
    events: &'a dyn EventSink,
    call: ModelCall,
    started: Instant,
    prompt_tokens: u64,
    /// Words and thinking.
    words: TokenCounter,
    /// Whole calls of tools.
    calls: TokenCounter,
    reported: Option<TokenUsage>,
    taken: Taken,
    /// Whether there is a reply, so that the prompt was read.
    has_begun: bool,
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
            words: TokenCounter::default(),
            calls: TokenCounter::default(),
            reported: None,
            taken: Taken::default(),
            has_begun: false,
        };
        let taken = meter.taken.clone();
        let replying = model.reply_noting(prompt, &taken);
        tokio::pin!(replying);
        let outcome = loop {
            tokio::select! {
                outcome = &mut replying => break outcome,
                // From now on it costs something, though no part has come yet.
                () = taken.changed() => {
                    // Nearly all replies that call begin with a call, of which no part comes before it is whole.
                    if taken.heard_bytes() > LONGEST_REPLY {
                        break Err(too_long());
                    }
                    meter.say_estimate();
                }
            }
        };
        match outcome {
            Ok(reply) => {
                meter.call.requests = reply.requests;
                meter.has_begun = true;
                Ok(Self { parts: reply.parts, meter, length: 0, is_withheld: false })
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
    /// What went wrong in the middle of the reply, [`Malformed`](ModelErrorKind::Malformed) for one that grows too long, and
    /// [`Filtered`](ModelErrorKind::Filtered) at the end of one that a content filter withholds; nothing follows.
    pub(super) async fn next(&mut self) -> Result<Option<ReplyPart>, ModelError> {
        let part = match self.next_or_too_much().await {
            Some(Ok(part)) => {
                self.length += length(&part);
                if self.length > LONGEST_REPLY { Err(too_long()) } else { Ok(part) }
            }
            Some(Err(error)) => Err(error),
            // Not before its end, which says what it took.
            None if self.is_withheld => {
                Err(ModelError::new(ModelErrorKind::Filtered, "withheld by its content filter"))
            }
            None => {
                self.meter.call.outcome = CallOutcome::Complete;
                return Ok(None);
            }
        };
        self.is_withheld |= matches!(part, Ok(ReplyPart::Unfinished(Unfinished::Filtered)));
        self.meter.note(&part);
        part.map(Some)
    }

    /// What comes next; meanwhile, what comes of calls that aren't whole is metered, and there is as little of that as of the rest.
    async fn next_or_too_much(&mut self) -> Option<Result<ReplyPart, ModelError>> {
        let Self { parts, meter, .. } = self;
        loop {
            tokio::select! {
                biased;
                part = parts.next() => return part,
                () = meter.taken.changed() => {}
            }
            if meter.taken.heard_bytes() > LONGEST_REPLY {
                return Some(Err(too_long()));
            }
            meter.say_estimate();
        }
    }
}

fn too_long() -> ModelError {
    ModelError::new(ModelErrorKind::Malformed, "the reply grew too long")
}

/// How long a part is, in bytes.
fn length(part: &ReplyPart) -> usize {
    match part {
        ReplyPart::Text(text) | ReplyPart::Thinking(text) => text.len(),
        ReplyPart::ToolCall { name, arguments } => name.len() + arguments.to_string().len(),
        ReplyPart::OwnForm(_) | ReplyPart::Unfinished(_) | ReplyPart::Usage(_) => 0,
    }
}

impl Meter<'_> {
    fn note(&mut self, part: &Result<ReplyPart, ModelError>) {
        match part {
            Ok(ReplyPart::Usage(usage)) => {
                self.reported = Some(*usage);
                return;
            }
            Ok(ReplyPart::OwnForm(_) | ReplyPart::Unfinished(_)) => return,
            Ok(ReplyPart::Text(text) | ReplyPart::Thinking(text)) => self.words.add(text),
            Ok(ReplyPart::ToolCall { name, arguments }) => {
                self.calls.add(name);
                self.calls.add(&arguments.to_string());
            }
            Err(error) => {
                self.call.outcome = CallOutcome::Failed(error.kind);
                return;
            }
        }
        if self.call.first_part.is_none() {
            self.call.first_part = Some(self.started.elapsed());
        }
        self.taken.write(self.words.tokens(), self.calls.tokens());
        self.say_estimate();
    }

    fn say_estimate(&self) {
        self.events.emit(AnswerEvent::ModelTaking(self.estimate()));
    }

    fn estimate(&self) -> TokenUsage {
        self.taken.usage(self.prompt_tokens)
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        let mut call = self.call;
        let requests = self.taken.requests();
        if let Some(usage) = self.reported.filter(|_| requests <= 1) {
            call.usage = usage;
        } else if let Some(usage) = self.reported {
            let earlier = self.taken.earlier(self.prompt_tokens);
            call.usage = TokenUsage {
                input_tokens: usage.input_tokens + earlier.input_tokens,
                output_tokens: usage.output_tokens + earlier.output_tokens,
            };
            call.is_estimated = true;
        } else if requests > 0
            || call.first_part.is_some()
            || self.has_begun && !matches!(call.outcome, CallOutcome::Failed(_))
        {
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
        + prompt.messages.iter().map(|message| message.pictures.len() as u64 * PICTURE_TOKENS).sum::<u64>()
        + tools.sum::<u64>()
        + prompt.rounds.iter().map(round_tokens).sum::<u64>()
}

fn round_tokens(round: &ToolRound) -> u64 {
    let calls = round.calls.iter().map(|call| {
        let arguments: u64 =
            call.arguments.iter().map(|(name, value)| estimate(name) + estimate(&value.to_string())).sum();
        estimate(&call.name) + arguments + estimate(&call.result)
    });
    let thinking = round.own_form.as_ref().map_or(0, |form| estimate(&form.thinking));
    estimate(&round.said) + thinking + calls.sum::<u64>()
}
