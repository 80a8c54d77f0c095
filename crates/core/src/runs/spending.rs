//! What a run takes from language models: added up for the run, and counted for the operator.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wenshu_answer::{CallOutcome, CallPurpose, ModelCall, TokenUsage};

use super::Usage;
use crate::models::failure_name;

/// What the calls of one run took so far.
#[derive(Debug, Default)]
pub(super) struct Spending {
    sum: Mutex<Sum>,
    /// Told when a call begins to cost something, and when the first of its reply has come.
    begun: Notify,
}

#[derive(Debug, Default)]
struct Sum {
    /// Calls that are over.
    over: Usage,
    /// The call that is under way, by estimate.
    under_way: TokenUsage,
}

impl Spending {
    /// Adds a call that is over and counts it under this name for its model.
    pub(super) fn add(&self, call: &ModelCall, model: &str) {
        {
            let mut sum = self.sum();
            sum.under_way = TokenUsage::default();
            sum.over.input_tokens += call.usage.input_tokens;
            sum.over.output_tokens += call.usage.output_tokens;
            sum.over.is_estimated |= call.is_estimated;
        }
        count(call, model);
    }

    /// Notes how far the call that is under way has come; calls of a run come one after the other.
    pub(super) fn note(&self, taken: TokenUsage) {
        let before = std::mem::replace(&mut self.sum().under_way, taken);
        let begins = |before: u64, now: u64| before == 0 && now > 0;
        if begins(before.input_tokens, taken.input_tokens)
            || begins(before.output_tokens, taken.output_tokens)
        {
            self.begun.notify_one();
        }
    }

    /// Waits until a call begins to cost something, or the first of its reply has come.
    pub(super) async fn begun(&self) {
        self.begun.notified().await;
    }

    /// The sum, with what the call that is under way has taken so far.
    pub(super) fn usage(&self) -> Usage {
        let sum = self.sum();
        let TokenUsage { input_tokens, output_tokens } = sum.under_way;
        Usage {
            input_tokens: sum.over.input_tokens + input_tokens,
            output_tokens: sum.over.output_tokens + output_tokens,
            is_estimated: sum.over.is_estimated || sum.under_way != TokenUsage::default(),
            ..sum.over
        }
    }

    fn sum(&self) -> MutexGuard<'_, Sum> {
        self.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a call that is over under this name for its model.
pub(super) fn count(call: &ModelCall, model: &str) {
    let model = model.to_owned();
    let purpose = match call.purpose {
        CallPurpose::Interpret => "interpret",
        CallPurpose::Summarize => "summarize",
        CallPurpose::Chat => "chat",
        CallPurpose::Title => "title",
    };
    metrics::counter!(
        "wenshu_model_calls_total",
        "model" => model.clone(), "purpose" => purpose, "outcome" => outcome_name(call.outcome)
    )
    .increment(1);
    metrics::counter!("wenshu_model_requests_total", "model" => model.clone())
        .increment(call.requests.into());
    let estimated = if call.is_estimated { "true" } else { "false" };
    for (direction, tokens) in [("input", call.usage.input_tokens), ("output", call.usage.output_tokens)] {
        metrics::counter!(
            "wenshu_model_tokens_total",
            "model" => model.clone(), "direction" => direction, "estimated" => estimated
        )
        .increment(tokens);
    }
    if let Some(wait) = call.first_part {
        metrics::histogram!("wenshu_model_first_token_seconds", "model" => model).record(wait.as_secs_f64());
    }
}

fn outcome_name(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::Complete => "complete",
        CallOutcome::Stopped => "stopped",
        CallOutcome::Failed(kind) => failure_name(kind),
    }
}
