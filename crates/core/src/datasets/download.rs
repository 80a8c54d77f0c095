//! Datasets as files.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::TryStreamExt as _;
use futures::stream::{self, BoxStream};
use uuid::Uuid;
use wenshu_sources::datasets::StoredFile;
use wenshu_sources::{QueryResult, ValueKind, guard};
use wenshu_store::{Dataset, DatasetTable};

use super::{Datasets, asked, kind_of};
use crate::exports::{
    Part, Parts, Place, RowsFormat, SPREADSHEET_ROWS, archive, failed, first_of, rows_file, sheets_file,
};
use crate::{Actor, AppError, ErrorKind, Limits, Text};

/// The longest that a table is given out: as long as whoever takes it needs. One who takes nothing any more is let go before.
const LONGEST: Duration = Duration::from_secs(12 * 3_600);

/// How a dataset is given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadFormat {
    /// Comma-separated values in UTF-8 with a byte order mark; what a spreadsheet would take for a formula has an apostrophe before it.
    Csv,
    /// An Excel workbook, a sheet for each table.
    Xlsx,
    /// A JSON array of objects.
    Json,
    /// A JSON object on each line.
    NdJson,
    /// Parquet.
    Parquet,
    /// The file as it came.
    Original,
}

impl DownloadFormat {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Csv, Self::Xlsx, Self::Json, Self::NdJson, Self::Parquet, Self::Original];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::NdJson => "ndjson",
            Self::Parquet => "parquet",
            Self::Original => "original",
        }
    }

    /// The format of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }
}

/// A file to be taken.
pub struct Download {
    /// What it is called, ending and all.
    pub file_name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// How many bytes it has, where that is known.
    pub length: Option<u64>,
    /// The file. After an error it isn't whole.
    pub body: BoxStream<'static, Result<Bytes, AppError>>,
}

impl Datasets {
    /// One of the caller's datasets as a file; `table` says which of its tables. Without, a workbook has them all, and of other formats a
    /// dataset of several tables is a ZIP with a file for each.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too; `Invalid` naming `table` when it isn't there, and naming `format` for the original of a dataset
    /// that never was a file; `TooMany`.
    pub async fn download(
        &self,
        actor: &Actor,
        id: Uuid,
        format: DownloadFormat,
        table: Option<&str>,
    ) -> Result<Download, AppError> {
        let dataset = self.find(actor, id).await?;
        if format == DownloadFormat::Original {
            return self.original(&dataset).await;
        }
        let tables = chosen(&dataset, table)?;
        let name = match tables.as_slice() {
            [only] if dataset.tables.len() > 1 => &only.name,
            _ => &dataset.name,
        };
        if tables.len() > 1 && format != DownloadFormat::Xlsx {
            return self.archived(actor, &dataset, format, tables).await;
        }
        let file_name = format!("{name}.{}", format.as_str());
        if format == DownloadFormat::Parquet {
            let stored =
                self.lake()?.read(&tables[0].path).await.map_err(|error| failed(&error, &self.reading))?;
            return Ok(Download {
                file_name,
                content_type: "application/vnd.apache.parquet",
                length: Some(stored.length),
                body: whole(stored),
            });
        }
        let place = self.places.take(actor.id(), id)?;
        let limits = self.limits_of(format);
        let language = actor.language();
        if format == DownloadFormat::Xlsx {
            let mut sheets = Vec::with_capacity(tables.len());
            for table in tables {
                let name = table.sheet.clone().unwrap_or_else(|| table.name.clone());
                sheets.push((name, self.rows_in_turn(table, limits)));
            }
            let (body, length) = sheets_file(sheets, limits, language, &self.tasks).await?;
            let body = held(body, place);
            let content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            return Ok(Download { file_name, content_type, length: Some(length), body });
        }
        let parts = self.rows_of(tables[0].clone(), limits).await?;
        let (format, content_type) = written_as(format);
        let body = rows_file(parts, format, limits, language, place);
        Ok(Download { file_name, content_type, length: None, body })
    }

    /// A file for each of several tables, in a ZIP.
    async fn archived(
        &self,
        actor: &Actor,
        dataset: &Dataset,
        format: DownloadFormat,
        tables: Vec<DatasetTable>,
    ) -> Result<Download, AppError> {
        let place = self.places.take(actor.id(), dataset.id)?;
        let limits = self.limits_of(format);
        let parts = tables.into_iter().map(|table| {
            let name = format!("{}.{}", table.name.replace(['/', '\\'], "_"), format.as_str());
            let is_packed = format == DownloadFormat::Parquet;
            let body = if is_packed {
                self.stored_in_turn(table.path)
            } else {
                let parts = self.rows_in_turn(table, limits);
                rows_file(parts, written_as(format).0, limits, actor.language(), ())
            };
            Part { name, is_packed, body }
        });
        let (body, length) = archive(parts.collect(), self.scratch()?, &self.tasks).await?;
        Ok(Download {
            file_name: format!("{}.zip", dataset.name),
            content_type: "application/zip",
            length: Some(length),
            body: held(body, place),
        })
    }

    fn limits_of(&self, format: DownloadFormat) -> Limits {
        let rows = if format == DownloadFormat::Xlsx { SPREADSHEET_ROWS } else { usize::MAX - 1 };
        Limits { rows, bytes: usize::MAX, time: LONGEST }
    }

    /// The same as [`rows_of`](Self::rows_of), asked for when they are taken: several tables aren't read at once.
    fn rows_in_turn(&self, table: DatasetTable, limits: Limits) -> Parts {
        let datasets = self.clone();
        stream::once(async move { datasets.rows_of(table, limits).await }).try_flatten().boxed()
    }

    /// A file as it lies, asked for when it is taken.
    fn stored_in_turn(&self, path: String) -> BoxStream<'static, Result<Bytes, AppError>> {
        let datasets = self.clone();
        let opened = async move {
            let stored = datasets.lake()?.read(&path).await;
            stored.map(whole).map_err(|error| failed(&error, &datasets.reading))
        };
        stream::once(opened).try_flatten().boxed()
    }

    async fn original(&self, dataset: &Dataset) -> Result<Download, AppError> {
        let Some(path) = &dataset.original else {
            return Err(AppError::invalid(
                "format",
                Text::new(
                    "这个数据集不是由文件上传的，没有原文件",
                    "this dataset was not uploaded as a file, so there is no original",
                ),
            ));
        };
        let stored = self.lake()?.read(path).await.map_err(|error| failed(&error, &self.reading))?;
        Ok(Download {
            file_name: dataset.file_name.clone().unwrap_or_else(|| dataset.name.clone()),
            // Nothing that somebody uploaded is served as something that a browser would show.
            content_type: "application/octet-stream",
            length: Some(stored.length),
            body: whole(stored),
        })
    }

    /// All rows of a table.
    async fn rows_of(&self, table: DatasetTable, limits: Limits) -> Result<Parts, AppError> {
        let name = table.name.clone();
        // The table's file has text where the dataset has lists and objects.
        let kinds: Arc<[ValueKind]> = table.columns.iter().map(|(_, kind)| kind_of(kind)).collect();
        let source = self.lake()?.open(vec![asked(table, None)]);
        let statement = format!("SELECT * FROM {}", source.dialect().quote_identifier(&name));
        let query = guard::check(&statement, source.dialect()).map_err(AppError::internal)?;
        let opened = first_of(source.stream(&query, &limits, &self.closing).await).await;
        let (first, rest) = opened.map_err(|error| failed(&error, &limits))?;
        Ok(stream::iter([Ok(first)])
            .chain(rest)
            .map(move |part| match part {
                Ok(part) => Ok(QueryResult { kinds: Arc::clone(&kinds), ..part }),
                Err(error) => Err(failed(&error, &limits)),
            })
            .boxed())
    }
}

fn written_as(format: DownloadFormat) -> (RowsFormat, &'static str) {
    match format {
        DownloadFormat::Json => (RowsFormat::Json, "application/json"),
        DownloadFormat::NdJson => (RowsFormat::NdJson, "application/x-ndjson"),
        _ => (RowsFormat::Csv, "text/csv; charset=utf-8; header=present"),
    }
}

/// The tables that are given out: the one that is named, or all.
fn chosen(dataset: &Dataset, named: Option<&str>) -> Result<Vec<DatasetTable>, AppError> {
    let names = || dataset.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(named) = named {
        let found =
            dataset.tables.iter().find(|table| table.name == named || table.sheet.as_deref() == Some(named));
        return found.cloned().map(|table| vec![table]).ok_or_else(|| {
            AppError::invalid(
                "table",
                Text::new(
                    format!("没有这个表，可选：{}", names()),
                    format!("there is no such table; there are {}", names()),
                ),
            )
        });
    }
    Ok(dataset.tables.clone())
}

/// The file to its end, which comes when all of it has come: one that has been cut meanwhile ends early, and nobody says so.
fn whole(stored: StoredFile) -> BoxStream<'static, Result<Bytes, AppError>> {
    let StoredFile { length, bytes } = stored;
    stream::try_unfold((bytes, length), |(mut bytes, missing)| async move {
        match bytes.next().await.transpose().map_err(broken)? {
            Some(piece) => {
                let missing = missing.saturating_sub(piece.len() as u64);
                Ok(Some((piece, (bytes, missing))))
            }
            None if missing > 0 => Err(broken(io::ErrorKind::UnexpectedEof.into())),
            None => Ok(None),
        }
    })
    .boxed()
}

fn broken(error: io::Error) -> AppError {
    AppError::new(
        ErrorKind::Unavailable,
        "storage_failed",
        Text::new("读取数据集文件失败", "The dataset's file could not be read to its end"),
    )
    .caused_by(error)
}

/// The file, with the place that it keeps until it is taken or dropped.
fn held(
    body: BoxStream<'static, Result<Bytes, AppError>>,
    place: Place,
) -> BoxStream<'static, Result<Bytes, AppError>> {
    stream::unfold((body, place), |(mut body, place)| async move {
        body.next().await.map(|piece| (piece, (body, place)))
    })
    .boxed()
}
