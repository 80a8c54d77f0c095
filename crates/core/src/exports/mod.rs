//! Results as files: the SQL of an answer run again, past the rows that are shown.
//!
//! [`Exports::open`] checks everything that can be checked, runs the statement and waits for its first rows; then the file is
//! written while it is taken. What goes wrong before that is an error like any other; what goes wrong later is an error in
//! [`Export::body`], which must not be taken for an end.

mod archive;
mod cells;
mod csv;
mod encode;
mod json;
mod looks;
mod ndjson;
mod places;
mod xlsx;

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use wenshu_answer::{AnswerError, Language};
use wenshu_sources::{Limits, RowStream, SourceError, SourceErrorKind, guard};
use wenshu_store::Store;

pub(crate) use self::archive::{Part, archive};
use self::csv::Csv;
use self::encode::{Cut, encoded};
use self::json::Json;
pub(crate) use self::places::{Place, Places};
use crate::connections::Connections;
use crate::conversations::MessageView;
use crate::runs::of_source;
use crate::runs::table::Figures;
use crate::{Actor, AppError, CoreSettings, ErrorKind, Text};

/// The rows of a spreadsheet, below the names of the columns.
pub(crate) const SPREADSHEET_ROWS: usize = 1_048_575;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated values as RFC 4180 has them, in UTF-8 with a byte order mark, by which Excel knows it. What a spreadsheet would
    /// take for a formula has an apostrophe before it.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// An array of objects, values as in the rows of an answer.
    Json,
}

impl ExportFormat {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Json];

    /// Its name, which is also the ending of its files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }
}

/// A file to be taken.
pub struct Export {
    /// What it may be called: the title of its conversation.
    pub title: String,
    /// The most rows that it can have.
    pub row_limit: usize,
    /// Whether rows were left out, where that is known before the file is taken. In any case the file says so at its end.
    pub is_cut: Option<bool>,
    /// How many bytes it has, where that is known.
    pub length: Option<u64>,
    /// The file. After an error it isn't whole. Dropping it ends the query in the database.
    pub body: BoxStream<'static, Result<Bytes, AppError>>,
}

/// Use cases of exports.
pub struct Exports {
    store: Store,
    connections: Arc<Connections>,
    limits: Limits,
    places: Arc<Places>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl Exports {
    pub(crate) fn new(settings: &CoreSettings, store: Store, connections: Arc<Connections>) -> Self {
        Self {
            store,
            connections,
            limits: settings.export_limits,
            places: Arc::default(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        }
    }

    /// The whole result of one of the caller's answers, its SQL run again on the connection that was asked.
    ///
    /// # Errors
    ///
    /// `NotFound` for somebody else's message too, and for a connection that is gone; `Invalid` for a message without SQL, and for
    /// SQL that the guard refuses; `TooMany`; what the database says before the first rows, and for a workbook until its last.
    pub async fn open(&self, actor: &Actor, message: Uuid, format: ExportFormat) -> Result<Export, AppError> {
        let found = self.store.find_message(actor.id(), message).await?;
        let found = found.ok_or_else(|| AppError::not_found("消息", "Message"))?;
        let (title, connection) = (found.title, found.connection);
        let sql = MessageView::from(found.message).record.and_then(|record| record.sql);
        let sql = sql.ok_or_else(nothing_to_export)?;
        let connection = connection.ok_or_else(|| AppError::not_found("数据库连接", "Connection"))?;
        let target = self.connections.resolve(actor, Some(connection)).await?;
        let query = guard::check(&sql, target.source.dialect()).map_err(|refusal| {
            AppError::new(
                ErrorKind::Invalid,
                "sql_refused",
                Text::new(
                    format!("SQL 没有通过只读检查：{}", refusal.message),
                    format!("The SQL does not pass the read-only check: {}", refusal.message),
                ),
            )
        })?;
        let place = self.places.take(actor.id(), connection)?;
        let limits = self.limits_of(format);
        let failed = move |error: SourceError| failed(&error, &limits);
        let opened = target.source.stream(&query, &limits, &self.closing).await;
        let opened = first_of(opened).await;
        let unreachable = matches!(&opened, Err(error) if error.kind() == SourceErrorKind::Unreachable);
        if opened.is_ok() || unreachable {
            self.connections.note_reached(&target.connection, !unreachable).await;
        }
        let (first, rest) = opened.map_err(failed)?;
        let parts = futures::stream::iter([Ok(first)]).chain(rest).map(move |part| part.map_err(failed));
        let cut = Cut { limits, language: actor.language() };
        let (body, is_cut, length) = match format {
            ExportFormat::Csv => (encoded(parts, Csv::new(cut, Figures::Safe), place), None, None),
            ExportFormat::Json => (encoded(parts, Json::new(cut, Figures::Safe), place), None, None),
            ExportFormat::Xlsx => {
                let file = xlsx::written(parts, cut, &self.tasks).await?;
                (file.body, Some(file.is_cut), Some(file.length))
            }
        };
        Ok(Export { title, row_limit: limits.rows, is_cut, length, body })
    }

    fn limits_of(&self, format: ExportFormat) -> Limits {
        let most = if format == ExportFormat::Xlsx { SPREADSHEET_ROWS } else { usize::MAX };
        Limits { rows: self.limits.rows.min(most), ..self.limits }
    }

    /// Ends what is being exported and waits for it.
    pub(crate) async fn shutdown(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// How rows are written, in all the ways that there are for any use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowsFormat {
    Csv,
    Json,
    NdJson,
}

/// Parts that come with their failures in words.
pub(crate) type Parts = BoxStream<'static, Result<wenshu_sources::QueryResult, AppError>>;

/// Rows as a file, which holds what it is given until it is taken or dropped. Its first bytes are there when the first part is.
pub(crate) fn rows_file(
    parts: Parts,
    format: RowsFormat,
    limits: Limits,
    language: Language,
    held: impl Send + 'static,
) -> BoxStream<'static, Result<Bytes, AppError>> {
    let cut = Cut { limits, language };
    match format {
        RowsFormat::Csv => encoded(parts, Csv::new(cut, Figures::Exact), held),
        RowsFormat::Json => encoded(parts, Json::new(cut, Figures::Exact), held),
        RowsFormat::NdJson => encoded(parts, ndjson::NdJson::new(cut), held),
    }
}

/// Tables as a workbook, each with the name of its sheet. Answers the file and its length.
pub(crate) async fn sheets_file(
    sheets: Vec<(String, Parts)>,
    limits: Limits,
    language: Language,
    tasks: &TaskTracker,
) -> Result<(BoxStream<'static, Result<Bytes, AppError>>, u64), AppError> {
    let file = xlsx::written_sheets(sheets, Cut { limits, language }, tasks).await?;
    Ok((file.body, file.length))
}

/// The first part, by which is known whether the statement works at all, and the rest.
pub(crate) async fn first_of(
    stream: Result<RowStream, SourceError>,
) -> Result<(wenshu_sources::QueryResult, RowStream), SourceError> {
    let mut stream = stream?;
    let first = stream.next().await.unwrap_or_else(|| {
        Err(SourceError::new(SourceErrorKind::Internal, "the database gave neither rows nor an error"))
    })?;
    Ok((first, stream))
}

fn nothing_to_export() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        "nothing_to_export",
        Text::new(
            "这条消息没有查询结果，无法导出",
            "This message has no result of a query, so there is nothing to export",
        ),
    )
}

/// What the database said, in words as an answer has them.
pub(crate) fn failed(error: &SourceError, limits: &Limits) -> AppError {
    let (kind, code) = of_source(error.kind());
    let words = |language| AnswerError::source(error.clone(), Vec::new(), limits.time, language).message;
    let failure = AppError::new(kind, code, Text::new(words(Language::Zh), words(Language::En)));
    if kind == ErrorKind::Internal { failure.caused_by(error.clone()) } else { failure }
}
