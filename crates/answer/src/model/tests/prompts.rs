//! What a model is told.

use super::{Asked, text};
use crate::model::language_model::Speaker;
use crate::model::{PromptKey, Prompts};
use crate::{Language, PromptBudget};

#[tokio::test]
async fn tables_terms_values_dialect_date_and_language_are_told() {
    let mut asked =
        Asked::new("Sales in 上海 last month", vec![text("ok")]).term("sales", "SUM(orders.total_amount)");
    asked.question.language = Language::En;
    let prompts = asked.answer().await.prompts;
    let system = &prompts[0].system;
    for part in ["SQLite", "English", "2026-11-21", "Saturday", "```sql"] {
        assert!(system.contains(part), "{part}: {system}");
    }
    let asked = &prompts[0].messages.last().unwrap().text;
    for part in [
        "sales: SUM(orders.total_amount)",
        "customers.city = '上海'",
        "Question: Sales in 上海 last month",
        "  customer_id integer -> customers.id",
    ] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
}

#[tokio::test]
async fn earlier_rounds_come_before_the_question() {
    let prompts = Asked::new("那北京呢？", vec![text("好")])
        .after("上海有多少客户？", Some("SELECT 1"), "有 5 个。")
        .after("谢谢", None, "不客气。")
        .after("没有回答", None, "")
        .answer()
        .await
        .prompts;
    let said: Vec<(Speaker, &str)> =
        prompts[0].messages.iter().map(|message| (message.speaker, message.text.as_str())).collect();
    assert_eq!(
        said[..4],
        [
            (Speaker::User, "上海有多少客户？"),
            (Speaker::Assistant, "```sql\nSELECT 1\n```\n\n有 5 个。"),
            (Speaker::User, "谢谢"),
            (Speaker::Assistant, "不客气。"),
        ]
    );
    assert_eq!(said.len(), 5);
}

#[tokio::test]
async fn rounds_that_do_not_fit_are_left_out_oldest_first() {
    let mut asked = Asked::new("那北京呢？", vec![text("好")])
        .after("你好", None, "你好！")
        .after("上海有多少客户？", Some("SELECT 1"), &"很多".repeat(40))
        .after("谢谢", None, "不客气。");
    asked.budget.conversation_tokens = 60;
    let prompts = asked.answer().await.prompts;
    let said: Vec<&str> = prompts[0].messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(said[..2], ["谢谢", "不客气。"]);
    assert_eq!(said.len(), 3);
}

#[tokio::test]
async fn the_newest_round_is_told_however_long_it_is() {
    let sql = format!("SELECT {}", vec!["one_of_many_columns"; 40].join(", "));
    for (budget, least, most) in [(1_000, 100, 1_000), (20, 0, 0)] {
        let mut asked = Asked::new("那北京呢？", vec![text("好")]).after("你好", None, "你好！").after(
            "上海有多少客户？",
            Some(&sql),
            &"很多".repeat(4_000),
        );
        asked.budget.conversation_tokens = budget;
        let prompts = asked.answer().await.prompts;
        let said: Vec<&str> = prompts[0].messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!((said.len(), said[0]), (3, "上海有多少客户？"));
        assert!(said[1].starts_with(&format!("```sql\n{sql}\n```")), "{}", said[1]);
        let told = said[1].matches("很多").count();
        assert!((least..=most / 2).contains(&told), "{told} of {budget}");
    }
}

#[tokio::test]
async fn a_small_budget_shows_the_tables_that_the_question_speaks_of() {
    let mut asked = Asked::new("每个门店有多少员工", vec![text("好")]);
    asked.budget = PromptBudget { schema_tokens: 120, rows_tokens: 100, ..PromptBudget::default() };
    let prompts = asked.answer().await.prompts;
    let asked = &prompts[0].messages[0].text;
    assert!(asked.contains("stores (") && asked.contains("Other tables"), "{asked}");
    assert!(!asked.contains("order_items ("), "{asked}");
}

#[tokio::test]
async fn the_summary_sees_the_question_the_sql_and_the_rows() {
    let sql = "```sql\nSELECT city, COUNT(*) AS n FROM stores GROUP BY city ORDER BY n DESC, city\n```";
    let prompts = Asked::new("各城市门店", vec![text(sql), text("好")]).answer().await.prompts;
    let summary = &prompts[1].messages[0].text;
    for part in ["各城市门店", "GROUP BY city", "city | n\n", "Simplified Chinese"] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    let sql = "```sql\nSELECT city FROM stores WHERE 1 = 0\n```";
    let prompts = Asked::new("没有", vec![text(sql), text("没有")]).answer().await.prompts;
    assert!(prompts[1].messages[0].text.contains("It gave no rows."), "{:?}", prompts[1]);
}

#[tokio::test]
async fn a_customized_prompt_is_used() {
    let mut asked = Asked::new("客户", vec![text("好")]);
    asked.prompts = Prompts::customized(&[(PromptKey::System, "只说{{ language }}".to_owned())]).unwrap();
    assert_eq!(asked.answer().await.prompts[0].system, "只说Simplified Chinese");
}
