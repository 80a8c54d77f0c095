//! Datasets of rows that are given, or that a query gives.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use futures::{StreamExt as _, stream};
use serde_json::Value;
use uuid::Uuid;
use wenshu_sources::datasets::{MOST_COLUMNS, Rows, SURE_DIGITS};
use wenshu_sources::{SourceError, SourceErrorKind, guard};
use wenshu_store::Dataset;

use super::typed::typed;
use super::{DatasetDraft, Datasets, folder_of};
use crate::{Actor, AppError, ErrorKind, Limits, Text};

/// What a column can be given as.
pub const COLUMN_TYPES: [&str; 6] = ["text", "integer", "number", "boolean", "date", "timestamp"];

/// The longest statement, in characters.
const SQL_LENGTH: usize = 20_000;

/// Rows that are given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenRows {
    /// The columns.
    pub columns: Vec<GivenColumn>,
    /// Rows of as many values as there are columns.
    pub rows: Vec<Vec<Value>>,
}

/// A column of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenColumn {
    /// Its name: 1–200 characters after trimming.
    pub name: String,
    /// One of [`COLUMN_TYPES`].
    pub kind: String,
}

impl Datasets {
    /// Makes a dataset of rows.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `name`, `description`, `columns` or `rows`, with the row and column that is wrong; otherwise as for
    /// [`upload`](Self::upload).
    pub async fn create(
        &self,
        actor: &Actor,
        draft: DatasetDraft,
        given: GivenRows,
    ) -> Result<Dataset, AppError> {
        actor.may_write()?;
        let lake = Arc::clone(self.lake()?);
        let settled = draft.settle(None)?;
        let making = self.begin(actor).await?;
        let most_bytes = self.limits.file_bytes;
        let batch = batch_of(given)?;
        let (owner, id) = (actor.id(), self.clock.new_id());
        let parts = stream::iter([Ok(batch)]).boxed();
        let rows = Rows { folder: folder_of(owner, id), most_bytes, room: making.room(), parts };
        let datasets = self.clone();
        let work = self.tasks.spawn(async move {
            let imported = lake.keep(rows).await.map_err(|error| datasets.refused("rows", error))?;
            datasets.keep(owner, id, settled, None, imported, making).await
        });
        work.await.map_err(AppError::internal)?
    }

    /// Makes a dataset of what a query answers on a connection of the caller's, the default one when none is named.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `sql` with the guard's reason, `name`, or with code `payload_too_large`; `NotFound` for the connection; what the
    /// database says.
    pub async fn create_from_query(
        &self,
        actor: &Actor,
        draft: DatasetDraft,
        sql: &str,
        connection: Option<Uuid>,
    ) -> Result<Dataset, AppError> {
        actor.may_write()?;
        let lake = Arc::clone(self.lake()?);
        let settled = draft.settle(None)?;
        let sql = sql.trim();
        if !(1..=SQL_LENGTH).contains(&sql.chars().count()) {
            return Err(AppError::invalid(
                "sql",
                Text::new(
                    format!("须为 1–{SQL_LENGTH} 个字符"),
                    format!("must have 1 to {SQL_LENGTH} characters"),
                ),
            ));
        }
        let making = self.begin(actor).await?;
        let most_bytes = self.limits.file_bytes;
        let target = self.connections.resolve(actor, connection).await?;
        let query = guard::check(sql, target.source.dialect()).map_err(|refusal| {
            AppError::invalid(
                "sql",
                Text::new(
                    format!("没有通过只读检查：{}", refusal.message),
                    format!("does not pass the read-only check: {}", refusal.message),
                ),
            )
        })?;
        let place = self.places.take(actor.id(), target.connection.id)?;
        let limits = self.reading;
        let opened = target.source.stream(&query, &limits, &self.closing).await;
        let opened = crate::exports::first_of(opened).await;
        let (first, rest) = opened.map_err(|error| crate::exports::failed(&error, &limits))?;
        let mut is_cut = first.truncated;
        let cut = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let noticed = Arc::clone(&cut);
        let parts = stream::iter([Ok(first)]).chain(rest).map(move |part| {
            let part = part?;
            is_cut |= part.truncated;
            noticed.store(is_cut, std::sync::atomic::Ordering::Relaxed);
            typed(&part).map_err(|error| SourceError::new(SourceErrorKind::Internal, error.to_string()))
        });
        let (owner, id) = (actor.id(), self.clock.new_id());
        let rows =
            Rows { folder: folder_of(owner, id), most_bytes, room: making.room(), parts: parts.boxed() };
        let datasets = self.clone();
        let work = self.tasks.spawn(async move {
            let _place = place;
            let imported = lake.keep(rows).await.map_err(|error| datasets.refused("sql", error))?;
            if cut.load(std::sync::atomic::Ordering::Relaxed) {
                datasets.remove_folders(vec![folder_of(owner, id)]).await;
                return Err(too_long(&limits));
            }
            datasets.keep(owner, id, settled, None, imported, making).await
        });
        work.await.map_err(AppError::internal)?
    }
}

/// Half a result is none: nobody would know that rows are missing when it is asked later.
fn too_long(limits: &Limits) -> AppError {
    let (rows, mebibytes) = (limits.rows, limits.bytes / (1024 * 1024));
    AppError::new(
        ErrorKind::Invalid,
        "payload_too_large",
        Text::new(
            format!("查询结果超过 {rows} 行或 {mebibytes} MiB，没有保存；请缩小查询范围"),
            format!(
                "The query gives more than {rows} rows or {mebibytes} MiB, so nothing was kept; narrow it down"
            ),
        ),
    )
}

fn batch_of(given: GivenRows) -> Result<RecordBatch, AppError> {
    let GivenRows { columns, rows } = given;
    if columns.is_empty() || columns.len() > MOST_COLUMNS {
        return Err(AppError::invalid(
            "columns",
            Text::new(format!("须有 1–{MOST_COLUMNS} 列"), format!("must be 1 to {MOST_COLUMNS} columns")),
        ));
    }
    let mut seen = std::collections::HashSet::new();
    for (index, column) in columns.iter().enumerate() {
        let name = column.name.trim();
        let number = index + 1;
        if !(1..=200).contains(&name.chars().count()) || name.contains(char::is_control) {
            return Err(AppError::invalid(
                "columns",
                Text::new(
                    format!("第 {number} 列的名称须为 1–200 个字符"),
                    format!("the name of column {number} must have 1 to 200 characters"),
                ),
            ));
        }
        if !seen.insert(name.to_lowercase()) {
            return Err(AppError::invalid(
                "columns",
                Text::new(
                    format!("列名“{name}”出现了两次（不区分大小写）"),
                    format!("the name `{name}` is there twice, capitals aside"),
                ),
            ));
        }
        if !COLUMN_TYPES.contains(&column.kind.as_str()) {
            let known = COLUMN_TYPES.join(", ");
            return Err(AppError::invalid(
                "columns",
                Text::new(
                    format!("第 {number} 列的类型须为以下之一：{known}"),
                    format!("the type of column {number} must be one of {known}"),
                ),
            ));
        }
    }
    if let Some(row) = rows.iter().position(|row| row.len() != columns.len()) {
        let (number, found, expected) = (row + 1, rows[row].len(), columns.len());
        return Err(AppError::invalid(
            "rows",
            Text::new(
                format!("第 {number} 行有 {found} 个值，应有 {expected} 个"),
                format!("row {number} has {found} values, where {expected} are needed"),
            ),
        ));
    }
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let values = rows.iter().map(|row| &row[index]);
        let array = array_of(&column.kind, values).map_err(|row| {
            let (number, name, kind) = (row + 1, &column.name, &column.kind);
            AppError::invalid(
                "rows",
                Text::new(
                    format!("第 {number} 行“{name}”列的值不是 {kind} 类型"),
                    format!("the value of `{name}` in row {number} isn't of type {kind}"),
                ),
            )
        })?;
        fields.push(Field::new(column.name.trim(), array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .map_err(AppError::internal)
}

/// The values as a column of this type; otherwise the row of the first one that isn't of it.
fn array_of<'row>(kind: &str, values: impl Iterator<Item = &'row Value>) -> Result<ArrayRef, usize> {
    fn all<'row, Made>(
        values: impl Iterator<Item = &'row Value>,
        make: impl Fn(&'row Value) -> Option<Made>,
    ) -> Result<Vec<Option<Made>>, usize> {
        let made = values.enumerate().map(|(row, value)| match value {
            Value::Null => Ok(None),
            value => make(value).map(Some).ok_or(row),
        });
        made.collect()
    }
    Ok(match kind {
        "integer" => Arc::new(Int64Array::from(all(values, integer)?)),
        "number" => numbers(&all(values, number)?),
        "boolean" => Arc::new(BooleanArray::from(all(values, |value| match value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        })?)),
        "date" => Arc::new(Date32Array::from(all(values, |value| {
            let day = NaiveDate::parse_from_str(value.as_str()?.trim(), "%Y-%m-%d").ok()?;
            i32::try_from((day - NaiveDate::default()).num_days()).ok()
        })?)),
        "timestamp" => moments(&all(values, moment)?)?,
        _ => Arc::new(StringArray::from(all(values, |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
            _ => None,
        })?)),
    })
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A number as it is written.
fn number(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| text)
}

/// Decimal fractions where all digits fit, which are exact in sums; floats otherwise.
fn numbers(texts: &[Option<String>]) -> ArrayRef {
    let parts = |text: &str| -> Option<(i128, usize, usize)> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{decimals}");
        let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let value: i128 =
            digits.parse().ok().filter(|_| is_plain && digits.len() <= 2 * usize::from(SURE_DIGITS))?;
        let value = if text.starts_with('-') { -value } else { value };
        Some((value, whole.trim_start_matches('0').len(), decimals.len()))
    };
    let read: Option<Vec<Option<(i128, usize, usize)>>> =
        texts.iter().map(|text| text.as_ref().map_or(Some(None), |text| parts(text).map(Some))).collect();
    if let Some(read) = read {
        let most =
            |of: fn(&(i128, usize, usize)) -> usize| read.iter().flatten().map(of).max().unwrap_or_default();
        let (whole, scale) = (most(|part| part.1), most(|part| part.2));
        if whole + scale <= usize::from(SURE_DIGITS) {
            let scaled = read.iter().map(|part| {
                part.and_then(|(value, _, own)| {
                    10_i128.checked_pow(u32::try_from(scale - own).ok()?)?.checked_mul(value)
                })
            });
            let array: Decimal128Array = scaled.collect();
            let scale = i8::try_from(scale).unwrap_or_default();
            if let Ok(array) = array.with_precision_and_scale(SURE_DIGITS, scale) {
                return Arc::new(array);
            }
        }
    }
    let floats = texts.iter().map(|text| text.as_ref().and_then(|text| text.parse().ok()));
    Arc::new(floats.collect::<Float64Array>())
}

/// Microseconds since 1970, and whether the text says its zone: in UTC then.
fn moment(value: &Value) -> Option<(i64, bool)> {
    let text = value.as_str()?.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some((moment.timestamp_micros(), true));
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(chrono::NaiveTime::MIN))
        })
        .map(|moment| (moment.and_utc().timestamp_micros(), false))
}

/// Moments as a column; otherwise the row of the first one that says its zone where the ones before don't, or the other way round.
fn moments(read: &[Option<(i64, bool)>]) -> Result<ArrayRef, usize> {
    let zoned = read.iter().flatten().next().is_some_and(|(_, zoned)| *zoned);
    if let Some(row) = read.iter().position(|moment| moment.is_some_and(|(_, own)| own != zoned)) {
        return Err(row);
    }
    let array: TimestampMicrosecondArray =
        read.iter().map(|moment| moment.map(|(micros, _)| micros)).collect();
    Ok(if zoned { Arc::new(array.with_timezone("UTC")) } else { Arc::new(array) })
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::DataType;
    use serde_json::json;

    use super::*;

    fn given(kind: &str, values: Vec<Value>) -> Result<RecordBatch, AppError> {
        let columns = vec![GivenColumn { name: "a".to_owned(), kind: kind.to_owned() }];
        batch_of(GivenRows { columns, rows: values.into_iter().map(|value| vec![value]).collect() })
    }

    #[test]
    fn values_become_columns() {
        for (kind, values, expected) in [
            ("integer", vec![json!(1), json!("2"), json!(null)], DataType::Int64),
            ("number", vec![json!(1.25), json!("-3"), json!(null)], DataType::Decimal128(15, 2)),
            ("number", vec![json!(1e300)], DataType::Float64),
            ("boolean", vec![json!(true), json!("false")], DataType::Boolean),
            ("date", vec![json!("2024-01-02")], DataType::Date32),
            ("text", vec![json!("x"), json!(5)], DataType::Utf8),
        ] {
            let batch = given(kind, values).unwrap();
            assert_eq!(batch.column(0).data_type(), &expected, "{kind}");
        }
        assert!(given("timestamp", vec![json!("2024-01-02"), json!("2024-01-02 03:04:05")]).is_ok());
        assert!(given("timestamp", vec![json!("2024-01-02T03:04:05Z"), json!(null)]).is_ok());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_row() {
        let message = |batch: Result<RecordBatch, AppError>| {
            let error = batch.unwrap_err();
            (error.fields()[0].field.to_string(), error.fields()[0].text.en.to_string())
        };
        let zones = vec![json!("2024-01-02T03:04:05Z"), json!("2024-01-02 03:04:05")];
        assert!(message(given("timestamp", zones)).1.contains("row 2"));
        for (kind, value) in [("integer", json!(1.5)), ("number", json!("x")), ("date", json!("2024-13-01"))]
        {
            let (field, text) = message(given(kind, vec![json!(null), value]));
            assert_eq!(field, "rows");
            assert!(text.contains("row 2"), "{text}");
        }
        assert_eq!(message(given("money", Vec::new())).0, "columns");
        let twice = vec!["a", "A"]
            .into_iter()
            .map(|name| GivenColumn { name: name.to_owned(), kind: "text".to_owned() });
        assert_eq!(message(batch_of(GivenRows { columns: twice.collect(), rows: Vec::new() })).0, "columns");
    }
}
