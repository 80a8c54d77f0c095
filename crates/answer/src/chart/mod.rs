//! Which picture fits a result.

mod choice;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use wenshu_sources::QueryResult;

use crate::SqlDraft;

/// A chart, neutral of any chart library. Serialized only for keeping it with its message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// Its type.
    pub kind: ChartType,
    /// Its title; `(8/12)` at its end says that the 8 largest of 12 series are shown.
    pub title: String,
    /// Name of the column on the x axis (or of the parts).
    pub x: String,
    /// One label for each point.
    pub labels: Vec<String>,
    /// The measures; for a scatter chart exactly two, x values first.
    pub series: Vec<ChartSeries>,
    /// Points left out because there were more than [`MAX_POINTS`].
    pub points_cut: usize,
}

/// One measure of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartSeries {
    /// The column's name, or the value of the column that the measure is split by.
    pub name: String,
    /// One value for each label; `None` is a gap.
    pub values: Vec<Option<f64>>,
}

/// The types of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartType {
    /// Categories.
    Bar,
    /// Over time.
    Line,
    /// Over time, stacked.
    Area,
    /// Few parts of a whole.
    Pie,
    /// Two measures against each other.
    Scatter,
}

/// The most points a chart shows.
pub const MAX_POINTS: usize = 200;

/// The most series a chart shows.
pub const MAX_SERIES: usize = 8;

/// Chooses a chart from the types and shape of the result; `None` when none fits.
///
/// - Time and measures: a line, or bars when the times don't ascend (months by sales).
/// - Categories and measures: bars; parts of one whole, if few: a pie.
/// - A second category: a series for each of its values.
/// - Two measures and no category: a scatter chart.
/// - One row, one column, only text, only identifiers: none.
///
/// Points keep the order of the rows; past [`MAX_POINTS`] they are left out and counted: the oldest of a line, else the last.
pub fn choose(draft: &SqlDraft, result: &QueryResult) -> Option<Chart> {
    choice::choose(draft, result)
}
