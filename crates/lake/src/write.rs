//! Tables as Parquet files, written while their rows come.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use tokio::sync::watch;
use wenshu_sources::datasets::{DatasetColumn, Progress, Unreadable};

use crate::distinct::Distinct;
use crate::read::{Plan, ReadError, Sink};
use crate::sizes::widest;
use crate::values::{Cell, Column};

/// Rows put together before they are written.
const BATCH_ROWS: usize = 8_192;

/// Bytes of values put together before they are written.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of encoded rows held back before they go into the file.
const GROUP_BYTES: usize = 16 * 1024 * 1024;

/// The most rows in one group: what a query reads at once.
const GROUP_ROWS: usize = 512 * 1024;

/// The most rows of a table. A small file can say that there are any number of empty ones.
pub(crate) const MOST_ROWS: u64 = 1_000_000_000;

/// Under which a table says how long the longest value of each of its columns is, in bytes, with commas between.
const WIDTHS: &str = "wenshu.widths";

/// A table that is being written.
pub(crate) struct TableWriter<Output: Write + Send> {
    writer: ArrowWriter<Output>,
    rows: u64,
    widths: Vec<usize>,
    distinct: Distinct,
    progress: Option<watch::Sender<Progress>>,
}

impl<Output: Write + Send> TableWriter<Output> {
    /// A table with these columns; `progress` is told how many rows there are by now.
    pub(crate) fn new(
        output: Output,
        schema: SchemaRef,
        progress: Option<watch::Sender<Progress>>,
    ) -> Result<Self, ReadError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let widths = vec![0; schema.fields().len()];
        let distinct = Distinct::new(&schema);
        let writer = ArrowWriter::try_new(output, schema, Some(properties)).map_err(fault)?;
        Ok(Self { writer, rows: 0, widths, distinct, progress })
    }

    /// More rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), ReadError> {
        let rows = batch.num_rows() as u64;
        self.rows += rows;
        if self.rows > MOST_ROWS {
            return Err(too_many_rows());
        }
        for (width, column) in self.widths.iter_mut().zip(batch.columns()) {
            *width = widest(column.as_ref()).max(*width);
        }
        self.distinct.look_at(batch);
        self.writer.write(batch).map_err(fault)?;
        if let Some(progress) = &self.progress {
            progress.send_modify(|progress| progress.rows += rows);
        }
        if self.writer.memory_size() > GROUP_BYTES || self.writer.in_progress_size() > GROUP_BYTES {
            self.writer.flush().map_err(fault)?;
        }
        Ok(())
    }

    /// The end.
    pub(crate) fn finish(mut self) -> Result<Written<Output>, ReadError> {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        self.writer.append_key_value_metadata(KeyValue::new(WIDTHS.to_owned(), widths.join(",")));
        // Which writes the end of the file too.
        let output = self.writer.into_inner().map_err(fault)?;
        Ok(Written { rows: self.rows, distinct: self.distinct.finish(), output })
    }
}

/// A table that was written.
pub(crate) struct Written<Output> {
    /// How many rows it has.
    pub(crate) rows: u64,
    /// For each column whether every row is known to have a value of its own there.
    pub(crate) distinct: Vec<bool>,
    /// Where it went.
    pub(crate) output: Output,
}

impl<Output> Written<Output> {
    /// These columns of it, with what was found of them.
    pub(crate) fn columns(&self, mut columns: Vec<DatasetColumn>) -> Vec<DatasetColumn> {
        for (column, distinct) in columns.iter_mut().zip(&self.distinct) {
            column.distinct = *distinct;
        }
        columns
    }
}

/// How long the longest value of each column of a table is, as its schema says; nothing where it doesn't.
pub(crate) fn widths_of(schema: &Schema) -> Vec<u64> {
    let widths = schema.metadata().get(WIDTHS).map(String::as_str).unwrap_or_default();
    widths.split(',').map_while(|width| width.parse().ok()).collect()
}

pub(crate) fn too_many_rows() -> ReadError {
    Unreadable::new(format!("行数超过 {MOST_ROWS}"), format!("it has more than {MOST_ROWS} rows")).into()
}

fn fault(error: ParquetError) -> ReadError {
    ReadError::Output(error.to_string())
}

/// Makes batches of single rows, and a table of those.
pub(crate) struct RowWriter<Output: Write + Send> {
    table: TableWriter<Output>,
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
    /// Bytes of those, about.
    bytes: usize,
}

impl<Output: Write + Send> RowWriter<Output> {
    /// A table as planned; `progress` as for [`TableWriter::new`].
    pub(crate) fn new(
        output: Output,
        plan: &Plan,
        progress: Option<watch::Sender<Progress>>,
    ) -> Result<Self, ReadError> {
        let fields: Vec<Field> =
            plan.columns.iter().map(|(name, kind)| Field::new(name, kind.data_type(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        Ok(Self {
            table: TableWriter::new(output, Arc::clone(&schema), progress)?,
            schema,
            columns: plan.columns.iter().map(|(_, kind)| Column::new(*kind)).collect(),
            rows: 0,
            bytes: 0,
        })
    }

    /// The end.
    pub(crate) fn finish(mut self) -> Result<Written<Output>, ReadError> {
        self.flush()?;
        self.table.finish()
    }

    fn flush(&mut self) -> Result<(), ReadError> {
        if self.rows == 0 {
            return Ok(());
        }
        let columns = self.columns.iter_mut().map(Column::finish).collect();
        (self.rows, self.bytes) = (0, 0);
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|error| ReadError::Output(error.to_string()))?;
        self.table.write(&batch)
    }
}

impl<Output: Write + Send> Sink for RowWriter<Output> {
    /// The plan knows them already.
    fn columns(&mut self, _names: &[String]) -> Result<(), ReadError> {
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ReadError> {
        let missing = std::iter::repeat(Cell::Empty);
        for (column, cell) in self.columns.iter_mut().zip(cells.iter().copied().chain(missing)) {
            column.push(cell);
        }
        self.rows += 1;
        self.bytes += 8 * self.columns.len() + cells.iter().map(|cell| cell.text().len()).sum::<usize>();
        if self.rows >= BATCH_ROWS || self.bytes > BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }
}

/// What a read error is when it has to go through something that knows errors of input and output alone.
pub(crate) fn io_error(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}
