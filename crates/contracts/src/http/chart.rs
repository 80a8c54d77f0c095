//! A chart in the shape that Chart.js takes as it is.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{OneOfBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use wenshu_core::{Chart, ChartSeries, ChartType};

use super::words::words;

words! {
    /// The form of a chart.
    ChartTypeWord as "ChartType" = ["bar", "line", "area", "pie", "scatter"];
}

/// A chart.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chart)]
pub struct ChartDto<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = ChartTypeWord)]
    kind: &'static str,
    title: &'a str,
    x: &'a str,
    y: Vec<&'a str>,
    data: DataDto<'a>,
    /// Points that were left out.
    #[serde(skip_serializing_if = "is_zero")]
    points_cut: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChartData)]
struct DataDto<'a> {
    #[schema(value_type = Vec<String>)]
    labels: &'a [String],
    datasets: Vec<DatasetDto<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChartDataset)]
struct DatasetDto<'a> {
    label: &'a str,
    /// One value for each label; for a scatter chart pairs.
    #[schema(value_type = Vec<PointDto>)]
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

#[derive(Serialize, ToSchema)]
#[schema(as = ChartPair)]
struct Pair {
    #[schema(value_type = f64)]
    x: Number,
    #[schema(value_type = f64)]
    y: Number,
}

/// How the document describes one of the points.
struct PointDto;

impl PartialSchema for PointDto {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Number, Type::Null]));
        OneOfBuilder::new().item(number).item(Ref::from_schema_name(Pair::name())).into()
    }
}

impl ToSchema for PointDto {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ChartPoint")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Pair::name().into_owned(), Pair::schema()));
    }
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
