//! Whether a refusal says that a model takes no tools: what is learned of it holds for everybody who asks that model.

use serde_json::Value;
use wenshu_answer::Prompt;

use crate::refused::NOT_TAKEN;

/// Words by which a refusal says that a model takes no tools at all. What follows `tool` is looked at: it may be about one way to offer them.
const NO_TOOLS: [&str; 19] = [
    "not support tool",
    "n't support tool",
    "n’t support tool",
    "not support function call",
    "n't support function call",
    "found that support tool",
    "tools are not supported",
    "tools is not supported",
    "tool use is not supported",
    "tool calls are not supported",
    "tool calling is not supported",
    "function call is not supported",
    "function calling is not supported",
    "function calling is not enabled",
    "function calling is unsupported",
    "enable-auto-tool-choice",
    "不支持工具",
    "不支持函数调用",
    "不支持function call",
];

/// Words behind `tool` that make it something else.
const NOT_TOOLS: [&str; 4] = ["choice", "type", "message", "result"];

/// What a refusal says of tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing, or not that the model takes none.
    Nothing,
    /// That it takes none, in words that the prompt has too: some repeat the request in it or beside it, in which anything may be said.
    PerhapsRepeated,
    /// That it takes none.
    TakesNone,
}

/// What a refusal of this prompt says of tools. Only its message is read.
pub(crate) fn said_of_tools(refusal: &str, prompt: &Prompt) -> Said {
    // What is rather particular isn't in our own instructions, but may be in somebody's own.
    let is_particular = |words: &str| !is_said_in(prompt, words) && !has(&prompt.system, words);
    if says_none(refusal, |words| !is_said_in(prompt, words), is_particular) {
        Said::TakesNone
    } else if says_none(refusal, |_| true, |_| true) {
        Said::PerhapsRepeated
    } else {
        Said::Nothing
    }
}

/// Whether a refusal says that a model takes no tools, by words that count: those of a part that isn't taken, and those of tools.
fn says_none(
    refusal: &str,
    counts_of_part: impl Fn(&str) -> bool,
    counts_of_tools: impl Fn(&str) -> bool,
) -> bool {
    let refusal = refusal.to_lowercase();
    let body: Value = serde_json::from_str(&refusal).unwrap_or_default();
    let body = body.get(0).unwrap_or(&body);
    let error = body.get("error").unwrap_or(body);
    let message: &str = match error {
        // It is no JSON, but words.
        Value::Null => &refusal,
        Value::String(message) => message,
        error => ["message", "detail"].iter().find_map(|name| error[*name].as_str()).unwrap_or_default(),
    };
    let says_so = |words: &&str| message.contains(*words) && counts_of_part(words);
    let is_code = |code: &str| NOT_TAKEN.iter().any(|words| code.contains(words));
    let is_not_taken = || NOT_TAKEN.iter().any(&says_so) || error["code"].as_str().is_some_and(is_code);
    error["param"] == "tools" && is_not_taken()
        || NO_TOOLS.iter().any(|words| {
            let mut found = message.match_indices(words);
            found.any(|(start, _)| {
                let rest = message.get(start + words.len()..).unwrap_or_default();
                let rest = rest.strip_prefix('s').unwrap_or(rest).trim_start_matches(['_', ' ']);
                !NOT_TOOLS.iter().any(|word| rest.starts_with(word))
            }) && counts_of_tools(words)
        })
}

/// Whether these words, in small letters, are anywhere in what was said, asked or found.
fn is_said_in(prompt: &Prompt, words: &str) -> bool {
    let messages = prompt.messages.iter().map(|message| message.text.as_str());
    let said = prompt.rounds.iter().map(|round| round.said.as_str());
    let calls = || prompt.rounds.iter().flat_map(|round| &round.calls);
    let results = calls().map(|call| call.result.as_str());
    messages.chain(said).chain(results).any(|text| has(text, words))
        || calls().any(|call| call.arguments.values().any(|value| has(&value.to_string(), words)))
}

/// Whether these words, in small letters, are in a text, however it is spaced.
fn has(text: &str, words: &str) -> bool {
    let spaced: Vec<&str> = text.split_whitespace().collect();
    spaced.join(" ").to_lowercase().contains(words)
}

#[cfg(test)]
mod tests {
    use wenshu_answer::{AnsweredCall, PromptMessage, Speaker, ToolRound};

    use super::*;

    fn asking(question: &str) -> Prompt {
        Prompt { messages: vec![PromptMessage::new(Speaker::User, question)], ..Prompt::default() }
    }

    #[test]
    fn a_refusal_of_tools_is_told_from_one_of_what_is_offered() {
        for refusal in [
            r#"{"error":"registry.ollama.ai/library/gemma:2b does not support tools"}"#,
            r#"{"error":{"message":"This model doesn't support tool use.","code":400}}"#,
            r#"{"error":{"message":"No endpoints found that support tool use. Try disabling \"run_sql\".","code":404}}"#,
            r#"{"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"}"#,
            r#"{"error":{"message":"Unsupported parameter: 'tools'.","param":"tools","code":"unsupported_parameter"}}"#,
            r#"{"code":20041,"message":"Function call is not supported for this model."}"#,
            r#"{"error":{"code":400,"message":"Function calling is not enabled for models/gemma-3-27b-it","status":"INVALID_ARGUMENT"}}"#,
            r#"[{"error":{"code":400,"message":"Tool use with function calling is unsupported","status":"INVALID_ARGUMENT"}}]"#,
            r#"{"detail":"This model does not support tools"}"#,
            "此模型不支持工具调用",
        ] {
            assert_eq!(said_of_tools(refusal, &asking("茅台最近怎么样？")), Said::TakesNone, "{refusal}");
        }
        for refusal in [
            r#"{"error":{"message":"Invalid schema for function 'find': unsupported type","param":"tools[0].function.parameters"}}"#,
            r#"{"error":{"message":"tools.0.custom.input_schema: unknown keyword"}}"#,
            r#"{"error":{"message":"This model does not support tool_choice required"}}"#,
            r#"{"error":{"message":"It does not support tool type web_search"}}"#,
            r#"{"error":{"message":"model 'tools' not found"}}"#,
            // The question is beside the message.
            r#"{"detail":[{"type":"missing","msg":"Field required","input":{"content":"为什么它不支持工具调用？"}}]}"#,
            r#"{"error":{"message":"Bad Request","param":"tools","input":"Which model does not support tools?"}}"#,
            "Bad Request",
        ] {
            assert_eq!(said_of_tools(refusal, &asking("茅台最近怎么样？")), Said::Nothing, "{refusal}");
        }
    }

    #[test]
    fn what_a_refusal_repeats_of_the_question_is_no_reason() {
        let question = "Which model does not  support\ntools? 为什么它不支持工具调用？ Is it unsupported?";
        for refusal in [
            r#"{"error":{"message":"bad request: [{'content': 'Which model does not support tools?'}]"}}"#,
            r#"{"error":{"message":"错误的请求：为什么它不支持工具调用？"}}"#,
            r#"{"error":{"message":"Bad Request: Is it unsupported?","param":"tools"}}"#,
            "bad request: which model does NOT support tools?",
        ] {
            assert_eq!(said_of_tools(refusal, &asking(question)), Said::PerhapsRepeated, "{refusal}");
            assert_eq!(said_of_tools(refusal, &asking("hi")), Said::TakesNone, "{refusal}");
        }
        let said = |text: &str| text.to_owned();
        let call = AnsweredCall {
            name: said("find"),
            arguments: serde_json::Map::from_iter([(
                said("text"),
                Value::from("function calling is unsupported"),
            )]),
            result: said("It doesn't support tools."),
            is_error: false,
        };
        let round = ToolRound { said: said("Tool use is not supported."), calls: vec![call], own_form: None };
        let prompt = Prompt { rounds: vec![round], ..asking("hi") };
        for refusal in
            ["function calling is unsupported", "It doesn't support tools.", "tool use is not supported"]
        {
            assert_eq!(said_of_tools(refusal, &prompt), Said::PerhapsRepeated, "{refusal}");
            assert_eq!(said_of_tools(refusal, &asking("hi")), Said::TakesNone, "{refusal}");
        }
        // In words of its own it says so all the same.
        let refusal = r#"{"error":{"message":"Unsupported parameter: 'tools'.","param":"tools","code":"unsupported_parameter"}}"#;
        for refusal in [refusal, "Function calling is not enabled for this model"] {
            assert_eq!(said_of_tools(refusal, &asking(question)), Said::TakesNone, "{refusal}");
        }
    }
}
