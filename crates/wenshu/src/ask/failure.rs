//! Why there is no answer, on standard error, and which exit code that is.

use std::fmt::Write as _;

use wenshu_answer::{AnswerErrorKind, Clarification, FailedAnswer};
use wenshu_sources::SourceErrorKind;

use crate::console::{self, visible_lines};
use crate::exit::Exit;
use crate::texts::Texts;

/// Says it.
pub(super) fn say(failed: &FailedAnswer, show_sql: bool, texts: Texts) -> Exit {
    let exit = exit_of(&failed.error.kind);
    console::say(&if exit == Exit::Interrupted {
        texts.cancelled().to_owned()
    } else {
        text(failed, show_sql, texts)
    });
    exit
}

pub(super) fn exit_of(kind: &AnswerErrorKind) -> Exit {
    match kind {
        AnswerErrorKind::NotUnderstood { .. } => Exit::NotAnswered,
        AnswerErrorKind::Cancelled => Exit::Interrupted,
        AnswerErrorKind::Source(error) if error.kind() == SourceErrorKind::Cancelled => Exit::Interrupted,
        _ => Exit::Failed,
    }
}

/// The message, what was understood and what not, and what can be asked instead.
pub(super) fn text(failed: &FailedAnswer, show_sql: bool, texts: Texts) -> String {
    let mut text = format!("{} {}", texts.error(), visible_lines(&failed.error.message));
    if let AnswerErrorKind::NotUnderstood { understood, unknown, suggestions } = &failed.error.kind {
        push_list(&mut text, texts.understood(), understood);
        push_list(&mut text, texts.unknown(), unknown);
        push_list(&mut text, texts.suggestions(), suggestions);
    }
    if show_sql && !failed.error.attempts.is_empty() {
        let tried: Vec<String> = failed.error.attempts.iter().map(|attempt| attempt.sql.clone()).collect();
        push_list(&mut text, texts.tried(), &tried);
    }
    text
}

/// The question back, with what it could mean.
pub(super) fn clarification(clarification: &Clarification, texts: Texts) -> String {
    let mut text = visible_lines(&clarification.message);
    let options: Vec<String> = clarification.options.iter().map(|option| option.query.clone()).collect();
    push_list(&mut text, texts.meant(), &options);
    text
}

fn push_list(text: &mut String, heading: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = write!(text, "\n{heading}");
    for item in items {
        let _ = write!(text, "\n  - {}", visible_lines(item).replace('\n', "\n    "));
    }
}
