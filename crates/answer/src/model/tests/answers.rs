//! What becomes of a model's replies.

use serde_json::json;

use super::{Asked, text};
use crate::model::language_model::{ModelError, ModelErrorKind, ReplyPart};
use crate::{AnswerErrorKind, Language};

const COUNT: &str = "```sql\n-- 所有客户\nSELECT COUNT(*) AS 客户数 FROM customers\n```";

#[tokio::test]
async fn sql_is_run_and_its_rows_are_put_into_words() {
    let heard = Asked::new("一共有多少客户？", vec![text(COUNT), text("一共有很多客户。")]).answer().await;
    assert_eq!(
        heard.events,
        [
            "Analyzing",
            "Linking",
            "GeneratingSql 1",
            "sql 1 SELECT COUNT(*) AS 客户数 FROM customers",
            "Executing",
            "rows 1",
            "Summarizing",
        ]
    );
    assert_eq!(heard.texts, ["一共有很多客户。"]);
    let answer = heard.answer();
    assert_eq!(answer.reading, ["所有客户"]);
}

#[tokio::test]
async fn a_tool_call_is_run() {
    let arguments = json!({"sql": "SELECT city, COUNT(*) AS n FROM stores GROUP BY city ORDER BY city", "title": "门店", "measures": ["n"]});
    let call = ReplyPart::ToolCall { name: "run_sql".to_owned(), arguments };
    let mut asked = Asked::new("各城市的门店数", vec![Ok(vec![Ok(call)]), text("见表。")]);
    asked.model.tools = true;
    let heard = asked.answer().await;
    assert_eq!(heard.prompts[0].tools[0].name, "run_sql");
    assert!(heard.prompts[0].system.contains("`run_sql`"), "{}", heard.prompts[0].system);
    assert!(heard.prompts[1].tools.is_empty());
    let chart = heard.answer().chart.unwrap();
    assert_eq!((chart.title.as_str(), chart.series[0].name.as_str()), ("门店", "n"));
}

#[tokio::test]
async fn refused_and_failing_sql_goes_back_with_everything_said_before() {
    let replies = vec![
        text("```sql\nDELETE FROM orders\n```"),
        text("抱歉：\n```sql\nSELECT town FROM customers\n```"),
        text(COUNT),
        text("好。"),
    ];
    let heard = Asked::new("一共有多少客户？", replies).answer().await;
    assert_eq!(
        heard.events,
        [
            "Analyzing",
            "Linking",
            "GeneratingSql 1",
            "Repairing 2",
            "sql 2 SELECT town FROM customers",
            "Executing",
            "Repairing 3",
            "sql 3 SELECT COUNT(*) AS 客户数 FROM customers",
            "Executing",
            "rows 1",
            "Summarizing",
        ]
    );
    assert_eq!(heard.texts, ["好。"], "excuses are not said");
    let [first, second, third, _] = heard.prompts.as_slice() else { panic!("{:?}", heard.prompts) };
    assert_eq!(second.system, first.system);
    assert_eq!(second.messages[0], first.messages[0]);
    assert_eq!(third.messages[..3], second.messages[..]);
    assert!(second.messages[1].text.contains("DELETE FROM orders"), "{second:?}");
    assert!(third.messages[4].text.contains("town"), "{:?}", third.messages[4]);
}

#[tokio::test]
async fn three_attempts_and_no_more() {
    let heard = Asked::new(
        "客户",
        vec![text("```sql\nSELECT a FROM b\n```"), text(""), text("```sql\nSELECT 1; SELECT 2\n```")],
    )
    .answer()
    .await;
    let failed = heard.outcome.unwrap_err();
    assert!(matches!(failed.error.kind, AnswerErrorKind::Refused(_)), "{failed:?}");
    let attempts: Vec<&str> = failed.error.attempts.iter().map(|attempt| attempt.sql.as_str()).collect();
    assert_eq!(attempts, ["SELECT a FROM b", "", "SELECT 1; SELECT 2"]);
    assert!(
        heard.prompts[2].messages.last().unwrap().text.contains("could not be used"),
        "{:?}",
        heard.prompts[2]
    );
}

#[tokio::test]
async fn a_model_that_says_nothing_three_times_is_reported() {
    let heard = Asked::new("客户", vec![text(""), text("<think>…"), text("\n")]).answer().await;
    let failed = heard.outcome.unwrap_err();
    assert!(
        matches!(&failed.error.kind, AnswerErrorKind::Model(error) if error.kind == ModelErrorKind::Malformed),
        "{failed:?}"
    );
    assert_eq!(failed.error.attempts.len(), 3);
}

#[tokio::test]
async fn a_question_that_is_not_about_data_is_answered_in_words() {
    let pieces = ["你好", "！", "我能", "😀"].map(|piece| Ok(ReplyPart::Text(piece.to_owned())));
    let heard = Asked::new("你好", vec![Ok(pieces.to_vec())]).answer().await;
    assert_eq!(heard.texts, ["你好", "！", "我能", "😀"], "each piece on its own");
    assert_eq!(heard.events, ["Analyzing", "Linking", "GeneratingSql 1"]);
    assert_eq!(heard.answer().sql, None);
}

#[tokio::test]
async fn a_summary_that_is_empty_is_written_from_templates() {
    let heard = Asked::new("一共有多少客户？", vec![text(COUNT), text("<think>hm</think>\n")]).answer().await;
    assert!(heard.texts.concat().contains("客户"), "{:?}", heard.texts);
}

#[tokio::test]
async fn a_reply_that_breaks_off_is_an_error_with_what_there_was() {
    let cut = Err(ModelError::new(ModelErrorKind::Cut, "no end"));
    let heard =
        Asked::new("你好", vec![Ok(vec![Ok(ReplyPart::Text("你".to_owned())), cut.clone()])]).answer().await;
    let failed = heard.outcome.unwrap_err();
    assert!(matches!(failed.error.kind, AnswerErrorKind::Model(_)));
    assert!(failed.error.message.contains("中途断开"), "{failed}");
    assert_eq!(heard.texts, ["你"]);

    let summary = Ok(vec![Ok(ReplyPart::Text("一共".to_owned())), cut]);
    let mut asked = Asked::new("How many customers?", vec![text(COUNT), summary]);
    asked.question.language = Language::En;
    let heard = asked.answer().await;
    assert_eq!(heard.texts, ["一共"]);
    let failed = heard.outcome.unwrap_err();
    assert!(failed.error.message.contains("broke off"), "{failed}");
    assert_eq!(failed.partial.result.unwrap().rows(), 1);
}

#[tokio::test]
async fn a_model_that_refuses_is_an_error_at_once() {
    let error = ModelError { requests: 4, ..ModelError::new(ModelErrorKind::RateLimited, "status 429") };
    let heard = Asked::new("客户", vec![Err(error)]).answer().await;
    let failed = heard.outcome.unwrap_err();
    assert!(failed.error.message.contains("status 429，请求了 4 次"), "{failed}");
    assert_eq!(heard.prompts.len(), 1);
}
