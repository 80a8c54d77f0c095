//! The statements themselves, in every dialect; what they give is tested against real databases in `tests/it`.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use wenshu_sources::{Column, Dialect, ForeignKey, Schema, Table, TableKind, ValueKind, guard};

use super::catalog::Catalog;
use super::prepared::Prepared;
use super::values::ValueIndex;
use super::{Interpretation, interpret};
use crate::{AnswerError, AnswerErrorKind, Language, Question, SemanticTerm, TermKind};

fn column(name: &str, kind: ValueKind) -> Column {
    Column {
        name: name.to_owned(),
        declared_type: String::new(),
        kind,
        nullable: false,
        primary: name == "id",
        unique: name == "id",
        distinct: false,
        default: None,
        comment: None,
    }
}

fn table(name: &str, columns: &[(&str, ValueKind)], keys: &[(&str, &str)]) -> Table {
    Table {
        schema: None,
        name: name.to_owned(),
        kind: TableKind::Table,
        comment: None,
        columns: columns.iter().map(|(name, kind)| column(name, *kind)).collect(),
        foreign_keys: keys
            .iter()
            .map(|(own, other)| ForeignKey {
                columns: vec![(*own).to_owned()],
                schema: None,
                table: (*other).to_owned(),
                references: vec!["id".to_owned()],
            })
            .collect(),
        row_count: None,
    }
}

/// Names that need quotes: a reserved word, capitals, Chinese.
fn schema() -> Schema {
    use ValueKind::{Integer, Number, Text, Timestamp};
    Schema {
        tables: vec![
            table("customer", &[("id", Integer), ("name", Text), ("City", Text)], &[]),
            table(
                "order",
                &[
                    ("id", Integer),
                    ("customer_id", Integer),
                    ("total_amount", Number),
                    ("ordered_at", Timestamp),
                ],
                &[("customer_id", "customer")],
            ),
            table(
                "order_item",
                &[("id", Integer), ("order_id", Integer), ("quantity", Integer), ("品类", Text)],
                &[("order_id", "order")],
            ),
        ],
    }
}

fn prepared(dialect: Dialect, terms: &[SemanticTerm]) -> Prepared {
    let mut values = ValueIndex::default();
    let city = super::ir::ColumnId { table: super::ir::TableId(0), column: 2 };
    values.add(city, &["Berlin".to_owned(), "O'Fallon".to_owned()]);
    let catalog = Catalog::new(Arc::new(schema()), dialect, terms, &[], &HashSet::new());
    Prepared { catalog, values: Arc::new(values) }
}

fn ask(prepared: &Prepared, text: &str) -> Result<String, AnswerError> {
    let language = if super::text::has_han(text) { Language::Zh } else { Language::En };
    let now = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_opt(10, 0, 0).unwrap();
    let question = Question { text: text.to_owned(), language, now, context: Vec::new() };
    match interpret(prepared, &question)? {
        Interpretation::Query(draft) => Ok(draft.sql),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_dialect_gets_statements_that_its_guard_lets_pass() {
    for dialect in
        [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql, Dialect::ClickHouse, Dialect::DataFusion]
    {
        let prepared = prepared(dialect, &[]);
        for text in [
            "How many customers are there?",
            "orders by city",
            "total amount by month",
            "每季度的订单数量",
            "total amount by week this year",
            "每小时的订单数量",
            "orders per year",
            "Top 3 customers by total amount",
            "customers without orders",
            "customers with fewer than 2 orders last month",
            "Monthly total amount of the customer with the most orders",
            "average total amount by 品类",
            "share of total amount by city",
            "share of orders in Berlin",
            "customers in O'Fallon",
            "orders with total amount above average",
            "各城市的客户数量和订单数量",
        ] {
            let sql = ask(&prepared, text).unwrap();
            let checked = guard::check(&sql, dialect);
            assert!(checked.is_ok(), "{dialect:?} {text}\n{sql}\n{checked:?}");
        }
    }
}

#[test]
fn names_are_quoted_where_they_need_it() {
    let question = "orders by city last month";
    for (dialect, expected) in [
        (
            Dialect::Sqlite,
            "SELECT customer.City AS city, COUNT(*) AS \"number of order\" FROM \"order\" \
             JOIN customer ON customer.id = \"order\".customer_id \
             WHERE \"order\".ordered_at >= '2026-10-01' AND \"order\".ordered_at < '2026-11-01' \
             GROUP BY customer.City ORDER BY \"number of order\" DESC, city",
        ),
        (
            Dialect::Postgres,
            "SELECT customer.\"City\" AS city, COUNT(*) AS \"number of order\" FROM \"order\" \
             JOIN customer ON customer.id = \"order\".customer_id \
             WHERE \"order\".ordered_at >= '2026-10-01' AND \"order\".ordered_at < '2026-11-01' \
             GROUP BY customer.\"City\" ORDER BY \"number of order\" DESC, city",
        ),
        (
            Dialect::MySql,
            "SELECT customer.City AS city, COUNT(*) AS `number of order` FROM `order` \
             JOIN customer ON customer.id = `order`.customer_id \
             WHERE `order`.ordered_at >= '2026-10-01' AND `order`.ordered_at < '2026-11-01' \
             GROUP BY customer.City ORDER BY `number of order` DESC, city",
        ),
    ] {
        assert_eq!(ask(&prepared(dialect, &[]), question).unwrap(), expected);
    }
}

#[test]
fn an_average_over_the_many_side_takes_each_row_once() {
    assert_eq!(
        ask(&prepared(Dialect::Sqlite, &[]), "average total amount by 品类").unwrap(),
        "SELECT grouped.group_0_0 AS \"品类\", AVG(\"order\".total_amount) AS \"平均总金额\" \
         FROM (SELECT DISTINCT \"order\".id AS row_key_0, order_item.\"品类\" AS group_0_0 FROM \"order\" \
         JOIN order_item ON order_item.order_id = \"order\".id) AS grouped \
         JOIN \"order\" ON \"order\".id = grouped.row_key_0 GROUP BY grouped.group_0_0 \
         ORDER BY \"平均总金额\" DESC, \"品类\""
    );
}

#[test]
fn a_term_that_would_multiply_is_refused_by_name() {
    let term = |name: &str, expression: &str| SemanticTerm {
        term: name.to_owned(),
        kind: TermKind::Metric,
        expression: expression.to_owned(),
        description: None,
    };
    let terms = [
        term("件均价", "SUM(\"order\".total_amount) / SUM(order_item.quantity)"),
        term("坏指标", "SUM(order.total_amount"),
        term("件数", "SUM(order_item.quantity)"),
    ];
    let prepared = prepared(Dialect::Sqlite, &terms);
    for name in ["件均价", "坏指标"] {
        match ask(&prepared, &format!("各城市的{name}")) {
            Err(AnswerError { kind: AnswerErrorKind::NotUnderstood { unknown, .. }, message, .. }) => {
                assert_eq!(unknown, [name]);
                assert!(message.contains(name), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        ask(&prepared, "件数").unwrap(),
        "SELECT SUM(order_item.quantity) AS \"件数\" FROM order_item"
    );
}
