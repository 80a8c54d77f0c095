//! A chart in the shape that Chart.js takes as it is.

use serde::{Serialize, Serializer};
use wenshu_core::{Chart, ChartSeries, ChartType};

/// A chart.
#[derive(Debug, Serialize)]
pub struct ChartDto<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    x: &'a str,
    y: Vec<&'a str>,
    data: DataDto<'a>,
    /// Points that were left out.
    #[serde(skip_serializing_if = "is_zero")]
    points_cut: usize,
}

#[derive(Debug, Serialize)]
struct DataDto<'a> {
    labels: &'a [String],
    datasets: Vec<DatasetDto<'a>>,
}

#[derive(Debug, Serialize)]
struct DatasetDto<'a> {
    label: &'a str,
    data: PointsDto<'a>,
}

#[derive(Debug)]
enum PointsDto<'a> {
    /// One value for each label.
    Values(&'a [Option<f64>]),
    /// Scatter: pairs, of x values and y values.
    Pairs(&'a [Option<f64>], &'a [Option<f64>]),
}

impl<'a> From<&'a Chart> for ChartDto<'a> {
    fn from(chart: &'a Chart) -> Self {
        let Chart { kind, title, x, labels, series, points_cut } = chart;
        let (measures, datasets) = match (kind, series.as_slice()) {
            (ChartType::Scatter, [across, up]) => (
                std::slice::from_ref(up),
                vec![DatasetDto { label: &up.name, data: PointsDto::Pairs(&across.values, &up.values) }],
            ),
            (_, series) => {
                let dataset = |one: &'a ChartSeries| DatasetDto {
                    label: &one.name,
                    data: PointsDto::Values(&one.values),
                };
                (series, series.iter().map(dataset).collect())
            }
        };
        Self {
            kind: match kind {
                ChartType::Bar => "bar",
                ChartType::Line => "line",
                ChartType::Area => "area",
                ChartType::Pie => "pie",
                ChartType::Scatter => "scatter",
            },
            title,
            x,
            y: measures.iter().map(|one| one.name.as_str()).collect(),
            data: DataDto { labels, datasets },
            points_cut: *points_cut,
        }
    }
}

impl Serialize for PointsDto<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Values(values) => serializer.collect_seq(values.iter().map(|value| value.map(Number))),
            Self::Pairs(across, up) => {
                let pairs = across.iter().zip(up.iter());
                serializer
                    .collect_seq(pairs.filter_map(|(x, y)| Some(Pair { x: Number((*x)?), y: Number((*y)?) })))
            }
        }
    }
}

#[derive(Serialize)]
struct Pair {
    x: Number,
    y: Number,
}

/// A number as a person would write it: `120`, not `120.0`.
#[derive(Clone, Copy)]
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < EXACT {
            // Whole and below 2^53, so nothing is lost.
            #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}
