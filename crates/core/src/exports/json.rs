//! JSON: an array of objects, values as in the rows of an answer.

use serde_json::json;
use wenshu_sources::QueryResult;

use super::encode::{Cut, Encoder};
use crate::AppError;
use crate::runs::table::{Figures, rows_as_json};

/// Writes JSON. Where rows were left out the last object says so, under names that begin with `$`.
pub(super) struct Json {
    cut: Cut,
    figures: Figures,
    rows: usize,
    is_begun: bool,
}

impl Json {
    pub(super) fn new(cut: Cut, figures: Figures) -> Self {
        Self { cut, figures, rows: 0, is_begun: false }
    }
}

impl Encoder for Json {
    fn part(&mut self, part: &QueryResult) -> Result<Vec<u8>, AppError> {
        let mut piece = if self.is_begun { String::new() } else { "[".to_owned() };
        self.is_begun = true;
        let rows = rows_as_json(part, self.figures).map_err(AppError::internal)?;
        let rows = rows.strip_prefix('[').and_then(|rows| rows.strip_suffix(']')).unwrap_or(&rows);
        if !rows.is_empty() {
            piece.push_str(if self.rows > 0 { ",\n" } else { "\n" });
            piece.push_str(rows);
        }
        self.rows += part.rows();
        Ok(piece.into_bytes())
    }

    fn end(&mut self, is_cut: bool) -> Vec<u8> {
        let mut piece = String::new();
        if is_cut {
            let note = json!({
                "$truncated": true,
                "$row_limit": self.cut.limits.rows,
                "$message": self.cut.words(self.rows),
            });
            piece.push_str(if self.rows > 0 { ",\n" } else { "\n" });
            piece.push_str(&note.to_string());
        }
        piece.push_str("\n]\n");
        piece.into_bytes()
    }
}
