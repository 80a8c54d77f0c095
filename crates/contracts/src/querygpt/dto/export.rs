//! The query string of `/messages/{id}/export`.

use serde::Deserialize;
use wenshu_core::exports::ExportFormat;
use wenshu_core::{AppError, Text};

use crate::http::form::{Checks, Given};

/// How the file is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExportFields {
    /// `csv` (default), `xlsx` or `json`.
    format: Given<String>,
}

impl ExportFields {
    /// The format.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_format(self) -> Result<ExportFormat, AppError> {
        let mut checks = Checks::default();
        let format = match checks.optional("format", self.format) {
            None => Some(ExportFormat::Csv),
            Some(name) => ExportFormat::ALL.into_iter().find(|format| format.as_str() == name),
        };
        if format.is_none() {
            checks.fault("format", Text::new("必须是 csv、xlsx 或 json", "must be csv, xlsx or json"));
        }
        checks.finish()?;
        Ok(format.unwrap_or(ExportFormat::Csv))
    }
}
