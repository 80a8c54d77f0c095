//! A prompt as rig takes it.

use rig_core::completion::{CompletionRequest, Message, ToolDefinition};
use rig_core::message::ToolName;
use wenshu_answer::{ModelError, ModelErrorKind, Prompt, Speaker};

use crate::parameters::ParameterNames;

/// The request for a prompt, with the parameters that its provider takes under the names that it has for them.
///
/// # Errors
///
/// [`Rejected`](ModelErrorKind::Rejected) for a prompt that no provider takes: nothing is asked, or a tool has no name.
pub(crate) fn request(prompt: Prompt, names: &ParameterNames) -> Result<CompletionRequest, ModelError> {
    let Prompt { system, messages, tools, max_output_tokens, temperature, sampling, is_trial: _ } = prompt;
    if messages.last().is_none_or(|message| message.text.is_empty()) {
        return Err(rejected("the prompt asks nothing"));
    }
    let mut history = Vec::with_capacity(messages.len() + 1);
    if !system.is_empty() {
        history.push(Message::system(system));
    }
    // An empty message, such as an answer that was stopped before its first word, is refused by some providers.
    history.extend(messages.into_iter().filter(|message| !message.text.is_empty()).map(|message| {
        match message.speaker {
            Speaker::User => Message::user(message.text),
            Speaker::Assistant => Message::assistant(message.text),
            Speaker::System => Message::system(message.text),
        }
    }));
    let mut request = CompletionRequest::new("");
    request.chat_history = history;
    for tool in tools {
        let name = ToolName::new(tool.name).map_err(|_empty| rejected("a tool has no name"))?;
        request.tools.push(ToolDefinition::new(name, tool.description, tool.parameters));
    }
    request.temperature = temperature.map(|temperature| temperature.min(names.warmest));
    request.additional_params = names.parameters(&sampling);
    request.max_tokens = max_output_tokens;
    // Why a reply ended is told in many words; none of them makes the reply another.
    request.accept_unknown_finish_reasons = true;
    Ok(request)
}

fn rejected(detail: &str) -> ModelError {
    ModelError { requests: 0, ..ModelError::new(ModelErrorKind::Rejected, detail) }
}
