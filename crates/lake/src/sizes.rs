//! What values take when they are written out, however little they take as they lie: many rows may share one of them.

use arrow::array::{
    Array, AsArray as _, BinaryViewArray, GenericByteArray, GenericListArray, OffsetSizeTrait,
    StringViewArray,
};
use arrow::datatypes::{ByteArrayType, DataType};

/// Bytes of a value that is no text and has no parts, about.
pub(crate) const PLAIN_BYTES: usize = 32;

/// Bytes of a text in a list, besides the text.
pub(crate) const PART_BYTES: usize = 4;

/// No fewer bytes than the largest of the values takes when it is written out.
pub(crate) fn widest(array: &dyn Array) -> usize {
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
    let offsets = list.value_offsets();
    let values = list.values();
    let of_texts = |lengths: &mut dyn Iterator<Item = usize>| {
        // Where each text ends when they stand one behind the other.
        let mut ends = Vec::with_capacity(values.len() + 1);
        ends.push(0);
        ends.extend(lengths.scan(0_usize, |end, length| {
            *end = end.saturating_add(length).saturating_add(PART_BYTES);
            Some(*end)
        }));
        let lists = offsets.windows(2).map(|pair| ends[pair[1].as_usize()] - ends[pair[0].as_usize()]);
        lists.max().unwrap_or_default()
    };
    match values.data_type() {
        DataType::Utf8 => of_texts(&mut lengths(values.as_string::<i32>().value_offsets())),
        DataType::LargeUtf8 => of_texts(&mut lengths(values.as_string::<i64>().value_offsets())),
        DataType::Utf8View => {
            let views = values.as_any().downcast_ref::<StringViewArray>();
            views.map_or(0, |views| of_texts(&mut views.lengths().map(|length| length as usize)))
        }
        _ => most_between(offsets).saturating_mul(widest(values.as_ref()).saturating_add(1)),
    }
}

fn lengths<Offset: OffsetSizeTrait>(offsets: &[Offset]) -> impl Iterator<Item = usize> {
    offsets.windows(2).map(|pair| (pair[1] - pair[0]).as_usize())
}

fn most_between<Offset: OffsetSizeTrait>(offsets: &[Offset]) -> usize {
    lengths(offsets).max().unwrap_or_default()
}

/// The bytes of all values when each is written out, about.
pub(crate) fn total(array: &dyn Array) -> usize {
    match array.data_type() {
        DataType::Utf8 => between(array.as_string::<i32>().value_offsets()),
        DataType::LargeUtf8 => between(array.as_string::<i64>().value_offsets()),
        DataType::Binary => between(array.as_binary::<i32>().value_offsets()),
        DataType::LargeBinary => between(array.as_binary::<i64>().value_offsets()),
        DataType::Utf8View => {
            let views = array.as_any().downcast_ref::<StringViewArray>();
            views.map_or(0, |views| views.lengths().map(|length| length as usize).sum())
        }
        DataType::BinaryView => {
            let views = array.as_any().downcast_ref::<BinaryViewArray>();
            views.map_or(0, |views| views.lengths().map(|length| length as usize).sum())
        }
        DataType::List(_) => of_values(array.as_list::<i32>()),
        DataType::LargeList(_) => of_values(array.as_list::<i64>()),
        _ => array.len().saturating_mul(widest(array)),
    }
}

fn between<Offset: OffsetSizeTrait>(offsets: &[Offset]) -> usize {
    match (offsets.first(), offsets.last()) {
        (Some(first), Some(last)) => (*last - *first).as_usize(),
        _ => 0,
    }
}

fn of_values<Offset: OffsetSizeTrait>(list: &GenericListArray<Offset>) -> usize {
    let offsets = list.value_offsets();
    let start = offsets.first().map_or(0, |first| first.as_usize());
    let parts = between(offsets);
    total(list.values().slice(start, parts).as_ref()).saturating_add(parts + list.len() * PLAIN_BYTES)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, ListArray, ListBuilder, StringArray, StringBuilder};
    use arrow::datatypes::Int64Type;

    use super::*;

    #[test]
    fn values_are_counted_as_often_as_they_stand() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["abc", "", "de"]));
        let views: ArrayRef = Arc::new(StringViewArray::from(vec!["a text that is shared by all"; 100]));
        let lists = [Some(vec![Some(1); 10]), None, Some(vec![Some(1)])];
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let mut words = ListBuilder::new(StringBuilder::new());
        words.append_value([Some("one"), Some("eighteen"), Some("x")]);
        words.append_value([Some("")]);
        for (array, widest_of_all, all) in [
            (texts.slice(0, 3), 3, 5),
            (texts.slice(1, 2), 2, 2),
            (views, 28, 2_800),
            (lists.slice(1, 2), PLAIN_BYTES + 1, 3 * PLAIN_BYTES + 1),
            (numbers, PLAIN_BYTES, 2 * PLAIN_BYTES),
            (Arc::new(words.finish()), 12 + 3 * PART_BYTES, 12 + 4 + 2 * PLAIN_BYTES),
        ] {
            assert_eq!((widest(array.as_ref()), total(array.as_ref())), (widest_of_all, all));
        }
    }
}
