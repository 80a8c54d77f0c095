//! Results of queries in the types that their columns are of: SQLite has days and moments as text.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::error::ArrowError;
use wenshu_sources::{QueryResult, ValueKind};

/// The rows of a result, days and moments as such where all of a column's texts are.
pub(super) fn typed(part: &QueryResult) -> Result<RecordBatch, ArrowError> {
    let schema = part.batch.schema();
    let columns: Vec<ArrayRef> = part
        .batch
        .columns()
        .iter()
        .zip(part.kinds.iter())
        .map(|(column, kind)| typed_column(column, *kind).unwrap_or_else(|| Arc::clone(column)))
        .collect();
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(part.batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
}

fn typed_column(column: &ArrayRef, kind: ValueKind) -> Option<ArrayRef> {
    if *column.data_type() != DataType::Utf8 {
        return None;
    }
    let target = match kind {
        ValueKind::Date => DataType::Date32,
        ValueKind::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        _ => return None,
    };
    cast_with_options(column, &target, &CastOptions { safe: false, ..CastOptions::default() }).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use arrow::array::StringArray;
    use wenshu_sources::batch;

    use super::*;

    #[test]
    fn texts_that_are_days_become_days() {
        let column = |texts: [&str; 2]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
        let columns = vec![
            ("day".to_owned(), column(["2024-01-02", "2024-02-29"]), ValueKind::Date),
            ("at".to_owned(), column(["2024-01-02 10:20:30", "2024-01-02T00:00:00"]), ValueKind::Timestamp),
            ("open".to_owned(), column(["2024-01-02", "soon"]), ValueKind::Date),
            ("text".to_owned(), column(["2024-01-02", "2024-01-03"]), ValueKind::Text),
        ];
        let (batch, kinds) = batch::batch(columns, 2).unwrap();
        let part = QueryResult { batch, kinds, truncated: false, elapsed: Duration::ZERO };
        let typed = typed(&part).unwrap();
        let types: Vec<DataType> = typed.columns().iter().map(|column| column.data_type().clone()).collect();
        let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
        assert_eq!(types, [DataType::Date32, moment, DataType::Utf8, DataType::Utf8]);
    }
}
