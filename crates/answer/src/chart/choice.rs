//! The choice of a chart and its data.

use std::collections::{HashMap, HashSet};

use wenshu_sources::QueryResult;

use super::{Chart, ChartSeries, ChartType, MAX_POINTS, MAX_SERIES};
use crate::SqlDraft;
use crate::shape::{Shape, numbers, texts};

/// The most parts a pie shows; more are bars.
const MAX_PARTS: usize = 10;

/// The label of NULL.
const NULL: &str = "NULL";

pub(super) fn choose(draft: &SqlDraft, result: &QueryResult) -> Option<Chart> {
    if result.rows() < 2 {
        return None;
    }
    let shape = Shape::of(draft, result);
    if shape.measures.is_empty() {
        return None;
    }
    let table = Table { draft, result };
    match (shape.times.as_slice(), shape.categories.as_slice(), shape.measures.as_slice()) {
        ([], [], [x, y]) => Some(table.scatter(&shape, *x, *y)),
        ([], [], _) => None,
        // The rows of a wide list without hints happened at some time, they don't measure it.
        ([_], [_, ..], _) if !shape.is_hinted && result.batch.num_columns() > 3 => None,
        ([time], [], measures) => Some(table.over_time(*time, measures)),
        ([time], [category], [measure]) => table.split_over_time(*time, *category, *measure),
        (_, [], _) => None,
        // What happened when is a detail of a list, not what its figures are over.
        (_, _, _) => table.by_category(&shape),
    }
}

/// A result to be drawn.
struct Table<'a> {
    draft: &'a SqlDraft,
    result: &'a QueryResult,
}

impl Table<'_> {
    fn over_time(&self, time: usize, measures: &[usize]) -> Chart {
        let labels = self.labels(time);
        let kind = if ascends(&labels) { ChartType::Line } else { ChartType::Bar };
        self.chart(kind, time, labels, measures)
    }

    fn split_over_time(&self, time: usize, category: usize, measure: usize) -> Option<Chart> {
        let pivot = self.pivot(time, category, measure)?;
        let kind = if ascends(&pivot.labels) { ChartType::Line } else { ChartType::Bar };
        Some(self.pivoted(kind, time, pivot))
    }

    fn by_category(&self, shape: &Shape) -> Option<Chart> {
        let (first, rest) = shape.categories.split_first()?;
        let timeless = shape.times.is_empty();
        // In a wide list without hints figures are details of its rows.
        let measured = shape.is_hinted || self.result.batch.num_columns() <= 3;
        let labels = self.labels(*first);
        let distinct: HashSet<&str> = labels.iter().map(String::as_str).collect();
        let unique = distinct.len() == labels.len();
        match (rest, shape.measures.as_slice()) {
            ([], measures) if unique || measured => {
                let kind = if timeless && self.is_pie(measures) { ChartType::Pie } else { ChartType::Bar };
                let measures = if kind == ChartType::Pie { &measures[..1] } else { measures };
                Some(self.chart(kind, *first, labels, measures))
            }
            // Further columns only describe the first where that names every row once.
            (_, measures) if unique && measured => Some(self.chart(ChartType::Bar, *first, labels, measures)),
            ([second], [measure]) if timeless => {
                let pivot = self.pivot(*first, *second, *measure)?;
                Some(self.pivoted(ChartType::Bar, *first, pivot))
            }
            _ => None,
        }
    }

    /// Few parts, none negative, that make up a whole.
    fn is_pie(&self, measures: &[usize]) -> bool {
        let [measure, ..] = measures else { return false };
        if !self.draft.is_share || self.result.truncated || self.result.rows() > MAX_PARTS {
            return false;
        }
        let parts: Option<Vec<f64>> = numbers(self.result.batch.column(*measure)).into_iter().collect();
        let Some(parts) = parts else { return false };
        let whole: f64 = parts.iter().sum();
        // Fractions that don't add up to one are parts of more than is shown.
        let fractions = parts.iter().all(|part| *part <= 1.0);
        parts.iter().all(|part| *part >= 0.0) && whole > 0.0 && (!fractions || (whole - 1.0).abs() < 0.02)
    }

    fn scatter(&self, shape: &Shape, x: usize, y: usize) -> Chart {
        let labels = self.labels(shape.others.first().copied().unwrap_or(x));
        self.chart(ChartType::Scatter, x, labels, &[x, y])
    }

    fn chart(&self, kind: ChartType, x: usize, mut labels: Vec<String>, measures: &[usize]) -> Chart {
        let points_cut = cut(&mut labels, kind);
        let all = measures.len();
        let series: Vec<ChartSeries> = measures
            .iter()
            .take(MAX_SERIES)
            .map(|measure| {
                let mut values = numbers(self.result.batch.column(*measure));
                cut(&mut values, kind);
                ChartSeries { name: self.name(*measure), values }
            })
            .collect();
        let title = self.title(series.len(), all);
        Chart { kind, title, x: self.name(x), labels, series, points_cut }
    }

    /// One series for each value of `split`, in the order in which they come. `None` when two rows have the same place:
    /// a list, of which one row would hide the other.
    fn pivot(&self, x: usize, split: usize, measure: usize) -> Option<Pivot> {
        let (rows, splits) = (self.labels(x), self.labels(split));
        let mut pivot = Pivot::default();
        let mut filled: HashSet<(usize, usize)> = HashSet::new();
        let mut label_places: HashMap<String, usize> = HashMap::new();
        let mut series_places: HashMap<String, usize> = HashMap::new();
        for ((label, name), value) in
            rows.into_iter().zip(splits).zip(numbers(self.result.batch.column(measure)))
        {
            let place = *label_places.entry(label).or_insert_with_key(|label| {
                pivot.labels.push(label.clone());
                pivot.labels.len() - 1
            });
            let series = *series_places.entry(name).or_insert_with_key(|name| {
                pivot.series.push(ChartSeries { name: name.clone(), values: Vec::new() });
                pivot.series.len() - 1
            });
            if !filled.insert((place, series)) {
                return None;
            }
            let values = &mut pivot.series[series].values;
            values.resize(values.len().max(place + 1), None);
            values[place] = value;
        }
        Some(pivot)
    }

    fn pivoted(&self, kind: ChartType, x: usize, pivot: Pivot) -> Chart {
        let Pivot { mut labels, mut series } = pivot;
        let all = series.len();
        if all > MAX_SERIES {
            let total = |series: &ChartSeries| series.values.iter().flatten().sum::<f64>();
            let mut places: Vec<usize> = (0..all).collect();
            places.sort_by(|left, right| total(&series[*right]).total_cmp(&total(&series[*left])));
            places.truncate(MAX_SERIES);
            let mut place = 0;
            series.retain(|_| {
                place += 1;
                places.contains(&(place - 1))
            });
        }
        for series in &mut series {
            series.values.resize(labels.len(), None);
            cut(&mut series.values, kind);
        }
        let points_cut = cut(&mut labels, kind);
        let title = self.title(series.len(), all);
        Chart { kind, title, x: self.name(x), labels, series, points_cut }
    }

    fn title(&self, shown: usize, all: usize) -> String {
        if shown == all { self.draft.title.clone() } else { format!("{} ({shown}/{all})", self.draft.title) }
    }

    fn name(&self, position: usize) -> String {
        self.result.schema().field(position).name().clone()
    }

    fn labels(&self, position: usize) -> Vec<String> {
        let texts = texts(self.result.batch.column(position));
        texts.into_iter().map(|text| text.unwrap_or_else(|| NULL.to_owned())).collect()
    }
}

/// Labels and series of a measure that is split by a second column.
#[derive(Default)]
struct Pivot {
    labels: Vec<String>,
    series: Vec<ChartSeries>,
}

/// Leaves out what is past [`MAX_POINTS`] and says how many points that were. A line keeps its newest points, others
/// their first, which rank highest.
fn cut<Point>(points: &mut Vec<Point>, kind: ChartType) -> usize {
    let surplus = points.len().saturating_sub(MAX_POINTS);
    if matches!(kind, ChartType::Line | ChartType::Area) {
        points.drain(..surplus);
    } else {
        points.truncate(MAX_POINTS);
    }
    surplus
}

/// Whether times go forward, NULL aside. Numbers of months compare by value.
fn ascends(labels: &[String]) -> bool {
    let known = || labels.iter().filter(|label| *label != NULL);
    known().zip(known().skip(1)).all(|(left, right)| match (left.parse::<u32>(), right.parse::<u32>()) {
        (Ok(left), Ok(right)) => left <= right,
        _ => left <= right,
    })
}
