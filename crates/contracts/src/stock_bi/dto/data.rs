//! What `/data` takes and answers.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;
use wenshu_core::datasets::{COLUMN_TYPES, DatasetDraft, DownloadFormat, GivenColumn, GivenRows};
use wenshu_core::{AppError, Dataset, DatasetTable, Text};

use crate::http::form::{Checks, Field, Given, parse_uuid};
use crate::http::time::Rfc3339;
use crate::http::words::words;

/// Characters of the longest name of a column.
const LONGEST_COLUMN: usize = 200;

/// Characters of the longest query.
const LONGEST_QUERY: usize = 20_000;

/// Characters of the longest name of a table, or of a sheet.
const LONGEST_TABLE: usize = 200;

words! {
    /// What a column of rows that are given holds.
    ColumnTypeWord as "ColumnType" = COLUMN_TYPES;
    /// How a dataset is given out; `original` is the file as it came.
    DownloadFormatWord as "DownloadFormat" = DownloadFormat::ALL.map(DownloadFormat::as_str);
}

/// What is said of a file that is uploaded: in the query string, or in fields of the form.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct UploadParameters {
    /// Whose it becomes; the caller's without. As a field of the form it comes before the file.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254)]
    user_name: Given<String>,
    /// What the dataset is called; as the file is without.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    name: Given<String>,
}

/// The same, read.
pub(crate) struct UploadFields {
    pub(crate) user_name: Option<String>,
    pub(crate) name: Option<String>,
}

impl UploadFields {
    /// The fields that have been read by now.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub(crate) fn of(fields: &Map<String, Value>) -> Result<Self, AppError> {
        // The fields take whatever came, so nothing is left to fail.
        let read = serde_json::from_value(Value::Object(fields.clone())).map_err(AppError::internal)?;
        let UploadParameters { user_name, name } = read;
        let mut checks = Checks::default();
        let mut text = |field: &'static str, given: Given<String>, most: usize| {
            let text = checks.optional(field, given).map(|text| text.trim().to_owned());
            let text = text.filter(|text| !text.is_empty());
            if let Some(text) = &text {
                checks.length(field, text, 1..=most);
            }
            text
        };
        let (user_name, name) = (text("user_name", user_name, 254), text("name", name, 100));
        checks.finish()?;
        Ok(Self { user_name, name })
    }
}

/// A dataset to be made: of `columns` and `rows`, or of the result of `sql`.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct CreateBody {
    /// Whose it becomes.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 254)]
    user_name: Given<String>,
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100)]
    name: Given<String>,
    /// What its owner says of it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    description: Given<String>,
    /// The columns of the rows that are given.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ColumnBody>>)]
    columns: Given<Columns>,
    /// The rows: a list of as many values as there are columns each.
    #[serde(default)]
    #[schema(value_type = Option<RowsSchema>)]
    rows: Given<TableRows>,
    /// One query that only reads, whose whole result is kept.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 20000)]
    sql: Given<String>,
    /// The connection that the query asks; the default one without.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    connection: Given<String>,
}

/// A column of rows that are given.
#[derive(Debug, ToSchema)]
#[schema(as = GivenColumn)]
#[expect(dead_code, reason = "read as `Columns`; this is what the document shows")]
pub struct ColumnBody {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it holds.
    #[schema(value_type = ColumnTypeWord)]
    r#type: String,
}

/// Columns as they came.
#[derive(Debug)]
struct Columns(Vec<Value>);

impl Field for Columns {
    fn read(value: Value) -> Result<Self, Text> {
        match value {
            Value::Array(columns) => Ok(Self(columns)),
            _ => Err(Text::new("必须是数组", "must be a list")),
        }
    }
}

impl Columns {
    /// The columns, as far as nothing is wrong with them.
    fn checked(self, checks: &mut Checks) -> Vec<GivenColumn> {
        let columns = self.0.into_iter().enumerate();
        columns.filter_map(|(place, column)| Self::one(checks, place, &column)).collect()
    }

    fn one(checks: &mut Checks, place: usize, column: &Value) -> Option<GivenColumn> {
        let Value::Object(fields) = column else {
            let text = Text::new("必须是 JSON 对象", "must be a JSON object");
            checks.fault(format!("columns.{place}"), text);
            return None;
        };
        let mut word = |field: &str| {
            let path = format!("columns.{place}.{field}");
            match fields.get(field) {
                None | Some(Value::Null) => {
                    checks.missing(path);
                    None
                }
                Some(value) => {
                    let read = String::read(value.clone());
                    read.map_err(|text| checks.fault(path, text)).ok()
                }
            }
        };
        let (name, kind) = (word("name"), word("type"));
        if let Some(name) = &name
            && !(1..=LONGEST_COLUMN).contains(&name.trim().chars().count())
        {
            let text = Text::new(
                format!("长度必须在 1 到 {LONGEST_COLUMN} 个字符之间"),
                format!("must have 1 to {LONGEST_COLUMN} characters"),
            );
            checks.fault(format!("columns.{place}.name"), text);
        }
        if let Some(kind) = &kind
            && !COLUMN_TYPES.contains(&kind.as_str())
        {
            let known = COLUMN_TYPES.join(", ");
            let text = Text::new(format!("必须是以下之一：{known}"), format!("must be one of: {known}"));
            checks.fault(format!("columns.{place}.type"), text);
        }
        Some(GivenColumn { name: name?, kind: kind? })
    }
}

/// Rows as they came.
#[derive(Debug)]
struct TableRows(Vec<Vec<Value>>);

impl Field for TableRows {
    fn read(value: Value) -> Result<Self, Text> {
        let fault = || Text::new("必须是由数组组成的数组", "must be a list of lists");
        let Value::Array(rows) = value else { return Err(fault()) };
        let rows = rows.into_iter().map(|row| match row {
            Value::Array(values) => Ok(values),
            _ => Err(fault()),
        });
        Ok(Self(rows.collect::<Result<_, _>>()?))
    }
}

/// How the document describes rows.
struct RowsSchema;

impl PartialSchema for RowsSchema {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::AnyValue);
        ArrayBuilder::new().items(ArrayBuilder::new().items(value)).into()
    }
}

impl ToSchema for RowsSchema {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Rows")
    }
}

/// What is to be made.
pub(crate) struct CreateRequest {
    pub(crate) user_name: Option<String>,
    pub(crate) draft: DatasetDraft,
    pub(crate) what: What,
}

/// What a dataset is made of.
pub(crate) enum What {
    Rows(GivenRows),
    Query { sql: String, connection: Option<Uuid> },
}

impl CreateBody {
    /// What is to be made.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub(crate) fn into_request(self) -> Result<CreateRequest, AppError> {
        let Self { user_name, name, description, columns, rows, sql, connection } = self;
        let mut checks = Checks::default();
        let user_name = checks.optional("user_name", user_name).map(|name| name.trim().to_owned());
        if let Some(user_name) = &user_name {
            checks.length("user_name", user_name, 1..=254);
        }
        let name = checks.required("name", name).map(|name| name.trim().to_owned());
        if let Some(name) = &name {
            checks.length("name", name, 1..=100);
        }
        let description = checks.optional("description", description);
        if let Some(description) = &description {
            checks.length("description", description, 0..=1_000);
        }
        let (columns, rows) = (checks.optional("columns", columns), checks.optional("rows", rows));
        let columns = columns.map(|columns| columns.checked(&mut checks));
        let sql = checks.optional("sql", sql);
        if let Some(sql) = &sql {
            checks.length("sql", sql, 1..=LONGEST_QUERY);
        }
        let connection = checks.optional("connection", connection).and_then(|text| {
            let id = parse_uuid(text.trim());
            if id.is_none() {
                checks.fault("connection", Text::new("必须是 UUID", "must be a UUID"));
            }
            id
        });
        let what = match (columns, rows, sql) {
            (None, None, Some(sql)) => Some(What::Query { sql, connection }),
            (Some(columns), Some(rows), None) => Some(What::Rows(GivenRows { columns, rows: rows.0 })),
            (columns, _, Some(_)) => {
                let field = if columns.is_some() { "columns" } else { "rows" };
                let text = Text::new("不能与 sql 同时给出", "can't be given together with `sql`");
                checks.fault(field, text);
                None
            }
            (columns, rows, None) => {
                if columns.is_none() {
                    checks.missing("columns");
                }
                if rows.is_none() {
                    checks.missing("rows");
                }
                None
            }
        };
        match what {
            Some(what) if checks.is_clean() => {
                Ok(CreateRequest { user_name, draft: DatasetDraft { name, description }, what })
            }
            _ => Err(checks.into_error()),
        }
    }
}

/// `data_id` alone.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct DataParameters {
    /// The dataset's id.
    #[serde(default)]
    #[schema(value_type = Uuid, required = true)]
    data_id: Given<String>,
}

impl DataParameters {
    /// The id.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the parameter.
    pub(crate) fn into_id(self) -> Result<Uuid, AppError> {
        let mut checks = Checks::default();
        match data_id(&mut checks, self.data_id) {
            Some(id) if checks.is_clean() => Ok(id),
            _ => Err(checks.into_error()),
        }
    }
}

/// A dataset, and how it is given out.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct DownloadParameters {
    /// The dataset's id.
    #[serde(default)]
    #[schema(value_type = Uuid, required = true)]
    data_id: Given<String>,
    /// The format; `csv` without.
    #[serde(default)]
    #[schema(value_type = Option<DownloadFormatWord>)]
    format: Given<String>,
    /// Which of its tables, by its name or its sheet's. Without, all: several are sheets in `xlsx`, and otherwise files in a ZIP.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    table: Given<String>,
}

impl DownloadParameters {
    /// The dataset, the format, and the table.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the parameters.
    pub(crate) fn into_parts(self) -> Result<(Uuid, DownloadFormat, Option<String>), AppError> {
        let Self { data_id: id, format, table } = self;
        let mut checks = Checks::default();
        let id = data_id(&mut checks, id);
        let format = match checks.optional("format", format).map(|word| word.trim().to_owned()) {
            Some(word) if !word.is_empty() => {
                let format = DownloadFormat::parse(&word);
                if format.is_none() {
                    let words = DownloadFormat::ALL.map(DownloadFormat::as_str).join(", ");
                    let text =
                        Text::new(format!("必须是以下之一：{words}"), format!("must be one of: {words}"));
                    checks.fault("format", text);
                }
                format
            }
            _ => Some(DownloadFormat::Csv),
        };
        let table = checks.optional("table", table).filter(|name| !name.is_empty());
        if let Some(table) = &table {
            checks.length("table", table, 1..=LONGEST_TABLE);
        }
        match (id, format) {
            (Some(id), Some(format)) if checks.is_clean() => Ok((id, format, table)),
            _ => Err(checks.into_error()),
        }
    }
}

fn data_id(checks: &mut Checks, given: Given<String>) -> Option<Uuid> {
    let text = checks.required("data_id", given)?;
    let id = parse_uuid(text.trim());
    if id.is_none() {
        checks.fault("data_id", Text::new("必须是 UUID", "must be a UUID"));
    }
    id
}

/// A dataset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dataset)]
pub struct DatasetDto<'a> {
    data_id: Uuid,
    name: &'a str,
    description: Option<&'a str>,
    tables: Vec<TableDto<'a>>,
    /// The bytes that it takes: the file as it came, and the tables that were made of it.
    bytes: u64,
    /// Whether it came as a file, which can be had again as it came.
    has_original: bool,
    #[schema(value_type = String, format = DateTime)]
    create_time: Rfc3339,
}

/// A table of a dataset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatasetTable)]
pub struct TableDto<'a> {
    /// What questions call it.
    name: &'a str,
    columns: Vec<ColumnDto<'a>>,
    /// How many rows it has.
    rows: u64,
}

/// A column of a dataset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatasetColumn)]
pub struct ColumnDto<'a> {
    name: &'a str,
    /// `text`, `integer`, `number`, `boolean`, `date`, `timestamp`, `time`, `binary`, `json` or `other`.
    r#type: &'a str,
}

impl<'a> From<&'a Dataset> for DatasetDto<'a> {
    fn from(dataset: &'a Dataset) -> Self {
        let Dataset {
            id,
            owner: _,
            name,
            description,
            kind: _,
            file_name: _,
            original,
            bytes,
            created_at,
            tables,
        } = dataset;
        Self {
            data_id: *id,
            name,
            description: description.as_deref(),
            tables: tables.iter().map(TableDto::from).collect(),
            bytes: *bytes,
            has_original: original.is_some(),
            create_time: Rfc3339(*created_at),
        }
    }
}

impl<'a> From<&'a DatasetTable> for TableDto<'a> {
    fn from(table: &'a DatasetTable) -> Self {
        let DatasetTable { name, sheet: _, path: _, columns, distinct: _, rows } = table;
        let columns = columns.iter().map(|(name, kind)| ColumnDto { name, r#type: kind }).collect();
        Self { name, columns, rows: *rows }
    }
}
