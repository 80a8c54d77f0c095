//! What goes past rig, as payloads that it doesn't model: pieces of text, of which it would keep two copies, and what a provider says that
//! a reply has taken so far, which rig gives out with a whole reply alone.

use rig_core::streaming::UnknownPayload;
use serde_json::{Value, json};

/// Something that came past rig.
pub(crate) enum PastRig<'a> {
    /// A piece of text.
    Text(&'a str),
    /// What has been taken so far.
    Usage(SaidUsage),
}

/// Tokens, as far as a provider has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaidUsage {
    pub(crate) input_tokens: Option<u64>,
    pub(crate) output_tokens: Option<u64>,
}

impl SaidUsage {
    /// This, and of what it doesn't say what was said before.
    pub(crate) fn or(self, before: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.or(before.input_tokens),
            output_tokens: self.output_tokens.or(before.output_tokens),
        }
    }

    /// What a frame of Chat Completions says.
    pub(crate) fn of_chat(frame: &Value) -> Self {
        let usage = &frame["usage"];
        Self {
            input_tokens: usage["prompt_tokens"].as_u64(),
            output_tokens: usage["completion_tokens"].as_u64(),
        }
    }

    /// What a frame of Anthropic's Messages says.
    pub(crate) fn of_messages(frame: &Value) -> Self {
        let usage = if frame["usage"].is_object() { &frame["usage"] } else { &frame["message"]["usage"] };
        Self { input_tokens: usage["input_tokens"].as_u64(), output_tokens: usage["output_tokens"].as_u64() }
    }

    /// What a frame of Google's `generateContent` says.
    pub(crate) fn of_generate_content(frame: &Value) -> Self {
        let usage = &frame["usageMetadata"];
        let thinking = usage["thoughtsTokenCount"].as_u64();
        let words = usage["candidatesTokenCount"].as_u64();
        Self {
            input_tokens: usage["promptTokenCount"].as_u64(),
            output_tokens: words.or(thinking).map(|_| words.unwrap_or(0) + thinking.unwrap_or(0)),
        }
    }

    /// Whether it says anything.
    pub(crate) fn is_something(self) -> bool {
        self != Self::default()
    }
}

/// A piece of text on its way past rig: in a list, which no frame of a provider is.
pub(crate) fn text(piece: String) -> UnknownPayload {
    UnknownPayload::new(Value::Array(vec![Value::String(piece)]))
}

/// What has been taken so far, on its way past rig.
pub(crate) fn usage(said: SaidUsage) -> UnknownPayload {
    UnknownPayload::new(json!([said.input_tokens, said.output_tokens]))
}

/// What was given out past rig, if this is it.
pub(crate) fn past_rig(payload: &UnknownPayload) -> Option<PastRig<'_>> {
    match payload.value().as_array()?.as_slice() {
        [Value::String(piece)] => Some(PastRig::Text(piece)),
        [input, output] => {
            Some(PastRig::Usage(SaidUsage { input_tokens: input.as_u64(), output_tokens: output.as_u64() }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_frames_say_adds_up() {
        let said = |input_tokens, output_tokens| SaidUsage { input_tokens, output_tokens };
        let start =
            json!({"type": "message_start", "message": {"usage": {"input_tokens": 25, "output_tokens": 1}}});
        let delta = json!({"type": "message_delta", "usage": {"output_tokens": 15}});
        assert_eq!(SaidUsage::of_messages(&start), said(Some(25), Some(1)));
        assert_eq!(
            SaidUsage::of_messages(&delta).or(SaidUsage::of_messages(&start)),
            said(Some(25), Some(15))
        );
        let chunk = json!({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}});
        assert_eq!(SaidUsage::of_chat(&chunk), said(Some(3), Some(4)));
        assert!(!SaidUsage::of_chat(&json!({"choices": [], "usage": null})).is_something());
        let thinking = json!({"usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 6, "thoughtsTokenCount": 7}});
        assert_eq!(SaidUsage::of_generate_content(&thinking), said(Some(5), Some(13)));
        assert_eq!(
            SaidUsage::of_generate_content(&json!({"usageMetadata": {"promptTokenCount": 5}})),
            said(Some(5), None)
        );
    }
}
