//! A reply that calls tools as its provider wants to have it back: rig's own message, with what it keeps of the provider's items. Its text
//! isn't in it where that goes past rig.

use rig_core::completion::{CompletionResponse, Message};
use rig_core::message::{AssistantContent, AssistantMessage};
use serde::{Deserialize, Serialize};
use wenshu_answer::OwnForm;

/// What is kept of a reply.
#[derive(Deserialize, Serialize)]
struct Kept {
    turn: AssistantMessage,
    /// For each of its calls which one it was to come whole.
    order: Vec<usize>,
}

/// The form of a reply; none of one that calls nothing. `came` are the places of its calls in it, in the order in which they came whole.
pub(crate) fn of(reply: &CompletionResponse, has_text_past_rig: bool, came: &[usize]) -> Option<OwnForm> {
    let Message::Assistant(mut turn) = reply.message()? else { return None };
    if came.is_empty() || turn.tool_calls().count() != came.len() {
        return None;
    }
    if has_text_past_rig {
        turn.content.retain(|part| !matches!(part, AssistantContent::Text(_)));
    }
    let mut order: Vec<usize> = (0..came.len()).collect();
    order.sort_by_key(|which| came.get(*which));
    let reply_of = serde_json::to_value(Kept { turn, order }).ok()?;
    Some(OwnForm { reply: reply_of, thinking: reply.reasoning() })
}

/// The reply back, with what it said, and for each of its calls which of those that came it is; none where it can't be one that made so
/// many calls.
pub(crate) fn read(form: OwnForm, said: &str, calls: usize) -> Option<(AssistantMessage, Vec<usize>)> {
    let Kept { mut turn, order } = serde_json::from_value(form.reply).ok()?;
    if turn.tool_calls().count() != calls || order.len() != calls {
        return None;
    }
    let has_text = turn.content.iter().any(|part| matches!(part, AssistantContent::Text(_)));
    if !has_text && !said.trim().is_empty() {
        let is_call = |part: &AssistantContent| matches!(part, AssistantContent::ToolCall(_));
        let place = turn.content.iter().position(is_call).unwrap_or_default();
        turn.content.insert(place, AssistantContent::text(said));
    }
    Some((turn, order))
}
