//! Questions about the demo data, to be asked of every kind of database: the same ones have the same rows everywhere.

use arrow::array::{Array as _, ArrayRef};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use wenshu_sources::QueryResult;

/// Questions of every kind that the engine writes SQL for.
pub const QUESTIONS: &[&str] = &[
    "一共有多少客户？",
    "Number of customers in each city",
    "上月销售额是多少",
    "上个月的订单数",
    "Top 5 products by sales",
    "最近12个月销售额按月趋势",
    "在北京的门店",
    "没有订单的客户数量",
    "价格超过平均价格的产品",
    "Number of orders in each quarter of this year",
    "每个品类的毛利从高到低排序",
    "Which city has the highest average order value?",
    "价格大于1000的产品数量",
    "How many orders did we get last month?",
    "订单总金额最高的10个客户",
    "average order value per region",
    "哪个品类卖得最好",
    "Number of orders by status in the last 30 days",
    "上海和深圳今年注册的客户有哪些",
    "已取消订单的占比",
    "Monthly sales of the best-selling product",
    "Sales by city last month",
    "各城市的客户数量和订单数量",
    "每年的订单数量",
    "每天的订单数量",
    "每小时的订单数量",
    "orders by week this year",
    "share of sales by category",
    "订单数超过20的客户",
    "average price by category",
    "毛利率最高的3个品类",
    "customers without orders in 北京",
    "每个门店的销售额",
    "贵州茅台最近30天的收盘价",
];

/// Questions that compare days of the quotes.
pub const MOVERS: &[&str] =
    &["近一周涨幅最大的5只股票", "跌得最多的3只股票", "which stocks rose most this month?", "上个月跌幅榜"];

/// Those of them that are about one table: ClickHouse has no keys from which it could be told how tables belong
/// together. Debian's, of 2018, compares no decimals with those of a subquery.
pub const OVER_ONE_TABLE: &[&str] = &[
    "一共有多少客户？",
    "Number of customers in each city",
    "上个月的订单数",
    "在北京的门店",
    "Number of orders in each quarter of this year",
    "价格大于1000的产品数量",
    "How many orders did we get last month?",
    "Number of orders by status in the last 30 days",
    "上海和深圳今年注册的客户有哪些",
    "每年的订单数量",
    "每天的订单数量",
    "每小时的订单数量",
    "orders by week this year",
    "贵州茅台最近30天的收盘价",
];

/// Rows in any order, numbers to four decimals, moments as SQLite has them.
pub fn comparable(result: &QueryResult) -> Vec<Vec<String>> {
    let options = FormatOptions::default();
    let cell = |array: &ArrayRef, row: usize| {
        if array.is_null(row) {
            return "NULL".to_owned();
        }
        if array.data_type().is_numeric() {
            let numbers = cast(array, &DataType::Float64).expect("a number");
            let number = arrow::array::AsArray::as_primitive::<Float64Type>(numbers.as_ref()).value(row);
            return format!("{number:.4}");
        }
        let text = ArrayFormatter::try_new(array, &options)
            .expect("a value that can be shown")
            .value(row)
            .to_string();
        // ClickHouse has no moments but instants.
        if array.data_type().is_temporal() {
            text.replace('T', " ").trim_end_matches('Z').to_owned()
        } else {
            text
        }
    };
    let mut rows: Vec<Vec<String>> = (0..result.rows())
        .map(|row| result.batch.columns().iter().map(|array| cell(array, row)).collect())
        .collect();
    rows.sort();
    rows
}
