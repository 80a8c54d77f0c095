//! Calls that grow without end, and what of them goes back to the model.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::model::calling::converse_with_tools;
use crate::model::language_model::{LanguageModel, ModelError, OwnForm, Prompt, Reply, ReplyPart};
use crate::model::taken::Taken;
use crate::tool::{ToolError, ToolOutput, ToolRequest, Toolbox};
use crate::{AnswerErrorKind, AnswerEvent, Language, ModelErrorKind, Tool};

/// Says these replies, one after the other, and then that it takes no tools; what it writes of a call before those never becomes whole.
#[derive(Default)]
struct Calling {
    endless: bool,
    takes_no_tools: AtomicBool,
    replies: Mutex<VecDeque<Vec<ReplyPart>>>,
    prompts: Mutex<Vec<Prompt>>,
}

#[async_trait]
impl LanguageModel for Calling {
    fn takes_tools(&self) -> bool {
        !self.takes_no_tools.load(Ordering::Relaxed)
    }

    async fn reply(&self, prompt: Prompt) -> Result<Reply, ModelError> {
        self.prompts.lock().unwrap().push(prompt);
        let Some(parts) = self.replies.lock().unwrap().pop_front() else {
            self.takes_no_tools.store(true, Ordering::Relaxed);
            return Err(ModelError::new(ModelErrorKind::Rejected, "it takes no tools"));
        };
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

/// Offers a tool that nobody can call.
struct Offering;

#[async_trait]
impl Toolbox for Offering {
    async fn tools(&self) -> Vec<Tool> {
        let (name, description) = ("find".to_owned(), "Finds.".to_owned());
        vec![Tool { name, description, parameters: json!({"type": "object"}) }]
    }

    async fn call(&self, request: ToolRequest<'_>) -> Result<ToolOutput, ToolError> {
        Err(ToolError::unknown(request.name))
    }
}

async fn talk(model: &Calling) -> Result<(), AnswerErrorKind> {
    let events = |_: AnswerEvent| {};
    let cancel = CancellationToken::new();
    let answered =
        converse_with_tools(model, Prompt::default(), &Offering, Language::En, &events, &cancel).await;
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

#[tokio::test]
async fn a_model_that_is_known_to_take_no_tools_is_told_that_it_has_none() {
    let replies = VecDeque::from([words()]);
    let model = Calling { takes_no_tools: true.into(), replies: Mutex::new(replies), ..Calling::default() };
    talk(&model).await.unwrap();
    let prompts = model.prompts.into_inner().unwrap();
    let [prompt] = &prompts[..] else { panic!("one prompt") };
    assert!(prompt.tools.is_empty() && prompt.system.starts_with("You have no tools"), "{}", prompt.system);
}

#[tokio::test]
async fn tools_are_taken_from_an_answer_before_it_has_called_any_and_not_later() {
    // It refuses the first prompt, and the one without tools as well.
    let model = Calling::default();
    talk(&model).await.unwrap_err();
    let prompts = model.prompts.into_inner().unwrap();
    let offered: Vec<usize> = prompts.iter().map(|prompt| prompt.tools.len()).collect();
    assert_eq!(offered, [1, 0]);
    let replies = VecDeque::from([vec![call("find", json!({}))]]);
    let model = Calling { replies: Mutex::new(replies), ..Calling::default() };
    let failed = talk(&model).await.unwrap_err();
    let AnswerErrorKind::Model(error) = failed else { panic!("{failed:?}") };
    assert_eq!(error.kind, ModelErrorKind::Rejected);
    assert_eq!(model.prompts.into_inner().unwrap().len(), 2, "it isn't asked without them");
}
