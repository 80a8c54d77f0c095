//! Columns in which every row has a value of its own: by which tables can be joined without rows being counted twice.
//!
//! They are looked for while a table is written. Of values only hashes are kept, always the same ones for the same value: two of them
//! that happen to be equal cost a column that would have done, and never let one pass in which a value comes twice.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Int64Type, Schema, UInt64Type};

/// The most rows of a table that is looked at. What others are joined to is smaller, and a large file isn't to wait for this.
const MOST_ROWS: usize = 300_000;

/// The most values that are remembered of all columns together, in some 20 MB.
const MOST_VALUES: usize = 1_000_000;

/// The columns of a table that is being written.
pub(crate) struct Distinct {
    /// The values so far; none of a column that isn't looked at any more.
    columns: Vec<Option<HashSet<u64>>>,
    rows: usize,
}

impl Distinct {
    /// Of a table with these columns.
    pub(crate) fn new(schema: &Schema) -> Self {
        let is_candidate =
            |data_type: &DataType| matches!(data_type, DataType::Int64 | DataType::UInt64 | DataType::Utf8);
        let columns = schema.fields().iter().map(|field| is_candidate(field.data_type()).then(HashSet::new));
        Self { columns: columns.collect(), rows: 0 }
    }

    /// More rows.
    pub(crate) fn look_at(&mut self, batch: &RecordBatch) {
        self.rows = self.rows.saturating_add(batch.num_rows());
        if self.rows > MOST_ROWS {
            self.columns.iter_mut().for_each(|column| *column = None);
            return;
        }
        for (known, column) in self.columns.iter_mut().zip(batch.columns()) {
            if known.as_mut().is_some_and(|known| !all_are_new(known, column)) {
                *known = None;
            }
        }
        // Keys stand at the beginning.
        while self.columns.iter().flatten().map(HashSet::len).sum::<usize>() > MOST_VALUES {
            match self.columns.iter_mut().rev().find(|column| column.is_some()) {
                Some(last) => *last = None,
                None => break,
            }
        }
    }

    /// For each column whether every row has a value of its own there.
    pub(crate) fn finish(self) -> Vec<bool> {
        self.columns.iter().map(|column| column.as_ref().is_some_and(|known| !known.is_empty())).collect()
    }
}

/// Whether every row has a value, and none is known or comes twice. They are known then.
fn all_are_new(known: &mut HashSet<u64>, column: &ArrayRef) -> bool {
    if column.null_count() > 0 {
        return false;
    }
    match column.data_type() {
        DataType::Int64 => {
            column.as_primitive::<Int64Type>().values().iter().all(|value| known.insert(hash(value)))
        }
        DataType::UInt64 => {
            column.as_primitive::<UInt64Type>().values().iter().all(|value| known.insert(hash(value)))
        }
        // A text without anything in it is no value that points to a row.
        DataType::Utf8 => {
            let mut texts = column.as_string::<i32>().iter().flatten();
            texts.all(|text| !text.trim().is_empty() && known.insert(hash(text)))
        }
        _ => false,
    }
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int64Array, StringArray};

    use super::*;

    fn found(batches: &[RecordBatch]) -> Vec<bool> {
        let mut distinct = Distinct::new(&batches[0].schema());
        batches.iter().for_each(|batch| distinct.look_at(batch));
        distinct.finish()
    }

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, column)| (name, column, true)),
        )
        .unwrap()
    }

    fn whole(values: Vec<Option<i64>>) -> ArrayRef {
        Arc::new(Int64Array::from(values))
    }

    fn texts(values: &[&str]) -> ArrayRef {
        Arc::new(StringArray::from(values.to_vec()))
    }

    #[test]
    fn a_value_that_comes_twice_or_not_at_all_is_seen() {
        let first = batch(vec![
            ("id", whole(vec![Some(1), Some(2)])),
            ("late", whole(vec![Some(1), Some(2)])),
            ("gap", whole(vec![Some(1), None])),
            ("text", texts(&["a", "A"])),
            ("blank", texts(&["a", " "])),
            ("float", Arc::new(Float64Array::from(vec![1.0, 2.0]))),
        ]);
        let second = batch(vec![
            ("id", whole(vec![Some(3), Some(-1)])),
            ("late", whole(vec![Some(3), Some(1)])),
            ("gap", whole(vec![Some(2), Some(3)])),
            ("text", texts(&["b", "aa"])),
            ("blank", texts(&["b", "c"])),
            ("float", Arc::new(Float64Array::from(vec![3.0, 4.0]))),
        ]);
        assert_eq!(found(&[first.clone(), second]), [true, false, false, true, false, false]);
        assert_eq!(found(&[first.slice(0, 0)]), [false; 6], "nothing was seen");
    }

    #[test]
    fn what_is_too_much_is_not_looked_at() {
        let count = i64::try_from(MOST_ROWS).unwrap();
        let numbers = |from: i64| whole((from..from + count / 2).map(Some).collect());
        let part = |from| {
            batch(vec![
                ("a", numbers(from)),
                ("b", numbers(from)),
                ("c", numbers(from)),
                ("d", numbers(from)),
            ])
        };
        let (first, second) = (part(0), part(count));
        // The last one doesn't fit any more.
        assert_eq!(found(&[first.clone(), second.clone()]), [true, true, true, false]);
        let one_more = batch(vec![
            ("a", whole(vec![Some(-1)])),
            ("b", whole(vec![Some(-1)])),
            ("c", whole(vec![Some(-1)])),
            ("d", whole(vec![Some(-1)])),
        ]);
        assert_eq!(found(&[first, second, one_more]), [false; 4]);
    }
}
