//! Calls that grow without end, and what of them goes back to the model.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::model::calling::converse_with_tools;
use crate::model::language_model::{LanguageModel, ModelError, OwnForm, Prompt, Reply, ReplyPart};
use crate::model::taken::Taken;
use crate::tool::NoTools;
use crate::{AnswerErrorKind, AnswerEvent, Language, ModelErrorKind};

/// Says these replies, one after the other; what it writes of a call before those never becomes whole.
#[derive(Default)]
struct Calling {
    endless: bool,
    replies: Mutex<VecDeque<Vec<ReplyPart>>>,
    prompts: Mutex<Vec<Prompt>>,
}

#[async_trait]
impl LanguageModel for Calling {
    fn takes_tools(&self) -> bool {
        true
    }

    async fn reply(&self, prompt: Prompt) -> Result<Reply, ModelError> {
        self.prompts.lock().unwrap().push(prompt);
        let parts = self.replies.lock().unwrap().pop_front().expect("one reply more");
        Ok(Reply { parts: stream::iter(parts.into_iter().map(Ok)).boxed(), requests: 1 })
    }

    async fn reply_noting(&self, prompt: Prompt, taken: &Taken) -> Result<Reply, ModelError> {
        if !self.endless {
            return self.reply(prompt).await;
        }
        taken.accept();
        for _ in 0..64 {
            taken.hear(&" ".repeat(64 * 1024));
            tokio::task::yield_now().await;
        }
        Err(ModelError::new(ModelErrorKind::Unreachable, "it went on for 4 MiB"))
    }
}

async fn talk(model: &Calling) -> Result<(), AnswerErrorKind> {
    let events = |_: AnswerEvent| {};
    let cancel = CancellationToken::new();
    let answered =
        converse_with_tools(model, Prompt::default(), &NoTools, Vec::new(), Language::En, &events, &cancel)
            .await;
    answered.map(|_| ()).map_err(|failed| failed.error.kind)
}

fn call(name: &str, arguments: Value) -> ReplyPart {
    ReplyPart::ToolCall { name: name.to_owned(), arguments }
}

fn words() -> Vec<ReplyPart> {
    vec![ReplyPart::Text("好。".to_owned())]
}

fn own_form() -> ReplyPart {
    ReplyPart::OwnForm(OwnForm { reply: json!({}), thinking: String::new() })
}

#[tokio::test]
async fn a_reply_that_begins_with_a_call_without_end_is_ended() {
    let failed = talk(&Calling { endless: true, ..Calling::default() }).await.unwrap_err();
    let AnswerErrorKind::Model(error) = failed else { panic!("{failed:?}") };
    assert_eq!(error.kind, ModelErrorKind::Malformed);
}

#[tokio::test]
async fn what_was_refused_for_its_length_is_not_sent_again() {
    let long = "x".repeat(20_000);
    for (calls, is_kept) in [
        (vec![call("find", json!({"keyword": "茅台"}))], true),
        (vec![call("find", json!({"keyword": "茅台"})), call("find", json!({"keyword": long}))], false),
        (vec![call(&long, json!({}))], false),
    ] {
        let count = calls.len();
        let replies = VecDeque::from([[calls, vec![own_form()]].concat(), words()]);
        let model = Calling { replies: Mutex::new(replies), ..Calling::default() };
        talk(&model).await.unwrap();
        let prompts = model.prompts.into_inner().unwrap();
        let [round] = &prompts[1].rounds[..] else { panic!("one round") };
        assert_eq!((round.calls.len(), round.own_form.is_some()), (count, is_kept));
        let length: usize =
            round.calls.iter().map(|call| call.name.len() + call.arguments.len() + call.result.len()).sum();
        assert!(length < 1_000, "{length}");
    }
}

#[tokio::test]
async fn a_reply_that_calls_without_end_is_refused() {
    let replies = VecDeque::from([vec![call("find", json!({})); 20_000], words()]);
    let failed = talk(&Calling { replies: Mutex::new(replies), ..Calling::default() }).await.unwrap_err();
    assert!(matches!(failed, AnswerErrorKind::Model(_)), "{failed:?}");
}
