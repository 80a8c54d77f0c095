//! What can go wrong, in words that may be shown.
//!
//! An [`AppError`] has a closed kind that contracts turn into a status, a stable code, a text in both languages, and a
//! private source that is logged once at the boundary and never shown. It deliberately has no serde derive.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wenshu_answer::{FailedAttempt, Language};
use wenshu_store::StoreError;

/// What happened, as far as a caller acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The input breaks a rule; `fields` says which.
    Invalid,
    /// Nobody is signed in, or the credential isn't valid (any more).
    Unauthenticated,
    /// Signed in, but not allowed.
    Forbidden,
    /// It doesn't exist, or belongs to somebody else.
    NotFound,
    /// It contradicts what is there.
    Conflict,
    /// Too often; `retry_after` says when again.
    TooMany,
    /// A database or a model that is asked failed.
    Upstream,
    /// It took longer than allowed.
    Timeout,
    /// Stopped by its owner.
    Cancelled,
    /// The server can't do it at the moment (store unreachable, shutting down).
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Invalid,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::TooMany,
        Self::Upstream,
        Self::Timeout,
        Self::Cancelled,
        Self::Unavailable,
        Self::Internal,
    ];
}

/// A text for people, in every language we speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Chinese.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Text {
    /// A text in both languages.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The text in this language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// One field that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's neutral name; a contract may know it under another.
    pub field: Cow<'static, str>,
    /// The rule it breaks.
    pub text: Text,
}

/// What an answer that failed leaves for the person: the SQL and what was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureDetails {
    /// The last SQL.
    pub sql: Option<String>,
    /// What was tried, oldest first.
    pub attempts: Vec<FailedAttempt>,
    /// Parts of the question that were understood.
    pub understood: Vec<String>,
    /// Parts that were not.
    pub unknown: Vec<String>,
    /// Questions that would work.
    pub suggestions: Vec<String>,
}

/// A failure of a use case. One pointer wide, since it is the rare half of every result.
#[derive(Clone, Debug)]
pub struct AppError(Box<Fault>);

#[derive(Clone, Debug)]
struct Fault {
    kind: ErrorKind,
    code: &'static str,
    text: Text,
    fields: Vec<FieldFault>,
    retry_after: Option<Duration>,
    details: Option<FailureDetails>,
    source: Option<Arc<anyhow::Error>>,
}

impl AppError {
    /// A failure of this kind. `code` is stable and in lower snake case.
    pub fn new(kind: ErrorKind, code: &'static str, text: Text) -> Self {
        let fields = Vec::new();
        Self(Box::new(Fault { kind, code, text, fields, retry_after: None, details: None, source: None }))
    }

    /// One field breaks a rule.
    pub fn invalid(field: impl Into<Cow<'static, str>>, text: Text) -> Self {
        Self::invalid_fields(vec![FieldFault { field: field.into(), text }])
    }

    /// Several fields break rules, all named at once.
    pub fn invalid_fields(fields: Vec<FieldFault>) -> Self {
        let mut error = Self::new(
            ErrorKind::Invalid,
            "validation",
            Text::new("请求参数无效", "The request is not valid"),
        );
        error.0.fields = fields;
        error
    }

    /// There is no such thing, or it isn't the caller's.
    pub fn not_found(what_zh: &str, what_en: &str) -> Self {
        Self::new(
            ErrorKind::NotFound,
            "not_found",
            Text::new(format!("{what_zh}不存在"), format!("{what_en} not found")),
        )
    }

    /// Nobody is signed in, or the credential isn't valid.
    pub fn unauthenticated() -> Self {
        Self::new(
            ErrorKind::Unauthenticated,
            "unauthenticated",
            Text::new(
                "未认证或登录已过期，请重新登录",
                "Not signed in, or the session has expired; sign in again",
            ),
        )
    }

    /// Signed in, but not allowed.
    pub fn forbidden() -> Self {
        Self::new(
            ErrorKind::Forbidden,
            "forbidden",
            Text::new("权限不足", "You don't have the permission to do this"),
        )
    }

    /// A fault of ours; the cause is logged, not shown.
    pub fn internal(source: impl Into<anyhow::Error>) -> Self {
        Self::new(
            ErrorKind::Internal,
            "internal",
            Text::new("服务器内部错误，请稍后再试", "The server had an internal error; try again later"),
        )
        .caused_by(source)
    }

    /// Under a code of its own, for contracts that answer it in their own way.
    #[must_use]
    pub fn coded(mut self, code: &'static str) -> Self {
        self.0.code = code;
        self
    }

    /// With other names for the fields that break rules.
    #[must_use]
    pub fn map_fields(mut self, name: impl Fn(&str) -> String) -> Self {
        for fault in &mut self.0.fields {
            fault.field = name(&fault.field).into();
        }
        self
    }

    /// With the cause, for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.0.source = Some(Arc::new(source.into()));
        self
    }

    /// With the time after which a retry makes sense.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// With what an answer that failed leaves behind.
    #[must_use]
    pub fn with_details(mut self, details: FailureDetails) -> Self {
        self.0.details = Some(details);
        self
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code, lower snake case.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What to show.
    pub fn text(&self) -> &Text {
        &self.0.text
    }

    /// Fields that break rules.
    pub fn fields(&self) -> &[FieldFault] {
        &self.0.fields
    }

    /// When to try again.
    pub fn retry_wait(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What a failed answer leaves behind.
    pub fn details(&self) -> Option<&FailureDetails> {
        self.0.details.as_ref()
    }

    /// The cause: for the log alone.
    pub fn source_error(&self) -> Option<&anyhow::Error> {
        self.0.source.as_deref()
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.text.en)
    }
}

impl std::error::Error for AppError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| {
            let source: &(dyn std::error::Error + 'static) = source.as_ref().as_ref();
            source
        })
    }
}

impl From<StoreError> for AppError {
    /// What a use case has no better word for. Meaningful conflicts are named where they happen.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found("资源", "Resource"),
            StoreError::Conflict { .. } => Self::new(
                ErrorKind::Conflict,
                "conflict",
                Text::new("与现有数据冲突", "This conflicts with what is already there"),
            )
            .caused_by(error),
            StoreError::Unavailable(_) => Self::new(
                ErrorKind::Unavailable,
                "store_unavailable",
                Text::new(
                    "存储暂时不可用，请稍后再试",
                    "The store can't be reached at the moment; try again later",
                ),
            )
            .caused_by(error),
            error => Self::internal(error),
        }
    }
}
