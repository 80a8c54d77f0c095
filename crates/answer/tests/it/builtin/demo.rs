//! The demo database: the questions that must work, each in several wordings.

use std::sync::LazyLock;

use wenshu_answer::{Interpretation, SemanticTerm, TermKind};

use super::{Asked, now};

thread_local! {
    static DEMO: LazyLock<Asked> = LazyLock::new(demo);
}

/// Does something with the demo database of this thread.
pub(crate) fn with(act: impl FnOnce(&Asked)) {
    DEMO.with(|demo| act(demo));
}

/// The demo database with its terms.
pub(crate) fn demo() -> Asked {
    let terms = wenshu_demo::TERMS
        .iter()
        .map(|term| SemanticTerm {
            term: term.term.to_owned(),
            kind: match term.kind {
                "metric" => TermKind::Metric,
                "dimension" => TermKind::Dimension,
                _ => TermKind::Alias,
            },
            expression: term.expression.to_owned(),
            description: Some(term.description.to_owned()),
        })
        .collect();
    Asked::new(|path| wenshu_demo::create(path, now().date()).unwrap(), terms)
}

fn same(questions: &[&str], sql: &str) {
    DEMO.with(|demo| demo.same(questions, sql));
}

fn same_order(questions: &[&str], sql: &str) {
    DEMO.with(|demo| demo.same_order(questions, sql));
}

const SALES: &str = "SUM(oi.quantity * oi.unit_price)";

#[test]
fn customers_are_counted() {
    same(
        &[
            "一共有多少客户？",
            "总共有多少个客户",
            "客户总数是多少",
            "有几个客户",
            "客户有多少",
            "客户数量",
            "How many customers are there?",
            "How many customers do we have in total?",
            "What is the total number of customers?",
            "Count the customers",
        ],
        "SELECT COUNT(*) FROM customers",
    );
}

#[test]
fn customers_by_city() {
    same(
        &[
            "各城市的客户数量",
            "每个城市有多少客户",
            "每个城市的客户数",
            "按城市统计客户数量",
            "不同城市的客户数量",
            "Number of customers in each city",
            "How many customers are there in each city?",
            "Number of customers by city",
            "customers per city",
        ],
        "SELECT city, COUNT(*) FROM customers GROUP BY city",
    );
}

#[test]
fn sales_of_last_month() {
    same(
        &[
            "上月销售额是多少",
            "上个月的销售额",
            "上月营业额多少",
            "上个月一共卖了多少钱",
            "What were sales last month?",
            "total sales last month",
            "What was the revenue last month?",
        ],
        &format!(
            "SELECT {SALES} FROM order_items oi JOIN orders o ON o.id = oi.order_id \
             WHERE o.ordered_at >= '2026-10-01' AND o.ordered_at < '2026-11-01'"
        ),
    );
}

#[test]
fn top_products_by_sales() {
    same_order(
        &[
            "销售额最高的5个产品",
            "销售额排名前5的产品",
            "销售额前五的商品",
            "哪5个产品的销售额最高",
            "Top 5 products by sales",
            "The 5 products with the highest sales",
            "Which 5 products have the highest revenue?",
        ],
        &format!(
            "SELECT p.name, {SALES} AS s FROM order_items oi JOIN products p ON p.id = oi.product_id \
             GROUP BY p.id ORDER BY s DESC LIMIT 5"
        ),
    );
}

#[test]
fn monthly_sales_of_a_year() {
    same_order(
        &[
            "最近12个月每月的销售额趋势",
            "最近12个月销售额按月趋势",
            "近12个月每个月的销售额",
            "Monthly sales in the last 12 months",
            "Sales by month for the last 12 months",
            "Sales trend by month over the last 12 months",
        ],
        &format!(
            "SELECT strftime('%Y-%m', o.ordered_at) AS m, {SALES} FROM order_items oi JOIN orders o ON o.id = oi.order_id \
             WHERE o.ordered_at >= '2025-12-01' AND o.ordered_at < '2026-12-01' GROUP BY m ORDER BY m"
        ),
    );
}

#[test]
fn stores_in_beijing() {
    same(
        &[
            "北京有哪些门店",
            "北京的门店有哪些",
            "列出北京的所有门店",
            "在北京的门店",
            "Which stores are in Beijing?",
            "List all stores in 北京",
            "Show me the stores located in Beijing",
        ],
        "SELECT name FROM stores WHERE city = '北京'",
    );
}

#[test]
fn customers_without_orders() {
    same(
        &[
            "没有下过单的客户有多少",
            "有多少客户没有下过单",
            "从未下单的客户有几个",
            "没有订单的客户数量",
            "How many customers have never placed an order?",
            "How many customers have no orders?",
            "Number of customers without orders",
        ],
        "SELECT COUNT(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
    );
}

#[test]
fn products_above_the_average_price() {
    same(
        &[
            "价格高于平均价的产品",
            "价格高于平均价格的商品有哪些",
            "哪些产品的价格高于平均值",
            "价格超过平均价格的产品",
            "Products priced above the average price",
            "Which products have a price higher than the average?",
            "List products with price above average",
        ],
        "SELECT name, price FROM products WHERE price > (SELECT AVG(price) FROM products)",
    );
}

#[test]
fn orders_by_quarter() {
    same_order(
        &[
            "今年每个季度的订单数",
            "今年各季度的订单数量",
            "今年按季度统计订单数",
            "Number of orders in each quarter of this year",
            "Orders by quarter this year",
            "How many orders were there per quarter this year?",
        ],
        "SELECT strftime('%Y', ordered_at) || '-Q' || ((strftime('%m', ordered_at) + 2) / 3) AS q, COUNT(*) FROM orders \
         WHERE ordered_at >= '2026-01-01' AND ordered_at < '2027-01-01' GROUP BY q ORDER BY q",
    );
}

#[test]
fn gross_profit_by_category() {
    same_order(
        &[
            "各品类的毛利，从高到低",
            "每个品类的毛利从高到低排序",
            "按毛利从高到低排列各品类",
            "各分类毛利降序",
            "Gross profit by category, from high to low",
            "Gross profit for each category in descending order",
        ],
        "SELECT c.name, SUM(oi.quantity * (oi.unit_price - p.cost)) AS g FROM order_items oi \
         JOIN products p ON p.id = oi.product_id JOIN categories c ON c.id = p.category_id \
         GROUP BY c.id ORDER BY g DESC",
    );
}

#[test]
fn city_with_the_highest_average_order() {
    same_order(
        &[
            "客单价最高的城市",
            "哪个城市的客单价最高",
            "客单价最高的是哪个城市",
            "Which city has the highest average order value?",
            "The city with the highest average order value",
        ],
        "SELECT s.city, AVG(o.total_amount) AS a FROM orders o JOIN stores s ON s.id = o.store_id \
         GROUP BY s.city ORDER BY a DESC LIMIT 1",
    );
}

#[test]
fn products_above_a_price() {
    same(
        &[
            "单价超过1000元的商品有几个",
            "有多少商品的单价超过1000元",
            "价格大于1000的产品数量",
            "价格高于一千元的产品有多少个",
            "How many products cost more than 1000?",
            "How many products have a price over 1000 yuan?",
            "Number of products with price above 1,000",
        ],
        "SELECT COUNT(*) FROM products WHERE price > 1000",
    );
}

#[test]
fn orders_of_last_month() {
    same(
        &[
            "How many orders were placed last month?",
            "Number of orders last month",
            "How many orders did we get last month?",
            "上个月有多少订单",
            "上月订单数",
            "上个月的订单数量是多少",
        ],
        "SELECT COUNT(*) FROM orders WHERE ordered_at >= '2026-10-01' AND ordered_at < '2026-11-01'",
    );
}

#[test]
fn top_customers_by_amount() {
    same_order(
        &[
            "Top 10 customers by total amount",
            "The 10 customers with the highest total amount",
            "Which 10 customers have the highest order amount?",
            "订单总金额最高的10个客户",
            "订单金额排名前10的客户",
        ],
        "SELECT c.name, SUM(o.total_amount) AS t FROM orders o JOIN customers c ON c.id = o.customer_id \
         GROUP BY c.id ORDER BY t DESC, c.name LIMIT 10",
    );
}

#[test]
fn average_order_by_region() {
    same(
        &[
            "Average order value by store region",
            "What is the average order value in each region?",
            "average order value per region",
            "各地区的客单价",
            "每个大区的客单价是多少",
            "按门店地区统计平均订单金额",
        ],
        "SELECT s.region, AVG(o.total_amount) FROM orders o JOIN stores s ON s.id = o.store_id GROUP BY s.region",
    );
}

#[test]
fn category_that_sells_best() {
    same_order(
        &[
            "Which category sells best?",
            "What is the best-selling category?",
            "Which category has the highest sales?",
            "哪个品类卖得最好",
            "卖得最好的品类是什么",
            "最畅销的品类",
        ],
        &format!(
            "SELECT c.name, {SALES} AS s FROM order_items oi JOIN products p ON p.id = oi.product_id \
             JOIN categories c ON c.id = p.category_id GROUP BY c.id ORDER BY s DESC LIMIT 1"
        ),
    );
}

#[test]
fn recent_orders_by_status() {
    same(
        &[
            "Orders in the last 30 days by status",
            "Number of orders by status in the last 30 days",
            "How many orders are there for each status in the last 30 days?",
            "最近30天各状态的订单数",
            "近30天按状态统计订单数量",
        ],
        "SELECT status, COUNT(*) FROM orders WHERE ordered_at >= '2026-10-23' AND ordered_at < '2026-11-22' GROUP BY status",
    );
}

#[test]
fn new_customers_of_two_cities() {
    same(
        &[
            "Customers in 上海 or 深圳 registered this year",
            "List customers from Shanghai or Shenzhen who registered this year",
            "今年注册的上海或深圳的客户",
            "上海和深圳今年注册的客户有哪些",
        ],
        "SELECT name, registered_at, city FROM customers WHERE city IN ('上海', '深圳') \
         AND registered_at >= '2026-01-01' AND registered_at < '2027-01-01'",
    );
}

#[test]
fn share_of_cancelled_orders() {
    same(
        &[
            "Share of cancelled orders",
            "What percentage of orders were cancelled?",
            "What is the proportion of canceled orders?",
            "已取消订单的占比",
            "取消的订单占比是多少",
            "取消订单的比例",
        ],
        "SELECT ROUND(SUM(status = '已取消') * 1.0 / COUNT(*), 4) FROM orders",
    );
}

#[test]
fn monthly_sales_of_the_best_seller() {
    same_order(
        &[
            "Monthly sales of the best-selling product",
            "Sales by month of the best selling product",
            "最畅销产品的每月销售额",
            "卖得最好的产品每月的销售额",
            "销售额最高的产品的每月销售额",
        ],
        &format!(
            "SELECT strftime('%Y-%m', o.ordered_at) AS m, {SALES} FROM order_items oi JOIN orders o ON o.id = oi.order_id \
             WHERE oi.product_id = (SELECT product_id FROM order_items GROUP BY product_id \
             ORDER BY SUM(quantity * unit_price) DESC LIMIT 1) GROUP BY m ORDER BY m"
        ),
    );
}

#[test]
fn sales_of_last_month_by_city() {
    same(
        &[
            "上月各城市的销售额",
            "上个月每个城市的销售额是多少",
            "上月按城市统计销售额",
            "Sales by city last month",
            "Last month's sales for each city",
        ],
        &format!(
            "SELECT s.city, {SALES} FROM order_items oi JOIN orders o ON o.id = oi.order_id JOIN stores s ON s.id = o.store_id \
             WHERE o.ordered_at >= '2026-10-01' AND o.ordered_at < '2026-11-01' GROUP BY s.city"
        ),
    );
}

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
    DEMO.with(|demo| {
        demo.unknown("上月的天气怎么样", &["天气"]);
        demo.unknown("asdf qwer zxcv", &["asdf"]);
        demo.unknown("各城市的温度", &["温度"]);
        demo.unknown("How many unicorns are there in each city?", &["unicorns"]);
        demo.unknown("为什么销售额下降", &["为什么"]);
        demo.unknown("上月销售额同比", &["同比"]);
        demo.unknown("你好", &["好"]);
    });
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
    DEMO.with(|demo| {
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
    DEMO.with(|demo| match demo.interpret("上月各城市的销售额") {
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
