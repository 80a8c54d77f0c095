//! The demo database: the questions that must work, each in several wordings.

use std::sync::LazyLock;

use wenshu_answer::{SemanticTerm, TermKind};

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

pub(crate) fn same(questions: &[&str], sql: &str) {
    DEMO.with(|demo| demo.same(questions, sql));
}

pub(crate) fn same_order(questions: &[&str], sql: &str) {
    DEMO.with(|demo| demo.same_order(questions, sql));
}

pub(crate) const SALES: &str = "SUM(oi.quantity * oi.unit_price)";

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
