//! A lake in memory, for tests of what is around datasets. It knows one kind of file, values with commas between them and names in the
//! first line, takes every value for text, and answers every question with all rows of its first table.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow::array::{ArrayRef, StringArray};
use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;
use wenshu_sources::datasets::{
    DatasetColumn, DatasetTable, FileKind, ImportError, Imported, ImportedTable, Lake, Rows, StoredFile,
    Unreadable, Upload,
};
use wenshu_sources::stream::{RowStream, channel};
use wenshu_sources::{
    Column, Dialect, Limits, QueryResult, ReadOnlyQuery, Schema, Source, SourceError, SourceErrorKind,
    SourceInfo, Table, TableKind, ValueKind, batch,
};

/// The lake.
#[derive(Clone, Debug, Default)]
pub struct MemoryLake(Arc<Mutex<HashMap<String, Bytes>>>);

impl MemoryLake {
    /// The paths of all files, sorted.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.files().keys().cloned().collect();
        paths.sort();
        paths
    }

    fn files(&self) -> std::sync::MutexGuard<'_, HashMap<String, Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn table(&self, folder: &str, content: &str) -> Result<ImportedTable, ImportError> {
        let mut lines = content.lines();
        let names = lines.next().unwrap_or_default().split(',');
        let columns = names
            .map(|name| DatasetColumn { name: name.to_owned(), kind: ValueKind::Text, distinct: false })
            .collect();
        let rows = lines.count() as u64;
        if rows == 0 {
            return Err(Unreadable::new("第 2 行没有数据", "there is no data in line 2").into());
        }
        let path = format!("{folder}/0.table");
        self.files().insert(path.clone(), Bytes::from(content.to_owned()));
        Ok(ImportedTable { sheet: None, path, columns, rows })
    }
}

#[async_trait]
impl Lake for MemoryLake {
    async fn import(&self, upload: Upload) -> Result<Imported, ImportError> {
        let Upload { folder, file_name: _, most_bytes, room, gone: _, mut bytes, progress } = upload;
        let mut content = Vec::new();
        while let Some(piece) = bytes.next().await {
            content.extend_from_slice(&piece.map_err(ImportError::BrokenOff)?);
            progress.send_modify(|progress| progress.received = content.len() as u64);
        }
        let length = content.len() as u64;
        if length > most_bytes {
            return Err(ImportError::TooLarge { most_bytes });
        }
        if room.take(length).is_err() {
            return Err(ImportError::NoRoom);
        }
        let table = self.table(&folder, &String::from_utf8_lossy(&content))?;
        let original = format!("{folder}/original");
        self.files().insert(original.clone(), content.into());
        Ok(Imported {
            kind: FileKind::Delimited,
            original: Some(original),
            bytes: length,
            tables: vec![table],
        })
    }

    async fn keep(&self, rows: Rows) -> Result<Imported, ImportError> {
        let Rows { folder, most_bytes: _, room: _, mut parts } = rows;
        let mut content = String::new();
        while let Some(part) = parts.next().await {
            let part = part?;
            if content.is_empty() {
                let names: Vec<String> =
                    part.schema().fields().iter().map(|field| field.name().clone()).collect();
                content = names.join(",");
            }
            content.push_str(&"\n0".repeat(part.num_rows()));
        }
        let table = self.table(&folder, &content)?;
        let bytes = content.len() as u64;
        Ok(Imported { kind: FileKind::Rows, original: None, bytes, tables: vec![table] })
    }

    fn open(&self, tables: Vec<DatasetTable>) -> Arc<dyn Source> {
        Arc::new(MemorySource { lake: self.clone(), tables })
    }

    async fn read(&self, path: &str) -> Result<StoredFile, SourceError> {
        let bytes = self.files().get(path).cloned();
        let bytes = bytes.ok_or_else(|| SourceError::new(SourceErrorKind::Unreachable, "no such file"))?;
        Ok(StoredFile { length: bytes.len() as u64, bytes: stream::iter([Ok(bytes)]).boxed() })
    }

    async fn remove(&self, folder: &str) -> Result<(), SourceError> {
        let folder = format!("{folder}/");
        self.files().retain(|path, _| !path.starts_with(&folder));
        Ok(())
    }

    /// Nothing outlives the process.
    async fn settled_folders(&self, _is_alone: bool) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }

    fn scratch(&self) -> std::io::Result<std::fs::File> {
        tempfile::tempfile()
    }

    async fn shutdown(&self) {}
}

struct MemorySource {
    lake: MemoryLake,
    tables: Vec<DatasetTable>,
}

impl MemorySource {
    fn result(&self) -> QueryResult {
        let content = self.lake.files().get(&self.tables[0].path).cloned().unwrap_or_default();
        let content = String::from_utf8_lossy(&content).into_owned();
        let mut lines = content.lines();
        let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
        let columns = names.iter().enumerate().map(|(index, name)| {
            let values = rows.iter().map(|row| row.get(index).copied());
            let column: ArrayRef = Arc::new(values.collect::<StringArray>());
            ((*name).to_owned(), column, ValueKind::Text)
        });
        let (batch, kinds) = batch::batch(columns.collect(), rows.len()).expect("columns of one length");
        QueryResult { batch, kinds, truncated: false, elapsed: Duration::from_millis(1) }
    }
}

#[async_trait]
impl Source for MemorySource {
    fn dialect(&self) -> Dialect {
        Dialect::DataFusion
    }

    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        Ok(SourceInfo { version: "memory".to_owned(), writable: Some(false) })
    }

    async fn schema(&self, _refresh: bool) -> Result<Arc<Schema>, SourceError> {
        let column = |column: &DatasetColumn| Column {
            name: column.name.clone(),
            declared_type: column.kind.as_str().to_owned(),
            kind: column.kind,
            nullable: true,
            primary: false,
            unique: false,
            distinct: false,
            default: None,
            comment: None,
        };
        let table = |table: &DatasetTable| Table {
            schema: None,
            name: table.name.clone(),
            kind: TableKind::Table,
            comment: table.comment.clone(),
            columns: table.columns.iter().map(column).collect(),
            foreign_keys: Vec::new(),
            row_count: None,
        };
        Ok(Arc::new(Schema { tables: self.tables.iter().map(table).collect() }))
    }

    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        Ok(Some(0))
    }

    async fn query(
        &self,
        _query: &ReadOnlyQuery,
        _limits: &Limits,
        _cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        Ok(self.result())
    }

    async fn stream(
        &self,
        _query: &ReadOnlyQuery,
        _limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        let (stream, outlet, _gone) = channel(cancel);
        outlet.end(Ok(self.result())).await;
        Ok(stream)
    }
}
