//! How a question was read, in words: names of result columns, a title, one line for each part.

use chrono::TimeDelta;

use super::catalog::Catalog;
use super::ir::{
    ColumnId, Dimension, Filter, Literal, Measure, OrderKey, Query, Ranking, Shape, Share, TermId, TimeSpan,
};
use super::lexicon::Aggregate;
use super::text::has_han;
use super::time::Grain;
use crate::Language;

/// A measure's name where the question has none in the answer's language.
pub(crate) fn measure_name(catalog: &Catalog, measure: Measure, language: Language) -> String {
    match (measure, language) {
        (Measure::Rows(table), Language::Zh) => format!("{}数量", catalog.table_label(table, language)),
        (Measure::Rows(table), Language::En) => {
            format!("number of {}", catalog.table_label(table, language))
        }
        (Measure::Column(aggregate, column), _) => {
            let name = catalog.column_label(column, language);
            let table = catalog.table_label(column.table, language);
            match (aggregate, language) {
                (Aggregate::CountDistinct, Language::Zh) => format!("{name}数"),
                (Aggregate::CountDistinct, Language::En) => format!("number of {name}"),
                (Aggregate::Sum, Language::Zh) if name.starts_with('总') => name,
                (Aggregate::Sum, Language::Zh) => format!("总{name}"),
                (Aggregate::Sum, Language::En) if name.starts_with("total") => name,
                (Aggregate::Sum, Language::En) => format!("total {name}"),
                (Aggregate::Average, Language::Zh) => format!("平均{name}"),
                (Aggregate::Average, Language::En) => format!("average {name}"),
                (Aggregate::Min, Language::Zh) => format!("最低{table}{name}"),
                (Aggregate::Min, Language::En) => format!("minimum {name}"),
                (Aggregate::Max, Language::Zh) => format!("最高{table}{name}"),
                (Aggregate::Max, Language::En) => format!("maximum {name}"),
            }
        }
        (Measure::Term(term), _) => term_name(catalog, term, language),
    }
}

fn term_name(catalog: &Catalog, term: TermId, language: Language) -> String {
    let own = &catalog.terms[term.0];
    if has_han(&own.name) == (language == Language::Zh) {
        return own.name.clone();
    }
    own.other_names
        .iter()
        .find(|name| has_han(name) == (language == Language::Zh))
        .cloned()
        .unwrap_or_else(|| own.name.clone())
}

/// A dimension's name: the question's own word when it is one in the answer's language.
pub(crate) fn dimension_name(
    catalog: &Catalog,
    dimension: Dimension,
    language: Language,
    written: &str,
) -> String {
    let usable = !written.is_empty() && has_han(written) && language == Language::Zh;
    match dimension {
        _ if usable => written.to_owned(),
        Dimension::Column(column) => catalog.column_label(column, language),
        Dimension::Entity(table) => {
            let shown = catalog.column_label(catalog.display(table), language);
            let table = catalog.table_label(table, language);
            match language {
                Language::Zh => table,
                Language::En if shown.contains(&table) => shown,
                Language::En => super::names::singular(&table),
            }
        }
        Dimension::Term(term) => term_name(catalog, term, language),
        Dimension::Time(_, grain) => step_name(grain, language).to_owned(),
    }
}

/// The name of a column of steps of time.
pub(crate) fn step_name(grain: Grain, language: Language) -> &'static str {
    match (grain, language) {
        (Grain::Hour, Language::Zh) => "小时",
        (Grain::Day, Language::Zh) => "日期",
        (Grain::Week, Language::Zh) => "周",
        (Grain::Month, Language::Zh) => "月份",
        (Grain::Quarter, Language::Zh) => "季度",
        (Grain::Year, Language::Zh) => "年份",
        (Grain::Hour, Language::En) => "hour",
        (Grain::Day, Language::En) => "day",
        (Grain::Week, Language::En) => "week",
        (Grain::Month, Language::En) => "month",
        (Grain::Quarter, Language::En) => "quarter",
        (Grain::Year, Language::En) => "year",
    }
}

/// The name of a measure as a part of a whole.
pub(crate) fn share_name(language: Language, measure: &str) -> String {
    match language {
        Language::Zh => format!("{measure}占比"),
        Language::En => format!("share of {}", measure.strip_prefix("number of ").unwrap_or(measure)),
    }
}

/// A short title.
pub(crate) fn title(query: &Query, question: &str, language: Language) -> String {
    let asked = question.trim().trim_end_matches(['?', '？', '。', '.', '!', '！']).trim();
    if has_han(asked) == (language == Language::Zh) && asked.chars().count() <= 60 {
        return asked.to_owned();
    }
    match &query.shape {
        Shape::Figures { measures, dimensions, .. } => {
            let measures: Vec<&str> = measures.iter().map(|measure| measure.label.as_str()).collect();
            let dimensions: Vec<&str> = dimensions.iter().map(|dimension| dimension.label.as_str()).collect();
            match (language, dimensions.is_empty()) {
                (_, true) => measures.join(", "),
                (Language::Zh, false) => format!("各{}的{}", dimensions.join("、"), measures.join("、")),
                (Language::En, false) => format!("{} by {}", measures.join(", "), dimensions.join(", ")),
            }
        }
        Shape::Rows { columns, .. } => {
            let columns: Vec<&str> = columns.iter().map(|column| column.label.as_str()).collect();
            columns.join(if language == Language::Zh { "、" } else { ", " })
        }
    }
}

/// One line for each part of the reading.
pub(crate) fn reading(catalog: &Catalog, query: &Query, language: Language) -> Vec<String> {
    let zh = language == Language::Zh;
    let mut lines = Vec::new();
    match &query.shape {
        Shape::Figures { measures, dimensions, share } => {
            for measure in measures {
                let definition = match measure.thing {
                    Measure::Term(term) => catalog.terms[term.0].expression.clone(),
                    Measure::Rows(table) => format!("COUNT({})", catalog.table(table).name),
                    Measure::Column(aggregate, column) => {
                        format!("{}({})", aggregate_word(aggregate), catalog.path(column))
                    }
                };
                lines.push(if zh {
                    format!("指标：{} = {definition}", measure.label)
                } else {
                    format!("Measure: {} = {definition}", measure.label)
                });
            }
            for dimension in dimensions {
                let source = dimension_source(catalog, dimension.thing);
                lines.push(if zh {
                    format!("分组：{}（{source}）", dimension.label)
                } else {
                    format!("Grouped by: {} ({source})", dimension.label)
                });
            }
            match share {
                Some(Share::OfGroups) => lines.push(
                    if zh {
                        "占比：每组占全部分组之和"
                    } else {
                        "Share: each group of the sum of all groups"
                    }
                    .to_owned(),
                ),
                Some(Share::Without(_)) => lines.push(
                    if zh {
                        "占比：满足筛选条件的部分占全部"
                    } else {
                        "Share: what passes the value filters, of everything"
                    }
                    .to_owned(),
                ),
                None => {}
            }
        }
        Shape::Rows { table, columns, .. } => {
            let shown: Vec<String> =
                columns.iter().map(|column| dimension_source(catalog, column.thing)).collect();
            let name = catalog.table_label(*table, language);
            lines.push(if zh {
                format!("列出：{name}（{}）", shown.join("、"))
            } else {
                format!("Listed: {name} ({})", shown.join(", "))
            });
        }
    }
    for filter in &query.filters {
        let words = filter_words(catalog, filter, language);
        lines.push(if zh { format!("筛选：{words}") } else { format!("Filter: {words}") });
    }
    for (measure, comparison, literal) in &query.having {
        let name = measure_name(catalog, *measure, language);
        let words = format!("{name} {} {}", comparison.sql(), literal_words(literal));
        lines.push(if zh { format!("筛选：{words}") } else { format!("Filter: {words}") });
    }
    if let (Some(limit), Some(first)) = (query.limit, query.order.first()) {
        let by = match (&query.shape, first.key) {
            (Shape::Figures { measures, .. }, OrderKey::Measure(place)) => {
                measures.get(place).map(|measure| measure.label.clone())
            }
            (_, OrderKey::Column(column)) => Some(catalog.path(column)),
            _ => None,
        };
        if let Some(by) = by {
            lines.push(match (zh, first.descending) {
                (true, true) => format!("排序：{by}从高到低，取前 {limit} 条"),
                (true, false) => format!("排序：{by}从低到高，取前 {limit} 条"),
                (false, true) => format!("Order: {by}, largest first, top {limit}"),
                (false, false) => format!("Order: {by}, smallest first, first {limit}"),
            });
        }
    }
    lines
}

fn aggregate_word(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::CountDistinct => "COUNT DISTINCT",
        Aggregate::Sum => "SUM",
        Aggregate::Average => "AVG",
        Aggregate::Min => "MIN",
        Aggregate::Max => "MAX",
    }
}

fn dimension_source(catalog: &Catalog, dimension: Dimension) -> String {
    match dimension {
        Dimension::Column(column) | Dimension::Time(column, _) => catalog.path(column),
        Dimension::Entity(table) => catalog.path(catalog.display(table)),
        Dimension::Term(term) => catalog.terms[term.0].expression.clone(),
    }
}

fn literal_words(literal: &Literal) -> String {
    match literal {
        Literal::Number(number) => number.clone(),
        Literal::Text(text) => text.to_string(),
    }
}

fn filter_words(catalog: &Catalog, filter: &Filter, language: Language) -> String {
    let zh = language == Language::Zh;
    let column_words = |column: ColumnId| catalog.path(column);
    let all = |filters: &[Filter]| -> String {
        let words: Vec<String> =
            filters.iter().map(|filter| filter_words(catalog, filter, language)).collect();
        words.join(if zh { "，" } else { ", " })
    };
    match filter {
        Filter::Compare(column, comparison, literal) => {
            format!("{} {} {}", column_words(*column), comparison.sql(), literal_words(literal))
        }
        Filter::In(column, values, negated) => {
            let values: Vec<String> = values.iter().map(literal_words).collect();
            let sign = if *negated { "≠" } else { "=" };
            let or = if zh { " 或 " } else { " or " };
            format!("{} {sign} {}", column_words(*column), values.join(or))
        }
        Filter::Between(column, low, high) => {
            format!("{} {} – {}", column_words(*column), literal_words(low), literal_words(high))
        }
        Filter::Like(column, pattern, negated) => {
            let pattern = pattern.trim_matches('%');
            match (zh, negated) {
                (true, false) => format!("{} 含“{pattern}”", column_words(*column)),
                (true, true) => format!("{} 不含“{pattern}”", column_words(*column)),
                (false, false) => format!("{} matches “{pattern}”", column_words(*column)),
                (false, true) => format!("{} doesn't match “{pattern}”", column_words(*column)),
            }
        }
        Filter::Missing(column, missing) => match (zh, missing) {
            (true, true) => format!("{} 为空", column_words(*column)),
            (true, false) => format!("{} 不为空", column_words(*column)),
            (false, true) => format!("{} is empty", column_words(*column)),
            (false, false) => format!("{} is not empty", column_words(*column)),
        },
        Filter::Time(column, span) => format!("{} {}", column_words(*column), span_words(span, language)),
        Filter::Times(column, spans) => {
            let spans: Vec<String> = spans.iter().map(|span| span_words(span, language)).collect();
            format!("{} {}", column_words(*column), spans.join(if zh { "；" } else { "; " }))
        }
        Filter::Related(table, filters, negated) => {
            let name = catalog.table_label(*table, language);
            let inner = if filters.is_empty() {
                String::new()
            } else if zh {
                format!("（{}）", all(filters))
            } else {
                format!(" ({})", all(filters))
            };
            match (zh, negated) {
                (true, true) => format!("没有{name}{inner}"),
                (true, false) => format!("有{name}{inner}"),
                (false, true) => format!("without {name}{inner}"),
                (false, false) => format!("with {name}{inner}"),
            }
        }
        Filter::AgainstAggregate(column, comparison, aggregate, of) => format!(
            "{} {} {}({})",
            column_words(*column),
            comparison.sql(),
            aggregate_word(*aggregate),
            column_words(*of)
        ),
        Filter::PerRow(table, measure, comparison, literal, filters) => {
            let name = measure_name(catalog, *measure, language);
            let each = catalog.table_label(*table, language);
            let over = if filters.is_empty() { String::new() } else { format!(" ({})", all(filters)) };
            let figure = format!("{name} {} {}{over}", comparison.sql(), literal_words(literal));
            if zh { format!("每个{each}的{figure}") } else { format!("{figure} for each of {each}") }
        }
        Filter::InTop { table, by, descending, limit, .. } => {
            let by = match by {
                Ranking::Measure(measure) => measure_name(catalog, *measure, language),
                Ranking::Column(column) => column_words(*column),
            };
            let name = catalog.table_label(*table, language);
            match (zh, descending) {
                (true, true) => format!("{by}最高的 {limit} 个{name}"),
                (true, false) => format!("{by}最低的 {limit} 个{name}"),
                (false, true) => format!("the top {limit} of {name} by {by}"),
                (false, false) => format!("the bottom {limit} of {name} by {by}"),
            }
        }
    }
}

/// The days of a stretch, both ends included, as people write them.
fn span_words(span: &TimeSpan, language: Language) -> String {
    let day = |moment: chrono::NaiveDateTime| moment.format("%Y-%m-%d").to_string();
    let last = span.end.map(|end| day(end - TimeDelta::seconds(1)));
    let first = span.start.map(day);
    let words = match (first, last, language) {
        (Some(first), Some(last), _) if first == last => first,
        (Some(first), Some(last), Language::Zh) => format!("{first} 至 {last}"),
        (Some(first), Some(last), Language::En) => format!("{first} to {last}"),
        (Some(first), None, Language::Zh) => format!("{first} 起"),
        (Some(first), None, Language::En) => format!("from {first}"),
        (None, Some(last), Language::Zh) => format!("截至 {last}"),
        (None, Some(last), Language::En) => format!("until {last}"),
        (None, None, _) => String::new(),
    };
    let label = if span.label.is_empty() { String::new() } else { format!(" ({})", span.label) };
    if span.negated { format!("≠ {words}{label}") } else { format!("{words}{label}") }
}
