//! The business words of the demo database, in Chinese and English.

/// A business word and its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word as people say it.
    pub term: &'static str,
    /// `metric` (an aggregate), `dimension` (a column to group by) or `alias` (another name of a term).
    pub kind: &'static str,
    /// SQL over the demo tables, columns written with their table; for an alias the other term's name.
    pub expression: &'static str,
    /// What it means, in Chinese and then in English.
    pub description: &'static str,
}

const fn metric(term: &'static str, expression: &'static str, description: &'static str) -> Term {
    Term { term, kind: "metric", expression, description }
}

const fn dimension(term: &'static str, expression: &'static str, description: &'static str) -> Term {
    Term { term, kind: "dimension", expression, description }
}

const fn alias(term: &'static str, other: &'static str) -> Term {
    Term { term, kind: "alias", expression: other, description: "同义词。Another name." }
}

/// The terms that belong to the demo database. Metrics hide no filter: every order counts, whatever its status.
pub const TERMS: &[Term] = &[
    metric(
        "销售额",
        "SUM(order_items.quantity * order_items.unit_price)",
        "商品数量乘以成交单价之和,等于订单金额之和；包含所有状态的订单。\
         Quantity times unit price, equal to the sum of order totals; orders of every status count.",
    ),
    metric(
        "订单数",
        "COUNT(DISTINCT orders.id)",
        "订单的数量；包含所有状态的订单。Number of orders; orders of every status count.",
    ),
    metric(
        "客单价",
        "AVG(orders.total_amount)",
        "每个订单的平均金额；包含所有状态的订单。Average amount of an order; orders of every status count.",
    ),
    metric(
        "毛利",
        "SUM(order_items.quantity * (order_items.unit_price - products.cost))",
        "成交单价减去产品成本后乘以数量之和；包含所有状态的订单。\
         Unit price less product cost, times quantity; orders of every status count.",
    ),
    metric(
        "毛利率",
        "SUM(order_items.quantity * (order_items.unit_price - products.cost)) * 1.0 \
         / SUM(order_items.quantity * order_items.unit_price)",
        "毛利除以销售额,0 到 1 之间的比例；包含所有状态的订单。\
         Gross profit divided by sales, a fraction of 1; orders of every status count.",
    ),
    metric(
        "销量",
        "SUM(order_items.quantity)",
        "售出商品的件数；包含所有状态的订单。Units sold; orders of every status count.",
    ),
    metric(
        "客户数",
        "COUNT(DISTINCT customers.id)",
        "客户的数量,包含没有下过单的客户。Number of customers, those without an order included.",
    ),
    dimension("品类", "categories.name", "产品所属的类别。The category of a product."),
    dimension("地区", "stores.region", "门店所在的大区:华东、华南、华北等。The region a store lies in."),
    dimension(
        "城市",
        "stores.city",
        "订单所在门店的城市;客户居住的城市是 customers.city。\
         The city of the store an order was placed in; where customers live is customers.city.",
    ),
    dimension("会员等级", "customers.level", "客户的等级:普通、银卡、金卡、钻石。The level of a customer."),
    dimension(
        "订单状态",
        "orders.status",
        "已完成、已发货、待付款、已取消、已退款。Completed, shipped, awaiting payment, cancelled, refunded.",
    ),
    alias("sales", "销售额"),
    alias("revenue", "销售额"),
    alias("GMV", "销售额"),
    alias("营业额", "销售额"),
    alias("order count", "订单数"),
    alias("number of orders", "订单数"),
    alias("average order value", "客单价"),
    alias("AOV", "客单价"),
    alias("gross profit", "毛利"),
    alias("gross margin", "毛利率"),
    alias("units sold", "销量"),
    alias("customer count", "客户数"),
    alias("category", "品类"),
    alias("region", "地区"),
    alias("大区", "地区"),
    alias("city", "城市"),
    alias("order status", "订单状态"),
];
