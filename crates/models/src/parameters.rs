//! What each provider calls the parameters of a reply, and which of them it takes. The others are left out: a provider refuses a
//! request with parameters that it doesn't know, or has them mean something else.

use serde_json::{Map, Value};
use wenshu_answer::Sampling;

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
};

/// Servers of open models (vLLM, SGLang) and gateways to them, which have two more.
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
};

pub(crate) const OLLAMA: ParameterNames =
    ParameterNames { within: Some("options"), repetition_penalty: Some("repeat_penalty"), ..COMPATIBLE };

impl ParameterNames {
    /// The parameters as the provider takes them; none when there are none.
    pub(crate) fn parameters(&self, sampling: &Sampling) -> Option<Value> {
        let Sampling { seed, top_p, top_k, repetition_penalty, frequency_penalty, presence_penalty } =
            *sampling;
        let named = [
            (self.seed, seed.map(Value::from)),
            (self.top_p, top_p.map(Value::from)),
            (self.top_k, top_k.map(Value::from)),
            (self.repetition_penalty, repetition_penalty.map(Value::from)),
            (self.frequency_penalty, frequency_penalty.map(Value::from)),
            (self.presence_penalty, presence_penalty.map(Value::from)),
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
            assert_eq!(names.parameters(&all), Some(expected));
            assert_eq!(names.parameters(&Sampling::default()), None);
        }
    }
}
