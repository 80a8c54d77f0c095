//! An Excel workbook, written to a temporary file before it is taken: its end says where its parts are, and rows that come one by one
//! don't have to be in memory.
//!
//! | value | cell |
//! | --- | --- |
//! | number of up to 15 digits | number, with the decimals it has |
//! | longer number | text, since Excel would round it |
//! | day, moment, time | date and time as Excel counts them; text before 1900 |
//! | anything else | text, of which more than 32,767 characters are cut |
//!
//! How cells look says of which type their columns are, by which such a workbook becomes the same dataset when it is uploaded:
//! `wenshu_sources::datasets::workbook` has the forms.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};

use bytes::Bytes;
use chrono::{FixedOffset, NaiveDateTime, NaiveTime, Timelike as _};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use rust_xlsxwriter::{DocProperties, Format, Workbook, Worksheet, XlsxError};
use tokio::runtime::Handle;
use tokio_util::io::ReaderStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wenshu_answer::Language;
use wenshu_sources::datasets::workbook;
use wenshu_sources::{QueryResult, ValueKind};

use super::cells::{Cell, Cells};
use super::encode::Cut;
use super::looks::{DIGITS, Formats, Looks, excel_moment, moment, zoned};
use crate::zones::ahead;
use crate::{AppError, ErrorKind, Text};

/// The most characters in a cell, as UTF-16 counts them.
const CELL_LENGTH: usize = 32_767;

/// The most columns of a sheet.
const COLUMNS: usize = 16_384;

/// Bytes read from the file at once.
const PIECE: usize = 64 * 1024;

/// A workbook that is written.
pub(super) struct Written {
    pub(super) body: BoxStream<'static, Result<Bytes, AppError>>,
    pub(super) is_cut: bool,
    pub(super) length: u64,
}

/// Writes all parts into a workbook. Dropping the future ends that.
pub(super) async fn written(
    parts: impl Stream<Item = Result<QueryResult, AppError>> + Send + 'static,
    cut: Cut,
    tasks: &TaskTracker,
) -> Result<Written, AppError> {
    let sheet = of_language(cut.language, "结果", "Result").to_owned();
    written_sheets(vec![(sheet, parts.boxed())], cut, tasks).await
}

/// The same with several sheets, each under its name.
pub(super) async fn written_sheets(
    sheets: Vec<(String, BoxStream<'static, Result<QueryResult, AppError>>)>,
    cut: Cut,
    tasks: &TaskTracker,
) -> Result<Written, AppError> {
    let gone = CancellationToken::new();
    let _ended_with_future = gone.clone().drop_guard();
    let until_gone = |(name, parts): (String, BoxStream<'static, _>)| {
        (name, parts.take_until(gone.clone().cancelled_owned()).boxed())
    };
    let sheets = sheets.into_iter().map(until_gone).collect();
    let writing = tasks.spawn_blocking(move || write(sheets, cut, &gone));
    let (file, length, is_cut) = writing.await.map_err(AppError::internal)??;
    let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(file), PIECE);
    Ok(Written { body: pieces.map_err(AppError::internal).boxed(), is_cut, length })
}

/// On a thread of its own, since it computes and writes to disk.
fn write(
    sheets: Vec<(String, BoxStream<'static, Result<QueryResult, AppError>>)>,
    cut: Cut,
    gone: &CancellationToken,
) -> Result<(File, u64, bool), AppError> {
    let runtime = Handle::current();
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_custom_property(workbook::MARK, true));
    let formats = Formats::new();
    let mut notes = Vec::new();
    let (mut is_cut, mut cut_cells) = (false, 0);
    let mut taken = HashSet::new();
    for (name, mut parts) in sheets {
        let mut rows = Rows { next: 0, cut_cells: 0, formats: &formats, zoned: HashMap::new() };
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(AppError::internal)?;
        sheet.set_name(sheet_name(&name, &mut taken)).map_err(AppError::internal)?;
        let mut is_sheet_cut = false;
        while let Some(part) = runtime.block_on(parts.next()) {
            let part = part?;
            is_sheet_cut |= part.truncated;
            rows.write(sheet, &part)?;
        }
        cut_cells += rows.cut_cells;
        if is_sheet_cut {
            notes.push(cut.words(rows.count()));
        }
        is_cut |= is_sheet_cut;
    }
    if gone.is_cancelled() {
        return Err(AppError::new(ErrorKind::Cancelled, "cancelled", Text::new("已停止", "Stopped")));
    }
    if cut_cells > 0 {
        notes.push(match cut.language {
            Language::Zh => format!("（{cut_cells} 个单元格超过 {CELL_LENGTH} 个字符，已截断）"),
            Language::En => {
                format!("({cut_cells} cells were longer than {CELL_LENGTH} characters and were cut)")
            }
        });
    }
    if !notes.is_empty() {
        let sheet = workbook.add_worksheet();
        let name = sheet_name(of_language(cut.language, "说明", "Note"), &mut taken);
        sheet.set_name(name).map_err(AppError::internal)?;
        for (row, note) in (0..).zip(&notes) {
            sheet.write_string(row, 0, note).map_err(AppError::internal)?;
        }
    }
    let mut file = BufWriter::new(tempfile::tempfile().map_err(AppError::internal)?);
    workbook.save_to_writer(&mut file).map_err(AppError::internal)?;
    file.flush().map_err(AppError::internal)?;
    let mut file = file.into_inner().map_err(|error| AppError::internal(error.into_error()))?;
    let length = file.stream_position().map_err(AppError::internal)?;
    file.seek(SeekFrom::Start(0)).map_err(AppError::internal)?;
    Ok((file, length, is_cut))
}

/// A name as Excel takes it: no longer than 31, without some signs, and no other sheet's.
fn sheet_name(name: &str, taken: &mut HashSet<String>) -> String {
    let cleaned: String = name
        .chars()
        .map(|sign| if "[]:*?/\\".contains(sign) || sign.is_control() { '_' } else { sign })
        .collect();
    let cleaned = cleaned.trim().trim_matches('\'');
    let cleaned = if cleaned.is_empty() { "Sheet" } else { cleaned };
    let cut = |length: usize| {
        let mut units = 0;
        let fits = |sign: &char| {
            units += sign.len_utf16();
            units <= length
        };
        cleaned.chars().take_while(fits).collect::<String>()
    };
    let mut unique = cut(31);
    let mut number = 2;
    while !taken.insert(unique.to_lowercase()) {
        unique = format!("{}_{number}", cut(26));
        number += 1;
    }
    unique
}

fn of_language(language: Language, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// Rows on their way into a sheet.
struct Rows<'formats> {
    /// The sheet's next row; the first one holds the names.
    next: u32,
    cut_cells: usize,
    formats: &'formats Formats,
    /// How moments look, by how far clocks are ahead.
    zoned: HashMap<FixedOffset, Format>,
}

impl Rows<'_> {
    /// Rows without the names.
    fn count(&self) -> usize {
        usize::try_from(self.next.saturating_sub(1)).unwrap_or_default()
    }

    fn write(&mut self, sheet: &mut Worksheet, part: &QueryResult) -> Result<(), AppError> {
        if self.next == 0 {
            self.head(sheet, part)?;
        }
        let cells: Vec<Cells<'_>> = part
            .batch
            .columns()
            .iter()
            .map(Cells::of)
            .collect::<Result<_, _>>()
            .map_err(AppError::internal)?;
        for row in 0..part.rows() {
            for ((column, cells), kind) in (0..).zip(&cells).zip(part.kinds.iter()) {
                let cell = cells.at(row).map_err(AppError::internal)?;
                self.cell(sheet, column, cell, *kind).map_err(AppError::internal)?;
            }
            self.next += 1;
        }
        Ok(())
    }

    /// The names, and columns wide enough for dates.
    fn head(&mut self, sheet: &mut Worksheet, part: &QueryResult) -> Result<(), AppError> {
        let schema = part.schema();
        if schema.fields().len() > COLUMNS {
            return Err(AppError::new(
                ErrorKind::Invalid,
                "too_many_columns",
                Text::new(
                    format!("结果超过 {COLUMNS} 列，Excel 放不下，请导出为 CSV"),
                    format!(
                        "The result has more than {COLUMNS} columns, too many for Excel; export it as CSV"
                    ),
                ),
            ));
        }
        for ((column, field), kind) in (0..).zip(schema.fields()).zip(part.kinds.iter()) {
            let width = match kind {
                ValueKind::Timestamp => 20,
                ValueKind::Date => 12,
                _ => 15,
            };
            sheet.set_column_width(column, width).map_err(AppError::internal)?;
            let name = self.fitting(field.name());
            sheet
                .write_string_with_format(0, column, name, &self.formats.name)
                .map_err(AppError::internal)?;
        }
        self.next = 1;
        Ok(())
    }

    fn cell(
        &mut self,
        sheet: &mut Worksheet,
        column: u16,
        cell: Cell<'_>,
        kind: ValueKind,
    ) -> Result<(), XlsxError> {
        let row = self.next;
        let moment_of_text = |text: &str| match kind {
            ValueKind::Date | ValueKind::Timestamp => moment(text),
            _ => None,
        };
        match cell {
            Cell::Null => {}
            Cell::Truth(truth) => drop(sheet.write_boolean(row, column, truth)?),
            Cell::Integer(integer) => self.figure(sheet, column, &integer.to_string(), kind)?,
            Cell::Decimal(decimal) => self.figure(sheet, column, &decimal, kind)?,
            Cell::Float(float) if float.is_finite() => {
                sheet.write_number_with_format(row, column, float, &self.formats.float)?;
            }
            Cell::Float(float) => drop(sheet.write_string(row, column, float.to_string())?),
            Cell::Day(day) => self.moment(sheet, column, day.and_time(NaiveTime::MIN), Looks::Day)?,
            Cell::Moment(moment) => self.moment(sheet, column, moment, Looks::Moment)?,
            Cell::Instant(moment) => {
                self.moment(sheet, column, moment.naive_local(), Looks::Ahead(*moment.offset()))?;
            }
            Cell::Time(time) => {
                let seconds = f64::from(time.num_seconds_from_midnight())
                    + f64::from(time.nanosecond() % 1_000_000_000) / 1e9;
                sheet.write_number_with_format(row, column, seconds / 86_400.0, &self.formats.time)?;
            }
            Cell::Text(text) => match moment_of_text(text) {
                Some((moment, looks)) => self.moment(sheet, column, moment, looks)?,
                None => self.text(sheet, column, text, kind)?,
            },
            Cell::Made(text) => self.text(sheet, column, &text, kind)?,
        }
        Ok(())
    }

    /// A number that Excel keeps as it is, or else its text.
    fn figure(
        &mut self,
        sheet: &mut Worksheet,
        column: u16,
        text: &str,
        kind: ValueKind,
    ) -> Result<(), XlsxError> {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        match text.parse::<f64>() {
            // A zero before the point isn't one that counts.
            Ok(number) if digits - usize::from(number.abs() < 1.0 && decimals > 0) <= DIGITS => {
                let format = self.formats.figure(decimals, kind);
                sheet.write_number_with_format(self.next, column, number, format).map(drop)
            }
            _ => sheet.write_string(self.next, column, text).map(drop),
        }
    }

    fn moment(
        &mut self,
        sheet: &mut Worksheet,
        column: u16,
        moment: NaiveDateTime,
        looks: Looks,
    ) -> Result<(), XlsxError> {
        let format = match looks {
            Looks::Day => &self.formats.day,
            Looks::Moment => &self.formats.moment,
            Looks::Ahead(offset) => self.zoned.entry(offset).or_insert_with(|| zoned(offset)),
        };
        match excel_moment(moment) {
            Some(moment) => sheet.write_datetime_with_format(self.next, column, moment, format).map(drop),
            None => {
                let text = match looks {
                    Looks::Day => moment.date().to_string(),
                    Looks::Moment => moment.to_string(),
                    Looks::Ahead(offset) => format!("{moment}{}", ahead(offset)),
                };
                sheet.write_string(self.next, column, text).map(drop)
            }
        }
    }

    fn text(
        &mut self,
        sheet: &mut Worksheet,
        column: u16,
        text: &str,
        kind: ValueKind,
    ) -> Result<(), XlsxError> {
        let text = self.fitting(text);
        match kind {
            // Of a column that has texts where another value has no other way to be written.
            ValueKind::Integer
            | ValueKind::Number
            | ValueKind::Boolean
            | ValueKind::Date
            | ValueKind::Time
            | ValueKind::Timestamp => sheet.write_string(self.next, column, text),
            _ => sheet.write_string_with_format(self.next, column, text, &self.formats.text),
        }
        .map(drop)
    }

    /// As much of a text as a cell holds.
    fn fitting(&mut self, text: &str) -> String {
        // No character takes more units than bytes.
        if text.len() <= CELL_LENGTH || text.encode_utf16().count() <= CELL_LENGTH {
            return text.to_owned();
        }
        self.cut_cells += 1;
        let mut units = 1;
        let fits = |sign: &char| {
            units += sign.len_utf16();
            units <= CELL_LENGTH
        };
        text.chars().take_while(fits).chain(['…']).collect()
    }
}
