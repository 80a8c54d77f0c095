//! A result as a table for a terminal: numbers to the right, wide characters counted as two columns.

use arrow::error::ArrowError;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};
use wenshu_sources::QueryResult;

use super::cells;
use crate::console::{Look, visible};

/// Rows shown on a terminal, where more would only scroll by. Files and pipes get all.
const ROWS_ON_TERMINAL: usize = 50;

/// What is shown of a result.
pub(super) struct Drawn {
    /// The table, with a line end.
    pub(super) text: String,
    /// Rows left out because nobody would read them.
    pub(super) rows_left_out: usize,
}

/// Draws a result.
///
/// # Errors
///
/// For a type that has no text form.
pub(super) fn draw(result: &QueryResult, look: Look) -> Result<Drawn, ArrowError> {
    let shown = if look.is_terminal { result.rows().min(ROWS_ON_TERMINAL) } else { result.rows() };
    let batch = result.batch.slice(0, shown);
    let columns = batch.columns().iter().map(cells::texts).collect::<Result<Vec<_>, _>>()?;
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED.with_rounded_corners());
    if look.color {
        // Decided by `look`, not by what comfy-table finds out about the process.
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    if look.is_terminal {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(look.width).unwrap_or(u16::MAX));
    }
    let alignment = |column: usize| match result.kinds.get(column) {
        Some(kind) if kind.is_numeric() => CellAlignment::Right,
        _ => CellAlignment::Left,
    };
    let schema = batch.schema();
    table.set_header(schema.fields().iter().enumerate().map(|(column, field)| {
        let cell = Cell::new(visible(field.name())).set_alignment(alignment(column));
        if look.color { cell.add_attribute(Attribute::Bold) } else { cell }
    }));
    for row in 0..shown {
        table.add_row(columns.iter().enumerate().map(|(column, texts)| {
            let text = texts.get(row).and_then(Option::as_deref).unwrap_or("NULL");
            Cell::new(text).set_alignment(alignment(column))
        }));
    }
    Ok(Drawn { text: format!("{table}\n"), rows_left_out: result.rows() - shown })
}
