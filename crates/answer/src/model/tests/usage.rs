//! What calls took, however they ended.

use super::{Asked, text};
use crate::event::{CallOutcome, CallPurpose};
use crate::model::language_model::{ModelError, ModelErrorKind, ReplyPart, TokenUsage, Unfinished};

fn piece(words: &str) -> Result<ReplyPart, ModelError> {
    Ok(ReplyPart::Text(words.to_owned()))
}

#[tokio::test]
async fn reported_usage_is_taken_as_it_is() {
    let reported = TokenUsage { input_tokens: 900, output_tokens: 7 };
    let heard =
        Asked::new("你好", vec![Ok(vec![piece("你好"), Ok(ReplyPart::Usage(reported))])]).answer().await;
    let [call] = heard.calls.as_slice() else { panic!("{:?}", heard.calls) };
    assert_eq!((call.usage, call.is_estimated, call.outcome), (reported, false, CallOutcome::Complete));
    assert!(call.first_part.is_some());
}

#[tokio::test]
async fn usage_that_is_not_reported_is_estimated() {
    let sql = "```sql\nSELECT COUNT(*) AS n FROM stores\n```";
    let heard = Asked::new("门店", vec![text(sql), text("有几家。")]).answer().await;
    let [interpret, summarize] = heard.calls.as_slice() else { panic!("{:?}", heard.calls) };
    assert_eq!((interpret.purpose, summarize.purpose), (CallPurpose::Interpret, CallPurpose::Summarize));
    assert!(interpret.is_estimated && summarize.is_estimated);
    assert!(interpret.usage.input_tokens > 200, "{interpret:?}");
    assert_eq!(summarize.usage.output_tokens, 4);
}

#[tokio::test]
async fn a_stopped_call_is_counted_up_to_its_stop() {
    let mut asked = Asked::new("你好", vec![Ok(vec![piece("你好")])]);
    asked.model.hangs = true;
    asked.stops_at_text = true;
    let heard = asked.answer().await;
    assert!(heard.outcome.is_err());
    let [call] = heard.calls.as_slice() else { panic!("{:?}", heard.calls) };
    assert_eq!((call.outcome, call.usage.output_tokens, call.is_estimated), (CallOutcome::Stopped, 2, true));
}

#[tokio::test]
async fn a_call_that_was_refused_took_nothing_and_one_that_broke_off_what_came() {
    let refused = ModelError { requests: 3, ..ModelError::new(ModelErrorKind::RateLimited, "status 429") };
    let heard = Asked::new("你好", vec![Err(refused)]).answer().await;
    let [call] = heard.calls.as_slice() else { panic!("{:?}", heard.calls) };
    assert_eq!((call.usage, call.requests), (TokenUsage::default(), 3));
    assert_eq!(call.outcome, CallOutcome::Failed(ModelErrorKind::RateLimited));

    let cut = ModelError::new(ModelErrorKind::Cut, "no end");
    let heard = Asked::new("你好", vec![Ok(vec![piece("你好吗"), Err(cut)])]).answer().await;
    let [call] = heard.calls.as_slice() else { panic!("{:?}", heard.calls) };
    assert_eq!((call.usage.output_tokens, call.is_estimated), (3, true));
    assert_eq!(call.outcome, CallOutcome::Failed(ModelErrorKind::Cut));
}

#[tokio::test]
async fn a_call_whose_reply_is_withheld_took_what_its_end_says() {
    let reported = TokenUsage { input_tokens: 900, output_tokens: 7 };
    let parts = vec![Ok(ReplyPart::Unfinished(Unfinished::Filtered)), Ok(ReplyPart::Usage(reported))];
    let heard = Asked::new("你好", vec![Ok(parts)]).answer().await;
    let [call] = heard.calls.as_slice() else { panic!("{:?}", heard.calls) };
    assert_eq!((call.usage, call.is_estimated), (reported, false));
    assert_eq!(call.outcome, CallOutcome::Failed(ModelErrorKind::Filtered));
}

#[tokio::test]
async fn a_call_that_is_stopped_before_anybody_took_it_took_nothing() {
    let mut asked = Asked::new("你好", vec![Ok(Vec::new())]);
    asked.model.hangs_before = true;
    let heard = asked.answer().await;
    assert!(heard.outcome.is_err());
    let [call] = heard.calls.as_slice() else { panic!("{:?}", heard.calls) };
    assert_eq!((call.outcome, call.usage), (CallOutcome::Stopped, TokenUsage::default()));
}

#[tokio::test]
async fn a_call_that_is_stopped_before_its_first_part_has_read_its_prompt() {
    let mut asked = Asked::new("你好", vec![Ok(Vec::new())]);
    asked.model.hangs_at_the_last = true;
    let heard = asked.answer().await;
    assert!(heard.outcome.is_err());
    let [call] = heard.calls.as_slice() else { panic!("{:?}", heard.calls) };
    assert_eq!((call.outcome, call.usage.output_tokens, call.is_estimated), (CallOutcome::Stopped, 0, true));
    assert!(call.usage.input_tokens > 200, "{call:?}");
}
