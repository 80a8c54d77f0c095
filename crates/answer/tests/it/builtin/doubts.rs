//! Questions whose nearest reading would be a wrong number: answered rightly, or refused with the words that are in doubt.

use wenshu_answer::{SemanticTerm, TermKind};

use super::Asked;
use super::demo::{SALES, same, with};

fn refused(asked: &Asked, questions: &[&str]) {
    for question in questions {
        asked.unknown(question, &[]);
    }
}

#[test]
fn the_first_of_each_group_are_not_the_first_of_all() {
    with(|demo| {
        refused(
            demo,
            &[
                "每个品类销售额前三的产品",
                "每个品类销量最高的三个产品",
                "每个城市的前两名门店",
                "Top 3 products in each category by sales",
                "top 2 stores per region by revenue",
            ],
        );
    });
}

#[test]
fn both_is_not_either() {
    let bought = |category: &str| {
        format!(
            "id IN (SELECT o.customer_id FROM orders o JOIN order_items oi ON oi.order_id = o.id \
             JOIN products p ON p.id = oi.product_id JOIN categories c ON c.id = p.category_id WHERE c.name = '{category}')"
        )
    };
    same(
        &["同时买过手机数码和家用电器的客户数", "同时买过手机数码、家用电器的客户有多少"],
        &format!("SELECT COUNT(*) FROM customers WHERE {} AND {}", bought("手机数码"), bought("家用电器")),
    );
    same(
        &["customers who bought both 手机数码 and 家用电器"],
        &format!("SELECT name FROM customers WHERE {} AND {}", bought("手机数码"), bought("家用电器")),
    );
    // No store is in two cities.
    with(|demo| refused(demo, &["同时在北京和上海的门店"]));
}

#[test]
fn a_value_belongs_to_the_noun_beside_it() {
    same(
        &["orders from customers in 北京 at stores in 上海"],
        "SELECT o.ordered_at FROM orders o JOIN customers c ON c.id = o.customer_id JOIN stores s ON s.id = o.store_id \
         WHERE c.city = '北京' AND s.city = '上海'",
    );
    same(
        &["北京的客户的订单数", "Number of orders of customers in 北京"],
        "SELECT COUNT(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.city = '北京'",
    );
}

#[test]
fn a_percentage_is_no_plain_number() {
    with(|demo| {
        demo.unknown("products with cost over 80% of price", &["80%"]);
        demo.unknown("成本超过售价80%的产品", &[]);
        demo.unknown("top 10% of customers by total amount", &["10%"]);
    });
}

#[test]
fn a_ranking_goes_by_the_ranked_table_s_own_column() {
    same(
        &["价格最高的产品的销售额"],
        &format!(
            "SELECT {SALES} FROM order_items oi WHERE oi.product_id = (SELECT id FROM products ORDER BY price DESC, id LIMIT 1)"
        ),
    );
    with(|demo| match demo.interpret("价格最高的产品的销售额") {
        Ok(wenshu_answer::Interpretation::Query(draft)) => {
            assert!(draft.sql.contains("ORDER BY products.price DESC"), "{}", draft.sql);
        }
        other => panic!("{other:?}"),
    });
}

#[test]
fn a_part_of_a_stretch_is_not_another_stretch() {
    with(|demo| {
        refused(
            demo,
            &[
                "上月第一周的销售额",
                "近7天和近30天的销售额",
                "上半年和下半年的销售额",
                "上月下单的客户本月的销售额",
            ],
        )
    });
}

#[test]
fn what_was_never_sold_was_sold_less_than_something() {
    let script = "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE sales (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES products(id), quantity INTEGER NOT NULL);
         INSERT INTO products VALUES (1, 'Kettle'), (2, 'Lamp'), (3, 'Chair');
         INSERT INTO sales VALUES (1, 1, 4), (2, 1, 5), (3, 2, 1);";
    let term = SemanticTerm {
        term: "销量".to_owned(),
        kind: TermKind::Metric,
        expression: "SUM(sales.quantity)".to_owned(),
        description: None,
    };
    let shop = Asked::new(
        |path| rusqlite::Connection::open(path).unwrap().execute_batch(script).unwrap(),
        vec![term],
    );
    shop.same(&["销量低于5的产品", "销量少于5的产品有哪些"], "SELECT name FROM products WHERE id IN (2, 3)");
}

#[test]
fn a_table_that_points_to_itself_is_grouped_by_where_it_points() {
    let staff = Asked::script(
        "CREATE TABLE 员工 (工号 INTEGER PRIMARY KEY, 姓名 TEXT NOT NULL, 上级 INTEGER REFERENCES 员工(工号));
         INSERT INTO 员工 VALUES (1, '张三', NULL), (2, '李四', 1), (3, '王五', 1), (4, '赵六', 2);",
    );
    staff.same(&["每个上级有多少员工", "各上级的员工数量"], "SELECT 上级, COUNT(*) FROM 员工 GROUP BY 上级");
}

#[test]
fn a_date_belongs_to_the_event_and_to_what_is_said_of_it() {
    let october = "SELECT o.customer_id FROM orders o WHERE o.ordered_at >= '2026-10-01' AND o.ordered_at < '2026-11-01'";
    same(
        &[
            "How many customers ordered last month?",
            "上个月下过单的客户有多少",
            "number of different customers who ordered in October",
        ],
        &format!("SELECT COUNT(*) FROM customers WHERE id IN ({october})"),
    );
    let phones = format!(
        "{october} AND o.id IN (SELECT oi.order_id FROM order_items oi JOIN products p ON p.id = oi.product_id \
         JOIN categories c ON c.id = p.category_id WHERE c.name = '手机数码')"
    );
    same(
        &["上个月买过手机数码的客户数", "How many customers bought 手机数码 last month?"],
        &format!("SELECT COUNT(*) FROM customers WHERE id IN ({phones})"),
    );
    same(
        &["customers who bought 手机数码 last month", "上个月买过手机数码的客户有哪些"],
        &format!("SELECT name FROM customers WHERE id IN ({phones})"),
    );
    same(
        &["customers in 北京 who ordered in October", "10月下过单的北京客户有哪些"],
        &format!("SELECT name FROM customers WHERE city = '北京' AND id IN ({october})"),
    );
    same(
        &["上海客户在10月的订单金额"],
        "SELECT o.total_amount FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.city = '上海' \
         AND o.ordered_at >= '2026-10-01' AND o.ordered_at < '2026-11-01'",
    );
    same(
        &["最近6个月每月下单的客户数"],
        "SELECT strftime('%Y-%m', ordered_at), COUNT(DISTINCT customer_id) FROM orders \
         WHERE ordered_at >= '2026-06-01' AND ordered_at < '2026-12-01' GROUP BY 1",
    );
    same(
        &["北京的客户在上海的门店下了多少单"],
        "SELECT COUNT(*) FROM orders o JOIN customers c ON c.id = o.customer_id JOIN stores s ON s.id = o.store_id \
         WHERE c.city = '北京' AND s.city = '上海'",
    );
    same(
        &["客户上月下了多少单"],
        "SELECT COUNT(*) FROM orders WHERE ordered_at >= '2026-10-01' AND ordered_at < '2026-11-01'",
    );
    with(|demo| {
        refused(demo, &["上个月注册并下单的客户数", "customers who registered and ordered last month"]);
    });
}

#[test]
fn an_amount_of_many_rows_is_their_sum() {
    same(
        &["消费金额超过10000的客户数量"],
        "SELECT COUNT(*) FROM (SELECT customer_id FROM orders GROUP BY customer_id HAVING SUM(total_amount) > 10000)",
    );
    same(
        &["customers whose total amount is over 10000"],
        "SELECT name FROM customers WHERE id IN \
         (SELECT customer_id FROM orders GROUP BY customer_id HAVING SUM(total_amount) > 10000)",
    );
    same(
        &["消费金额在5000到10000之间的客户数"],
        "SELECT COUNT(*) FROM (SELECT customer_id FROM orders GROUP BY customer_id \
         HAVING SUM(total_amount) BETWEEN 5000 AND 10000)",
    );
    same(
        &["10月下单金额超过1000的客户有多少"],
        "SELECT COUNT(*) FROM (SELECT customer_id FROM orders WHERE ordered_at >= '2026-10-01' \
         AND ordered_at < '2026-11-01' GROUP BY customer_id HAVING SUM(total_amount) > 1000)",
    );
    with(|demo| {
        refused(
            demo,
            &[
                "买过手机数码的客户的平均订单金额",
                "average order value of customers who bought 手机数码",
                "sales of customers who bought 手机数码",
                "购买手机数码最多的客户",
                "products bought by customers in 北京",
                "products sold in October",
                "哪些产品10月卖出过",
                "客户数超过100的城市有几个",
                "上海有几家门店和多少客户",
                "门店卖了多少",
                "各门店卖了多少",
                "只买过手机数码的客户数",
                "customers who only bought 手机数码",
                "客户的首次下单时间",
                "每个客户的第一笔订单",
                "first order of each customer",
            ],
        );
        demo.unknown("订单金额超过10000的客户数量", &["订单金额"]);
        refused(demo, &["总金额超过100万的城市"]);
    });
}

#[test]
fn a_part_has_the_whole_it_is_said_of() {
    same(
        &["北京客户中金卡的占比", "What percentage of customers in 北京 are gold?"],
        "SELECT ROUND(AVG(level = '金卡'), 4) FROM customers WHERE city = '北京'",
    );
    same(
        &["今年注册的客户中有多少下过单"],
        "SELECT COUNT(*) FROM customers WHERE registered_at >= '2026-01-01' AND registered_at < '2027-01-01' \
         AND id IN (SELECT customer_id FROM orders)",
    );
    same(
        &["各门店的退款率"],
        "SELECT s.name, ROUND(AVG(o.status = '已退款'), 4) FROM orders o JOIN stores s ON s.id = o.store_id GROUP BY s.id",
    );
    with(|demo| {
        refused(
            demo,
            &[
                "已完成订单中金卡客户的占比",
                "Percent of customers who ordered this year",
                "北京金卡客户的占比",
            ],
        );
    });
}

#[test]
fn the_highest_of_a_stretch_is_one_figure() {
    same(
        &["贵州茅台今年的最高价"],
        "SELECT MAX(high) FROM daily_prices WHERE name = '贵州茅台' AND trade_date >= '2026-01-01'",
    );
    same(
        &["贵州茅台今年的最高价和最低价"],
        "SELECT MAX(high), MIN(low) FROM daily_prices WHERE name = '贵州茅台' AND trade_date >= '2026-01-01'",
    );
    with(|demo| refused(demo, &["五粮液和贵州茅台的最新收盘价", "top 3 cities", "top 10 customers"]));
}

#[test]
fn words_of_a_ledger_are_not_bent() {
    let ledger = Asked::script(
        "CREATE TABLE events (id INTEGER PRIMARY KEY, user_name TEXT, amount TEXT, status TEXT);
         CREATE TABLE invoices (id INTEGER PRIMARY KEY, customer TEXT, issued DATE, total REAL, paid INTEGER);
         CREATE TABLE payments (id INTEGER PRIMARY KEY, invoice_id INTEGER REFERENCES invoices(id), amount REAL);
         CREATE TABLE shipments (id INTEGER PRIMARY KEY, invoice_id INTEGER REFERENCES invoices(id), boxes INTEGER);
         INSERT INTO events VALUES (1, 'ann', '12.5', 'ok'), (2, 'ann', '9', 'bad'), (3, 'bob', 'x', 'ok');
         INSERT INTO invoices VALUES (1, 'A', '2026-10-01', 60, 1), (2, 'B', '2026-10-03', 40, 0), (3, 'B', '2026-10-05', 30, NULL);
         INSERT INTO payments VALUES (1, 1, 30), (2, 1, 30);
         INSERT INTO shipments VALUES (1, 1, 3), (2, 2, 2);",
    );
    refused(
        &ledger,
        &[
            "paid invoices",
            "number of paid invoices",
            "how many invoices are paid",
            "total payments by customer",
            "total payments and boxes by customer",
            "total amount of events by user name",
            "average amount of events",
        ],
    );
}

#[test]
fn both_of_two_nouns_are_counted() {
    same(
        &["客户和订单的数量", "客户和订单数量", "number of customers and orders"],
        "SELECT (SELECT COUNT(*) FROM customers), (SELECT COUNT(*) FROM orders)",
    );
    same(
        &["name and order date of customers in 北京"],
        "SELECT c.name, o.ordered_at FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.city = '北京'",
    );
}

#[test]
fn one_year_is_said_for_both() {
    same(
        &[
            "去年10月和11月的订单数",
            "2025年10月和11月的订单数",
            "Number of orders in October and November 2025",
        ],
        "SELECT strftime('%Y-%m', ordered_at), COUNT(*) FROM orders \
         WHERE ordered_at >= '2025-10-01' AND ordered_at < '2025-12-01' GROUP BY 1",
    );
    same(
        &["2025年第一季度和第二季度的订单数"],
        "SELECT strftime('%Y', ordered_at) || '-Q' || ((strftime('%m', ordered_at) + 2) / 3), COUNT(*) FROM orders \
         WHERE ordered_at >= '2025-01-01' AND ordered_at < '2025-07-01' GROUP BY 1",
    );
}

#[test]
fn whole_orders_are_not_shared_out_to_products() {
    let plain = Asked::new(|path| wenshu_demo::create(path, super::now().date()).unwrap(), Vec::new());
    refused(
        &plain,
        &["total sales of 手机数码", "revenue of product 抽纸 24 包", "各品类的销售额", "销售额最高的品类"],
    );
    plain.same(
        &["Sales by store", "各门店的销售额"],
        "SELECT s.name, SUM(o.total_amount) FROM orders o JOIN stores s ON s.id = o.store_id GROUP BY s.id",
    );
}
