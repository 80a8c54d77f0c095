//! Rows that are given, as a table: parts of different types are put down as they come, and become one when all types are known.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek as _, SeekFrom};
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, RecordBatch, new_null_array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wenshu_sources::datasets::{
    DatasetColumn, FileKind, ImportError, Imported, ImportedTable, Rows, Unreadable,
};

use super::DataLake;
use super::make::{path_of, written};
use crate::normal;
use crate::read::{ReadError, columnar};
use crate::storage::Storage;
use crate::write::{TableWriter, io_error};

impl DataLake {
    pub(super) async fn keep_rows(&self, rows: Rows) -> Result<Imported, ImportError> {
        let Rows { folder, most_bytes, room, mut parts } = rows;
        let path = path_of(&folder, 0);
        let gone = CancellationToken::new();
        // Whoever stops waiting ends it.
        let _ended_with_future = gone.clone().drop_guard();
        let (pipe, writing) = self.maker.storage.pipe(&path, &room, &gone);
        let storage = self.maker.storage.clone();
        let (sender, mut receiver) = mpsc::channel::<Option<RecordBatch>>(1);
        let working = self.maker.tasks.spawn_blocking(move || {
            let mut spool = Spool::new(storage);
            loop {
                match receiver.blocking_recv() {
                    Some(Some(batch)) => spool.put(&batch)?,
                    Some(None) => break,
                    None => return Err(ReadError::Input(std::io::ErrorKind::UnexpectedEof.into())),
                }
            }
            let (columns, rows, pipe) = spool.into_table(pipe)?;
            pipe.finish().map_err(ReadError::Input)?;
            Ok((columns, rows))
        });
        let mut taken = 0;
        let mut failure = None;
        while let Some(part) = parts.next().await {
            match part {
                Ok(batch) => {
                    taken += normal::bytes(&batch) as u64;
                    if taken > most_bytes {
                        failure = Some(ImportError::TooLarge { most_bytes });
                        break;
                    }
                    if sender.send(Some(batch)).await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    failure = Some(error.into());
                    break;
                }
            }
        }
        if failure.is_none() {
            // Who has gone says why below.
            let _ = sender.send(None).await;
        }
        drop(sender);
        let made = written(working, writing).await;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let ((columns, rows), bytes) = made?;
        let tables = vec![ImportedTable { sheet: None, path, columns, rows }];
        Ok(Imported { kind: FileKind::Rows, original: None, bytes, tables })
    }
}

/// Parts on disk, those of the same types that came one after another in one file.
struct Spool {
    storage: Storage,
    current: Option<StreamWriter<BufWriter<File>>>,
    files: Vec<File>,
    columns: Vec<Kept>,
    schema: Option<SchemaRef>,
}

/// A column of parts.
struct Kept {
    name: String,
    /// Its type in the first part, which it has when it never has a value.
    first: DataType,
    /// The type that holds all values so far; none where there were nothing but NULLs.
    common: Option<DataType>,
}

impl Spool {
    fn new(storage: Storage) -> Self {
        Self { storage, current: None, files: Vec::new(), columns: Vec::new(), schema: None }
    }

    fn put(&mut self, batch: &RecordBatch) -> Result<(), ReadError> {
        let batch = normal::batch(batch).map_err(output)?;
        let batch = self.current_types(batch)?;
        let schema = batch.schema();
        if self.columns.is_empty() {
            let columns = schema.fields().iter().map(|field| Kept {
                name: field.name().clone(),
                first: field.data_type().clone(),
                common: None,
            });
            self.columns = columns.collect();
        }
        for (kept, column) in self.columns.iter_mut().zip(batch.columns()) {
            if column.null_count() < column.len() {
                let own = column.data_type();
                let common = kept.common.as_ref();
                kept.common = Some(common.map_or_else(|| own.clone(), |common| normal::common(common, own)));
            }
        }
        if self.schema.as_ref() != Some(&schema) {
            self.close()?;
            let file = BufWriter::new(self.storage.scratch().map_err(ReadError::Input)?);
            self.current = Some(StreamWriter::try_new(file, &schema).map_err(output)?);
            self.schema = Some(schema);
        }
        match &mut self.current {
            Some(writer) => writer.write(&batch).map_err(output),
            None => Ok(()),
        }
    }

    /// The same rows, columns of nothing in the types of the file that is being written: they alone don't make another one.
    fn current_types(&self, batch: RecordBatch) -> Result<RecordBatch, ReadError> {
        let Some(schema) = self.schema.as_ref().filter(|schema| **schema != batch.schema()) else {
            return Ok(batch);
        };
        let columns: Option<Vec<ArrayRef>> = batch
            .columns()
            .iter()
            .zip(schema.fields())
            .map(|(column, field)| {
                let is_nothing = column.null_count() == column.len();
                if column.data_type() == field.data_type() {
                    Some(Arc::clone(column))
                } else {
                    is_nothing.then(|| new_null_array(field.data_type(), column.len()))
                }
            })
            .collect();
        match columns {
            Some(columns) => RecordBatch::try_new(Arc::clone(schema), columns).map_err(output),
            None => Ok(batch),
        }
    }

    fn close(&mut self) -> Result<(), ReadError> {
        if let Some(mut writer) = self.current.take() {
            writer.finish().map_err(output)?;
            let file = writer.into_inner().map_err(output)?;
            self.files.push(file.into_inner().map_err(|error| ReadError::Input(error.into_error()))?);
        }
        Ok(())
    }

    fn into_table<Output: std::io::Write + Send>(
        mut self,
        sink: Output,
    ) -> Result<(Vec<DatasetColumn>, u64, Output), ReadError> {
        self.close()?;
        let fields: Vec<Field> = self
            .columns
            .iter()
            .map(|kept| Field::new(&kept.name, kept.common.as_ref().unwrap_or(&kept.first).clone(), true))
            .collect();
        let (schema, columns): (SchemaRef, Vec<DatasetColumn>) =
            columnar::normal_schema(&Schema::new(fields))?;
        let mut table = TableWriter::new(sink, Arc::clone(&schema), None)?;
        for mut file in self.files {
            file.seek(SeekFrom::Start(0)).map_err(ReadError::Input)?;
            for batch in StreamReader::try_new(BufReader::new(file), None).map_err(output)? {
                let batch = batch.map_err(output)?;
                let columns = batch
                    .columns()
                    .iter()
                    .zip(schema.fields())
                    .map(|(column, field)| normal::strictly(column, field.data_type()))
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|_| mixed())?;
                table.write(&RecordBatch::try_new(Arc::clone(&schema), columns).map_err(output)?)?;
            }
        }
        let written = table.finish()?;
        Ok((written.columns(columns), written.rows, written.output))
    }
}

/// Parts of a column whose types have none in common: bytes and texts.
fn mixed() -> Unreadable {
    Unreadable::new(
        "某一列在不同的行里类型不同，无法合并；请在查询里转换它的类型",
        "the values of a column are of types that don't go together; cast them in the query",
    )
}

fn output(error: arrow::error::ArrowError) -> ReadError {
    ReadError::Input(io_error(error))
}
