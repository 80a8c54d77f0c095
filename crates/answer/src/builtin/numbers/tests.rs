//! What numbers are read as, as tables: text, mentions. A mention is `[words] value unit`.

use super::find;

fn show(text: &str) -> String {
    let mentions: Vec<String> = find(text)
        .into_iter()
        .map(|mention| {
            assert_eq!(mention.text.parse::<f64>().unwrap(), mention.value, "{text}");
            let percent = if mention.is_percent { "%" } else { "" };
            let unit = mention.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
            format!("[{}] {}{percent}{unit}", &text[mention.span], mention.text)
        })
        .collect();
    mentions.join(" ")
}

#[test]
fn numbers() {
    let rows = [
        ("单价超过1000元的商品", "[1000元] 1000 元"),
        ("1,000", "[1,000] 1000"),
        ("1,234,567.89元", "[1,234,567.89元] 1234567.89 元"),
        ("1,2,3", "[1] 1 [2] 2 [3] 3"),
        ("１２３", "[１２３] 123"),
        ("0.50", "[0.50] 0.5"),
        ("007", "[007] 7"),
        ("1.5万", "[1.5万] 15000"),
        ("1.23456万", "[1.23456万] 12345.6"),
        ("3亿", "[3亿] 300000000"),
        ("3百万", "[3百万] 3000000"),
        ("500万元以上", "[500万元] 5000000 元"),
        ("9007199254740993", "[9007199254740993] 9007199254740993"),
        ("0.1亿", "[0.1亿] 10000000"),
        ("2k", "[2k] 2000"),
        ("1.5M", "[1.5M] 1500000"),
        ("5w", "[5w] 50000"),
        ("1.2 million", "[1.2 million] 1200000"),
        ("3 thousand dollars", "[3 thousand dollars] 3000 dollars"),
        ("two hundred", "[two hundred] 200"),
        ("three hundred and five", "[three hundred and five] 305"),
        ("twenty-five", "[twenty-five] 25"),
        ("one hundred twenty thousand", "[one hundred twenty thousand] 120000"),
        ("a dozen", "[a dozen] 12"),
        ("2 dozen", "[2 dozen] 24"),
        ("a thousand yuan", "[a thousand yuan] 1000 yuan"),
        ("five products", "[five] 5"),
        ("top five", "[five] 5"),
        ("top 5 products", "[5] 5"),
        ("Top 10", "[10] 10"),
        ("-5", "[-5] -5"),
        ("负3", "[负3] -3"),
        ("above -0.5", "[-0.5] -0.5"),
        ("3-5", "[3] 3 [5] 5"),
        ("$1,000", "[$1,000] 1000 $"),
        ("¥99.9", "[¥99.9] 99.9 ¥"),
        ("-$5", "[-$5] -5 $"),
        ("50%", "[50%] 50%"),
        ("12.5％", "[12.5％] 12.5%"),
        ("20 percent", "[20 percent] 20%"),
        ("百分之二十", "[百分之二十] 20%"),
        ("百分之5", "[百分之5] 5%"),
        ("百分之三点五", "[百分之三点五] 3.5%"),
        ("三成", "[三成] 30%"),
        ("3成以上", "[3成] 30%"),
        ("一千二百", "[一千二百] 1200"),
        ("三十五", "[三十五] 35"),
        ("三十五岁以上", "[三十五岁] 35 岁"),
        ("两百元", "[两百元] 200 元"),
        ("十万", "[十万] 100000"),
        ("一百零五", "[一百零五] 105"),
        ("三千五", "[三千五] 3500"),
        ("一万二", "[一万二] 12000"),
        ("两个", "[两个] 2 个"),
        ("五件商品", "[五件] 5 件"),
        ("前十名", "[十名] 10 名"),
        ("前五", "[五] 5"),
        ("前10个客户", "[10个] 10 个"),
        ("三点五", "[三点五] 3.5"),
        ("大于三", "[三] 3"),
        ("十大客户", "[十] 10"),
        ("百分之百", "[百分之百] 100%"),
        ("销量前十的商品", "[十] 10"),
        ("最高的三个产品", "[三个] 3 个"),
        ("大于3小于10", "[3] 3 [10] 10"),
        ("年龄在20到30岁之间", "[20] 20 [30岁] 30 岁"),
        ("30岁以上的客户", "[30岁] 30 岁"),
        ("下单3次以上", "[3次] 3 次"),
        ("between 100 and 200", "[100] 100 [200] 200"),
        ("over 1000 yuan", "[1000 yuan] 1000 yuan"),
        ("100块钱", "[100块钱] 100 块钱"),
    ];
    check(&rows);
}

#[test]
fn no_numbers() {
    let rows = [
        "一共有多少客户",
        "一直没有下单",
        "统一价格",
        "哪一个城市最高",
        "每一个客户",
        "99999999999999999999999999999999999999999",
        "第三名客户",
        "张三的订单",
        "三亚的门店",
        "半数客户",
        "万科",
        "千万别",
        "百度",
        "A100",
        "SKU-12abc",
        "order_2",
        "3D",
        "the one with most orders",
        "a customer",
        "v1.2.3",
        "",
        "。%，",
    ];
    let rows: Vec<(&str, &str)> = rows.into_iter().map(|text| (text, "")).collect();
    check(&rows);
}

fn check(rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, expected)| {
            let found = show(text);
            (found != *expected).then(|| format!("{text}\n    expected {expected}\n    found    {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

proptest::proptest! {
    /// Whatever is written, nothing panics, mentions lie in order inside the text, and values are numbers.
    #[test]
    fn any_text_is_read(text in "([0-9０.,$¥%_#-]|[一二两三十百千万亿半零点成负]|百分之|元|个| |k|m|million|a |dozen|twenty|hundred|and ){0,14}") {
        in_order(&text);
    }

    #[test]
    fn any_characters_are_read(text in ".{0,40}") {
        in_order(&text);
    }
}

fn in_order(text: &str) {
    let mut end = 0;
    for mention in find(text) {
        assert!(mention.span.start >= end && text.get(mention.span.clone()).is_some(), "{text}");
        assert_eq!(mention.text.parse::<f64>().unwrap(), mention.value, "{text}");
        end = mention.span.end;
    }
}
