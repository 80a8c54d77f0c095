//! Trying a model: whether it answers, and if not, whose fault that is.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::time::Instant;
use uuid::Uuid;
use wenshu_answer::{LanguageModel, ModelError, ModelErrorKind, Prompt, PromptMessage, Speaker};

use super::{Models, Which, not_found, words};
use crate::{Actor, AppError, Text};

/// The longest time for a test.
const TEST_TIME: Duration = Duration::from_secs(30);

/// What came of trying a model.
#[derive(Clone, Debug)]
pub struct ModelTest {
    /// Whether it answered.
    pub success: bool,
    /// Until the first piece of its reply, or until it was clear that none comes.
    pub latency: Duration,
    /// How it went; for a failure what happened, why and what to do.
    pub message: Text,
    /// What failed, in lower snake case: `unauthorized`, `unknown_model`, `unreachable`, ….
    pub reason: Option<&'static str>,
    /// What its provider calls the model.
    pub model: String,
}

impl Models {
    /// Tries a model that the caller may ask, with a question of few tokens. A model that doesn't answer is no error.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a model that admins share, unless by one of them: it is their key that a trial costs; `NotFound`; failures of the store.
    pub async fn test(&self, actor: &Actor, id: Uuid) -> Result<ModelTest, AppError> {
        let stored = self.stored(actor).await?;
        let which = self.shared.find(&stored, id).ok_or_else(not_found)?;
        if matches!(which, Which::Stored(_)) {
            actor.must_be_admin()?;
        }
        Ok(self.try_which(which).await)
    }

    /// Tries a model, and keeps whether it answered.
    pub(super) async fn try_which(&self, which: Which<'_>) -> ModelTest {
        let started = Instant::now();
        let tried = match which {
            Which::Builtin => Ok(Text::new("内置引擎可用", "The built-in engine is there")),
            Which::Offered(offered) => try_out(&offered.model).await,
            Which::Own(model) | Which::Stored(model) => match self.opened(model).await {
                Ok(opened) => try_out(&opened).await,
                // What can't be opened as it is stored is what a test is to find.
                Err(error) => Err(Failing { message: shown(&error), reason: "unusable" }),
            },
        };
        let latency = started.elapsed();
        if let Which::Own(model) | Which::Stored(model) = which {
            self.note_reached(model, tried.is_ok()).await;
        }
        let model = which.model_id().to_owned();
        match tried {
            Ok(message) => ModelTest { success: true, latency, message, reason: None, model },
            Err(Failing { message, reason }) => {
                ModelTest { success: false, latency, message, reason: Some(reason), model }
            }
        }
    }

    /// Keeps whether a model answered, for the list.
    pub(crate) async fn note_reached(&self, model: &wenshu_store::Model, reached: bool) {
        if model.last_reached == Some(reached) {
            return;
        }
        let noted = match model.owner {
            Some(owner) => self.store.set_model_reached(owner, model.id, model.revision, reached).await,
            None => self.store.set_shared_model_reached(model.id, model.revision, reached).await,
        };
        // The list shows the older outcome then, which is no reason to fail a test or an answer.
        if let Err(error) = noted {
            tracing::warn!(model.id = %model.id, error = %error, "the outcome of trying a model was not kept");
        }
    }
}

struct Failing {
    message: Text,
    reason: &'static str,
}

/// Asks for a word and waits until the reply begins; what else would come is given up.
async fn try_out(model: &Arc<dyn LanguageModel>) -> Result<Text, Failing> {
    let message = PromptMessage::new(Speaker::User, "Reply with the word OK.");
    let prompt = Prompt { messages: vec![message], is_trial: true, ..Prompt::default() };
    let asking = async {
        let mut reply = model.reply(prompt).await?;
        reply.parts.next().await.transpose().map(drop)
    };
    let tried = tokio::time::timeout(TEST_TIME, asking).await.unwrap_or_else(|_elapsed| {
        let seconds = TEST_TIME.as_secs();
        Err(ModelError::new(ModelErrorKind::Timeout, format!("no reply within {seconds} s")))
    });
    match tried {
        Ok(()) => Ok(Text::new("模型可用", "The model answers")),
        Err(error) => Err(Failing { message: words(&error), reason: failure_name(error.kind) }),
    }
}

/// An error with the fields that it names, in one text.
fn shown(error: &AppError) -> Text {
    let mut text = error.text().clone();
    for fault in error.fields() {
        text = Text::new(
            format!("{}：{}", fault.field, fault.text.zh),
            format!("`{}` {}", fault.field, fault.text.en),
        );
    }
    text
}

/// What a model's failure is called, in lower snake case.
pub(crate) fn failure_name(kind: ModelErrorKind) -> &'static str {
    match kind {
        ModelErrorKind::Unreachable => "unreachable",
        ModelErrorKind::Unauthorized => "unauthorized",
        ModelErrorKind::UnknownModel => "unknown_model",
        ModelErrorKind::RateLimited => "rate_limited",
        ModelErrorKind::PromptTooLong => "prompt_too_long",
        ModelErrorKind::Rejected | ModelErrorKind::TakesNoTools => "rejected",
        ModelErrorKind::ProviderFailed => "provider_failed",
        ModelErrorKind::Timeout => "timeout",
        ModelErrorKind::Cut => "cut",
        ModelErrorKind::LengthLimit => "length_limit",
        ModelErrorKind::Filtered => "filtered",
        ModelErrorKind::Malformed => "malformed",
    }
}
