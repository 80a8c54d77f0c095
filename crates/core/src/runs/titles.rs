//! What a new conversation is called once its first question is answered. A model says so beside everything else: the answer doesn't
//! wait for it, and without it the conversation keeps the beginning of its question.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wenshu_answer::{AnswerEvent, Interpreter, Question};
use wenshu_store::Store;

use super::spending::Spending;
use super::work::stored;

/// How long a model may take for a title.
const TITLE_TIME: Duration = Duration::from_secs(30);

/// A conversation that may get a title.
pub(super) struct Untitled {
    /// What it is called until then.
    pub(super) first_title: String,
    /// Ends the wait for the model, since the server is stopping.
    pub(super) closing: CancellationToken,
}

/// The first answer of a conversation.
pub(super) struct FirstAnswer<'a> {
    pub(super) owner: Uuid,
    pub(super) run: Uuid,
    pub(super) conversation: Uuid,
    pub(super) question: &'a Question,
    pub(super) text: &'a str,
    /// What the model is counted under.
    pub(super) model_label: &'a str,
}

impl Untitled {
    /// Has the interpreter say what the conversation is called, and keeps that unless somebody has named it meanwhile. What the model
    /// took is added to the run.
    pub(super) async fn name(
        self,
        interpreter: &Arc<dyn Interpreter>,
        store: &Store,
        answer: FirstAnswer<'_>,
    ) {
        let FirstAnswer { owner, run, conversation, question, text, model_label } = answer;
        let spending = Spending::default();
        let sink = |event| {
            if let AnswerEvent::ModelCalled(call) = &event {
                spending.add(call, model_label);
            }
        };
        let titled = tokio::select! {
            titled = tokio::time::timeout(TITLE_TIME, interpreter.title(question, text, &sink)) => titled,
            () = self.closing.cancelled() => return,
        };
        let usage = spending.usage();
        if usage.input_tokens > 0 || usage.output_tokens > 0 {
            let (input, output) = (stored(usage.input_tokens), stored(usage.output_tokens));
            if let Err(error) = store.add_usage(run, input, output, usage.is_estimated).await {
                tracing::warn!(run.id = %run, %error, "what a title took was not kept");
            }
        }
        let title = match titled {
            Ok(Ok(Some(title))) => title,
            Ok(Ok(None)) => return,
            // Its words are for the person who asked, and nobody waits for these.
            Ok(Err(_)) | Err(_) => {
                tracing::info!(run.id = %run, "a model gave no title; the conversation keeps the one it has");
                return;
            }
        };
        if let Err(error) = store.replace_title(owner, conversation, &self.first_title, &title).await {
            tracing::warn!(run.id = %run, %error, "a title was not kept");
        }
    }
}
