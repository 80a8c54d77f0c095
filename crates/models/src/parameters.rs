//! What each provider calls the parameters of a reply, and which of them it takes. The others are left out: a provider refuses a
//! request with parameters that it doesn't know, or has them mean something else. And what it refuses for its length.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use wenshu_answer::{Prompt, Sampling};

/// A parameter that a request may do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Parameter {
    Seed,
    TopP,
    TopK,
    RepetitionPenalty,
    FrequencyPenalty,
    PresencePenalty,
    Temperature,
    MaxTokens,
}

impl Parameter {
    /// Whether whoever speaks Chat Completions should know it.
    pub(crate) fn is_standard(self) -> bool {
        !matches!(self, Self::TopK | Self::RepetitionPenalty)
    }
}

/// What the most tokens of a reply are called, by any provider.
const MAX_TOKENS: [&str; 4] = ["max_tokens", NEWER_MAX_TOKENS, "maxOutputTokens", "num_predict"];

/// What models of OpenAI's call it that don't take the older name.
pub(crate) const NEWER_MAX_TOKENS: &str = "max_completion_tokens";

/// How what a model is sent differs from what its provider takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// What is left out.
    pub(crate) left_out: BTreeSet<Parameter>,
    /// Whether the most tokens of a reply go by their newer name.
    pub(crate) has_newer_max_tokens: bool,
    /// Whether `top_p` is left out where there is a temperature.
    pub(crate) takes_one_of_two: bool,
    /// Whether it isn't offered tools.
    pub(crate) takes_no_tools: bool,
}

impl Changes {
    /// Adds what others change.
    pub(crate) fn add(&mut self, others: &Self) {
        self.left_out.extend(&others.left_out);
        self.has_newer_max_tokens |= others.has_newer_max_tokens;
        self.takes_one_of_two |= others.takes_one_of_two;
        self.takes_no_tools |= others.takes_no_tools;
    }

    /// Whether nothing is changed.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// A provider's names; none for what it doesn't take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ParameterNames {
    /// The object that they are in, unless they are at the top.
    within: Option<&'static str>,
    seed: Option<&'static str>,
    top_p: Option<&'static str>,
    top_k: Option<&'static str>,
    repetition_penalty: Option<&'static str>,
    frequency_penalty: Option<&'static str>,
    presence_penalty: Option<&'static str>,
    /// The highest temperature; what is above counts as this.
    pub(crate) warmest: f64,
    /// The longest description of a tool, in characters, where there is a limit: a request with a longer one is refused.
    pub(crate) longest_description: Option<usize>,
}

/// OpenAI itself.
pub(crate) const OPENAI: ParameterNames = ParameterNames {
    within: None,
    seed: Some("seed"),
    top_p: Some("top_p"),
    top_k: None,
    repetition_penalty: None,
    frequency_penalty: Some("frequency_penalty"),
    presence_penalty: Some("presence_penalty"),
    warmest: 2.0,
    longest_description: Some(1_024),
};

/// Servers of open models (vLLM, SGLang) and gateways to them, which have two more. A gateway may lead to OpenAI.
pub(crate) const COMPATIBLE: ParameterNames =
    ParameterNames { top_k: Some("top_k"), repetition_penalty: Some("repetition_penalty"), ..OPENAI };

pub(crate) const DASHSCOPE: ParameterNames = ParameterNames { frequency_penalty: None, ..COMPATIBLE };

pub(crate) const DEEPSEEK: ParameterNames = ParameterNames { seed: None, ..OPENAI };

pub(crate) const ANTHROPIC: ParameterNames = ParameterNames {
    seed: None,
    top_k: Some("top_k"),
    frequency_penalty: None,
    presence_penalty: None,
    warmest: 1.0,
    longest_description: None,
    ..OPENAI
};

pub(crate) const GEMINI: ParameterNames = ParameterNames {
    within: Some("generationConfig"),
    seed: Some("seed"),
    top_p: Some("topP"),
    top_k: Some("topK"),
    repetition_penalty: None,
    frequency_penalty: Some("frequencyPenalty"),
    presence_penalty: Some("presencePenalty"),
    warmest: 2.0,
    longest_description: None,
};

pub(crate) const OLLAMA: ParameterNames = ParameterNames {
    within: Some("options"),
    repetition_penalty: Some("repeat_penalty"),
    longest_description: None,
    ..COMPATIBLE
};

impl ParameterNames {
    /// What this provider calls a parameter.
    pub(crate) fn wire_names(&self, parameter: Parameter) -> impl Iterator<Item = &'static str> {
        let name = match parameter {
            Parameter::Seed => self.seed,
            Parameter::TopP => self.top_p,
            Parameter::TopK => self.top_k,
            Parameter::RepetitionPenalty => self.repetition_penalty,
            Parameter::FrequencyPenalty => self.frequency_penalty,
            Parameter::PresencePenalty => self.presence_penalty,
            Parameter::Temperature => Some("temperature"),
            Parameter::MaxTokens => None,
        };
        let most: &[&'static str] = if parameter == Parameter::MaxTokens { &MAX_TOKENS } else { &[] };
        name.into_iter().chain(most.iter().copied())
    }

    /// The parameters of a prompt that this provider is sent.
    pub(crate) fn sent(&self, prompt: &Prompt) -> BTreeSet<Parameter> {
        let Sampling { seed, top_p, top_k, repetition_penalty, frequency_penalty, presence_penalty } =
            prompt.sampling;
        let given = [
            (Parameter::Seed, seed.is_some()),
            (Parameter::TopP, top_p.is_some()),
            (Parameter::TopK, top_k.is_some()),
            (Parameter::RepetitionPenalty, repetition_penalty.is_some()),
            (Parameter::FrequencyPenalty, frequency_penalty.is_some()),
            (Parameter::PresencePenalty, presence_penalty.is_some()),
            (Parameter::Temperature, prompt.temperature.is_some()),
            (Parameter::MaxTokens, prompt.max_output_tokens.is_some()),
        ];
        given
            .into_iter()
            .filter(|(parameter, is_given)| *is_given && self.wire_names(*parameter).next().is_some())
            .map(|(parameter, _)| parameter)
            .collect()
    }

    /// Whether the most tokens of a reply can go by their newer name: that is one of Chat Completions alone.
    pub(crate) fn has_newer_max_tokens(&self) -> bool {
        self.within.is_none()
    }

    /// The parameters as the provider takes them, the most tokens of a reply among them where they go by their newer name; none when
    /// there are none.
    pub(crate) fn parameters(&self, sampling: &Sampling, max_tokens: Option<u64>) -> Option<Value> {
        let Sampling { seed, top_p, top_k, repetition_penalty, frequency_penalty, presence_penalty } =
            *sampling;
        let named = [
            (self.seed, seed.map(Value::from)),
            (self.top_p, top_p.map(Value::from)),
            (self.top_k, top_k.map(Value::from)),
            (self.repetition_penalty, repetition_penalty.map(Value::from)),
            (self.frequency_penalty, frequency_penalty.map(Value::from)),
            (self.presence_penalty, presence_penalty.map(Value::from)),
            (Some(NEWER_MAX_TOKENS), max_tokens.map(Value::from)),
        ];
        let parameters: Map<String, Value> =
            named.into_iter().filter_map(|(name, value)| Some((name?.to_owned(), value?))).collect();
        if parameters.is_empty() {
            return None;
        }
        let parameters = Value::Object(parameters);
        Some(match self.within {
            Some(object) => Value::Object(Map::from_iter([(object.to_owned(), parameters)])),
            None => parameters,
        })
    }
}

/// The prompt without what is left out.
pub(crate) fn changed(mut prompt: Prompt, changes: &Changes) -> Prompt {
    if changes.takes_one_of_two && prompt.temperature.is_some() {
        prompt.sampling.top_p = None;
    }
    for parameter in &changes.left_out {
        match parameter {
            Parameter::Seed => prompt.sampling.seed = None,
            Parameter::TopP => prompt.sampling.top_p = None,
            Parameter::TopK => prompt.sampling.top_k = None,
            Parameter::RepetitionPenalty => prompt.sampling.repetition_penalty = None,
            Parameter::FrequencyPenalty => prompt.sampling.frequency_penalty = None,
            Parameter::PresencePenalty => prompt.sampling.presence_penalty = None,
            Parameter::Temperature => prompt.temperature = None,
            Parameter::MaxTokens => prompt.max_output_tokens = None,
        }
    }
    prompt
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_provider_is_told_what_it_takes_in_its_own_words() {
        let all = Sampling {
            seed: Some(7),
            top_p: Some(0.5),
            top_k: Some(40),
            repetition_penalty: Some(1.25),
            frequency_penalty: Some(-0.5),
            presence_penalty: Some(1.5),
        };
        for (names, expected) in [
            (OPENAI, json!({"seed": 7, "top_p": 0.5, "frequency_penalty": -0.5, "presence_penalty": 1.5})),
            (DEEPSEEK, json!({"top_p": 0.5, "frequency_penalty": -0.5, "presence_penalty": 1.5})),
            (ANTHROPIC, json!({"top_p": 0.5, "top_k": 40})),
            (
                GEMINI,
                json!({"generationConfig": {"seed": 7, "topP": 0.5, "topK": 40, "frequencyPenalty": -0.5,
                    "presencePenalty": 1.5}}),
            ),
            (
                OLLAMA,
                json!({"options": {"seed": 7, "top_p": 0.5, "top_k": 40, "repeat_penalty": 1.25,
                    "frequency_penalty": -0.5, "presence_penalty": 1.5}}),
            ),
        ] {
            assert_eq!(names.parameters(&all, None), Some(expected));
            assert_eq!(names.parameters(&Sampling::default(), None), None);
        }
    }
}
