//! Parameters that a provider turned out not to take: read off its refusal, left out when it is asked again, and remembered for as long
//! as this process lives, so that the next request is taken at once.
//!
//! What a table says of providers isn't enough: gateways and servers of open models differ, and models of one provider do.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::parameters::{Parameter, ParameterNames};

/// So many models are remembered; then all are forgotten, which costs each of them one refusal.
const MOST_MODELS: usize = 1_000;

/// Words by which a refusal says that something isn't taken at all, rather than that its value is wrong.
const NOT_TAKEN: [&str; 10] = [
    "unrecognized",
    "unrecognised",
    "unknown",
    "unsupported",
    "unexpected",
    "extra",
    "not permitted",
    "not supported",
    "not support",
    "not allowed",
];

/// A model, as far as what it takes depends on it: the provider, the address, the name.
pub(crate) type ModelPlace = (&'static str, Option<String>, String);

/// What models don't take.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refused(Arc<Mutex<HashMap<ModelPlace, BTreeSet<Parameter>>>>);

impl Refused {
    /// What this model doesn't take, as far as is known.
    pub(crate) fn of(&self, model: &ModelPlace) -> BTreeSet<Parameter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(model).cloned().unwrap_or_default()
    }

    /// Remembers what this model doesn't take.
    pub(crate) fn remember(&self, model: &ModelPlace, parameters: BTreeSet<Parameter>) {
        let mut models = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if models.len() >= MOST_MODELS && !models.contains_key(model) {
            models.clear();
        }
        models.insert(model.clone(), parameters);
    }
}

/// Which of the parameters that were sent a refusal may be about: those that it names; where it names none, nor anything else, those
/// that not every server has.
pub(crate) fn blamed(
    refusal: &str,
    names: &ParameterNames,
    sent: &BTreeSet<Parameter>,
) -> BTreeSet<Parameter> {
    let refusal = refusal.to_lowercase();
    let body: Value = serde_json::from_str(&refusal).unwrap_or_default();
    let error = body.get("error").unwrap_or(&body);
    let named = |parameter: &&Parameter| {
        names.wire_names(**parameter).any(|name| contains_name(&refusal, &name.to_lowercase()))
    };
    if NOT_TAKEN.iter().any(|words| refusal.contains(words)) {
        let blamed: BTreeSet<Parameter> = sent.iter().filter(named).copied().collect();
        if !blamed.is_empty() {
            return blamed;
        }
    }
    // A value that is wrong is for whoever gave it to know.
    if error["param"].is_string() || sent.iter().any(|parameter| named(&parameter)) {
        return BTreeSet::new();
    }
    sent.iter().filter(|parameter| !parameter.is_standard()).copied().collect()
}

/// Whether a text has this name in it, and not as part of another one.
fn contains_name(text: &str, name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(name).any(|(start, _)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::{COMPATIBLE, GEMINI, OLLAMA};

    #[test]
    fn a_refusal_is_about_what_it_names() {
        use Parameter::{MaxTokens, RepetitionPenalty, Seed, Temperature, TopK, TopP};
        let all = BTreeSet::from([Seed, TopP, TopK, RepetitionPenalty, Temperature, MaxTokens]);
        for (names, refusal, expected) in [
            (
                COMPATIBLE,
                r#"{"error":{"message":"Unrecognized request argument supplied: top_k","param":null}}"#,
                vec![TopK],
            ),
            (
                COMPATIBLE,
                r#"{"error":{"code":"unsupported_parameter","param":"seed","message":"No."}}"#,
                vec![Seed],
            ),
            (
                COMPATIBLE,
                r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0.5 with this model.","param":"temperature"}}"#,
                vec![Temperature],
            ),
            (
                COMPATIBLE,
                r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."}}"#,
                vec![MaxTokens],
            ),
            (
                COMPATIBLE,
                r#"{"detail":[{"type":"extra_forbidden","loc":["body","repetition_penalty"],"msg":"Extra inputs are not permitted"},
                    {"type":"extra_forbidden","loc":["body","top_k"],"msg":"Extra inputs are not permitted"}]}"#,
                vec![TopK, RepetitionPenalty],
            ),
            (
                COMPATIBLE,
                "UnsupportedParamsError: this does not support parameters: {'top_k': 3}",
                vec![TopK],
            ),
            (
                GEMINI,
                r#"{"error":{"message":"Invalid JSON payload received. Unknown name \"topK\" at 'generation_config'"}}"#,
                vec![TopK],
            ),
            (OLLAMA, "unknown option: repeat_penalty", vec![RepetitionPenalty]),
            // None is named.
            (COMPATIBLE, "Bad Request", vec![TopK, RepetitionPenalty]),
            (
                COMPATIBLE,
                r#"{"error":{"message":"Extra inputs are not permitted"}}"#,
                vec![TopK, RepetitionPenalty],
            ),
            // Not for being there.
            (COMPATIBLE, r#"{"error":{"message":"top_p must be in (0, 1]"}}"#, vec![]),
            (COMPATIBLE, r#"{"error":{"message":"Unknown role","param":"messages[0].role"}}"#, vec![]),
            (COMPATIBLE, "unknown names: stop_k, top_p_too, top_k2", vec![TopK, RepetitionPenalty]),
        ] {
            assert_eq!(blamed(refusal, &names, &all), BTreeSet::from_iter(expected), "{refusal}");
        }
        assert_eq!(blamed("Bad Request", &COMPATIBLE, &BTreeSet::from([Seed])), BTreeSet::new());
        assert_eq!(blamed("unknown: top_k", &COMPATIBLE, &BTreeSet::new()), BTreeSet::new());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let refused = Refused::default();
        let model = |number: usize| ("openai", None, number.to_string());
        for number in 0..=MOST_MODELS {
            refused.remember(&model(number), BTreeSet::from([Parameter::TopK]));
        }
        assert!(refused.of(&model(0)).is_empty());
        assert_eq!(refused.of(&model(MOST_MODELS)), BTreeSet::from([Parameter::TopK]));
    }
}
