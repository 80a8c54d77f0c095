//! ClickHouse's tab-separated text.

use std::borrow::Cow;

/// The cells of a line, as they are written.
pub(super) fn cells(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b'\t')
}

/// What a cell means; `None` is NULL.
pub(super) fn value(cell: &[u8]) -> Option<Cow<'_, [u8]>> {
    if cell == b"\\N" {
        return None;
    }
    if !cell.contains(&b'\\') {
        return Some(Cow::Borrowed(cell));
    }
    let mut bytes = Vec::with_capacity(cell.len());
    let mut rest = cell.iter();
    while let Some(byte) = rest.next() {
        bytes.push(if *byte == b'\\' { rest.next().map_or(b'\\', |sign| unescaped(*sign)) } else { *byte });
    }
    Some(Cow::Owned(bytes))
}

/// What a sign after a backslash stands for.
pub(super) fn unescaped(sign: u8) -> u8 {
    match sign {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_values() {
        let line = b"a\t\\N\tit\\'s\\t\\\\N\t\t\xe4\xb8\xad";
        let values: Vec<Option<Cow<'_, [u8]>>> = cells(line).map(value).collect();
        let expected: [Option<&[u8]>; 5] =
            [Some(b"a"), None, Some(b"it's\t\\N"), Some(b""), Some("中".as_bytes())];
        assert_eq!(values.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
        assert_eq!(value(b"a\\").as_deref(), Some(&b"a\\"[..]));
    }
}
