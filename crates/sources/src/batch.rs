//! Columns put together into one record batch, each under a name of its own.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;

use crate::ValueKind;

/// A finished column: its name, its values and what they mean.
pub type Finished = (String, ArrayRef, ValueKind);

/// All columns as one batch of `rows` rows, with what each means. A name that came before gets a number: `name_2`.
///
/// # Errors
///
/// When the columns have not so many rows.
pub fn batch(columns: Vec<Finished>, rows: usize) -> Result<(RecordBatch, Arc<[ValueKind]>), ArrowError> {
    let mut taken: HashSet<String> = columns.iter().map(|(name, ..)| name.clone()).collect();
    let mut used: HashSet<String> = HashSet::with_capacity(columns.len());
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    let mut kinds = Vec::with_capacity(columns.len());
    for (mut name, array, kind) in columns {
        if used.contains(&name) {
            let mut number = 2;
            while taken.contains(&format!("{name}_{number}")) {
                number += 1;
            }
            name = format!("{name}_{number}");
            taken.insert(name.clone());
        }
        used.insert(name.clone());
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
        kinds.push(kind);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?;
    Ok((batch, kinds.into()))
}
