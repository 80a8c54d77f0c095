//! A prompt as rig takes it.

use rig_core::completion::{CompletionRequest, Message, ToolDefinition};
use rig_core::message::{
    AssistantContent, AssistantMessage, DocumentSourceKind, Image, ImageMediaType, ToolCall, ToolFunction,
    ToolName, ToolResultContent, UserContent,
};
use serde_json::Value;
use wenshu_answer::{
    AnsweredCall, ModelError, ModelErrorKind, Picture, PictureKind, Prompt, PromptMessage, Speaker, ToolRound,
};

use crate::own_form;
use crate::parameters::{Changes, ParameterNames};

/// The longest name of a tool that every provider takes, in characters.
const LONGEST_NAME: usize = 64;

/// The request for a prompt, with the parameters that its provider takes under the names that it has for them, or that its model has
/// by the changes.
///
/// # Errors
///
/// [`Rejected`](ModelErrorKind::Rejected) for a prompt that no provider takes: nothing is asked, or a tool has no name.
pub(crate) fn request(
    prompt: Prompt,
    names: &ParameterNames,
    changes: &Changes,
) -> Result<CompletionRequest, ModelError> {
    let Prompt { system, messages, tools, rounds, max_output_tokens, temperature, sampling, is_trial: _ } =
        prompt;
    if messages.last().is_none_or(PromptMessage::is_empty) {
        return Err(rejected("the prompt asks nothing"));
    }
    let mut history = Vec::with_capacity(messages.len() + 1);
    if !system.is_empty() {
        history.push(Message::system(system));
    }
    // An empty message, such as an answer that was stopped before its first word, is refused by some providers.
    history.extend(messages.into_iter().filter(|message| !message.is_empty()).map(|message| {
        match message.speaker {
            Speaker::User => shown(message),
            Speaker::Assistant => Message::assistant(message.text),
            Speaker::System => Message::system(message.text),
        }
    }));
    for (place, round) in rounds.into_iter().enumerate() {
        let (called, results) = called(round, place)?;
        history.push(called);
        history.push(results);
    }
    let mut request = CompletionRequest::new("");
    request.chat_history = history;
    for tool in tools {
        let name = ToolName::new(tool.name).map_err(|_empty| rejected("a tool has no name"))?;
        let description = match names.longest_description {
            Some(most) => tool.description.chars().take(most).collect(),
            None => tool.description,
        };
        request.tools.push(ToolDefinition::new(name, description, tool.parameters));
    }
    request.temperature = temperature.map(|temperature| temperature.min(names.warmest));
    let newer_max_tokens = max_output_tokens.filter(|_| changes.has_newer_max_tokens);
    request.additional_params = names.parameters(&sampling, newer_max_tokens);
    request.max_tokens = max_output_tokens.filter(|_| !changes.has_newer_max_tokens);
    // Why a reply ended is told in many words; those that say it isn't whole are known ones.
    request.accept_unknown_finish_reasons = true;
    Ok(request)
}

/// What the model called in its round of this place, and what that gave.
fn called(round: ToolRound, place: usize) -> Result<(Message, Message), ModelError> {
    let ToolRound { said, calls, own_form } = round;
    let (mut turn, order) = match own_form.and_then(|form| own_form::read(form, &said, calls.len())) {
        Some(kept) => kept,
        None => (made(said, &calls, place)?, (0..calls.len()).collect()),
    };
    for part in &mut turn.content {
        if let AssistantContent::ToolCall(call) = part {
            call.function.name = tool_name(call.function.name.as_str())?;
        }
    }
    let answered = order.into_iter().filter_map(|which| calls.get(which));
    let results = turn.tool_calls().zip(answered).map(|(called, call)| {
        let mut result = called.result(vec![ToolResultContent::text(call.result.clone())]);
        result.is_error = call.is_error;
        result
    });
    let results = Message::tool_results(results.collect());
    Ok((Message::Assistant(turn), results))
}

/// A tool's name as every provider takes it: a model may have called what there is no tool of, and what it called goes back.
fn tool_name(name: &str) -> Result<ToolName, ModelError> {
    let is_fitting = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    let fitting = name.chars().take(LONGEST_NAME);
    let fitting =
        fitting.map(|character| if is_fitting(character) { character } else { '_' }).collect::<String>();
    ToolName::new(fitting).map_err(|_empty| rejected("a tool has no name"))
}

/// A reply that makes these calls, of which nothing more is known.
fn made(said: String, calls: &[AnsweredCall], place: usize) -> Result<AssistantMessage, ModelError> {
    let mut content = Vec::with_capacity(calls.len() + 1);
    if !said.trim().is_empty() {
        content.push(AssistantContent::text(said));
    }
    for (index, call) in calls.iter().enumerate() {
        let name = tool_name(&call.name)?;
        // Nine letters and digits: of all providers the strictest takes no other.
        let id = format!("call{place:02}{index:03}");
        let function = ToolFunction::new(name, Value::Object(call.arguments.clone()));
        content.push(AssistantContent::ToolCall(ToolCall::from_wire(id, function)));
    }
    Ok(AssistantMessage::new(content))
}

/// A person's message, its pictures before its words.
fn shown(message: PromptMessage) -> Message {
    let PromptMessage { speaker: _, text, pictures } = message;
    if pictures.is_empty() {
        return Message::user(text);
    }
    let pictures = pictures.into_iter().map(|picture| {
        let (data, media_type) = match picture {
            Picture::Address(url) => (DocumentSourceKind::Url(url), None),
            Picture::Content { kind, base64 } => {
                let media_type = match kind {
                    PictureKind::Png => ImageMediaType::PNG,
                    PictureKind::Jpeg => ImageMediaType::JPEG,
                    PictureKind::WebP => ImageMediaType::WEBP,
                    PictureKind::Gif => ImageMediaType::GIF,
                };
                (DocumentSourceKind::Base64(base64), Some(media_type))
            }
        };
        UserContent::Image(Image { data, media_type, ..Image::default() })
    });
    let words = (!text.is_empty()).then(|| UserContent::text(text));
    Message::User { content: pictures.chain(words).collect() }
}

fn rejected(detail: &str) -> ModelError {
    ModelError { requests: 0, ..ModelError::new(ModelErrorKind::Rejected, detail) }
}
