//! Batches in pieces that are small enough to be written out.
//!
//! In a file many rows may share one long value, which stands there once. A table of ours has it once for each row, so that a few bytes
//! can become any number: what a row may take is known before it is written out.

use arrow::array::RecordBatch;
use wenshu_sources::datasets::Unreadable;

use super::ReadError;
use crate::sizes::widest;

/// The most bytes that are written out at once, and so that a row may take.
const PIECE_BYTES: usize = 64 * 1024 * 1024;

/// The most rows of a piece.
const PIECE_ROWS: usize = 8_192;

/// Gives a batch in pieces. `before` are the rows that came before it.
///
/// # Errors
///
/// When a row alone is too large; what `take` answers.
pub(super) fn each(
    batch: &RecordBatch,
    before: u64,
    mut take: impl FnMut(&RecordBatch) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut at = 0;
    while at < batch.num_rows() {
        let many = batch.slice(at, PIECE_ROWS.min(batch.num_rows() - at));
        let rows = (PIECE_BYTES / widest_row(&many)).min(many.num_rows());
        if rows == 0 && widest_row(&many.slice(0, 1)) > PIECE_BYTES {
            let (row, mebibytes) = (before + at as u64 + 1, PIECE_BYTES / (1024 * 1024));
            return Err(Unreadable::new(
                format!("第 {row} 行超过 {mebibytes} MiB"),
                format!("row {row} has more than {mebibytes} MiB"),
            )
            .into());
        }
        let rows = rows.max(1);
        take(&many.slice(0, rows))?;
        at += rows;
    }
    Ok(())
}

fn widest_row(batch: &RecordBatch) -> usize {
    batch.columns().iter().map(|column| widest(column)).fold(1, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, DictionaryArray, Int32Array, ListArray, NullArray, StringArray};
    use arrow::datatypes::Int32Type;

    use super::*;

    fn shared(rows: usize, bytes: usize) -> ArrayRef {
        let value = Arc::new(StringArray::from(vec!["x".repeat(bytes)]));
        Arc::new(DictionaryArray::new(Int32Array::from(vec![0; rows]), value))
    }

    fn pieces(array: ArrayRef) -> Result<Vec<usize>, ReadError> {
        let batch = RecordBatch::try_from_iter([("a", array)]).unwrap();
        let mut rows = Vec::new();
        each(&batch, 10, |piece| {
            rows.push(piece.num_rows());
            Ok(())
        })?;
        Ok(rows)
    }

    #[test]
    fn what_rows_share_is_written_out_in_pieces() {
        assert_eq!(pieces(shared(20_000, 10)).unwrap(), [8_192, 8_192, 3_616]);
        assert_eq!(pieces(shared(9, 20 * 1024 * 1024)).unwrap(), [3, 3, 3]);
        assert_eq!(pieces(Arc::new(NullArray::new(10_000))).unwrap(), [8_192, 1_808]);
        let lists = [Some(vec![Some(1); 1_500_000]), None, Some(vec![Some(1)])];
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(lists);
        assert_eq!(pieces(Arc::new(lists)).unwrap(), [1, 2]);
    }

    #[test]
    fn a_row_that_is_too_large_is_told() {
        let refused = pieces(shared(3, PIECE_BYTES + 1)).unwrap_err();
        let ReadError::Unreadable(fault) = refused else { panic!("{refused:?}") };
        assert_eq!(fault.en, "row 11 has more than 64 MiB");
    }
}
