//! What becomes of a model's replies.

use serde_json::json;

use super::{Asked, pieces, text};
use crate::model::language_model::{ModelError, ModelErrorKind, ReplyPart, Unfinished};
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

/// A reply in words that ends so.
fn unfinished(words: &str, why: Unfinished) -> Result<Vec<Result<ReplyPart, ModelError>>, ModelError> {
    Ok(vec![Ok(ReplyPart::Text(words.to_owned())), Ok(ReplyPart::Unfinished(why))])
}

/// Which failure of a model ended the answer.
fn failure(error: &crate::AnswerError) -> Option<ModelErrorKind> {
    match &error.kind {
        AnswerErrorKind::Model(error) => Some(error.kind),
        _ => None,
    }
}

#[tokio::test]
async fn sql_that_the_length_limit_cut_is_not_run_and_goes_back() {
    let half = json!("{\"sql\": \"SELECT COUNT(*) FROM cust");
    let call = ReplyPart::ToolCall { name: "run_sql".to_owned(), arguments: half };
    for cut in [
        unfinished("```sql\nSELECT COUNT(*) AS n FROM stores", Unfinished::Length),
        unfinished("Here:\nSELECT COUNT(*) AS n FROM stores", Unfinished::Length),
        unfinished("<think>hm", Unfinished::Length),
        Ok(vec![Ok(call), Ok(ReplyPart::Unfinished(Unfinished::Length))]),
    ] {
        let heard = Asked::new("一共有多少客户？", vec![cut, text(COUNT), text("好。")]).answer().await;
        let ran: Vec<&String> = heard.events.iter().filter(|event| event.starts_with("sql")).collect();
        assert_eq!(ran, ["sql 2 SELECT COUNT(*) AS 客户数 FROM customers"]);
        let told = &heard.prompts[1].messages.last().unwrap().text;
        assert!(told.contains("达到长度上限"), "{told}");
    }
    let cut = || unfinished("```sql\nSELECT COUNT(*) AS n FROM stores", Unfinished::Length);
    let mut asked = Asked::new("How many customers?", vec![cut(), cut(), cut()]);
    asked.question.language = Language::En;
    let failed = asked.answer().await.outcome.unwrap_err();
    assert_eq!(failure(&failed.error), Some(ModelErrorKind::LengthLimit));
    assert_eq!(failed.error.attempts.len(), 3);
    assert!(failed.error.attempts[0].error.contains("write it shorter"), "{failed:?}");
}

#[tokio::test]
async fn words_that_the_length_limit_cut_are_kept_and_no_whole_answer() {
    let heard = Asked::new("你好", vec![unfinished("你好，我可以", Unfinished::Length)]).answer().await;
    assert_eq!(heard.kept, "你好，我可以");
    assert_eq!(failure(&heard.outcome.unwrap_err().error), Some(ModelErrorKind::LengthLimit));
    assert_eq!(heard.prompts.len(), 1, "words aren't asked for again");

    let replies = vec![text(COUNT), unfinished("一共有很", Unfinished::Length)];
    let heard = Asked::new("一共有多少客户？", replies).answer().await;
    assert_eq!(heard.kept, "一共有很");
    let failed = heard.outcome.unwrap_err();
    assert_eq!(failure(&failed.error), Some(ModelErrorKind::LengthLimit));
    assert_eq!(failed.partial.result.unwrap().rows(), 1);

    // A summary of which nothing but thinking fitted in is written from templates.
    let replies = vec![text(COUNT), unfinished("<think>hm", Unfinished::Length)];
    let heard = Asked::new("一共有多少客户？", replies).answer().await;
    assert!(heard.kept.contains("客户"), "{}", heard.kept);
    assert!(heard.outcome.is_ok());
}

#[tokio::test]
async fn what_a_provider_withholds_is_an_error_of_its_own_and_asked_for_once() {
    let nothing = || Ok(vec![Ok(ReplyPart::Unfinished(Unfinished::Filtered))]);
    let some = || unfinished("你好", Unfinished::Filtered);
    for (replies, kept) in [
        (vec![nothing()], ""),
        (vec![some()], "你好"),
        (vec![unfinished(COUNT, Unfinished::Filtered)], ""),
        (vec![text(COUNT), nothing()], ""),
        (vec![text(COUNT), some()], "你好"),
    ] {
        let count = replies.len();
        let heard = Asked::new("一共有多少客户？", replies).answer().await;
        assert_eq!((heard.kept.as_str(), heard.prompts.len()), (kept, count));
        let failed = heard.outcome.unwrap_err();
        assert_eq!(failure(&failed.error), Some(ModelErrorKind::Filtered));
        assert!(failed.error.message.contains("内容过滤"), "{failed}");
    }
}

#[tokio::test]
async fn thinking_that_only_its_end_shows_is_no_part_of_the_answer() {
    let thought =
        || pieces(&["Let me think", " about the secret plan. OK.", "</think>\n\n", "好的。\n", COUNT]);
    let summary = pieces(&["Many rows", "", "</think>", "一共有很多客户。"]);
    let heard = Asked::new("一共有多少客户？", vec![thought(), summary]).answer().await;
    assert_eq!(heard.kept, "好的。\n\n\n一共有很多客户。");
    assert_eq!(heard.texts[0], "Let me think", "words are said when they come");
    assert!(heard.outcome.is_ok());

    let only = || pieces(&["Secret plan.", "</think>"]);
    let heard = Asked::new("你好", vec![only(), only(), only()]).answer().await;
    assert_eq!(heard.kept, "");
    assert_eq!(failure(&heard.outcome.unwrap_err().error), Some(ModelErrorKind::Malformed));
    let heard = Asked::new("一共有多少客户？", vec![text(COUNT), only()]).answer().await;
    assert!(heard.kept.contains("客户") && !heard.kept.contains("Secret"), "{}", heard.kept);
}

#[tokio::test]
async fn words_of_a_later_attempt_stand_apart_and_none_are_said_twice() {
    let refused = pieces(&["查询如下：\n", "```sql\nDROP TABLE customers\n```"]);
    let heard = Asked::new("一共有多少客户？", vec![refused, text("没有这样的数据。")]).answer().await;
    assert_eq!(heard.kept, "查询如下：\n\n\n没有这样的数据。");

    let broken = || {
        let call =
            ReplyPart::ToolCall { name: "run_sql".to_owned(), arguments: json!("{\"sql\": \"SELECT 1") };
        Ok(vec![Ok(ReplyPart::Text("我来查一下。".to_owned())), Ok(call)])
    };
    let heard =
        Asked::new("一共有多少客户？", vec![broken(), broken(), text(COUNT), text("好。")]).answer().await;
    assert_eq!(heard.kept, "我来查一下。\n\n好。");
    assert_eq!(heard.answer().result.unwrap().rows(), 1);
}

#[tokio::test]
async fn what_was_held_back_is_said_when_it_ends_early() {
    let cut = || ModelError::new(ModelErrorKind::Cut, "no end");
    let half = || vec![Ok(ReplyPart::Text("见 ".to_owned())), Ok(ReplyPart::Text("<thin".to_owned()))];
    let broken = || half().into_iter().chain([Err(cut())]).collect::<Vec<_>>();
    for replies in [vec![Ok(broken())], vec![text(COUNT), Ok(broken())]] {
        let heard = Asked::new("一共有多少客户？", replies).answer().await;
        assert_eq!(heard.kept, "见 <thin");
        assert_eq!(failure(&heard.outcome.unwrap_err().error), Some(ModelErrorKind::Cut));
    }
    let refused = || text("```sql\nDROP TABLE customers\n```");
    let excuse = || pieces(&["没有", "这个表。"]);
    for (replies, kept) in [
        (vec![Ok(half())], "见 <thin"),
        (vec![text(COUNT), Ok(half())], "见 <thin"),
        // Words of a repair are held to its end.
        (vec![refused(), excuse()], "没有这个表。"),
    ] {
        let mut asked = Asked::new("一共有多少客户？", replies);
        asked.model.hangs_at_the_last = true;
        let heard = asked.answer().await;
        assert_eq!(heard.kept, kept);
        assert!(matches!(heard.outcome.unwrap_err().error.kind, AnswerErrorKind::Cancelled));
    }
}

#[tokio::test]
async fn no_reply_grows_without_end_whatever_it_is_for() {
    let endless = || Ok((0..200).map(|_| Ok(ReplyPart::Text("很长".repeat(1_000)))).collect());
    for replies in [vec![endless()], vec![text(COUNT), endless()]] {
        let heard = Asked::new("一共有多少客户？", replies).answer().await;
        assert_eq!(failure(&heard.outcome.unwrap_err().error), Some(ModelErrorKind::Malformed));
        assert!(heard.kept.len() <= 1024 * 1024 && heard.kept.len() > 1_000_000, "{}", heard.kept.len());
    }
}

#[tokio::test]
async fn of_two_queries_the_one_that_the_model_ended_with_is_run() {
    let reply = format!("```sql\nSELECT 1 AS wrong\n```\nWait, that is wrong:\n{COUNT}");
    let heard = Asked::new("一共有多少客户？", vec![text(&reply), text("好。")]).answer().await;
    let ran: Vec<&String> = heard.events.iter().filter(|event| event.starts_with("sql")).collect();
    assert_eq!(ran, ["sql 1 SELECT COUNT(*) AS 客户数 FROM customers"]);
}
