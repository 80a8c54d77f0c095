//! Beyond the questions that must work: figures that no join multiplies, shares, questions asked back, what is refused.

use wenshu_answer::Interpretation;

use super::demo::{SALES, same, same_order, with};
use super::{Asked, now};

#[test]
fn an_average_is_not_multiplied_by_items() {
    same(
        &["包含手机数码品类商品的订单的平均订单金额", "手机数码品类的平均订单金额", "手机数码的客单价"],
        "SELECT AVG(o.total_amount) FROM orders o WHERE o.id IN (SELECT oi.order_id FROM order_items oi \
         JOIN products p ON p.id = oi.product_id JOIN categories c ON c.id = p.category_id WHERE c.name = '手机数码')",
    );
    same(
        &["各品类的客单价", "Average order value by category", "每个品类的订单平均金额"],
        "SELECT n, AVG(a) FROM (SELECT DISTINCT o.id, o.total_amount AS a, c.name AS n FROM orders o \
         JOIN order_items oi ON oi.order_id = o.id JOIN products p ON p.id = oi.product_id \
         JOIN categories c ON c.id = p.category_id) GROUP BY n",
    );
    same(
        &["各品类的订单数", "每个品类有多少订单", "Number of orders by category"],
        "SELECT c.name, COUNT(DISTINCT o.id) FROM orders o \
         JOIN order_items oi ON oi.order_id = o.id JOIN products p ON p.id = oi.product_id \
         JOIN categories c ON c.id = p.category_id GROUP BY c.id",
    );
}

#[test]
fn figures_of_groups_are_compared() {
    same(
        &["订单数大于2000的城市", "订单数超过2000的城市有哪些", "Cities with more than 2000 orders"],
        "SELECT s.city, COUNT(*) FROM orders o JOIN stores s ON s.id = o.store_id GROUP BY s.city HAVING COUNT(*) > 2000",
    );
    same(
        &[
            "下单超过20次的客户有多少",
            "订单数超过20的客户有几个",
            "How many customers have more than 20 orders?",
        ],
        "SELECT COUNT(*) FROM (SELECT customer_id FROM orders GROUP BY customer_id HAVING COUNT(*) > 20)",
    );
    same(
        &["今年订单数少于2的客户有多少", "How many customers have fewer than 2 orders this year?"],
        "SELECT COUNT(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders \
         WHERE ordered_at >= '2026-01-01' AND ordered_at < '2027-01-01' GROUP BY customer_id HAVING COUNT(*) >= 2)",
    );
}

#[test]
fn shares_of_groups() {
    same(
        &["各门店的销售额占比", "每个门店的销售额占比是多少", "Share of sales by store"],
        &format!(
            "SELECT s.name, ROUND({SALES} * 1.0 / (SELECT {SALES} FROM order_items oi), 4) FROM order_items oi \
             JOIN orders o ON o.id = oi.order_id JOIN stores s ON s.id = o.store_id GROUP BY s.id"
        ),
    );
    same(
        &["会员等级分布", "客户的等级分布", "各会员等级的客户数"],
        "SELECT level, COUNT(*) FROM customers GROUP BY level",
    );
}

#[test]
fn two_years_are_compared_side_by_side() {
    same_order(
        &["今年和去年的销售额", "去年和今年的销售额分别是多少", "Sales this year and last year"],
        &format!(
            "SELECT strftime('%Y', o.ordered_at) AS y, {SALES} FROM order_items oi JOIN orders o ON o.id = oi.order_id \
             WHERE o.ordered_at >= '2025-01-01' AND o.ordered_at < '2027-01-01' GROUP BY y ORDER BY y"
        ),
    );
}

#[test]
fn values_are_excluded() {
    same(
        &["除了北京以外的门店", "不在北京的门店", "Stores not in Beijing", "Stores except those in Beijing"],
        "SELECT name, city FROM stores WHERE city <> '北京'",
    );
    same(
        &["名称以快充开头的商品", "products whose name starts with 快充"],
        "SELECT name FROM products WHERE name LIKE '快充%'",
    );
}

#[test]
fn quotes_are_listed_day_by_day() {
    same_order(
        &["贵州茅台最近30天的收盘价"],
        "SELECT trade_date, close FROM daily_prices WHERE name = '贵州茅台' AND trade_date >= '2026-10-23' ORDER BY trade_date",
    );
}

#[test]
fn figures_of_different_tables_are_put_together() {
    same(
        &["各品类的销售额和产品数量", "销售额和产品数量按品类"],
        &format!(
            "SELECT c.name, (SELECT {SALES} FROM order_items oi JOIN products p ON p.id = oi.product_id \
             WHERE p.category_id = c.id), (SELECT COUNT(*) FROM products p WHERE p.category_id = c.id) FROM categories c"
        ),
    );
}

#[test]
fn what_is_not_in_the_database_is_said() {
    with(|demo| {
        demo.unknown("上月的天气怎么样", &["天气"]);
        demo.unknown("asdf qwer zxcv", &["asdf"]);
        demo.unknown("各城市的温度", &["温度"]);
        demo.unknown("How many unicorns are there in each city?", &["unicorns"]);
        demo.unknown("为什么销售额下降", &["为什么"]);
        demo.unknown("上月销售额同比", &["同比"]);
        demo.unknown("讲个笑话", &["笑话"]);
    });
}

#[test]
fn what_is_not_about_data_is_answered_in_words() {
    with(|demo| {
        for (said, words) in [
            ("你好", &["您好", "可以这样问：\n- "][..]),
            ("hello", &["Hello!", "Questions that work here:\n- "]),
            ("谢谢", &["不客气"]),
            ("Thank you!", &["You're welcome"]),
            ("你是谁？", &["问数", "不使用语言模型"]),
            ("What can you do?", &["Wenshu", "only reads"]),
            ("有哪些表？", &["这个数据库有", "customers", "orders", "可以这样问："]),
            ("what tables are there?", &["This database has", "customers", "orders"]),
        ] {
            let (interpretation, spoken) = demo.hear(said);
            assert!(matches!(interpretation, Ok(Interpretation::Words)), "{said}: {interpretation:?}");
            assert!(words.iter().all(|word| spoken.contains(word)), "{said}: {spoken}");
            assert_eq!(demo.hear(said).1, spoken, "{said}");
            // What is suggested works.
            for suggestion in
                spoken.lines().skip_while(|line| !line.ends_with("问：") && !line.ends_with("here:")).skip(1)
            {
                let suggestion = suggestion.trim_start_matches("- ");
                assert!(matches!(demo.interpret(suggestion), Ok(Interpretation::Query(_))), "{suggestion}");
            }
        }
    });
}

#[test]
fn a_table_of_tables_is_asked_about_tables() {
    let inn = Asked::script(
        "CREATE TABLE tables (id INTEGER PRIMARY KEY, name TEXT, seats INTEGER); INSERT INTO tables VALUES (1, 'window', 4), (2, 'door', 2);",
    );
    assert!(matches!(inn.interpret("list all tables"), Ok(Interpretation::Query(_))));
    let empty = Asked::script("");
    let (said, words) = empty.hear("有哪些表？");
    assert!(matches!(said, Ok(Interpretation::Words)), "{said:?}");
    assert_eq!(words, "这个数据库里还没有表。");
}

#[test]
fn without_terms_a_word_for_two_columns_is_asked_back() {
    let plain = Asked::new(|path| wenshu_demo::create(path, now().date()).unwrap(), Vec::new());
    for (question, expected) in [
        (
            "各城市的订单数",
            [
                "SELECT c.city, COUNT(*) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.city",
                "SELECT s.city, COUNT(*) FROM orders o JOIN stores s ON s.id = o.store_id GROUP BY s.city",
            ],
        ),
        (
            "北京的订单有多少",
            [
                "SELECT COUNT(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.city = '北京'",
                "SELECT COUNT(*) FROM orders o JOIN stores s ON s.id = o.store_id WHERE s.city = '北京'",
            ],
        ),
        (
            "Number of orders by city",
            [
                "SELECT c.city, COUNT(*) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.city",
                "SELECT s.city, COUNT(*) FROM orders o JOIN stores s ON s.id = o.store_id GROUP BY s.city",
            ],
        ),
    ] {
        match plain.interpret(question) {
            Ok(Interpretation::Ambiguous(clarification)) => {
                assert_eq!(clarification.options.len(), 2, "{clarification:?}");
                for (option, sql) in clarification.options.iter().zip(expected) {
                    plain.same(&[&option.query], sql);
                }
            }
            other => panic!("{question}: {other:?}"),
        }
    }
    plain.same(&["各城市的客户数量"], "SELECT city, COUNT(*) FROM customers GROUP BY city");
    plain.same_order(
        &["best selling product", "Top 1 products by quantity"],
        "SELECT p.name, SUM(i.quantity) q FROM order_items i JOIN products p ON p.id = i.product_id GROUP BY p.id ORDER BY q DESC LIMIT 1",
    );
}

#[test]
fn a_question_may_change_the_last_one() {
    with(|demo| {
        for (earlier, question, whole) in [
            ("上月北京的销售额", "那上海呢？", "上月上海的销售额"),
            ("上月北京的销售额是多少？", "去年呢", "去年北京的销售额是多少"),
            ("上月销售额是多少", "上海呢？", "上海的上月销售额是多少"),
            ("上月各城市的销售额", "按品类呢", "上月各品类的销售额"),
            ("Sales in 上海 last month", "What about 北京?", "Sales in 北京 last month"),
            ("Sales by city last month", "and this year?", "Sales by city this year"),
            ("Orders by status", "what about last month?", "Orders by status last month"),
        ] {
            let sql = |read: Result<Interpretation, _>| match read {
                Ok(Interpretation::Query(draft)) => draft.sql,
                other => panic!("{question}: {other:?}"),
            };
            assert_eq!(sql(demo.follow(&[earlier], question)), sql(demo.interpret(whole)), "{question}");
        }
    });
}

#[test]
fn the_reading_says_which_columns_and_dates_were_meant() {
    with(|demo| match demo.interpret("上月各城市的销售额") {
        Ok(Interpretation::Query(draft)) => {
            assert_eq!(draft.title, "上月各城市的销售额");
            assert_eq!(
                draft.reading,
                [
                    "指标：销售额 = SUM(order_items.quantity * order_items.unit_price)",
                    "分组：城市（stores.city）",
                    "筛选：orders.ordered_at 2026-10-01 至 2026-10-31 (上月)",
                ]
            );
            assert_eq!(draft.measures, ["销售额"]);
            assert!(!draft.is_share);
        }
        other => panic!("{other:?}"),
    });
}

#[test]
fn a_month_belongs_to_what_happened_in_it() {
    same(
        &[
            "上月下过单的客户有多少",
            "上个月有订单的客户有几个",
            "How many customers placed an order last month?",
        ],
        "SELECT COUNT(*) FROM customers WHERE id IN (SELECT customer_id FROM orders \
         WHERE ordered_at >= '2026-10-01' AND ordered_at < '2026-11-01')",
    );
    same(
        &["哪些客户上月下过单", "上月下过单的客户"],
        "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders \
         WHERE ordered_at >= '2026-10-01' AND ordered_at < '2026-11-01')",
    );
    same(
        &["上月没有下过单的客户有多少", "How many customers had no orders last month?"],
        "SELECT COUNT(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders \
         WHERE ordered_at >= '2026-10-01' AND ordered_at < '2026-11-01')",
    );
}

#[test]
fn totals_are_added_up() {
    same(
        &["已取消订单的总金额", "已取消的订单总金额是多少", "What is the total amount of cancelled orders?"],
        "SELECT SUM(total_amount) FROM orders WHERE status = '已取消'",
    );
    same(
        &["customer names and their total amount"],
        "SELECT c.name, SUM(o.total_amount) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.id",
    );
}

#[test]
fn rankings_with_their_number_behind() {
    same_order(
        &[
            "卖得最好的前三个品类是什么？",
            "销售额最高的前3个品类",
            "Top 3 categories by sales",
            "The three best-selling categories",
        ],
        &format!(
            "SELECT c.name, {SALES} AS s FROM order_items oi JOIN products p ON p.id = oi.product_id \
             JOIN categories c ON c.id = p.category_id GROUP BY c.id ORDER BY s DESC LIMIT 3"
        ),
    );
    same_order(
        &["客户最多的前5个城市", "Show the top 5 cities by number of customers"],
        "SELECT city, COUNT(*) FROM customers GROUP BY city ORDER BY 2 DESC, 1 LIMIT 5",
    );
    same(
        &["产品的最高价格", "最高的产品价格是多少", "What is the highest price of all products?"],
        "SELECT MAX(price) FROM products",
    );
}
