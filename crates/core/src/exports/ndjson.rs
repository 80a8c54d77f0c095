//! Newline-delimited JSON: an object on each line, numbers with all their digits.

use serde_json::json;
use wenshu_sources::QueryResult;

use super::encode::{Cut, Encoder};
use crate::AppError;
use crate::runs::table::{Figures, rows_as_json_lines};

/// Writes an object on each line. Where rows were left out the last one says so, under names that begin with `$`.
pub(super) struct NdJson {
    cut: Cut,
    rows: usize,
}

impl NdJson {
    pub(super) fn new(cut: Cut) -> Self {
        Self { cut, rows: 0 }
    }
}

impl Encoder for NdJson {
    fn part(&mut self, part: &QueryResult) -> Result<Vec<u8>, AppError> {
        self.rows += part.rows();
        Ok(rows_as_json_lines(part, Figures::Exact).map_err(AppError::internal)?.into_bytes())
    }

    fn end(&mut self, is_cut: bool) -> Vec<u8> {
        if !is_cut {
            return Vec::new();
        }
        let note = json!({
            "$truncated": true,
            "$row_limit": self.cut.limits.rows,
            "$message": self.cut.words(self.rows),
        });
        format!("{note}\n").into_bytes()
    }
}
