//! Parameters that a provider turned out not to take: read off its refusal, left out when it is asked again, and remembered for as long
//! as this process lives, so that the next request is taken at once. Tools are remembered too, for a while; but a prompt without them
//! is another one, which is for whoever asks to write.
//!
//! What a table says of providers isn't enough: gateways and servers of open models differ, and models of one provider do.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::parameters::{Changes, NEWER_MAX_TOKENS, Parameter, ParameterNames};

/// So many models are remembered; then all are forgotten, which costs each of them one refusal.
const MOST_MODELS: usize = 1_000;

/// How long a model that has refused tools isn't offered any: a gateway may find one that takes them, and a server may be set up anew.
const WITHOUT_TOOLS: Duration = Duration::from_secs(60 * 60);

/// Words by which a refusal says that something isn't taken at all, rather than that its value is wrong.
pub(crate) const NOT_TAKEN: [&str; 16] = [
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
    "n't support",
    "n’t support",
    "deprecated",
    NOT_BOTH,
    "不支持",
    "未知参数",
];

/// Words by which a refusal says that two are taken only one without the other.
const NOT_BOTH: &str = "cannot both";

/// A model, as far as what it takes depends on it: the provider, the address, the name.
pub(crate) type ModelPlace = (&'static str, Option<String>, String);

/// What models don't take.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refused(Arc<Mutex<HashMap<ModelPlace, Known>>>);

/// What is known of a model.
#[derive(Clone, Debug, Default)]
struct Known {
    /// What it doesn't take, tools aside.
    changes: Changes,
    /// When it last refused tools.
    without_tools_since: Option<Instant>,
}

/// What a refusal is about.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Blamed {
    /// What to change when it is asked again.
    pub(crate) changes: Changes,
    /// Whether the refusal says so itself, so that it holds for whatever else the model is asked.
    pub(crate) is_of_the_model: bool,
}

impl Refused {
    /// How requests to this model are changed, as far as is known by now.
    pub(crate) fn of(&self, model: &ModelPlace, now: Instant) -> Changes {
        let models = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { changes, without_tools_since } = models.get(model).cloned().unwrap_or_default();
        let takes_no_tools =
            without_tools_since.is_some_and(|since| now.saturating_duration_since(since) < WITHOUT_TOOLS);
        Changes { takes_no_tools, ..changes }
    }

    /// Remembers what this model doesn't take, besides what is known.
    pub(crate) fn remember(&self, model: &ModelPlace, changes: &Changes, now: Instant) {
        let mut models = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if models.len() >= MOST_MODELS && !models.contains_key(model) {
            models.clear();
        }
        let known = models.entry(model.clone()).or_default();
        known.changes.add(changes);
        if changes.takes_no_tools {
            known.without_tools_since = Some(now);
        }
    }
}

/// Which of the parameters that were sent, with these changes made, a refusal may be about: those that it names; where it names none, nor
/// anything else, those that not every server has.
pub(crate) fn blamed(
    refusal: &str,
    names: &ParameterNames,
    sent: &BTreeSet<Parameter>,
    made: &Changes,
) -> Blamed {
    let refusal = refusal.to_lowercase();
    let body: Value = serde_json::from_str(&refusal).unwrap_or_default();
    let error = body.get("error").unwrap_or(&body);
    let named = |parameter: &&Parameter| {
        names.wire_names(**parameter).any(|name| contains_name(&refusal, &name.to_lowercase()))
    };
    if NOT_TAKEN.iter().any(|words| refusal.contains(words)) {
        let left_out: BTreeSet<Parameter> = sent.iter().filter(named).copied().collect();
        if !left_out.is_empty() {
            return Blamed { changes: instead(left_out, &refusal, names, made), is_of_the_model: true };
        }
    }
    // A value that is wrong is for whoever gave it to know.
    if error["param"].is_string() || sent.iter().any(|parameter| named(&parameter)) {
        return Blamed::default();
    }
    let left_out = sent.iter().filter(|parameter| !parameter.is_standard()).copied().collect();
    Blamed { changes: Changes { left_out, ..Changes::default() }, is_of_the_model: false }
}

/// What to do about parameters that a refusal names: they are left out, unless less than that will do.
fn instead(
    mut left_out: BTreeSet<Parameter>,
    refusal: &str,
    names: &ParameterNames,
    made: &Changes,
) -> Changes {
    let both = [Parameter::TopP, Parameter::Temperature];
    if refusal.contains(NOT_BOTH) && both.iter().all(|parameter| left_out.contains(parameter)) {
        return Changes { takes_one_of_two: true, ..Changes::default() };
    }
    let has_newer_max_tokens = names.has_newer_max_tokens()
        && !made.has_newer_max_tokens
        && contains_name(refusal, NEWER_MAX_TOKENS)
        && left_out.remove(&Parameter::MaxTokens);
    Changes { left_out, has_newer_max_tokens, ..Changes::default() }
}

/// Whether a text has this name in it, and not as part of another one.
fn contains_name(text: &str, name: &str) -> bool {
    // Chinese has no spaces, and a name stands between its characters.
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.match_indices(name).any(|(start, _)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::{ANTHROPIC, COMPATIBLE, GEMINI, OLLAMA};

    fn without(left_out: impl IntoIterator<Item = Parameter>) -> Changes {
        Changes { left_out: left_out.into_iter().collect(), ..Changes::default() }
    }

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
            (COMPATIBLE, "seed isn't supported by this model", vec![Seed]),
            (COMPATIBLE, "This model doesn’t support `top_k`.", vec![TopK]),
            (
                ANTHROPIC,
                r#"{"error":{"message":"`temperature` is deprecated for this model."}}"#,
                vec![Temperature],
            ),
            (COMPATIBLE, r#"{"error":{"message":"不支持参数repetition_penalty"}}"#, vec![RepetitionPenalty]),
            (COMPATIBLE, "未知参数：top_k", vec![TopK]),
            (
                COMPATIBLE,
                "'max_tokens' is not supported. There is no 'max_completion_tokens' either.",
                vec![MaxTokens],
            ),
            // Not for being there.
            (COMPATIBLE, r#"{"error":{"message":"top_p must be in (0, 1]"}}"#, vec![]),
            (COMPATIBLE, r#"{"error":{"message":"Unknown role","param":"messages[0].role"}}"#, vec![]),
        ] {
            let made = Changes { has_newer_max_tokens: true, ..Changes::default() };
            let Blamed { changes, is_of_the_model } = blamed(refusal, &names, &all, &made);
            assert_eq!(
                (changes, is_of_the_model),
                (without(expected.clone()), !expected.is_empty()),
                "{refusal}"
            );
        }
        let nothing = |refusal, sent: &[Parameter]| {
            let sent = sent.iter().copied().collect();
            blamed(refusal, &COMPATIBLE, &sent, &Changes::default()).changes.is_nothing()
        };
        assert!(nothing("Bad Request", &[Seed]));
        assert!(nothing("unknown: top_k", &[]));
    }

    #[test]
    fn a_refusal_that_names_nothing_says_nothing_of_the_model() {
        let all = BTreeSet::from([Parameter::Seed, Parameter::TopK, Parameter::RepetitionPenalty]);
        for refusal in [
            "Bad Request",
            r#"{"error":{"message":"Extra inputs are not permitted"}}"#,
            "unknown names: stop_k, top_p_too, top_k2",
        ] {
            let expected = without([Parameter::TopK, Parameter::RepetitionPenalty]);
            let blamed = blamed(refusal, &COMPATIBLE, &all, &Changes::default());
            assert_eq!(blamed, Blamed { changes: expected, is_of_the_model: false }, "{refusal}");
        }
    }

    #[test]
    fn no_more_is_left_out_than_a_refusal_asks_for() {
        let all = BTreeSet::from([Parameter::TopP, Parameter::Temperature, Parameter::MaxTokens]);
        let changes = |refusal, names| blamed(refusal, names, &all, &Changes::default()).changes;
        let both = r#"{"type":"error","error":{"type":"invalid_request_error","message":
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one."}}"#;
        let one_of_two = Changes { takes_one_of_two: true, ..Changes::default() };
        assert_eq!(changes(both, &ANTHROPIC), one_of_two);
        let renamed =
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.";
        let newer = Changes { has_newer_max_tokens: true, ..Changes::default() };
        assert_eq!(changes(renamed, &COMPATIBLE), newer);
        assert_eq!(changes(renamed, &GEMINI), without([Parameter::MaxTokens]));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let refused = Refused::default();
        let now = Instant::now();
        let model = |number: usize| ("openai", None, number.to_string());
        for number in 0..=MOST_MODELS {
            refused.remember(&model(number), &without([Parameter::TopK]), now);
        }
        assert!(refused.of(&model(0), now).is_nothing());
        refused.remember(&model(MOST_MODELS), &without([Parameter::Seed]), now);
        assert_eq!(refused.of(&model(MOST_MODELS), now), without([Parameter::Seed, Parameter::TopK]));
    }

    #[test]
    fn a_refusal_of_tools_holds_for_a_while() {
        let refused = Refused::default();
        let model = ("ollama", None, "gemma".to_owned());
        let begun = Instant::now();
        let no_tools = Changes { takes_no_tools: true, ..without([Parameter::TopK]) };
        refused.remember(&model, &no_tools, begun);
        assert_eq!(refused.of(&model, begun + WITHOUT_TOOLS / 2), no_tools);
        assert_eq!(refused.of(&model, begun + WITHOUT_TOOLS), without([Parameter::TopK]));
        // What else is learned says nothing of tools, and they may be refused again.
        refused.remember(&model, &without([Parameter::Seed]), begun + WITHOUT_TOOLS);
        assert!(!refused.of(&model, begun + WITHOUT_TOOLS).takes_no_tools);
        refused.remember(&model, &no_tools, begun + WITHOUT_TOOLS);
        assert!(refused.of(&model, begun + WITHOUT_TOOLS).takes_no_tools);
    }
}
