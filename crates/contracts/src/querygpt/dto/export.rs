//! The query string of `/messages/{id}/export`.

use serde::Deserialize;
use utoipa::ToSchema;
use wenshu_core::exports::ExportFormat;
use wenshu_core::{AppError, Text};

use super::words::ExportFormatWord;
use crate::http::form::{Checks, Given};

/// How the file is written.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ExportFields {
    /// How the file is written; CSV without.
    #[serde(default)]
    #[schema(value_type = Option<ExportFormatWord>)]
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
