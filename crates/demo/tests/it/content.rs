//! What the rows say: sizes, keys, money, dates, and the terms that are defined over them.

use chrono::{Days, NaiveDate};
use wenshu_demo::TERMS;

use crate::{demo, number, saturday};

#[test]
fn tables_have_their_sizes_and_keys_hold() {
    let (_folder, connection) = demo(saturday());
    for (table, least, most) in [
        ("customers", 2_000., 2_000.),
        ("categories", 8., 8.),
        ("products", 40., 60.),
        ("stores", 20., 25.),
        ("orders", 20_000., 20_000.),
        ("order_items", 35_000., 45_000.),
        ("daily_prices", 10_000., 11_000.),
    ] {
        let rows = number(&connection, &format!("SELECT count(*) FROM {table}"));
        assert!((least..=most).contains(&rows), "{table} has {rows} rows");
    }
    let broken = number(&connection, "SELECT count(*) FROM pragma_foreign_key_check");
    assert_eq!(broken, 0.0);
    let analyzed = number(&connection, "SELECT count(*) FROM sqlite_stat1");
    assert!(analyzed >= 7.0);
}

#[test]
fn money_adds_up_exactly() {
    let (_folder, connection) = demo(saturday());
    let wrong = number(
        &connection,
        "SELECT count(*) FROM orders WHERE total_amount <> (SELECT sum(quantity * unit_price) FROM order_items \
         WHERE order_id = orders.id) OR NOT EXISTS (SELECT 1 FROM order_items WHERE order_id = orders.id)",
    );
    assert_eq!(wrong, 0.0);
    let by_items = number(&connection, "SELECT sum(quantity * unit_price) FROM order_items");
    let by_orders = number(&connection, "SELECT sum(total_amount) FROM orders");
    assert_eq!(by_items, by_orders);
    assert_eq!(by_orders * 2.0 % 1.0, 0.0, "no dust in {by_orders}");
    let losses = number(&connection, "SELECT count(*) FROM products WHERE cost >= price * 0.9");
    assert_eq!(losses, 0.0, "even at ten per cent off nothing is sold at a loss");
}

#[test]
fn two_years_that_end_today_and_grow() {
    let today = saturday();
    let (_folder, connection) = demo(today);
    let day = |sql: &str| -> NaiveDate {
        let text: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        text.parse().unwrap()
    };
    assert_eq!(day("SELECT date(max(ordered_at)) FROM orders"), today);
    assert_eq!(day("SELECT date(min(ordered_at)) FROM orders"), today - Days::new(729));
    assert_eq!(day("SELECT date(max(registered_at)) FROM customers"), today);
    assert_eq!(
        day("SELECT max(trade_date) FROM daily_prices"),
        today - Days::new(1),
        "Saturday has no quotes"
    );
    let malformed = number(
        &connection,
        "SELECT count(*) FROM orders WHERE ordered_at IS NOT strftime('%Y-%m-%d %H:%M:%S', ordered_at)",
    );
    assert_eq!(malformed, 0.0);
    let days = number(&connection, "SELECT count(DISTINCT date(ordered_at)) FROM orders");
    assert_eq!(days, 730.0, "no day is without an order");
    let year = |from: i64, until: i64| {
        number(
            &connection,
            &format!(
                "SELECT sum(total_amount) FROM orders WHERE date(ordered_at) > date('{today}', '-{from} days') \
                 AND date(ordered_at) <= date('{today}', '-{until} days')"
            ),
        )
    };
    assert!(year(365, 0) > year(730, 365) * 1.1, "the second year is better than the first");
    let too_early = number(
        &connection,
        "SELECT count(*) FROM orders JOIN customers ON customers.id = customer_id WHERE ordered_at <= registered_at",
    );
    assert_eq!(too_early, 0.0, "nobody orders before registering");
}

#[test]
fn questions_have_something_to_find() {
    let (_folder, connection) = demo(saturday());
    for (least, sql) in [
        (200., "SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)"),
        (10., "SELECT count(*) FROM products WHERE price > 1000"),
        (5., "SELECT count(DISTINCT status) FROM orders"),
        (4., "SELECT count(DISTINCT level) FROM customers"),
        (12., "SELECT count(DISTINCT city) FROM stores"),
        (6., "SELECT count(DISTINCT region) FROM stores"),
        (1., "SELECT count(*) FROM orders WHERE status = '已取消' AND date(ordered_at) = '2026-06-20'"),
        (
            50.,
            "SELECT count(*) FROM customers WHERE city IN ('上海', '深圳') AND registered_at >= '2026-01-01'",
        ),
        (2_000., "SELECT count(DISTINCT name) FROM customers"),
        (20., "SELECT count(DISTINCT code) FROM daily_prices"),
    ] {
        let found = number(&connection, sql);
        assert!(found >= least, "{found} by {sql}");
    }
    let impossible = number(
        &connection,
        "SELECT count(*) FROM daily_prices WHERE low > min(open, close) OR high < max(open, close) OR low <= 0",
    );
    assert_eq!(impossible, 0.0);
}

#[test]
fn only_dates_differ_between_days() {
    let (_first_folder, first) = demo(saturday());
    let (_second_folder, second) = demo(NaiveDate::from_ymd_opt(2027, 1, 1).unwrap());
    for sql in [
        "SELECT group_concat(id || customer_id || store_id || status || total_amount || time(ordered_at)) FROM orders",
        "SELECT group_concat(name || city || level || time(registered_at)) FROM customers",
        "SELECT group_concat(close || volume) FROM (SELECT * FROM daily_prices ORDER BY code, trade_date)",
    ] {
        let read = |connection: &rusqlite::Connection| -> String {
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        assert!(read(&first) == read(&second), "{sql}");
    }
}

#[test]
fn terms_are_sql_over_the_demo_tables() {
    let (_folder, connection) = demo(saturday());
    let joined = "FROM order_items JOIN orders ON orders.id = order_items.order_id \
                  JOIN products ON products.id = order_items.product_id \
                  JOIN categories ON categories.id = products.category_id \
                  JOIN stores ON stores.id = orders.store_id JOIN customers ON customers.id = orders.customer_id";
    let mut words = std::collections::HashSet::new();
    for term in TERMS {
        assert!(words.insert(term.term.to_lowercase()), "`{}` twice", term.term);
        match term.kind {
            "alias" => {
                let original = TERMS.iter().find(|other| other.term == term.expression);
                assert!(original.is_some_and(|other| other.kind != "alias"), "`{}`", term.term);
            }
            "metric" => {
                let value = number(&connection, &format!("SELECT {} {joined}", term.expression));
                assert!(value > 0.0, "`{}` is {value}", term.term);
            }
            "dimension" => {
                let values =
                    number(&connection, &format!("SELECT count(DISTINCT {}) {joined}", term.expression));
                assert!((4.0..=20.0).contains(&values), "`{}` has {values} values", term.term);
            }
            other => panic!("`{other}` is no kind of term"),
        }
    }
    let by_term =
        number(&connection, "SELECT SUM(order_items.quantity * order_items.unit_price) FROM order_items");
    assert_eq!(by_term, number(&connection, "SELECT sum(total_amount) FROM orders"));
    let average = number(&connection, "SELECT AVG(orders.total_amount) FROM orders");
    assert_eq!(average, by_term / 20_000.0);
}
