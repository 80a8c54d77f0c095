//! What can be said of a result, without the words of a language around it.

use std::cmp::Ordering;
use std::collections::HashSet;

use wenshu_sources::QueryResult;

use super::figure::{self, Style};
use crate::shape::{Shape, numbers, texts};
use crate::{Language, SqlDraft};

/// How many names of a list, and columns of a row, are said.
const NAMES: usize = 5;

/// The facts of one shape of result. Values are formatted, names as the columns have them.
#[derive(Debug, PartialEq)]
pub(super) enum Facts {
    /// No rows.
    Empty,
    /// One cell.
    Cell { name: String, value: String },
    /// One row: what it is about, and its columns.
    Row { label: Option<String>, fields: Vec<Item> },
    /// Figures over time.
    Trend {
        measure: String,
        steps: Option<Step>,
        count: usize,
        first: Item,
        last: Item,
        change: Change,
        highest: Item,
        lowest: Item,
    },
    /// Every figure is the same.
    Level { measure: String, count: usize, value: String },
    /// Figures of categories, largest first.
    Ranking {
        measure: String,
        count: usize,
        top: Vec<Item>,
        tied: usize,
        lowest: Option<Item>,
        is_share: bool,
    },
    /// Rows without figures to compare.
    List { count: usize, names: Vec<String> },
}

/// A name and a figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) value: String,
}

/// What the points of a trend are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Step {
    /// By the form of the labels; `None` when they differ in form or repeat.
    fn of(labels: &[String]) -> Option<Self> {
        let form = |label: &String| match (label.len(), label.as_bytes().get(5)) {
            (4, _) => Some(Self::Year),
            (7, Some(b'Q')) => Some(Self::Quarter),
            (8, Some(b'W')) => Some(Self::Week),
            (7, Some(b'0' | b'1')) => Some(Self::Month),
            (10, _) => Some(Self::Day),
            _ => None,
        };
        let first = form(labels.first()?)?;
        let alike = labels.iter().all(|label| label.is_ascii() && form(label) == Some(first));
        let distinct = labels.windows(2).all(|pair| pair[0] != pair[1]);
        (alike && distinct).then_some(first)
    }
}

/// How the last figure lies to the first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) direction: Ordering,
    /// The difference as a percentage of the first figure, without sign, where that makes sense.
    pub(super) percent: Option<String>,
}

impl Facts {
    pub(super) fn of(draft: &SqlDraft, result: &QueryResult, language: Language) -> Self {
        Table { draft, result, language, shape: Shape::of(draft, result) }.facts()
    }
}

struct Table<'a> {
    draft: &'a SqlDraft,
    result: &'a QueryResult,
    language: Language,
    shape: Shape,
}

/// A row that has a figure.
struct Point {
    row: usize,
    number: f64,
}

impl Table<'_> {
    fn facts(&self) -> Facts {
        let (rows, columns) = (self.result.rows(), self.result.batch.num_columns());
        match (rows, columns) {
            (0, _) | (_, 0) => return Facts::Empty,
            (1, 1) => return Facts::Cell { name: self.name(0), value: self.values(0).swap_remove(0) },
            (1, _) => return self.row(),
            _ => {}
        }
        let labelled = !self.shape.times.is_empty() || !self.shape.categories.is_empty();
        // In a wide list without hints figures are details of its rows.
        let measured = self.shape.is_hinted || columns <= 3;
        match self.shape.measures.first() {
            Some(measure) if labelled && measured => self.compared(*measure).unwrap_or_else(|| self.list()),
            _ => self.list(),
        }
    }

    fn row(&self) -> Facts {
        let about: &[usize] = if self.shape.measures.is_empty() { &[] } else { &self.about() };
        let columns = (0..self.result.batch.num_columns()).filter(|column| !about.contains(column));
        let fields = columns
            .take(NAMES + 1)
            .map(|column| Item { name: self.name(column), value: self.values(column).swap_remove(0) })
            .collect();
        let label = (!about.is_empty()).then(|| self.labels(about).swap_remove(0));
        Facts::Row { label, fields }
    }

    /// Figures side by side: over time, as parts, or by rank. `None` without figures.
    fn compared(&self, measure: usize) -> Option<Facts> {
        let name = self.name(measure);
        let values = self.values(measure);
        let labels = self.labels(&self.about());
        let points: Vec<Point> = numbers(self.result.batch.column(measure))
            .into_iter()
            .enumerate()
            .filter_map(|(row, number)| number.map(|number| Point { row, number }))
            .collect();
        let (first, last) = (points.first()?, points.last()?);
        // The first of equals, so that the answer doesn't depend on how a maximum is found.
        let highest =
            points.iter().reduce(|best, point| if point.number > best.number { point } else { best })?;
        let lowest =
            points.iter().reduce(|best, point| if point.number < best.number { point } else { best })?;
        let item = |point: &Point| Item { name: labels[point.row].clone(), value: values[point.row].clone() };
        let count = self.result.rows();
        if points.len() == count && count > 1 && highest.number == lowest.number {
            return Some(Facts::Level { measure: name, count, value: item(highest).value });
        }
        if self.shape.categories.is_empty() && points.len() > 1 && labels.is_sorted() {
            return Some(Facts::Trend {
                measure: name,
                steps: Step::of(&labels),
                count,
                first: item(first),
                last: item(last),
                change: self.change(measure, first.number, last.number),
                highest: item(highest),
                lowest: item(lowest),
            });
        }
        let shares = self.shares(&points);
        let said = |point: &Point| {
            let mut item = item(point);
            if let Some(whole) = shares {
                item.value = self.with_share(item.value, point.number / whole);
            }
            item
        };
        let tied = points.iter().filter(|point| point.number == highest.number).count();
        let mut ranked: Vec<&Point> = points.iter().collect();
        ranked.sort_by(|left, right| right.number.total_cmp(&left.number));
        let top: Vec<Item> = ranked.iter().take(3.max(tied.min(NAMES))).map(|point| said(point)).collect();
        // Of ranked rows a limit cuts off the lowest ones.
        let lowest = (points.len() > top.len() && !self.result.truncated).then(|| said(lowest));
        let is_share = shares.is_some() || self.is_fraction(measure);
        Some(Facts::Ranking { measure: name, count, top, tied, lowest, is_share })
    }

    fn list(&self) -> Facts {
        let count = self.result.rows();
        let names = match self.shape.categories.first() {
            None => Vec::new(),
            Some(column) => {
                let mut seen = HashSet::new();
                let mut names = self.labels(&[*column]);
                names.retain(|name| seen.insert(name.clone()));
                // Names that repeat don't name the rows.
                if names.len() == count {
                    names.truncate(NAMES)
                } else {
                    names.clear()
                }
                names
            }
        };
        Facts::List { count, names }
    }

    /// The columns that say what a row is about.
    fn about(&self) -> Vec<usize> {
        let mut columns = [self.shape.times.as_slice(), self.shape.categories.as_slice()].concat();
        columns.sort_unstable();
        columns
    }

    fn change(&self, measure: usize, first: f64, last: f64) -> Change {
        let direction = last.total_cmp(&first);
        let change = (last - first).abs() / first * 100.0;
        // A change that rounds to nothing is said by the figures alone.
        let sensible = first > 0.0 && last >= 0.0 && change >= 0.05 && !self.is_fraction(measure);
        let percent = sensible
            .then(|| format!("{}%", figure::number(&format!("{change:.1}"), Style::Rounded, self.language)));
        Change { direction, percent }
    }

    /// The whole, where figures are parts of one and their shares aren't what the figures say already.
    fn shares(&self, points: &[Point]) -> Option<f64> {
        let measure = *self.shape.measures.first()?;
        let complete = !self.result.truncated && points.len() == self.result.rows();
        let parts = points.iter().all(|point| point.number >= 0.0);
        let whole: f64 = points.iter().map(|point| point.number).sum();
        (self.draft.is_share && complete && parts && whole > 0.0 && !self.is_fraction(measure))
            .then_some(whole)
    }

    fn with_share(&self, value: String, share: f64) -> String {
        let percent = figure::number(&format!("{:.1}", share * 100.0), Style::Rounded, self.language);
        match self.language {
            Language::Zh => format!("{value}，占 {percent}%"),
            Language::En => format!("{value}, {percent}%"),
        }
    }

    /// Whether a measure holds fractions of one, which are said as percentages.
    fn is_fraction(&self, column: usize) -> bool {
        let array = self.result.batch.column(column);
        self.draft.is_share
            && self.shape.measures.contains(&column)
            && !array.data_type().is_integer()
            && numbers(array).into_iter().flatten().all(|number| (0.0..=1.0).contains(&number))
    }

    fn name(&self, column: usize) -> String {
        self.result.schema().field(column).name().clone()
    }

    /// The column's values for reading.
    fn values(&self, column: usize) -> Vec<String> {
        let array = self.result.batch.column(column);
        if self.shape.measures.contains(&column) {
            let style = if self.is_fraction(column) { Style::Percent } else { Style::Exact };
            return figure::column(array, style, self.language);
        }
        self.labels(&[column])
    }

    /// The columns' values for reading, joined for each row.
    fn labels(&self, columns: &[usize]) -> Vec<String> {
        let mut labels = vec![String::new(); self.result.rows()];
        for column in columns {
            let array = self.result.batch.column(*column);
            let is_flag = matches!(array.data_type(), arrow::datatypes::DataType::Boolean);
            for (label, text) in labels.iter_mut().zip(texts(array)) {
                if !label.is_empty() {
                    label.push_str(" · ");
                }
                let text = text.as_deref();
                label.push_str(match (text, self.language) {
                    (None, Language::Zh) => "（空）",
                    (None, Language::En) => "(empty)",
                    (Some("true"), Language::Zh) if is_flag => "是",
                    (Some("false"), Language::Zh) if is_flag => "否",
                    (Some("true"), Language::En) if is_flag => "yes",
                    (Some("false"), Language::En) if is_flag => "no",
                    (Some(text), _) => text,
                });
            }
        }
        labels
    }
}
