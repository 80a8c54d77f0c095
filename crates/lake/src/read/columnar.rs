//! Parquet and Arrow IPC, whose columns have types already.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use tokio::sync::watch;
use wenshu_sources::datasets::{DatasetColumn, Progress, Unreadable};

use super::{MOST_COLUMNS, MOST_ROW_BYTES, ReadError, header, most_unpacked, pages, pieces};
use crate::normal;
use crate::write::{MOST_ROWS, TableWriter};

/// Rows read at once.
const BATCH_ROWS: usize = 4_096;

/// The most bytes that are read at once of values that repeat others.
const MOST_REPEATED: usize = 256 * 1024 * 1024;

/// A file may become so many times its bytes when it is written out…
const MOST_TIMES: u64 = 200;

/// …and these on top.
const MOST_ANYWAY: u64 = 1024 * 1024 * 1024;

/// Opens a Parquet file.
pub(crate) fn parquet(file: File) -> Result<Box<dyn RecordBatchReader>, ReadError> {
    let broken =
        || Unreadable::new("这不是有效的 Parquet 文件", "this isn't a Parquet file that can be read");
    let known = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|_| broken())?;
    let bytes = file.metadata().map_err(ReadError::Input)?.len();
    let pages = pages::weigh(&file, known.metadata()).map_err(|_| broken())?;
    if pages.together > most_unpacked(bytes) {
        return Err(unpacked_at_once().into());
    }
    let widest = known.schema().fields().iter().map(|field| fixed_width(field.data_type())).max();
    let widest = widest.unwrap_or_default().max(1);
    if widest as u64 > MOST_ROW_BYTES {
        return Err(broken().into());
    }
    // Values that many rows share stay shared.
    let schema =
        Schema::new_with_metadata(viewed(known.schema().fields()), known.schema().metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    let known = ArrowReaderMetadata::try_new(Arc::clone(known.metadata()), options).unwrap_or(known);
    let rows = BATCH_ROWS.min(MOST_ROW_BYTES as usize / widest).max(1);
    let repeated = usize::try_from(pages.repeated).unwrap_or(usize::MAX).max(1);
    let rows = rows.min(MOST_REPEATED / repeated).max(1);
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, known);
    Ok(Box::new(builder.with_batch_size(rows).build().map_err(|_| broken())?))
}

/// The same columns with texts as views.
fn viewed(fields: &Fields) -> Fields {
    let viewed = |field: &Arc<Field>| {
        let data_type = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            other => other.clone(),
        };
        Arc::new(field.as_ref().clone().with_data_type(data_type))
    };
    fields.iter().map(viewed).collect()
}

/// Bytes of each value, where a type has as many for each, whatever stands in the file.
fn fixed_width(data_type: &DataType) -> usize {
    match data_type {
        DataType::FixedSizeBinary(length) => usize::try_from(*length).unwrap_or(usize::MAX),
        DataType::List(field) | DataType::LargeList(field) | DataType::Map(field, _) => {
            fixed_width(field.data_type())
        }
        DataType::Struct(fields) => {
            fields.iter().map(|field| fixed_width(field.data_type())).max().unwrap_or_default()
        }
        _ => 0,
    }
}

/// Writes all rows of a file of so many bytes as a table of ours. Answers its columns, how many rows there are, and where they went.
pub(crate) fn write<Output: Write + Send>(
    batches: Box<dyn RecordBatchReader>,
    bytes: u64,
    output: Output,
    progress: watch::Sender<Progress>,
) -> Result<(Vec<DatasetColumn>, u64, Output), ReadError> {
    let (schema, columns) = normal_schema(&batches.schema())?;
    let mut table = TableWriter::new(output, Arc::clone(&schema), Some(progress))?;
    let most = bytes.saturating_mul(MOST_TIMES).saturating_add(MOST_ANYWAY);
    let (mut rows, mut written) = (0, 0);
    for batch in batches {
        let batch = batch.map_err(|error| damaged(&error, rows))?;
        if rows + batch.num_rows() as u64 > MOST_ROWS {
            return Err(crate::write::too_many_rows());
        }
        pieces::each(&batch, rows, |piece| {
            let broken = |error: ArrowError| damaged(&error, rows);
            let piece = normal::batch(piece).map_err(broken)?;
            let piece =
                RecordBatch::try_new(Arc::clone(&schema), piece.columns().to_vec()).map_err(broken)?;
            written += normal::bytes(&piece) as u64;
            if written > most {
                return Err(too_large(most).into());
            }
            table.write(&piece)
        })?;
        rows += batch.num_rows() as u64;
    }
    let written = table.finish()?;
    Ok((written.columns(columns), written.rows, written.output))
}

fn damaged(error: &ArrowError, rows: u64) -> Unreadable {
    if error.to_string().contains("decompress") {
        return Unreadable::new(
            "文件内部是压缩的，无法读取；请不压缩保存，或另存为 Parquet",
            "what is in the file is compressed, which can't be read; save it without that, or as Parquet",
        );
    }
    let row = rows + 1;
    Unreadable::new(
        format!("从第 {row} 行起的数据已损坏，或超出可表示的范围"),
        format!("the data is damaged, or out of range, from row {row} on"),
    )
}

pub(super) fn unpacked_at_once() -> Unreadable {
    Unreadable::new(
        "文件中同时需要解压的数据块太大，请用更小的数据块（页、批次）保存后上传",
        "the parts of the file that have to be unpacked at once are too large; save it with smaller pages or batches",
    )
}

fn too_large(most: u64) -> Unreadable {
    let gibibytes = most / (1024 * 1024 * 1024);
    Unreadable::new(
        format!("解压后超过 {gibibytes} GiB，请拆分后上传"),
        format!("it has more than {gibibytes} GiB when it is unpacked; split it"),
    )
}

/// The columns as they are kept, before their values were compared.
pub(crate) fn normal_schema(schema: &Schema) -> Result<(SchemaRef, Vec<DatasetColumn>), ReadError> {
    let fields = schema.fields();
    if fields.is_empty() {
        return Err(Unreadable::new("文件里没有任何列", "there are no columns in the file").into());
    }
    if fields.len() > MOST_COLUMNS {
        return Err(Unreadable::new(
            format!("列数超过 {MOST_COLUMNS}"),
            format!("it has more than {MOST_COLUMNS} columns"),
        )
        .into());
    }
    let names = header::names(fields.iter().map(|field| field.name()));
    let targets = fields.iter().map(|field| normal::target(field.data_type()));
    let mut normal_fields = Vec::with_capacity(fields.len());
    let mut columns = Vec::with_capacity(fields.len());
    for (name, (target, kind)) in names.into_iter().zip(targets) {
        normal_fields.push(Field::new(&name, target.unwrap_or(DataType::Utf8), true));
        columns.push(DatasetColumn { name, kind, distinct: false });
    }
    Ok((Arc::new(Schema::new(normal_fields)), columns))
}
