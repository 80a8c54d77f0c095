//! What a new conversation is called once its first question is answered. A model says so beside everything else: the answer doesn't
//! wait for it, and without it the conversation keeps the beginning of its question.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wenshu_answer::{AnswerEvent, Interpreter, Question};
use wenshu_store::Store;

use super::spending;

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
    /// Has the interpreter say what the conversation is called, and keeps that unless somebody has named it meanwhile.
    ///
    /// What the model takes for it is counted for the operator, whatever becomes of it, and is none of the run: that has ended, and
    /// what was said at its end of what it took stays true.
    pub(super) async fn name(
        self,
        interpreter: &Arc<dyn Interpreter>,
        store: &Store,
        answer: FirstAnswer<'_>,
    ) {
        let FirstAnswer { owner, run, conversation, question, text, model_label } = answer;
        let sink = |event| {
            if let AnswerEvent::ModelCalled(call) = &event {
                spending::count(call, model_label);
            }
        };
        let titled = tokio::select! {
            titled = tokio::time::timeout(TITLE_TIME, interpreter.title(question, text, &sink)) => titled,
            () = self.closing.cancelled() => return,
        };
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
