//! Why a run has no complete answer, in the words of use cases.

use wenshu_answer::{AnswerErrorKind, FailedAnswer, Language, ModelErrorKind};
use wenshu_sources::SourceErrorKind;
use wenshu_store::RunStatus;

use super::AnswerRecord;
use super::active::StopReason;
use crate::error::FailureDetails;
use crate::{AppError, ErrorKind, Text};

/// The error of an answer that failed.
pub(super) fn of_answer(failed: &FailedAnswer) -> AppError {
    let error = &failed.error;
    let mut details = FailureDetails {
        sql: error.attempts.last().map(|attempt| attempt.sql.clone()).or_else(|| failed.partial.sql.clone()),
        attempts: error.attempts.clone(),
        ..FailureDetails::default()
    };
    let (kind, code) = match &error.kind {
        AnswerErrorKind::NotUnderstood { understood, unknown, suggestions } => {
            details.understood.clone_from(understood);
            details.unknown.clone_from(unknown);
            details.suggestions.clone_from(suggestions);
            (ErrorKind::Invalid, "not_understood")
        }
        AnswerErrorKind::Refused(_) => (ErrorKind::Invalid, "sql_refused"),
        AnswerErrorKind::Source(source) => of_source(source.kind()),
        AnswerErrorKind::Model(model) => match model.kind {
            ModelErrorKind::Unreachable => (ErrorKind::Upstream, "model_unreachable"),
            ModelErrorKind::Unauthorized => (ErrorKind::Upstream, "model_unauthorized"),
            ModelErrorKind::UnknownModel => (ErrorKind::Upstream, "model_unknown"),
            ModelErrorKind::RateLimited => (ErrorKind::Upstream, "model_rate_limited"),
            ModelErrorKind::PromptTooLong => (ErrorKind::Upstream, "prompt_too_long"),
            ModelErrorKind::Rejected | ModelErrorKind::TakesNoTools => {
                (ErrorKind::Upstream, "model_rejected")
            }
            ModelErrorKind::ProviderFailed => (ErrorKind::Upstream, "model_failed"),
            ModelErrorKind::Timeout => (ErrorKind::Timeout, "model_timeout"),
            ModelErrorKind::Cut => (ErrorKind::Upstream, "model_cut"),
            ModelErrorKind::LengthLimit => (ErrorKind::Upstream, "model_length_limit"),
            ModelErrorKind::Filtered => (ErrorKind::Upstream, "model_filtered"),
            ModelErrorKind::Malformed => (ErrorKind::Upstream, "model_malformed"),
        },
        AnswerErrorKind::Prompt => (ErrorKind::Invalid, "prompt_invalid"),
        AnswerErrorKind::Cancelled => (ErrorKind::Cancelled, "cancelled"),
        _ => (ErrorKind::Internal, "internal"),
    };
    // The message is in the language of the question already.
    let message = error.message.clone();
    let failure = AppError::new(kind, code, Text::new(message.clone(), message)).with_details(details);
    match &error.kind {
        // Its detail is ours: a status and a code.
        AnswerErrorKind::Model(error) => match error.retry_after {
            Some(wait) => failure.retry_after(wait),
            None => failure,
        }
        .caused_by(error.clone()),
        // What a database says of a statement may quote rows, so only troubles with the database itself are for the log.
        AnswerErrorKind::Source(source)
            if matches!(
                source.kind(),
                SourceErrorKind::Unreachable | SourceErrorKind::Busy | SourceErrorKind::Internal
            ) =>
        {
            failure.caused_by(source.clone())
        }
        _ => failure,
    }
}

/// What a database's failure is to whoever asked it.
pub(crate) fn of_source(kind: SourceErrorKind) -> (ErrorKind, &'static str) {
    match kind {
        SourceErrorKind::Unreachable => (ErrorKind::Upstream, "database_unreachable"),
        SourceErrorKind::Busy => (ErrorKind::Upstream, "database_busy"),
        SourceErrorKind::Execution => (ErrorKind::Upstream, "sql_execution_failed"),
        SourceErrorKind::Denied => (ErrorKind::Forbidden, "sql_refused"),
        SourceErrorKind::Timeout => (ErrorKind::Timeout, "query_timeout"),
        SourceErrorKind::Cancelled => (ErrorKind::Cancelled, "cancelled"),
        SourceErrorKind::Internal => (ErrorKind::Internal, "internal"),
    }
}

/// The error of a run that was ended from outside, and how it stands then.
pub(super) fn of_stop(reason: StopReason) -> (AppError, RunStatus) {
    match reason {
        StopReason::Owner => (
            AppError::new(ErrorKind::Cancelled, "cancelled", Text::new("已停止", "Stopped")),
            RunStatus::Cancelled,
        ),
        StopReason::Shutdown => (
            AppError::new(
                ErrorKind::Unavailable,
                "interrupted",
                Text::new(
                    "服务器关闭，回答已中断，请重新提问",
                    "The server shut down and the answer was interrupted; ask again",
                ),
            ),
            RunStatus::Interrupted,
        ),
        StopReason::TimeLimit => (
            AppError::new(
                ErrorKind::Timeout,
                "run_timeout",
                Text::new(
                    "回答超过了时间限制，请缩小问题的范围",
                    "The answer took longer than allowed; narrow the question down",
                ),
            ),
            RunStatus::Failed,
        ),
        StopReason::TooMuch => (
            AppError::new(
                ErrorKind::Upstream,
                "answer_too_large",
                Text::new("回答过长，已中断", "The answer grew too long and was cut off"),
            ),
            RunStatus::Failed,
        ),
        StopReason::Fault => (
            AppError::internal(anyhow::anyhow!("an event of the run could not be encoded")),
            RunStatus::Failed,
        ),
    }
}

/// A task needs credits.
pub(super) fn no_credits() -> AppError {
    AppError::new(
        ErrorKind::Forbidden,
        "no_credits",
        Text::new(
            "积分不足，请兑换积分码或联系管理员充值",
            "No credits are left; redeem a code, or ask an admin for more",
        ),
    )
}

/// What a task was to reply to isn't what the chat says any more.
pub(super) const CHAT_CHANGED: &str = "chat_changed";

/// See [`CHAT_CHANGED`].
pub(super) fn chat_changed() -> AppError {
    AppError::new(
        ErrorKind::Conflict,
        CHAT_CHANGED,
        Text::new("聊天正在被修改，请再试一次", "The chat is being changed; try once more"),
    )
}

/// Another request has begun a task under the same key.
pub(super) const KEY_TAKEN: &str = "key_taken";

/// See [`KEY_TAKEN`].
pub(super) fn key_taken() -> AppError {
    AppError::new(
        ErrorKind::Conflict,
        KEY_TAKEN,
        Text::new(
            "此键的请求正在处理，请再试一次",
            "A request with this key is being worked on; try once more",
        ),
    )
}

/// A chat needs a language model.
pub(super) fn no_model() -> AppError {
    AppError::new(
        ErrorKind::Upstream,
        "no_model",
        Text::new(
            "聊天需要语言模型，而内置引擎只回答数据问题。请添加一个模型并设为默认，或请管理员配置（OPENAI_API_KEY、OPENAI_BASE_URL、OPENAI_MODEL）",
            "A chat needs a language model, and the built-in engine answers questions about data alone. Add a model and make it the \
             default, or have an admin configure one (OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL)",
        ),
    )
}

/// What is said of a task that is over, from what was stored of it.
pub(super) fn of_stored(status: RunStatus, code: Option<&str>, message: Option<String>) -> AppError {
    match (status, code) {
        (RunStatus::Interrupted, _) => of_stop(StopReason::Shutdown).0,
        (RunStatus::Cancelled, _) => of_stop(StopReason::Owner).0,
        (_, Some("no_model")) => no_model(),
        (_, Some("run_timeout")) => of_stop(StopReason::TimeLimit).0,
        (_, code) => {
            let code = code.unwrap_or("failed");
            // As it was said when it happened, in the language of the task.
            let text = match message {
                Some(message) => Text::new(message.clone(), message),
                None => Text::new(format!("任务失败（{code}）"), format!("The task failed ({code})")),
            };
            AppError::new(ErrorKind::Upstream, "task_failed", text)
        }
    }
}

/// Codes of answers that failed, with their kinds, for reading them back from the store.
const KEPT: [(ErrorKind, &str); 25] = [
    (ErrorKind::Invalid, "not_understood"),
    (ErrorKind::Invalid, "sql_refused"),
    (ErrorKind::Invalid, "prompt_invalid"),
    (ErrorKind::Upstream, "database_unreachable"),
    (ErrorKind::Upstream, "database_busy"),
    (ErrorKind::Upstream, "sql_execution_failed"),
    (ErrorKind::Timeout, "query_timeout"),
    (ErrorKind::Timeout, "run_timeout"),
    (ErrorKind::Upstream, "model_unreachable"),
    (ErrorKind::Upstream, "model_unauthorized"),
    (ErrorKind::Upstream, "model_unknown"),
    (ErrorKind::Upstream, "model_rate_limited"),
    (ErrorKind::Upstream, "prompt_too_long"),
    (ErrorKind::Upstream, "model_rejected"),
    (ErrorKind::Upstream, "model_failed"),
    (ErrorKind::Timeout, "model_timeout"),
    (ErrorKind::Upstream, "model_cut"),
    (ErrorKind::Upstream, "model_length_limit"),
    (ErrorKind::Upstream, "model_filtered"),
    (ErrorKind::Upstream, "model_malformed"),
    (ErrorKind::Upstream, "answer_too_large"),
    (ErrorKind::Upstream, "no_model"),
    (ErrorKind::Unavailable, "store_unavailable"),
    (ErrorKind::Cancelled, "cancelled"),
    (ErrorKind::Unavailable, "interrupted"),
];

/// Why a question has no complete answer, as far as it was kept with the message: the text is in the language of the question.
pub(super) fn of_kept(status: RunStatus, record: &AnswerRecord) -> AppError {
    match (status, &record.error) {
        (RunStatus::Interrupted, _) => of_stop(StopReason::Shutdown).0,
        (RunStatus::Cancelled, _) => of_stop(StopReason::Owner).0,
        (_, Some(error)) => {
            let known = KEPT.into_iter().find(|(_, code)| *code == error.code);
            let (kind, code) = known.unwrap_or((ErrorKind::Internal, "internal"));
            let text = Text::new(error.message.clone(), error.message.clone());
            let details = FailureDetails { sql: record.sql.clone(), ..FailureDetails::default() };
            AppError::new(kind, code, text).with_details(details)
        }
        (_, None) => AppError::internal(anyhow::anyhow!("a run failed and it was not kept why")),
    }
}

/// What stays with the message of a run that its process did not live to end. Which language was asked for is not known any more, so
/// that it is that of the question. `shown` is what was kept of the answer by then besides its words, as it was stored.
pub(crate) fn interrupted_record(question: &str, shown: Option<&str>) -> AnswerRecord {
    let (error, _) = of_stop(StopReason::Shutdown);
    let is_chinese = |character| matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}');
    // Without letters there is nothing to go by but the default.
    let is_english = question.chars().any(|character| character.is_ascii_alphabetic());
    let language = if is_english && !question.chars().any(is_chinese) { Language::En } else { Language::Zh };
    let kept = shown.and_then(|shown| AnswerRecord::from_json(shown).ok()).unwrap_or_default();
    AnswerRecord { error: Some(self::shown(&error, language)), ..kept.broken_off() }
}

/// A panic in the pipeline. Its words are not taken over: they may quote a question or a row. The panic hook says where it was.
pub(super) fn of_panic() -> AppError {
    AppError::internal(anyhow::anyhow!("answering panicked"))
}

/// What is shown of an error in a language, for keeping with the message.
pub(super) fn shown(error: &AppError, language: Language) -> super::RecordedError {
    super::RecordedError {
        code: error.code().to_owned(),
        message: error.text().in_language(language).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_answer_says_so_in_the_language_of_its_question() {
        for (question, message) in [
            ("How many customers?", "The server shut down"),
            ("上海有多少 VIP？", "服务器关闭"),
            ("42?", "服务器关闭"),
            ("", "服务器关闭"),
        ] {
            let error = interrupted_record(question, None).error.unwrap();
            assert!(error.message.starts_with(message), "{question}: {}", error.message);
        }
    }
}
