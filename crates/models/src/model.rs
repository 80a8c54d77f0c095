//! Asks a model, and asks again where that may help, until the first part of a reply has come.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};
use rig_core::DynModel;
use rig_core::completion::CompletionRequest;
use rig_core::operation::Completion;
use tokio::time::{Instant, timeout_at};
use tracing::Dispatch;
use wenshu_answer::{LanguageModel, ModelError, ModelErrorKind, Prompt, Reply, ReplyPart, Taken};

use crate::connector::WallClock;
use crate::fault::{Fault, is_passing};
use crate::no_tools::{self, Said};
use crate::parameters::{self, Changes, ParameterNames};
use crate::parts::{Arriving, Parts, Sign};
use crate::prompt;
use crate::refused::{self, Blamed, ModelPlace, Refused};
use crate::times::ModelTimes;
use crate::transport::TAKEN;

/// A model of any provider.
pub(crate) struct ProviderModel {
    pub(crate) model: DynModel<Completion>,
    pub(crate) takes_tools: bool,
    pub(crate) names: &'static ParameterNames,
    pub(crate) place: ModelPlace,
    pub(crate) refused: Refused,
    /// Without it the provider would refuse, so that nothing is sent.
    pub(crate) lacks_key: bool,
    /// Whether its wire gives text out past rig.
    pub(crate) has_text_past_rig: bool,
    pub(crate) now: WallClock,
    pub(crate) times: Arc<ModelTimes>,
}

/// When what must have come.
#[derive(Clone, Copy)]
struct Limits {
    first_part: Instant,
    total: Instant,
}

#[async_trait]
impl LanguageModel for ProviderModel {
    fn takes_tools(&self) -> bool {
        self.takes_tools && !self.refused.of(&self.place, Instant::now()).takes_no_tools
    }

    async fn reply(&self, prompt: Prompt) -> Result<Reply, ModelError> {
        self.reply_noting(prompt, &Taken::default()).await
    }

    async fn reply_noting(&self, prompt: Prompt, taken: &Taken) -> Result<Reply, ModelError> {
        if self.lacks_key {
            let error =
                ModelError::new(ModelErrorKind::Unauthorized, "no key is configured for this provider");
            return Err(ModelError { requests: 0, ..error });
        }
        let begun = Instant::now();
        let total = begun + self.times.total;
        let limits = Limits { first_part: total.min(begun + self.times.first_part), total };
        let sent = AtomicU32::new(0);
        let begun_reply = TAKEN.scope(taken.clone(), self.take(prompt, limits, &sent, taken)).await;
        let requests = sent.load(Ordering::Relaxed);
        let (first, arriving) = begun_reply.map_err(|error| ModelError { requests, ..error })?;
        let limit = Box::pin(tokio::time::sleep_until(limits.total));
        let parts = Parts::new(first, arriving, limit, requests);
        Ok(Reply { parts: Box::pin(parts), requests })
    }
}

/// A reply whose first part has come; none if it ended without one.
type Begun = (Option<ReplyPart>, Arriving);

impl ProviderModel {
    /// Asks until a reply begins, without the parameters that the model turns out not to take.
    async fn take(
        &self,
        prompt: Prompt,
        limits: Limits,
        sent: &AtomicU32,
        taken: &Taken,
    ) -> Result<Begun, ModelError> {
        let known = self.refused.of(&self.place, Instant::now());
        let offers_tools = !prompt.tools.is_empty();
        if offers_tools && known.takes_no_tools {
            return Err(ModelError::new(ModelErrorKind::TakesNoTools, "this model takes no tools"));
        }
        let retries = if prompt.is_trial { 0 } else { self.times.requests.saturating_sub(1) };
        let mut changes = known.clone();
        let mut learned = Changes::default();
        loop {
            let asked = parameters::changed(prompt.clone(), &changes);
            let with = self.names.sent(&asked);
            let request = prompt::request(asked, self.names, &changes)?;
            let begin = || {
                sent.fetch_add(1, Ordering::Relaxed);
                self.begin(request.clone(), limits, taken)
            };
            let asked = begin
                .retry(self.backoff(retries))
                .when(|fault: &Fault| is_passing(&fault.error))
                .adjust(|fault: &Fault, wait| self.wait(&fault.error, wait?, limits.first_part));
            let fault = match asked.await {
                Ok(begun) => {
                    if changes != known {
                        tracing::info!(
                            ?changes,
                            "a model doesn't take some parameters as they are; they are changed"
                        );
                    }
                    if !learned.is_nothing() {
                        self.refused.remember(&self.place, &learned, Instant::now());
                    }
                    return Ok(begun);
                }
                Err(fault) => fault,
            };
            let said = match &fault.refusal {
                Some(refusal) if offers_tools => no_tools::said_of_tools(refusal, &prompt),
                _ => Said::Nothing,
            };
            if said == Said::TakesNone {
                tracing::info!("a model takes no tools; it isn't offered any for a while");
                let learned = Changes { takes_no_tools: true, ..Changes::default() };
                self.refused.remember(&self.place, &learned, Instant::now());
            }
            if said != Said::Nothing {
                return Err(ModelError { kind: ModelErrorKind::TakesNoTools, ..fault.error });
            }
            let blamed = fault
                .refusal
                .filter(|_| fault.error.kind == ModelErrorKind::Rejected)
                .map_or_else(Blamed::default, |text| refused::blamed(&text, self.names, &with, &changes));
            // Each time there is less to change, so that this ends.
            if blamed.changes.is_nothing() {
                return Err(fault.error);
            }
            changes.add(&blamed.changes);
            if blamed.is_of_the_model {
                learned.add(&blamed.changes);
            }
        }
    }

    /// Sends one request, and waits for the first part of the reply.
    async fn begin(&self, request: CompletionRequest, limits: Limits, taken: &Taken) -> Result<Begun, Fault> {
        let before = taken.requests();
        // What lies below logs prompts: not into our log.
        let events = tracing::dispatcher::with_default(&Dispatch::none(), || {
            self.model.stream(request).map_err(|error| Fault::of(&error, self.now))
        });
        let mut arriving = Arriving::new(events?, self.has_text_past_rig, taken.clone(), self.now);
        let mut by = limits.first_part;
        loop {
            let sign = timeout_at(by, poll_fn(|context| arriving.poll_sign(context))).await;
            match sign.map_err(|_elapsed| Fault::from(timed_out("no reply came in time")))? {
                Some(Ok(Sign::Part(part))) => return Ok((Some(part), arriving)),
                // The provider is at it, if only at a tool call.
                Some(Ok(Sign::Life)) => by = limits.total,
                Some(Err(fault)) => {
                    // Said within the stream, a refusal is one all the same.
                    if fault.is_refused && taken.requests() > before {
                        taken.take_back();
                    }
                    return Err(fault);
                }
                None => return Ok((None, arriving)),
            }
        }
    }

    fn backoff(&self, retries: u32) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_min_delay(self.times.backoff)
            .with_max_delay(self.times.longest_backoff)
            .with_max_times(retries as usize)
            .with_jitter()
    }

    /// How long to wait before the next request, at least `backoff`; none where it would come too late.
    fn wait(&self, error: &ModelError, backoff: Duration, by: Instant) -> Option<Duration> {
        let asked_for = error.retry_after.unwrap_or_default();
        let wait = backoff.max(asked_for);
        (asked_for <= self.times.longest_retry_after && Instant::now() + wait < by).then_some(wait)
    }
}

fn timed_out(detail: &str) -> ModelError {
    ModelError::new(ModelErrorKind::Timeout, detail)
}
