//! Wishes for steps in time, as a table.

use super::super::{Grain, find_grains};

#[test]
fn grains() {
    let rows: &[(&str, &[(&str, Grain)])] = &[
        ("每月的销售额", &[("每月", Grain::Month)]),
        ("最近12个月每月的销售额趋势", &[("每月", Grain::Month)]),
        ("今年每个季度的订单数", &[("每个季度", Grain::Quarter)]),
        ("每一年", &[("每一年", Grain::Year)]),
        ("按年统计", &[("按年", Grain::Year)]),
        ("按月份和城市", &[("按月份", Grain::Month)]),
        ("按城市和月份", &[("和月份", Grain::Month)]),
        ("逐日销量", &[("逐日", Grain::Day)]),
        ("逐月", &[("逐月", Grain::Month)]),
        ("月度销售额", &[("月度", Grain::Month)]),
        ("年度订单数", &[("年度", Grain::Year)]),
        ("各年销售额", &[("各年", Grain::Year)]),
        ("每天", &[("每天", Grain::Day)]),
        ("每年前10名客户", &[("每年", Grain::Year)]),
        ("哪些月份", &[("哪些月份", Grain::Month)]),
        ("每小时", &[("每小时", Grain::Hour)]),
        ("哪个月销售额最高", &[("哪个月", Grain::Month)]),
        ("monthly sales", &[("monthly", Grain::Month)]),
        ("Sales by quarter", &[("by quarter", Grain::Quarter)]),
        ("orders per week", &[("per week", Grain::Week)]),
        ("daily orders", &[("daily", Grain::Day)]),
        ("each year", &[("each year", Grain::Year)]),
        ("by city and month", &[("and month", Grain::Month)]),
        ("month by month", &[("month by month", Grain::Month)]),
        ("which month had most orders", &[("which month", Grain::Month)]),
        ("each of the last 12 months", &[("each", Grain::Month)]),
        ("每周一的订单", &[]),
        ("按年龄分组", &[]),
        ("按年级", &[]),
        ("分年龄段", &[]),
        ("部分年份", &[]),
        ("第一季度", &[]),
        ("上季度", &[]),
        ("2024年度", &[]),
        ("本年度", &[]),
        ("日均销售额", &[]),
        ("周期", &[]),
        ("各城市", &[]),
        ("by city", &[]),
        ("last month", &[]),
        ("each customer", &[]),
    ];
    for (text, expected) in rows {
        let found: Vec<(&str, Grain)> =
            find_grains(text).into_iter().map(|mention| (&text[mention.span], mention.grain)).collect();
        assert_eq!(&found, expected, "{text}");
    }
}
