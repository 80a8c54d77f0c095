//! What the drivers' tests share.

use crate::QueryResult;

/// The whole result as text: `name:type:kind` and one line for each row.
pub(crate) fn shown(result: &QueryResult) -> String {
    use arrow::util::display::{ArrayFormatter, FormatOptions};
    let options = FormatOptions::new().with_null("∅");
    let schema = result.schema();
    let mut lines = vec![
        schema
            .fields()
            .iter()
            .zip(result.kinds.iter())
            .map(|(field, kind)| format!("{}:{}:{}", field.name(), field.data_type(), kind.as_str()))
            .collect::<Vec<_>>()
            .join(" "),
    ];
    let formatters: Vec<_> = result
        .batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
        .collect();
    for row in 0..result.rows() {
        lines.push(
            formatters.iter().map(|formatter| formatter.value(row).to_string()).collect::<Vec<_>>().join("|"),
        );
    }
    lines.join("\n")
}
