//! Types of columns, as real files have them.

use crate::support::TestLake;

async fn types(content: &str) -> String {
    TestLake::new().table("x.csv", content).await.types()
}

#[tokio::test]
async fn types_of_a_file_that_has_everything() {
    let lake = TestLake::new();
    let content = "\
邮编,金额,比例,单价,日期,时间,数量,会员,备注,编号
010010,\"1,234.56\",12%,￥8.50,2024年1月2日,2024-01-02 10:20:30,1,true,第一行,6222021234567890123
200000,\"-2,000\",3.5%,¥1,2024/3/4,2024-01-03,,false,\"有,逗号\",6222021234567890124
518000,0.5,-1%,2元,2024-12-31,2024-01-04T00:00:01,3,TRUE,\"换
行\",6222021234567890125
";
    let table = lake.table("everything.csv", content).await;
    assert_eq!(
        table.types(),
        "邮编 text, 金额 number, 比例 number, 单价 number, 日期 date, 时间 timestamp, 数量 integer, 会员 boolean, 备注 text, 编号 text"
    );
    assert_eq!(
        table.all().await,
        [
            "010010|1234.56|0.120|8.50|2024-01-02|2024-01-02T10:20:30|1|true|第一行|6222021234567890123",
            "200000|-2000.00|0.035|1.00|2024-03-04|2024-01-03T00:00:00|~|false|有,逗号|6222021234567890124",
            "518000|0.50|-0.010|2.00|2024-12-31|2024-01-04T00:00:01|3|true|换\n行|6222021234567890125",
        ]
    );
    // Decimal fractions are exact in sums.
    assert_eq!(table.ask("SELECT sum(金额), sum(\"比例\"), sum(单价) FROM t").await, ["-764.94|0.145|11.50"]);
}

#[tokio::test]
async fn one_value_decides_for_its_column_wherever_it_is() {
    let mut content = "id,code\n".to_owned();
    for row in 0..20_000 {
        content.push_str(&format!("{row},{row}\n"));
    }
    assert_eq!(types(&content).await, "id integer, code integer");
    content.push_str("20000,A20000\n");
    let lake = TestLake::new();
    let table = lake.table("x.csv", content).await;
    assert_eq!(table.types(), "id integer, code text");
    assert_eq!(table.ask("SELECT count(*), max(id), min(code) FROM t").await, ["20001|20000|0"]);
}

#[tokio::test]
async fn headers_that_are_missing_or_not_their_own() {
    for (content, expected) in [
        ("a,a,,A\n1,2,3,4\n", "a integer, a_2 integer, column_3 integer, A_3 integer"),
        ("1,2\n3,4\n", "column_1 integer, column_2 integer"),
        ("name,city\nx,y\n", "name text, city text"),
        ("a;b\n1;2\n", "a integer, b integer"),
        ("a|b\n1|2\n", "a integer, b integer"),
        ("a\tb\n1\t2\n", "a integer, b integer"),
        ("only\n1\n\n2\n", "only integer"),
        ("a,b\n", "a text, b text"),
        ("\u{feff}a,b\n1,2\n", "a integer, b integer"),
    ] {
        assert_eq!(types(content).await, expected, "{content:?}");
    }
}

#[tokio::test]
async fn two_hundred_columns() {
    let row = |of: &dyn Fn(usize) -> String| (0..200).map(of).collect::<Vec<_>>().join(",");
    let content = format!("{}\n{}\n", row(&|column| format!("c{column}")), row(&|column| column.to_string()));
    let lake = TestLake::new();
    let table = lake.table("wide.csv", content).await;
    assert_eq!(table.imported.tables[0].columns.len(), 200);
    assert_eq!(table.ask("SELECT c0 + c199 FROM t").await, ["199"]);
}

#[tokio::test]
async fn empty_cells_are_null() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", "a,b,c\n1,,x\n,2.5,\n").await;
    assert_eq!(table.all().await, ["1|~|x", "~|2.5|~"]);
}

#[tokio::test]
async fn encodings() {
    let text = "城市,销售额\n北京,100\n上海,200\n";
    let (gbk, ..) = encoding_rs::GBK.encode(text);
    let rare = "姓名,城市\n𠮷野,北京\n张三,上海\n";
    let (gb18030, ..) = encoding_rs::GB18030.encode(rare);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    // Chinese comes long after the beginning that is looked at.
    let late = format!("code,city\n{}9,广州\n", "1,plain\n".repeat(20_000));
    let (late_gbk, ..) = encoding_rs::GBK.encode(&late);
    let lake = TestLake::new();
    for content in [text.as_bytes(), &gbk, &utf16] {
        let table = lake.table("x.csv", content).await;
        assert_eq!(table.types(), "城市 text, 销售额 integer");
        assert_eq!(table.ask("SELECT 销售额 FROM t WHERE 城市 = '上海'").await, ["200"]);
    }
    let table = lake.table("x.csv", gb18030.as_ref()).await;
    assert_eq!(table.all().await, ["𠮷野|北京", "张三|上海"]);
    for content in [late.as_bytes(), &late_gbk] {
        let table = lake.table("x.csv", content).await;
        assert_eq!(table.ask("SELECT city FROM t WHERE code = 9").await, ["广州"]);
    }
}

#[tokio::test]
async fn apostrophes_that_keep_a_text_from_being_a_formula_go() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", "'@a,'tis\n'=1+1,'tis\n'-x,y\n''=1,''\n'''-5,'5\n").await;
    assert_eq!(table.types(), "@a text, 'tis text");
    assert_eq!(table.all().await, ["=1+1|'tis", "-x|y", "'=1|''", "''-5|'5"]);
}

#[tokio::test]
async fn days_are_those_of_the_zone_that_all_moments_have() {
    let lake = TestLake::new();
    let content =
        "at,n\n2024-01-02T07:00:00+08:00,1\n2024-01-02T23:00:00+08:00,2\n2024-01-03T01:00:00+08:00,4\n";
    for (name, content) in [
        ("x.csv", content.to_owned()),
        ("x.csv", content.replace("+08:00", "+08")),
        (
            "x.ndjson",
            content
                .lines()
                .skip(1)
                .map(|line| {
                    let (at, n) = line.split_once(',').unwrap();
                    format!("{{\"at\":\"{at}\",\"n\":{n}}}\n")
                })
                .collect(),
        ),
    ] {
        let table = lake.table(name, content).await;
        assert_eq!(table.types(), "at timestamp, n integer");
        for (sql, expected) in [
            (
                "SELECT to_char(at, '%Y-%m-%d') AS d, sum(n) FROM t GROUP BY d ORDER BY d",
                &["2024-01-02|3", "2024-01-03|4"][..],
            ),
            ("SELECT date_part('day', at) AS d, sum(n) FROM t GROUP BY d ORDER BY d", &["2|3", "3|4"]),
            (
                "SELECT date_trunc('day', at), sum(n) FROM t GROUP BY 1 ORDER BY 1",
                &["2024-01-01T16:00:00Z|3", "2024-01-02T16:00:00Z|4"],
            ),
            ("SELECT sum(n) FROM t WHERE at >= '2024-01-03'", &["4"]),
            ("SELECT sum(n) FROM t WHERE at < TIMESTAMP '2024-01-03 00:00:00' AND at < now()", &["3"]),
            ("SELECT at FROM t ORDER BY at LIMIT 1", &["2024-01-01T23:00:00Z"]),
            ("SELECT sum(n) FROM t WHERE at >= DATE '2024-01-03'", &["4"]),
            ("SELECT sum(n) FROM t WHERE DATE '2024-01-03' > at", &["3"]),
            ("SELECT sum(n) FROM t WHERE at BETWEEN DATE '2024-01-02' AND DATE '2024-01-03'", &["3"]),
            ("SELECT sum(n) FROM t WHERE date_trunc('day', at) = DATE '2024-01-02'", &["3"]),
            ("SELECT sum(n) FROM t WHERE date_trunc('day', at) IN (DATE '2024-01-03')", &["4"]),
            ("SELECT sum(n) FROM t WHERE at >= current_date - INTERVAL '1 day'", &["~"]),
            ("SELECT sum(n) FROM t WHERE CAST(at AS date) = DATE '2024-01-03'", &["4"]),
            (
                "SELECT sum(t.n) FROM t JOIN (SELECT DATE '2024-01-02' AS d) AS x ON date_trunc('day', t.at) = x.d",
                &["3"],
            ),
        ] {
            assert_eq!(table.ask(sql).await, expected, "{sql}");
        }
        wenshu_sources::datasets::Lake::remove(&lake.lake, "a/1").await.unwrap();
    }
    // Of several zones there is none that all have.
    let table = lake.table("x.csv", "at\n2024-01-02T07:00:00+08:00\n2024-01-02T07:00:00Z\n").await;
    assert_eq!(table.ask("SELECT to_char(at, '%H') FROM t ORDER BY at").await, ["23", "07"]);
}

#[tokio::test]
async fn names_in_json_are_cleaned_like_all_others() {
    let lake = TestLake::new();
    let content = "{\"a\":1,\"A\":2,\"\":3}\n{\"b\\nc\":4,\"a\":5}\n";
    let table = lake.table("x.ndjson", content).await;
    assert_eq!(table.types(), "a integer, A_2 integer, column_3 integer, b c integer");
    assert_eq!(table.all().await, ["1|2|3|~", "5|~|~|4"]);
}
