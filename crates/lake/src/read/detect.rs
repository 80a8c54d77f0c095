//! What a file is: by what it begins with, and by its name where that could be several things.

use wenshu_sources::datasets::{FileKind, Unreadable};

/// Bytes of a file that are looked at.
pub(crate) const HEAD: usize = 64 * 1024;

/// The kind of a file that begins so.
pub(crate) fn kind(head: &[u8], file_name: &str) -> Result<FileKind, Unreadable> {
    let ending =
        file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if head.is_empty() {
        return Err(Unreadable::new("文件是空的", "the file is empty"));
    }
    if head.starts_with(b"PAR1") {
        return Ok(FileKind::Parquet);
    }
    if head.starts_with(b"ARROW1") || head.starts_with(&[0xff, 0xff, 0xff, 0xff]) {
        return Ok(FileKind::Arrow);
    }
    if head.starts_with(b"PK\x03\x04") {
        return if ending == "zip" { Err(archive()) } else { Ok(FileKind::Xlsx) };
    }
    if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Unreadable::new(
            "这是旧版 Excel 文件（.xls）或加密的工作簿，请另存为不加密的 .xlsx 后上传",
            "this is a workbook of old Excel (.xls) or an encrypted one; save it as an .xlsx without password",
        ));
    }
    if head.starts_with(&[0x1f, 0x8b])
        || head.starts_with(b"BZh")
        || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
    {
        return Err(archive());
    }
    if head.starts_with(b"%PDF") {
        return Err(unknown());
    }
    match ending.as_str() {
        "parquet" => return Err(Unreadable::new("这不是有效的 Parquet 文件", "this isn't a Parquet file")),
        "xlsx" => return Err(Unreadable::new("这不是有效的 Excel 工作簿", "this isn't an Excel workbook")),
        "arrow" | "feather" | "ipc" => {
            return Err(Unreadable::new("这不是有效的 Arrow 文件", "this isn't an Arrow file"));
        }
        _ => {}
    }
    let is_utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    if !is_utf16 && head.contains(&0) {
        return Err(unknown());
    }
    let text = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
    Ok(match (first, ending.as_str()) {
        (_, "ndjson" | "jsonl") => FileKind::NdJson,
        (_, "csv" | "tsv" | "tab") => FileKind::Delimited,
        (Some(b'['), _) => FileKind::Json,
        (Some(b'{'), _) => FileKind::NdJson,
        (_, "json") => {
            return Err(Unreadable::new(
                "JSON 文件须是由对象组成的数组，或每行一个对象",
                "a JSON file has to be an array of objects, or an object on each line",
            ));
        }
        _ => FileKind::Delimited,
    })
}

fn archive() -> Unreadable {
    Unreadable::new(
        "这是压缩文件，请解压后上传其中的数据文件",
        "this is an archive; unpack it and upload the file in it",
    )
}

fn unknown() -> Unreadable {
    Unreadable::new(
        "无法识别文件类型：可以上传 CSV、TSV、JSON、NDJSON、Parquet、Arrow、XLSX",
        "the kind of file isn't known; CSV, TSV, JSON, NDJSON, Parquet, Arrow and XLSX can be uploaded",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (head, name, expected) in [
            (&b"a,b\n1,2"[..], "x.csv", Some(FileKind::Delimited)),
            (b"a\tb", "x", Some(FileKind::Delimited)),
            (b"[{\"a\":1}]", "x.json", Some(FileKind::Json)),
            (b"\xef\xbb\xbf [{}]", "x", Some(FileKind::Json)),
            (b"{\"a\":1}\n{\"a\":2}", "x.json", Some(FileKind::NdJson)),
            (b"[x],b", "x.csv", Some(FileKind::Delimited)),
            (b"PAR1....", "x.csv", Some(FileKind::Parquet)),
            (b"ARROW1\0\0", "x", Some(FileKind::Arrow)),
            (b"PK\x03\x04", "x.xlsx", Some(FileKind::Xlsx)),
            (b"PK\x03\x04", "x.zip", None),
            (b"\xd0\xcf\x11\xe0", "x.xls", None),
            (b"\x1f\x8b\x08", "x.csv.gz", None),
            (b"\x00\x01\x02", "x.bin", None),
            (b"text", "x.parquet", None),
            (b"12", "x.json", None),
            (b"", "x.csv", None),
        ] {
            assert_eq!(kind(head, name).ok(), expected, "{name}");
        }
    }
}
