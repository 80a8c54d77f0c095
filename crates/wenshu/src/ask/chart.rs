//! A chart for a terminal: bars of block characters, lines and points of braille dots.
//!
//! Every row fits the width of the terminal; labels are aligned by their width on the screen, not by their characters.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};
use wenshu_answer::{Chart, ChartSeries, ChartType, Language};

use super::canvas::Canvas;
use super::cells;
use crate::console::{Look, visible};
use crate::texts::Texts;

/// Rows of a line chart with one measure, and of each one where there are several.
const ROWS_ALONE: usize = 12;
const ROWS_AMONG_OTHERS: usize = 6;

/// Draws a chart, title first, with a line end.
pub(super) fn draw(chart: &Chart, look: Look) -> String {
    let mut lines = vec![look.style().bold().apply_to(visible(&chart.title)).to_string()];
    match chart.kind {
        ChartType::Bar => lines.extend(bars(chart, look, false)),
        ChartType::Pie => lines.extend(bars(chart, look, true)),
        ChartType::Line | ChartType::Area => lines.extend(plots(chart, look)),
        ChartType::Scatter => lines.extend(scatter(chart, look)),
    }
    if chart.points_cut > 0 {
        lines.push(Texts(look.language).points_left_out(chart.points_cut));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// One bar for each label and measure; of a pie also the share.
fn bars(chart: &Chart, look: Look, with_share: bool) -> Vec<String> {
    let values = || chart.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let highest = values().fold(0.0_f64, f64::max);
    let lowest = values().fold(0.0_f64, f64::min);
    let range = highest - lowest;
    let total: f64 = values().sum();
    let decimals = cells::decimals(values());
    let rows: Vec<BarRow> = chart
        .labels
        .iter()
        .enumerate()
        .flat_map(|(index, label)| {
            chart.series.iter().enumerate().map(move |(place, series)| {
                let value = series.values.get(index).copied().flatten();
                let shown = value.map_or_else(|| "-".to_owned(), |value| cells::rounded(value, decimals));
                let share = value.filter(|_| with_share && total > 0.0).map(|value| value / total * 100.0);
                BarRow {
                    label: if place == 0 { visible(label) } else { String::new() },
                    measure: if chart.series.len() > 1 { visible(&series.name) } else { String::new() },
                    place,
                    value: value.unwrap_or(0.0),
                    shown: share.map_or(shown.clone(), |share| format!("{shown} ({share:.1}%)")),
                }
            })
        })
        .collect();
    let widest = |text: fn(&BarRow) -> &str| rows.iter().map(|row| text(row).width()).max().unwrap_or(0);
    let label_width = widest(|row| &row.label).min(look.width / 3);
    let measure_width = widest(|row| &row.measure).min(look.width / 5);
    let gap = usize::from(measure_width > 0);
    let value_width = widest(|row| &row.shown);
    let area = look.width.saturating_sub(label_width + gap + measure_width + value_width + 3).max(4);
    // Cells left of the zero line, for negative values.
    let left = if range > 0.0 { scaled(-lowest, range, area) } else { 0 };
    rows.iter()
        .map(|row| {
            let bar = if range > 0.0 { bar(row.value, range, area, left) } else { String::new() };
            let bar = color(look, row.place).apply_to(bar);
            format!(
                "{}{}{} {bar} {}",
                fitted(&row.label, label_width),
                " ".repeat(gap),
                fitted(&row.measure, measure_width),
                row.shown
            )
        })
        .collect()
}

struct BarRow {
    label: String,
    measure: String,
    place: usize,
    value: f64,
    shown: String,
}

/// Full and part blocks for a value; the zero line is after `left` cells.
fn bar(value: f64, range: f64, area: usize, left: usize) -> String {
    if value < 0.0 {
        let cells = scaled(-value, range, area).clamp(1, left.max(1));
        return format!("{}{}", " ".repeat(left.saturating_sub(cells)), "█".repeat(cells));
    }
    let eighths = scaled(value, range, area * 8).min((area - left) * 8);
    // A value that isn't nothing is seen.
    let eighths = if value > 0.0 { eighths.max(1) } else { 0 };
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    format!("{}{}{part}", " ".repeat(left), "█".repeat(eighths / 8))
}

/// One plot for each measure, below each other: they share the time, not the scale.
fn plots(chart: &Chart, look: Look) -> Vec<String> {
    let rows = if chart.series.len() > 1 { ROWS_AMONG_OTHERS } else { ROWS_ALONE };
    let mut lines = Vec::new();
    for (place, series) in chart.series.iter().enumerate() {
        if chart.series.len() > 1 {
            lines.push(visible(&series.name));
        }
        lines.extend(plot(&chart.labels, series, rows, place, look));
    }
    lines
}

fn plot(labels: &[String], series: &ChartSeries, rows: usize, place: usize, look: Look) -> Vec<String> {
    let Some(scale) = Scale::of(series.values.iter().flatten().copied()) else { return Vec::new() };
    let marks = scale.marks(rows, look.language);
    let margin = marks.iter().map(|mark| mark.width()).max().unwrap_or(0);
    let columns = look.width.saturating_sub(margin + 2).max(8);
    let mut canvas = Canvas::new(columns, rows);
    let last = series.values.len().saturating_sub(1).max(1);
    let x = |index: usize| index * (canvas_width(columns) - 1) / last;
    let mut before: Option<(usize, usize)> = None;
    for (index, value) in series.values.iter().enumerate() {
        let point = value.map(|value| (x(index), scale.dot(value, rows)));
        match (before, point) {
            (Some(from), Some(to)) => canvas.line(from, to),
            (None, Some((across, down))) => canvas.dot(across, down),
            _ => {}
        }
        before = point;
    }
    let mut lines = framed(&canvas, &marks, margin, color(look, place));
    let positions: Vec<usize> = (0..labels.len()).map(|index| x(index) / 2).collect();
    lines.push(format!("{}{}", " ".repeat(margin + 2), axis_labels(labels, &positions, columns)));
    lines
}

fn scatter(chart: &Chart, look: Look) -> Vec<String> {
    let [across, down] = chart.series.as_slice() else { return Vec::new() };
    let points: Vec<(f64, f64)> =
        across.values.iter().zip(&down.values).filter_map(|(x, y)| Some((((*x)?), (*y)?))).collect();
    let Some(horizontal) = Scale::of(points.iter().map(|(x, _)| *x)) else { return Vec::new() };
    let Some(vertical) = Scale::of(points.iter().map(|(_, y)| *y)) else { return Vec::new() };
    let marks = vertical.marks(ROWS_ALONE, look.language);
    let margin = marks.iter().map(|mark| mark.width()).max().unwrap_or(0);
    let columns = look.width.saturating_sub(margin + 2).max(8);
    let mut canvas = Canvas::new(columns, ROWS_ALONE);
    for (x, y) in points {
        let place = horizontal.part(x) * (canvas_width(columns) - 1) as f64;
        canvas.dot(place.round() as usize, vertical.dot(y, ROWS_ALONE));
    }
    let mut lines = framed(&canvas, &marks, margin, color(look, 0));
    let ends = [compact(horizontal.low, look.language), compact(horizontal.high, look.language)];
    lines.push(format!("{}{}", " ".repeat(margin + 2), axis_labels(&ends, &[0, columns - 1], columns)));
    lines.push(format!("x: {}, y: {}", visible(&across.name), visible(&down.name)));
    lines
}

/// The canvas with marks at its left and a line below.
fn framed(canvas: &Canvas, marks: &[String], margin: usize, style: console::Style) -> Vec<String> {
    let mut lines: Vec<String> = canvas
        .rows()
        .zip(marks)
        .map(|(row, mark)| {
            let tick = if mark.is_empty() { "│" } else { "┤" };
            format!("{}{mark} {tick}{}", " ".repeat(margin - mark.width()), style.apply_to(row))
        })
        .collect();
    lines.push(format!("{} └{}", " ".repeat(margin), "─".repeat(canvas.columns())));
    lines
}

/// As many labels as fit below the axis without touching, the first and the last before all others.
fn axis_labels(labels: &[String], positions: &[usize], columns: usize) -> String {
    let mut taken: Vec<(usize, usize, String)> = Vec::new();
    let mut place = |index: usize| {
        let (Some(label), Some(position)) = (labels.get(index), positions.get(index)) else { return };
        let label = visible(label);
        let width = label.width();
        if width == 0 || width > columns {
            return;
        }
        let start = position.saturating_sub(width / 2).min(columns - width);
        let is_free = taken.iter().all(|(from, to, _)| start + width < *from || start > to + 1);
        if is_free {
            taken.push((start, start + width, label));
        }
    };
    let last = labels.len().saturating_sub(1);
    place(0);
    if last > 0 {
        place(last);
    }
    // Every second, fourth, … label rather than a run of neighbours: the largest power of two steps first.
    let mut step = labels.len().next_power_of_two();
    while step > 0 {
        (0..labels.len()).step_by(step).for_each(&mut place);
        step /= 2;
    }
    taken.sort();
    let mut line = String::new();
    let mut at = 0;
    for (start, end, label) in taken {
        line.push_str(&" ".repeat(start - at));
        line.push_str(&label);
        at = end;
    }
    line
}

/// The values of an axis.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// From the smallest to the largest value; `None` without any. Zero belongs to it when it is near: a line that
    /// never leaves 90–100 is worth a closer look, one between 5 and 100 is not.
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = finite
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return None;
        }
        let low = if low > 0.0 && low < high / 2.0 { 0.0 } else { low };
        let high = if high < 0.0 && high > low / 2.0 { 0.0 } else { high };
        Some(if low < high { Self { low, high } } else { Self { low: low - 1.0, high: high + 1.0 } })
    }

    /// Where between the ends a value lies, 0 to 1.
    fn part(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The dot from the top for a value.
    fn dot(&self, value: f64, rows: usize) -> usize {
        ((1.0 - self.part(value)) * (rows * 4 - 1) as f64).round() as usize
    }

    /// What stands left of each row: the highest value, the middle, the lowest.
    fn marks(&self, rows: usize, language: Language) -> Vec<String> {
        let middle = rows / 2;
        (0..rows)
            .map(|row| match row {
                0 => compact(self.high, language),
                row if row == rows - 1 => compact(self.low, language),
                row if row == middle => {
                    let part = row as f64 / (rows - 1) as f64;
                    compact(self.high - (self.high - self.low) * part, language)
                }
                _ => String::new(),
            })
            .collect()
    }
}

/// A number short enough for an axis, in the units of the language.
fn compact(value: f64, language: Language) -> String {
    let units: &[(f64, &str)] = match language {
        Language::Zh => &[(1e8, "亿"), (1e4, "万")],
        Language::En => &[(1e9, "B"), (1e6, "M"), (1e3, "K")],
    };
    let (size, unit) = units.iter().find(|(size, _)| value.abs() >= *size).unwrap_or(&(1.0, ""));
    let part = value / size;
    let digits = usize::from(part.abs() < 100.0) + usize::from(part.abs() < 1.0);
    let text = cells::rounded(part, digits);
    let text = if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text}{unit}")
}

/// How many of `most` steps a value takes, `range` being all of them.
fn scaled(value: f64, range: f64, most: usize) -> usize {
    ((value / range) * most as f64).round() as usize
}

fn canvas_width(columns: usize) -> usize {
    columns * 2
}

/// The text cut or filled to this width.
fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return format!("{text}{}", " ".repeat(width - text.width()));
    }
    let mut cut = String::new();
    let mut used = 0;
    for character in text.chars() {
        let next = character.width().unwrap_or(0);
        if used + next + 1 > width {
            break;
        }
        cut.push(character);
        used += next;
    }
    format!("{cut}…{}", " ".repeat(width.saturating_sub(used + 1)))
}

/// The colour of the measure at this place.
fn color(look: Look, place: usize) -> console::Style {
    let style = look.style();
    match place % 4 {
        0 => style.cyan(),
        1 => style.yellow(),
        2 => style.magenta(),
        _ => style.green(),
    }
}
