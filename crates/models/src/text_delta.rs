//! The frame of Chat Completions that there are thousands of: a piece of the written answer and nothing else.
//!
//! It is read without building a document of it. Whatever a frame holds besides such a piece makes it another frame, which is read
//! whole: a call of a tool, reasoning, a reason to finish, usage, an error.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The piece of text that this frame brings, if it brings that alone.
pub(crate) fn text_delta(frame: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Frame<'_>>(frame).ok().map(|frame| frame.choices.0)
}

/// A frame of an answer's stream. It doesn't deserialize when it has more to say than a piece of text.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    choices: OnlyChoice<'a>,
    #[serde(default, rename = "object")]
    _object: Option<ChunkObject>,
    #[serde(default, rename = "error")]
    _error: Nothing,
    #[serde(default, rename = "usage")]
    _usage: Nothing,
}

#[derive(Deserialize)]
enum ChunkObject {
    #[serde(rename = "chat.completion.chunk")]
    Chunk,
}

/// `null`, or not there.
#[derive(Default)]
struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self)
    }
}

/// The text of a list of one choice.
struct OnlyChoice<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for OnlyChoice<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;

        impl<'de> Visitor<'de> for One {
            type Value = Cow<'de, str>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("one choice")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut choices: A) -> Result<Self::Value, A::Error> {
                let Some(choice) = choices.next_element::<Choice<'de>>()? else {
                    return Err(A::Error::custom("no choice"));
                };
                if choices.next_element::<IgnoredAny>()?.is_some() {
                    return Err(A::Error::custom("several choices"));
                }
                Ok(choice.delta.0)
            }
        }

        deserializer.deserialize_seq(One).map(OnlyChoice)
    }
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: OnlyText<'a>,
    #[serde(default, rename = "finish_reason")]
    _finish_reason: Nothing,
    #[serde(default, rename = "message")]
    _message: Nothing,
}

/// The text of a delta in which nothing else is said but the role.
struct OnlyText<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for OnlyText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Delta;

        impl<'de> Visitor<'de> for Delta {
            type Value = Cow<'de, str>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a delta of text")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut delta: A) -> Result<Self::Value, A::Error> {
                let mut content = None;
                while let Some(key) = delta.next_key::<Text<'de>>()? {
                    match &*key.0 {
                        "content" => content = Some(delta.next_value::<Text<'de>>()?.0),
                        "role" => {
                            delta.next_value::<IgnoredAny>()?;
                        }
                        _ => {
                            delta.next_value::<Nothing>()?;
                        }
                    }
                }
                content.ok_or_else(|| A::Error::missing_field("content"))
            }
        }

        deserializer.deserialize_map(Delta).map(OnlyText)
    }
}

/// A text that is borrowed from the frame unless it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::text_delta;

    #[test]
    fn a_piece_of_text_is_read_as_it_is() {
        for (frame, text) in [
            (r#"{"choices":[{"delta":{"content":"您好"}}]}"#, "您好"),
            (
                r#"{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","system_fingerprint":null,"service_tier":"default",
                    "choices":[{"index":0,"delta":{"role":"assistant","content":" a\n\"b\" \ud83d\ude00","tool_calls":null,"refusal":null},
                    "logprobs":null,"finish_reason":null}],"usage":null}"#,
                " a\n\"b\" 😀",
            ),
            (r#"{"choices":[{"delta":{"content":""}}]}"#, ""),
        ] {
            assert_eq!(text_delta(frame).as_deref(), Some(text), "{frame}");
        }
    }

    #[test]
    fn a_frame_with_anything_else_is_another_frame() {
        for frame in [
            "[DONE]",
            "",
            "null",
            "{}",
            r#"{"choices":[]}"#,
            r#"{"choices":[{"delta":{}}]}"#,
            r#"{"choices":[{"delta":{"content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":["a"]}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"delta":{"content":"a","reasoning_content":"b"}}]}"#,
            r#"{"choices":[{"delta":{"content":"a","tool_calls":[]}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"},"message":{"content":"a"}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"}}],"usage":{"total_tokens":1}}"#,
            r#"{"choices":[{"delta":{"content":"a"}}],"error":{"message":"b"}}"#,
            r#"{"object":"chat.completion","choices":[{"delta":{"content":"a"}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"}}]"#,
            r#"{"choices":[{"delta":{"content":"a"}}]} {}"#,
        ] {
            assert_eq!(text_delta(frame), None, "{frame}");
        }
    }
}
