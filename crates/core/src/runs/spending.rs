//! What a run takes from language models: added up for the run, and counted for the operator.

use std::sync::{Mutex, PoisonError};

use wenshu_answer::{CallOutcome, CallPurpose, ModelCall};

use super::Usage;
use crate::models::failure_name;

/// What the calls of one run took so far.
#[derive(Debug, Default)]
pub(super) struct Spending(Mutex<Usage>);

impl Spending {
    /// Adds a call that is over and counts it under this name for its model.
    pub(super) fn add(&self, call: &ModelCall, model: &str) {
        {
            let mut usage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            usage.input_tokens += call.usage.input_tokens;
            usage.output_tokens += call.usage.output_tokens;
            usage.is_estimated |= call.is_estimated;
        }
        count(call, model);
    }

    /// The sum.
    pub(super) fn usage(&self) -> Usage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(call: &ModelCall, model: &str) {
    let model = model.to_owned();
    let purpose = match call.purpose {
        CallPurpose::Interpret => "interpret",
        CallPurpose::Summarize => "summarize",
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
