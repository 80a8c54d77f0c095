//! Files of a few bytes that would become any number of them.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, NullArray, RecordBatch, StringArray};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use rust_xlsxwriter::Workbook;
use wenshu_sources::datasets::{ImportError, Lake as _};

use crate::support::TestLake;

fn ipc(column: ArrayRef) -> [Vec<u8>; 2] {
    let batch = RecordBatch::try_from_iter([("a", column)]).unwrap();
    let (mut file, mut stream) = (Vec::new(), Vec::new());
    let mut writer = FileWriter::try_new(&mut file, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let mut writer = StreamWriter::try_new(&mut stream, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    [file, stream]
}

/// Rows that all have one value, which stands in the file once.
fn shared(rows: usize, bytes: usize) -> ArrayRef {
    let value = Arc::new(StringArray::from(vec!["x".repeat(bytes)]));
    Arc::new(DictionaryArray::new(Int32Array::from(vec![0; rows]), value))
}

#[tokio::test]
async fn what_rows_share_is_not_written_out_at_once() {
    let lake = TestLake::new();
    // More when it is written out than offsets of 32 bits reach, in one batch.
    let column = shared(2_400, 1_000_000);
    let batch = RecordBatch::try_from_iter([("a", Arc::clone(&column))]).unwrap();
    let mut parquet = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut parquet, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let [file, stream] = ipc(column);
    for (name, content) in [("x.arrow", file), ("y", stream), ("x.parquet", parquet)] {
        assert!(content.len() < 3_000_000, "{name}: {}", content.len());
        let said = lake.refusal(name, content).await;
        assert!(said.contains("GiB when it is unpacked"), "{name}: {said}");
    }
}

#[tokio::test]
async fn rows_of_nothing_are_counted_before_they_are_made() {
    let lake = TestLake::new();
    for content in ipc(Arc::new(NullArray::new(2_000_000_000))) {
        let said = lake.refusal("x.arrow", content).await;
        assert_eq!(said, "it has more than 1000000000 rows");
    }
    for content in ipc(Arc::new(NullArray::new(20_000))) {
        let table = lake.table("x.arrow", content).await;
        assert_eq!(table.ask("SELECT count(*), count(a) FROM t").await, ["20000|0"]);
    }
}

#[tokio::test]
async fn what_a_file_says_of_sizes_is_not_believed() {
    let lake = TestLake::new();
    let column: ArrayRef = Arc::new(Int32Array::from((0..1_000).collect::<Vec<_>>()));
    for content in ipc(column) {
        // Lengths of bodies, wherever they stand: 4,032 or so.
        let mut changed = 0;
        for at in 0..content.len() - 8 {
            let number = i64::from_le_bytes(content[at..at + 8].try_into().unwrap());
            if (4_000..4_400).contains(&number) {
                let mut content = content.clone();
                content[at..at + 8].copy_from_slice(&(1_i64 << 45).to_le_bytes());
                match lake.import("x.arrow", content).await {
                    Err(ImportError::Unreadable(_)) => changed += 1,
                    // It was none of a body.
                    Ok(_) => lake.lake.remove("a/1").await.unwrap(),
                    other => panic!("{other:?}"),
                }
                assert_eq!(lake.left(), Vec::<String>::new());
            }
        }
        assert!(changed > 0);
    }
}

#[tokio::test]
async fn a_text_that_many_cells_share_is_counted_for_each() {
    let lake = TestLake::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let text = "x".repeat(32_000);
    for column in 0..1_000 {
        sheet.write_string(0, column, format!("c{column}")).unwrap();
        sheet.write_string(1, column, &text).unwrap();
    }
    let content = workbook.save_to_buffer().unwrap();
    assert!(content.len() < 100_000, "{}", content.len());
    let said = lake.refusal("x.xlsx", content).await;
    assert!(said.starts_with("row 2 of sheet `Sheet1` has more than 16 MiB"), "{said}");
}

#[tokio::test]
async fn what_is_packed_in_arrow_is_weighed_before_it_is_unpacked() {
    let lake = TestLake::new();
    let column: ArrayRef = Arc::new(Int32Array::from(vec![7; 100_000]));
    let batch = RecordBatch::try_from_iter([("a", column)]).unwrap();
    for codec in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        let options = IpcWriteOptions::default().try_with_compression(Some(codec)).unwrap();
        let (mut file, mut stream) = (Vec::new(), Vec::new());
        let mut writer =
            FileWriter::try_new_with_options(&mut file, &batch.schema(), options.clone()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
        drop(writer);
        let mut writer = StreamWriter::try_new_with_options(&mut stream, &batch.schema(), options).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
        drop(writer);
        for content in [file, stream] {
            let table = lake.table("x.arrow", content.clone()).await;
            assert_eq!(table.ask("SELECT sum(a) FROM t").await, ["700000"]);
            lake.lake.remove("a/1").await.unwrap();
            // The length of what is packed, as a lie.
            let at = content.windows(8).position(|bytes| bytes == 400_000_i64.to_le_bytes()).unwrap();
            for (length, expected) in [(1_i64 << 45, "unpacked at once"), (300_000, "")] {
                let mut content = content.clone();
                content[at..at + 8].copy_from_slice(&length.to_le_bytes());
                let said = lake.refusal("x.arrow", content).await;
                assert!(said.contains(expected), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn pages_of_parquet_are_weighed_before_they_are_unpacked() {
    let lake = TestLake::new();
    let column: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(1_000_000); 400]));
    let batch = RecordBatch::try_from_iter([("a", column)]).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(false)
        .set_data_page_size_limit(usize::MAX)
        .set_write_batch_size(1_000)
        .build();
    let mut content = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut content, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert!(content.len() < 1_000_000, "{}", content.len());
    let said = lake.refusal("x.parquet", content).await;
    assert!(said.contains("unpacked at once"), "{said}");
}
