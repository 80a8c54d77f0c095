//! Any words at all: no panic, and whatever SQL is written passes the guard and runs.

use proptest::prelude::*;
use wenshu_answer::Interpretation;
use wenshu_sources::{Dialect, guard};

use super::Asked;

const WORDS: &[&str] = &[
    "各",
    "每个",
    "城市",
    "客户",
    "订单",
    "产品",
    "销售额",
    "客单价",
    "毛利",
    "品类",
    "门店",
    "上月",
    "今年",
    "最近7天",
    "最高",
    "最低",
    "前",
    "5",
    "10个",
    "的",
    "有多少",
    "数量",
    "没有",
    "不是",
    "北京",
    "上海",
    "金卡",
    "已取消",
    "占比",
    "趋势",
    "每月",
    "按",
    "超过",
    "1000",
    "低于",
    "平均",
    "价格",
    "和",
    "或",
    "哪个",
    "有哪些",
    "从高到低",
    "排序",
    "最贵",
    "下单",
    "包含",
    "手机",
    "how many",
    "orders",
    "customers",
    "by",
    "city",
    "top",
    "3",
    "average",
    "price",
    "of",
    "last month",
    "with",
    "more than",
    "without",
    "sales",
    "category",
    "each",
    "monthly",
    "best-selling",
    "which",
    "share of",
    "cancelled",
    "between",
    "and",
    "highest",
    "product",
    "stores",
    "not",
    "in",
    "Beijing",
    "sorted by",
    "total amount",
    "the",
    "除了",
    "分布",
    "去年",
    "’",
    "'s",
    "%",
    "(",
    "“x”",
    "名称",
    "以上",
    "总",
    "最新",
    "卖得最好",
    "older than",
    "谁",
    "什么",
    "为空",
    "到",
    "之间",
    "2026年3月",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_of_questions_in_any_order(
        choice in prop::collection::vec(prop::sample::select(WORDS), 1..9),
        spaced in any::<bool>(),
    ) {
        let question = choice.join(if spaced { " " } else { "" });
        super::demo::with(|demo| runs(demo, &question));
    }

    #[test]
    fn any_text(question in "\\PC{1,40}") {
        super::demo::with(|demo| runs(demo, &question));
    }
}

fn runs(asked: &Asked, question: &str) {
    if let Ok(Interpretation::Query(draft)) = asked.interpret(question) {
        let checked = guard::check(&draft.sql, Dialect::Sqlite);
        assert!(checked.is_ok(), "{question}\n{}\n{checked:?}", draft.sql);
        asked.prepares(&draft.sql);
        assert!(!draft.reading.is_empty() && !draft.title.is_empty(), "{question}");
    }
}

#[test]
fn a_very_long_question_is_refused_at_once() {
    super::demo::with(|demo| {
        demo.unknown(&"超过100的客户".repeat(1_200), &["超过"]);
        demo.unknown(&"customers with more than 5 orders ".repeat(290), &["customers"]);
    });
}
