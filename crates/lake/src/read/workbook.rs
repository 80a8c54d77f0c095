//! Excel workbooks: each sheet that is seen is a table.

use std::io::{BufReader, Seek as _, SeekFrom};

use calamine::{Data, DataRef, DataType as _, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use wenshu_sources::datasets::Unreadable;

use super::looks::{Look, looks};
use super::{MOST_COLUMNS, MOST_ROW_BYTES, ReadError, Sink, Watched, header, unpacked};
use crate::values::Cell;

/// Rows that are looked at for names of columns.
const SAMPLE_ROWS: usize = 50;

/// The most rows with a title above the names of columns.
const MOST_TITLES: usize = 3;

/// A workbook that has been opened.
pub(crate) struct Workbook {
    file: Xlsx<BufReader<Watched>>,
    /// Whether we wrote it, so that the looks of cells say what they are.
    is_ours: bool,
}

impl Workbook {
    /// Opens a workbook, after looking at what unpacking it takes.
    pub(crate) fn open(mut file: Watched) -> Result<Self, ReadError> {
        let is_ours = unpacked::weigh(&mut file)?;
        file.seek(SeekFrom::Start(0)).map_err(ReadError::Input)?;
        let file = Xlsx::new(BufReader::new(file)).map_err(|error| fault(&error))?;
        Ok(Self { file, is_ours })
    }

    /// The names of its sheets, hidden ones aside.
    pub(crate) fn sheets(&self) -> Vec<String> {
        self.file
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
            .map(|sheet| sheet.name.clone())
            .collect()
    }

    /// Reads all rows of a sheet, empty ones aside. Answers whether there was any, names included.
    pub(crate) fn read(&mut self, sheet: &str, sink: &mut dyn Sink) -> Result<bool, ReadError> {
        let of_sheet = |error: &XlsxError| in_sheet(sheet, error);
        let mut cells = self.file.worksheet_cells_reader(sheet).map_err(|error| of_sheet(&error))?;
        let looks = if self.is_ours { looks(cells.styles()) } else { Vec::new() };
        let mut rows = Rows { sink, names: Vec::new(), width: 0, sample: Some(Vec::new()), sampled: 0 };
        let mut row: Vec<Owned> = Vec::new();
        let (mut number, mut bytes) = (0, 0);
        let mut any = false;
        while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|error| of_sheet(&error))? {
            let (at, column) = cell.get_position();
            if at != number {
                rows.take(&mut row, bytes)?;
                (number, bytes) = (at, 0);
            }
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            // A text that many cells share is one in the file, and as many as cells in the row.
            bytes += text_of(cell.get_value()).len() as u64;
            if bytes > MOST_ROW_BYTES {
                let mebibytes = MOST_ROW_BYTES / (1024 * 1024);
                return Err(Unreadable::new(
                    format!("工作表“{sheet}”第 {} 行超过 {mebibytes} MiB", at + 1),
                    format!("row {} of sheet `{sheet}` has more than {mebibytes} MiB", at + 1),
                )
                .into());
            }
            let look = looks.get(style).unwrap_or(&Look::Any);
            let value = Owned::looking(cell.get_value(), look);
            if matches!(value, Owned::Empty) {
                continue;
            }
            if column >= MOST_COLUMNS {
                return Err(Unreadable::new(
                    format!("工作表“{sheet}”第 {} 行超过 {MOST_COLUMNS} 列", at + 1),
                    format!("row {} of sheet `{sheet}` has more than {MOST_COLUMNS} columns", at + 1),
                )
                .into());
            }
            any = true;
            if row.len() <= column {
                row.resize(column + 1, Owned::Empty);
            }
            row[column] = value;
        }
        rows.take(&mut row, bytes)?;
        rows.settle()?;
        Ok(any)
    }
}

/// Rows on their way to a sink; the first ones wait until it is known whether they hold names.
struct Rows<'sink> {
    sink: &'sink mut dyn Sink,
    names: Vec<String>,
    width: usize,
    sample: Option<Vec<Vec<Owned>>>,
    /// Bytes of those.
    sampled: u64,
}

impl Rows<'_> {
    fn take(&mut self, row: &mut Vec<Owned>, bytes: u64) -> Result<(), ReadError> {
        if row.is_empty() {
            return Ok(());
        }
        let row = std::mem::take(row);
        match &mut self.sample {
            Some(sample) => {
                sample.push(row);
                self.sampled += bytes;
                let is_enough = sample.len() >= SAMPLE_ROWS || self.sampled > MOST_ROW_BYTES;
                if is_enough { self.settle() } else { Ok(()) }
            }
            None => self.give(&row),
        }
    }

    /// Decides what the first row is.
    fn settle(&mut self) -> Result<(), ReadError> {
        let Some(sample) = self.sample.take().filter(|sample| !sample.is_empty()) else { return Ok(()) };
        self.width = sample.iter().map(Vec::len).max().unwrap_or_default();
        let texts: Vec<Vec<String>> = sample
            .iter()
            .map(|row| {
                let mut row: Vec<String> = row.iter().map(Owned::shown).collect();
                row.resize(self.width, String::new());
                row
            })
            .collect();
        let only_text = |row: &Vec<Owned>| {
            row.iter().all(|cell| matches!(cell, Owned::Text(_) | Owned::Said(_) | Owned::Empty))
        };
        // In a workbook of ours texts have a look of their own, names too.
        let says_names = |row: &Vec<Owned>| row.iter().all(|cell| matches!(cell, Owned::Said(_)));
        let has_header_at = |at: usize| {
            header::is_header(&texts[at..])
                || (at == 0 && says_names(&sample[at]))
                || (sample.len() > at + 1 && only_text(&sample[at]) && !only_text(&sample[at + 1]))
        };
        let is_title =
            |row: &Vec<Owned>| row.iter().filter(|cell| !matches!(cell, Owned::Empty)).count() == 1;
        // What a sheet is called, above the names of its columns.
        let titles = (1..sample.len().min(MOST_TITLES + 1))
            .find(|at| sample[..*at].iter().all(is_title) && !is_title(&sample[*at]) && has_header_at(*at))
            .unwrap_or_default();
        let has_header = has_header_at(titles);
        let names =
            if has_header { header::names(texts[titles].iter()) } else { header::numbered(self.width) };
        self.sink.columns(&names)?;
        self.names = names;
        sample.iter().skip(titles + usize::from(has_header)).try_for_each(|row| self.give(row))
    }

    fn give(&mut self, row: &[Owned]) -> Result<(), ReadError> {
        if row.len() > self.width {
            // A row further down than the names reach.
            self.width = row.len();
            let missing = header::numbered(self.width).split_off(self.names.len());
            self.names = header::names(self.names.iter().cloned().chain(missing));
            self.sink.columns(&self.names)?;
        }
        let cells: Vec<Cell<'_>> = row.iter().map(Owned::cell).collect();
        self.sink.row(&cells)
    }
}

/// The text of a value that is one.
fn text_of<'value>(value: &'value DataRef<'_>) -> &'value str {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text,
        DataRef::SharedString(text) => text,
        _ => "",
    }
}

/// A value out of a sheet.
#[derive(Clone, Debug)]
enum Owned {
    Empty,
    Text(String),
    /// A text that is one, or a moment in ISO 8601.
    Said(String),
    Number(String),
    Truth(bool),
    Moment(chrono::NaiveDateTime),
}

impl From<&DataRef<'_>> for Owned {
    fn from(value: &DataRef<'_>) -> Self {
        match value {
            DataRef::Empty => Self::Empty,
            DataRef::String(text) if text.is_empty() => Self::Empty,
            DataRef::SharedString("") => Self::Empty,
            DataRef::String(text) => Self::Text(text.clone()),
            DataRef::SharedString(text) => Self::Text((*text).to_owned()),
            DataRef::Int(number) => Self::Number(number.to_string()),
            // Its digits beyond those of a float would be made up.
            DataRef::Float(number) if number.abs() >= 1e18 => Self::Number(format!("{number:e}")),
            DataRef::Float(number) => Self::Number(number.to_string()),
            DataRef::Bool(truth) => Self::Truth(*truth),
            DataRef::DateTime(at) if at.is_duration() => {
                Data::from(value.clone()).as_duration().map_or(Self::Empty, |it| {
                    let seconds = it.num_seconds();
                    Self::Text(format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60))
                })
            }
            DataRef::DateTime(at) if at.as_f64() < 1.0 => match at.as_datetime() {
                Some(moment) => Self::Text(moment.time().to_string()),
                None => Self::Empty,
            },
            DataRef::DateTime(at) => at.as_datetime().map_or(Self::Empty, Self::Moment),
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Self::Text(text.clone()),
            // `#N/A`, `#DIV/0!`: nothing is there.
            DataRef::Error(_) => Self::Empty,
            #[allow(unreachable_patterns, reason = "the library may learn more kinds")]
            _ => Self::Empty,
        }
    }
}

impl Owned {
    /// The value of a cell that looks like this in a workbook of ours.
    fn looking(value: &DataRef<'_>, look: &Look) -> Self {
        let plain = Self::from(value);
        match (look, value, plain) {
            (Look::Text, _, Self::Text(text)) => Self::Said(text),
            (Look::Moment(zone), _, Self::Moment(at)) => Self::Said(format!("{at}{zone}")),
            (Look::Pointed, DataRef::Float(number), _) => Self::Number(format!("{number:?}")),
            (Look::Decimals(decimals), DataRef::Float(number), plain) => {
                let text = format!("{number:.decimals$}");
                // Somebody may have put in a number that has more.
                if text.parse() == Ok(*number) { Self::Number(text) } else { plain }
            }
            (.., plain) => plain,
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(text),
            Self::Said(text) => Cell::Quoted(text),
            Self::Number(number) => Cell::Number(number),
            Self::Truth(truth) => Cell::Truth(*truth),
            Self::Moment(at) => Cell::Moment(*at),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Said(text) | Self::Number(text) => text.clone(),
            Self::Truth(truth) => truth.to_string(),
            Self::Moment(at) => at.to_string(),
        }
    }
}

fn fault(error: &XlsxError) -> ReadError {
    match error {
        XlsxError::Password => {
            Unreadable::new("工作簿有密码，请去掉密码后上传", "the workbook has a password; take it off")
                .into()
        }
        _ => Unreadable::new("这不是有效的 Excel 工作簿", "this isn't an Excel workbook").into(),
    }
}

fn in_sheet(sheet: &str, _error: &XlsxError) -> ReadError {
    Unreadable::new(format!("工作表“{sheet}”无法读取"), format!("sheet `{sheet}` can't be read")).into()
}
