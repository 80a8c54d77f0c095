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
    with(|demo| refused(demo, &["上月第一周的销售额", "近7天和近30天的销售额"]));
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
