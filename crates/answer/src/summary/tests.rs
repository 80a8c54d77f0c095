//! Results and what is said of them, in both languages.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use wenshu_sources::{QueryResult, ValueKind};

use super::write;
use crate::{Language, SqlDraft};

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(values.iter().map(|value| (*value != "-").then_some(*value)).collect::<StringArray>())
}

fn whole(values: &[i64]) -> ArrayRef {
    Arc::new(values.iter().map(|value| (*value != -1).then_some(*value)).collect::<Int64Array>())
}

fn real(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

fn cents(values: &[i128]) -> ArrayRef {
    Arc::new(Decimal128Array::from(values.to_vec()).with_precision_and_scale(14, 2).unwrap())
}

/// Both languages, one below the other.
fn said(draft: &SqlDraft, columns: Vec<(&str, ArrayRef)>, truncated: bool) -> String {
    use arrow::datatypes::DataType;
    let kinds: Vec<ValueKind> = columns
        .iter()
        .map(|(_, array)| match array.data_type() {
            DataType::Int64 => ValueKind::Integer,
            DataType::Utf8 => ValueKind::Text,
            DataType::Boolean => ValueKind::Boolean,
            _ => ValueKind::Number,
        })
        .collect();
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let result = QueryResult { batch, kinds: kinds.into(), truncated, elapsed: Duration::ZERO };
    format!("{}\n{}", write(draft, &result, Language::Zh), write(draft, &result, Language::En))
}

fn draft(title: &str, measures: &[&str]) -> SqlDraft {
    SqlDraft {
        title: title.to_owned(),
        measures: measures.iter().map(|measure| (*measure).to_owned()).collect(),
        ..SqlDraft::default()
    }
}

fn share(title: &str, measures: &[&str]) -> SqlDraft {
    SqlDraft { is_share: true, ..draft(title, measures) }
}

#[test]
fn nothing_found() {
    assert_eq!(
        said(&draft("Sales", &["sales"]), vec![("city", text(&[])), ("sales", whole(&[]))], false),
        "Sales：没有符合条件的数据。\nSales: no data matches."
    );
    assert_eq!(
        said(&draft("", &[]), vec![("city", text(&[]))], false),
        "没有符合条件的数据。\nNo data matches."
    );
}

#[test]
fn one_cell() {
    let rows: [(SqlDraft, ArrayRef, &str); 6] = [
        (draft("", &["n"]), whole(&[1_234_567]), "n：1,234,567。\nn: 1,234,567."),
        (draft("Sales", &["n"]), cents(&[123_450]), "Sales：1,234.50。\nSales: 1,234.50."),
        (draft("Sales", &["n"]), real(&[1.0 / 3.0]), "Sales：约 0.33。\nSales: about 0.33."),
        (draft("Sales", &["n"]), whole(&[-1]), "Sales：空。\nSales: empty."),
        (draft("Name", &[]), text(&["甲"]), "Name：甲。\nName: 甲."),
        (share("Cancelled", &["n"]), real(&[0.0523]), "Cancelled：5.23%。\nCancelled: 5.23%."),
    ];
    for (draft, array, expected) in rows {
        assert_eq!(said(&draft, vec![("n", array)], false), expected);
    }
}

#[test]
fn one_row() {
    assert_eq!(
        said(
            &draft("", &["sales", "n"]),
            vec![("city", text(&["北京"])), ("sales", whole(&[5000])), ("n", whole(&[12]))],
            false
        ),
        "北京，sales 5,000，n 12。\n北京, sales 5,000, n 12."
    );
    assert_eq!(
        said(&draft("T", &["a", "b"]), vec![("a", whole(&[5000])), ("b", whole(&[12]))], false),
        "T：a 5,000，b 12。\nT: a 5,000, b 12."
    );
    let flag: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
    assert_eq!(
        said(&draft("", &[]), vec![("name", text(&["甲"])), ("paid", flag)], false),
        "name 甲，paid 是。\nname 甲, paid yes."
    );
}

#[test]
fn rankings() {
    let cities = || text(&["成都", "上海", "北京", "广州", "-"]);
    assert_eq!(
        said(&draft("T", &["n"]), vec![("city", cities()), ("n", whole(&[1, 5000, 30, 20, 2]))], false),
        "T：共 5 项，n最高的是上海（5,000），其次是北京（30）、广州（20）；最低的是成都（1）。\n\
         T: of 5, 上海 (5,000) has the highest n, followed by 北京 (30) and 广州 (20); 成都 (1) has the lowest."
    );
    assert_eq!(
        said(&draft("", &["n"]), vec![("city", text(&["甲", "乙"])), ("n", whole(&[1, 2]))], false),
        "共 2 项，n最高的是乙（2），其次是甲（1）。\nOf 2, 乙 (2) has the highest n, followed by 甲 (1)."
    );
    assert_eq!(
        said(&draft("T", &["n"]), vec![("city", cities()), ("n", whole(&[7, 7, 3, 2, -1]))], false),
        "T：共 5 项，n并列最高的是成都、上海（各 7）；最低的是广州（2）。\n\
         T: of 5, 成都 and 上海 share the highest n (7 each); 广州 (2) has the lowest."
    );
    // What a limit cut off may be lower than all that is left.
    let cut = said(&draft("T", &["n"]), vec![("city", cities()), ("n", whole(&[9, 8, 7, 6, 5]))], true);
    assert!(!cut.contains("最低") && !cut.contains("lowest"), "{cut}");
    assert_eq!(
        said(&draft("T", &["n"]), vec![("city", cities()), ("n", whole(&[7; 5]))], false),
        "T：共 5 项，n都是 7。\nT: n is 7 for each of the 5."
    );
    assert_eq!(
        said(
            &draft("T", &["n"]),
            vec![
                ("city", text(&["甲", "甲", "乙"])),
                ("level", text(&["金", "银", "金"])),
                ("n", whole(&[1, 3, 2]))
            ],
            true
        ),
        "T：共 3 项，n最高的是甲 · 银（3），其次是乙 · 金（2）、甲 · 金（1）。结果超过了返回上限，以上只依据前 3 行。\n\
         T: of 3, 甲 · 银 (3) has the highest n, followed by 乙 · 金 (2) and 甲 · 金 (1). The result was cut at its limit, so \
         this covers the first 3 rows only."
    );
}

#[test]
fn trends() {
    let months = || text(&["2024-01", "2024-02", "2024-03"]);
    assert_eq!(
        said(&draft("T", &["n"]), vec![("month", months()), ("n", whole(&[100, 300, 150]))], false),
        "T：共 3 个月，n从 2024-01 的 100 升至 2024-03 的 150（增长 50%）；最高是 2024-02 的 300，最低是 2024-01 的 100。\n\
         T: over 3 months, n rose from 100 (2024-01) to 150 (2024-03) (+50%). The highest was 300 (2024-02), the lowest \
         100 (2024-01)."
    );
    assert_eq!(
        said(&draft("T", &["n"]), vec![("month", months()), ("n", whole(&[300, 100, 200]))], false),
        "T：共 3 个月，n从 2024-01 的 300 降至 2024-03 的 200（下降 33.3%）；最高是 2024-01 的 300，最低是 2024-02 的 100。\n\
         T: over 3 months, n fell from 300 (2024-01) to 200 (2024-03) (-33.3%). The highest was 300 (2024-01), the \
         lowest 100 (2024-02)."
    );
    let from_zero = said(&draft("T", &["n"]), vec![("month", months()), ("n", whole(&[0, 1, 2]))], false);
    assert!(!from_zero.contains('%'), "{from_zero}");
    let moments = text(&["2024-01-01 08:00", "2024-01-01 09:00"]);
    let hardly = said(&draft("T", &["n"]), vec![("at", moments), ("n", whole(&[10_000, 10_001]))], false);
    assert!(hardly.starts_with("T：共 2 个时间点，n从 2024-01-01 08:00 的 10,000 升至"), "{hardly}");
    assert!(!hardly.contains('%'), "{hardly}");
    let backwards = text(&["2024-03", "2024-01"]);
    let ranked = said(&draft("T", &["n"]), vec![("month", backwards), ("n", whole(&[9, 4]))], false);
    assert!(ranked.starts_with("T：共 2 项，n最高的是2024-03（9）"), "{ranked}");
}

#[test]
fn shares() {
    let cities = || text(&["甲", "乙", "丙"]);
    assert_eq!(
        said(&share("T", &["n"]), vec![("city", cities()), ("n", whole(&[50, 30, 20]))], false),
        "T：共 3 项，占比最大的是甲（50，占 50%），其次是乙（30，占 30%）、丙（20，占 20%）。\n\
         T: of 3, 甲 (50, 50%) has the largest share, followed by 乙 (30, 30%) and 丙 (20, 20%)."
    );
    assert_eq!(
        said(&share("T", &["n"]), vec![("city", cities()), ("n", real(&[0.1234, 0.5, 0.3766]))], false),
        "T：共 3 项，占比最大的是乙（50%），其次是丙（37.66%）、甲（12.34%）。\n\
         T: of 3, 乙 (50%) has the largest share, followed by 丙 (37.66%) and 甲 (12.34%)."
    );
    // Parts of a cut result are not compared with a whole that isn't there.
    let cut = said(&share("T", &["n"]), vec![("city", cities()), ("n", whole(&[50, 30, 20]))], true);
    assert!(!cut.contains('%'), "{cut}");
}

#[test]
fn lists() {
    assert_eq!(
        said(&draft("T", &[]), vec![("name", text(&["甲", "乙"])), ("city", text(&["北京", "上海"]))], false),
        "T：共 2 条：甲、乙。\nT: 2 rows: 甲, 乙."
    );
    let names = text(&["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(
        said(&draft("T", &[]), vec![("id", whole(&[1, 2, 3, 4, 5, 6, 7])), ("name", names)], false),
        "T：共 7 条：a、b、c、d、e 等。\nT: 7 rows: a, b, c, d, e and 2 more."
    );
    assert_eq!(
        said(
            &draft("T", &[]),
            vec![
                ("id", whole(&[1, 2])),
                ("name", text(&["甲", "乙"])),
                ("price", whole(&[1, 2])),
                ("cost", whole(&[1, 2]))
            ],
            false
        ),
        "T：共 2 条：甲、乙。\nT: 2 rows: 甲, 乙."
    );
    assert_eq!(said(&draft("T", &[]), vec![("id", whole(&[1, 2, 3]))], false), "T：共 3 条。\nT: 3 rows.");
}

#[test]
fn the_reading_closes_the_answer() {
    let draft = SqlDraft {
        reading: vec!["销售额 = SUM(orders.total_amount)。".to_owned(), " ".to_owned(), "2026-10".to_owned()],
        ..draft("T", &["n"])
    };
    assert_eq!(
        said(&draft, vec![("n", whole(&[5]))], false),
        "T：5。\n\n口径：销售额 = SUM(orders.total_amount)；2026-10。\n\
         T: 5.\n\nRead as: 销售额 = SUM(orders.total_amount)。; 2026-10."
    );
}
