//! Batches in pieces that are small enough to be written out.
//!
//! In a file many rows may share one long value, which stands there once. A table of ours has it once for each row, so that a few bytes
//! can become any number: what a row may take is known before it is written out.

use arrow::array::{
    Array, AsArray as _, BinaryViewArray, GenericByteArray, GenericListArray, OffsetSizeTrait, RecordBatch,
    StringViewArray,
};
use arrow::datatypes::{ByteArrayType, DataType};
use wenshu_sources::datasets::Unreadable;

use super::ReadError;

/// The most bytes that are written out at once, and so that a row may take.
const PIECE_BYTES: usize = 64 * 1024 * 1024;

/// The most rows of a piece.
const PIECE_ROWS: usize = 8_192;

/// Bytes of a value that is no text and has no parts, about.
const PLAIN_BYTES: usize = 32;

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

/// No fewer bytes than the largest of the values takes when it is written out.
fn widest(array: &dyn Array) -> usize {
    match array.data_type() {
        DataType::Utf8 => longest(array.as_string::<i32>()),
        DataType::LargeUtf8 => longest(array.as_string::<i64>()),
        DataType::Binary => longest(array.as_binary::<i32>()),
        DataType::LargeBinary => longest(array.as_binary::<i64>()),
        DataType::Utf8View => {
            let views = array.as_any().downcast_ref::<StringViewArray>();
            views.and_then(|views| views.lengths().max()).map_or(0, |length| length as usize)
        }
        DataType::BinaryView => {
            let views = array.as_any().downcast_ref::<BinaryViewArray>();
            views.and_then(|views| views.lengths().max()).map_or(0, |length| length as usize)
        }
        DataType::FixedSizeBinary(length) => usize::try_from(*length).unwrap_or(usize::MAX),
        DataType::Dictionary(..) => widest(array.as_any_dictionary().values().as_ref()),
        DataType::RunEndEncoded(..) => array
            .to_data()
            .child_data()
            .get(1)
            .map_or(PLAIN_BYTES, |values| widest(arrow::array::make_array(values.clone()).as_ref())),
        DataType::List(_) => of_list(array.as_list::<i32>()),
        DataType::LargeList(_) => of_list(array.as_list::<i64>()),
        DataType::Map(..) => {
            let map = array.as_map();
            most_between(map.value_offsets()).saturating_mul(widest(map.entries()))
        }
        DataType::FixedSizeList(_, length) => {
            let length = usize::try_from(*length).unwrap_or(usize::MAX);
            length.saturating_mul(widest(array.as_fixed_size_list().values().as_ref()))
        }
        DataType::Struct(_) => array
            .as_struct()
            .fields()
            .iter()
            .zip(array.as_struct().columns())
            .map(|(field, column)| widest(column.as_ref()).saturating_add(field.name().len() + 4))
            .fold(0, usize::saturating_add),
        // Rows of these may have all of what is below them in common.
        DataType::ListView(_) | DataType::LargeListView(_) | DataType::Union(..) => array
            .to_data()
            .child_data()
            .iter()
            .map(|child| {
                let child = arrow::array::make_array(child.clone());
                child.len().saturating_mul(widest(child.as_ref()))
            })
            .fold(0, usize::saturating_add),
        _ => PLAIN_BYTES,
    }
}

fn longest<Type: ByteArrayType>(array: &GenericByteArray<Type>) -> usize {
    most_between(array.value_offsets())
}

fn of_list<Offset: OffsetSizeTrait>(list: &GenericListArray<Offset>) -> usize {
    most_between(list.value_offsets()).saturating_mul(widest(list.values().as_ref()).saturating_add(1))
}

fn most_between<Offset: OffsetSizeTrait>(offsets: &[Offset]) -> usize {
    offsets.windows(2).map(|pair| (pair[1] - pair[0]).as_usize()).max().unwrap_or_default()
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
