//! Steps and stretches of time in each dialect.

use chrono::{Datelike, NaiveDateTime, NaiveTime};
use wenshu_sources::{Dialect, ValueKind};

use super::super::catalog::Role;
use super::super::ir::{ColumnId, TimeSpan};
use super::super::time::Grain;
use super::Writer;

impl Writer<'_> {
    /// The step of time that a column's value lies in, as text that sorts in time.
    pub(super) fn bucket(&self, column: ColumnId, grain: Grain) -> String {
        let value = self.column(column);
        if self.catalog.role(column) == Role::Year {
            return value;
        }
        match self.catalog.dialect {
            // Times are ISO 8601 text there, whose beginnings are the larger steps. Where that does, no date function is used: one
            // reads the clock when it is given 'now', so the guard can't call a query with it the same every time.
            Dialect::Sqlite => match grain {
                Grain::Hour => format!("strftime('%Y-%m-%d %H:00', {value})"),
                Grain::Day => format!("substr({value}, 1, 10)"),
                // The Sunday on or after, six days back: the Monday that begins the week.
                Grain::Week => format!("date({value}, 'weekday 0', '-6 days')"),
                Grain::Month => format!("substr({value}, 1, 7)"),
                Grain::Quarter => format!(
                    "substr({value}, 1, 4) || '-Q' || ((CAST(substr({value}, 6, 2) AS INTEGER) + 2) / 3)"
                ),
                Grain::Year => format!("substr({value}, 1, 4)"),
            },
            Dialect::Postgres => match grain {
                Grain::Hour => format!("to_char({value}, 'YYYY-MM-DD HH24:00')"),
                Grain::Day => format!("to_char({value}, 'YYYY-MM-DD')"),
                Grain::Week => format!("to_char(date_trunc('week', {value}), 'YYYY-MM-DD')"),
                Grain::Month => format!("to_char({value}, 'YYYY-MM')"),
                Grain::Quarter => format!("to_char({value}, 'YYYY-\"Q\"Q')"),
                Grain::Year => format!("to_char({value}, 'YYYY')"),
            },
            Dialect::MySql => match grain {
                Grain::Hour => format!("DATE_FORMAT({value}, '%Y-%m-%d %H:00')"),
                Grain::Day => format!("DATE_FORMAT({value}, '%Y-%m-%d')"),
                Grain::Week => {
                    format!("DATE_FORMAT(DATE_SUB({value}, INTERVAL WEEKDAY({value}) DAY), '%Y-%m-%d')")
                }
                Grain::Month => format!("DATE_FORMAT({value}, '%Y-%m')"),
                Grain::Quarter => format!("CONCAT(YEAR({value}), '-Q', QUARTER({value}))"),
                Grain::Year => format!("DATE_FORMAT({value}, '%Y')"),
            },
            Dialect::ClickHouse => match grain {
                Grain::Hour => format!("formatDateTime({value}, '%Y-%m-%d %H:00')"),
                Grain::Day => format!("toString(toDate({value}))"),
                Grain::Week => format!("toString(toMonday({value}))"),
                Grain::Month => format!("formatDateTime({value}, '%Y-%m')"),
                Grain::Quarter => {
                    format!("concat(toString(toYear({value})), '-Q', toString(toQuarter({value})))")
                }
                Grain::Year => format!("toString(toYear({value}))"),
            },
            Dialect::DataFusion => match grain {
                Grain::Hour => format!("to_char({value}, '%Y-%m-%d %H:00')"),
                Grain::Day => format!("to_char({value}, '%Y-%m-%d')"),
                Grain::Week => format!("to_char(date_trunc('week', {value}), '%Y-%m-%d')"),
                Grain::Month => format!("to_char({value}, '%Y-%m')"),
                Grain::Quarter => {
                    // Not `concat`, which takes NULL for nothing.
                    format!("to_char({value}, '%Y') || '-Q' || date_part('quarter', {value})")
                }
                Grain::Year => format!("to_char({value}, '%Y')"),
            },
        }
    }

    /// Whether a column's value lies in a stretch. Half-open, so that it holds for days and moments alike, and for
    /// both as text.
    pub(super) fn within(&self, column: ColumnId, span: &TimeSpan) -> String {
        let value = self.column(column);
        let mut bounds = Vec::new();
        if self.catalog.role(column) == Role::Year {
            let first = span.start.map(|start| start.year());
            let last = span.end.map(|end| (end - chrono::TimeDelta::seconds(1)).year());
            match (first, last) {
                (Some(first), Some(last)) if first == last => bounds.push(format!("{value} = {first}")),
                _ => {
                    bounds.extend(first.map(|first| format!("{value} >= {first}")));
                    bounds.extend(last.map(|last| format!("{value} <= {last}")));
                }
            }
        } else {
            // ClickHouse compares moments with nothing but whole moments.
            let is_whole = self.catalog.dialect == Dialect::ClickHouse
                && self.catalog.column(column).kind == ValueKind::Timestamp;
            bounds.extend(span.start.map(|start| format!("{value} >= {}", moment(start, is_whole))));
            bounds.extend(span.end.map(|end| format!("{value} < {}", moment(end, is_whole))));
        }
        let both = bounds.join(" AND ");
        if span.negated { format!("NOT ({both})") } else { both }
    }
}

fn moment(moment: NaiveDateTime, is_whole: bool) -> String {
    if moment.time() == NaiveTime::MIN && !is_whole {
        format!("'{}'", moment.format("%Y-%m-%d"))
    } else {
        format!("'{}'", moment.format("%Y-%m-%d %H:%M:%S"))
    }
}
