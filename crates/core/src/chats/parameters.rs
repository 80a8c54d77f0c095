//! Parameters of a preset: which model writes, and how it chooses its words.

use serde::{Deserialize, Serialize};
use wenshu_answer::Sampling;

use crate::Text;
use crate::faults::Faults;

/// How a model is asked. As a preset keeps them; contracts show their own shape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatParameters {
    /// A model by id, model id or name; the default one without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// 0 to 2^63 - 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// The most tokens of a reply; above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<i64>,
    /// Above 0, at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<i64>,
    /// 0 or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition_penalty: Option<f64>,
    /// -2 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// -2 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// 0 to less than 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
}

/// The longest name of a model, in characters.
const MODEL_LENGTH: usize = 200;

impl ChatParameters {
    /// Adds what breaks a rule. Whether there is such a model is checked elsewhere.
    pub(super) fn check(&self, faults: &mut Faults) {
        if let Some(model) = &self.model {
            if model.trim().is_empty() {
                faults.missing("parameters.model");
            }
            faults.line("parameters.model", model, MODEL_LENGTH);
        }
        let mut rule = |field, keeps: bool, zh: &'static str, en: &'static str| {
            if !keeps {
                faults.add(field, Text::new(zh, en));
            }
        };
        let holds = |value: Option<f64>, keeps: fn(f64) -> bool| value.is_none_or(keeps);
        rule(
            "parameters.seed",
            self.seed.is_none_or(|seed| seed >= 0),
            "不能小于 0",
            "must not be less than 0",
        );
        let is_positive = self.max_tokens.is_none_or(|most| most > 0);
        rule("parameters.max_tokens", is_positive, "必须大于 0", "must be greater than 0");
        rule(
            "parameters.top_p",
            holds(self.top_p, |value| value > 0.0 && value <= 1.0),
            "必须大于 0 且不大于 1",
            "must be greater than 0 and at most 1",
        );
        rule(
            "parameters.top_k",
            self.top_k.is_none_or(|value| (1..=100).contains(&value)),
            "须在 1 到 100 之间",
            "must be between 1 and 100",
        );
        rule(
            "parameters.repetition_penalty",
            holds(self.repetition_penalty, |value| value >= 0.0 && value.is_finite()),
            "不能小于 0",
            "must not be less than 0",
        );
        for (field, value) in [
            ("parameters.frequency_penalty", self.frequency_penalty),
            ("parameters.presence_penalty", self.presence_penalty),
        ] {
            let keeps = holds(value, |value| (-2.0..=2.0).contains(&value));
            rule(field, keeps, "须在 -2 到 2 之间", "must be between -2 and 2");
        }
        rule(
            "parameters.temperature",
            holds(self.temperature, |value| (0.0..2.0).contains(&value)),
            "不能小于 0，且须小于 2",
            "must be at least 0 and less than 2",
        );
    }

    /// As a model is asked.
    pub(crate) fn sampling(&self) -> Sampling {
        Sampling {
            seed: self.seed.and_then(|seed| u64::try_from(seed).ok()),
            top_p: self.top_p,
            top_k: self.top_k.and_then(|top_k| u64::try_from(top_k).ok()),
            repetition_penalty: self.repetition_penalty,
            frequency_penalty: self.frequency_penalty,
            presence_penalty: self.presence_penalty,
        }
    }

    /// The most tokens of a reply.
    pub(crate) fn max_output_tokens(&self) -> Option<u64> {
        self.max_tokens.and_then(|most| u64::try_from(most).ok())
    }
}
