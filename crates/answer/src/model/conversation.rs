//! The rounds of a conversation before the question, as a model is told them.

use super::language_model::{PromptMessage, Speaker};
use super::message;
use super::tokens::{TokenCounter, estimate};
use crate::{Question, Turn};

/// The rounds before the question, as many of the newest as fit: what was asked, and what was answered with which SQL.
///
/// The newest is always among them, since a question such as "and by month?" means nothing without it: its question and its SQL whole,
/// its answer as far as there is room.
pub(super) fn conversation(question: &Question, budget: u64) -> Vec<PromptMessage> {
    let mut rounds: Vec<[PromptMessage; 2]> = Vec::new();
    let mut left = budget;
    for turn in question.context.iter().rev() {
        let mut answer = answer(turn, turn.answer.trim());
        if answer.is_empty() {
            continue;
        }
        let cost = estimate(&turn.question) + estimate(&answer);
        match left.checked_sub(cost) {
            Some(rest) => left = rest,
            None if rounds.is_empty() => {
                answer = shortened(turn, left);
                left = 0;
            }
            // Rounds further back without this one would make another conversation.
            None => break,
        }
        rounds.push([message(Speaker::User, turn.question.clone()), message(Speaker::Assistant, answer)]);
    }
    rounds.into_iter().rev().flatten().collect()
}

/// A statement as models write and read it.
pub(super) fn fenced(sql: &str) -> String {
    format!("```sql\n{sql}\n```")
}

/// The statement of a round, and its answer in these words.
fn answer(turn: &Turn, words: &str) -> String {
    let sql = turn.sql.as_deref().map(fenced).unwrap_or_default();
    let between = if sql.is_empty() || words.is_empty() { "" } else { "\n\n" };
    [sql.as_str(), between, words].concat()
}

/// A round's answer of which the words are cut to what is left of the budget besides its question and its SQL.
fn shortened(turn: &Turn, budget: u64) -> String {
    let room = budget.saturating_sub(estimate(&turn.question) + estimate(&answer(turn, "")));
    let words = turn.answer.trim();
    let mut counter = TokenCounter::default();
    let mut letters = [0; 4];
    let end = words.char_indices().find(|(_, character)| {
        counter.add(character.encode_utf8(&mut letters));
        counter.tokens() >= room
    });
    let words = match end {
        Some((end, _)) if end > 0 => format!("{}…", &words[..end]),
        _ => String::new(),
    };
    match answer(turn, &words) {
        // An answer that was nothing but words: empty messages are refused.
        answer if answer.is_empty() => "…".to_owned(),
        answer => answer,
    }
}
