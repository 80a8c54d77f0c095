//! How large a statement is when everything stands where it is named: a table of `WITH` that is named twice is planned twice, and one
//! that names such a one twice is four of them.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::error::DataFusionError;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectName, ObjectNamePart, Query, Select, SelectItem, Visit as _, Visitor,
};

use super::refused;
use super::tuples::check_tuples;
use super::types::looks_of;

/// The most tables and queries.
const MOST_RELATIONS: u64 = 500;

/// The most expressions.
const MOST_EXPRESSIONS: u64 = 40_000;

/// The most columns of all tables, times the tables and queries: each of those may have them all.
const MOST_COLUMNS: u64 = 4_000_000;

/// The most columns that `*` may stand for: each of them is looked for among all of them, time and again.
const MOST_CHOSEN: u64 = 10_000;

/// The most looks that are taken at its expressions until their types are known.
const MOST_LOOKS: u64 = 500_000;

/// Refuses a statement that is too large; `columns_of` says how many columns a table has.
///
/// # Errors
///
/// When it is, with what to do.
pub(crate) fn check_statement(
    statement: &Statement,
    columns_of: impl Fn(&str) -> u64,
) -> Result<(), DataFusionError> {
    let Statement::Statement(statement) = statement else { return Ok(()) };
    stacker::maybe_grow(super::STACK_OF_STATEMENT / 2, super::STACK_OF_STATEMENT, || {
        check_tuples(statement)?;
        if looks_of(statement) > MOST_LOOKS {
            return Err(refused(
                "`CASE` and functions stand too deep in each other in this statement; compute the inner ones in a subquery first",
            ));
        }
        check_sizes(statement, columns_of)
    })
}

fn check_sizes(
    statement: &datafusion::sql::sqlparser::ast::Statement,
    columns_of: impl Fn(&str) -> u64,
) -> Result<(), DataFusionError> {
    let mut sizes = Sizes { frames: vec![Frame::default()], columns_of, chosen: 0 };
    let ControlFlow::Continue(()) = statement.visit(&mut sizes);
    if sizes.chosen > MOST_CHOSEN {
        return Err(refused(format!(
            "`*` stands for {} columns in this statement, and {MOST_CHOSEN} are the most; name the columns that are wanted",
            sizes.chosen
        )));
    }
    let whole = sizes.frames.pop().unwrap_or_default().size;
    if whole.relations > MOST_RELATIONS
        || whole.expressions > MOST_EXPRESSIONS
        || whole.relations.saturating_mul(whole.columns) > MOST_COLUMNS
    {
        return Err(refused(
            "the statement becomes too large when each name of `WITH` is replaced by what it stands for; name each of them fewer times, \
             or join fewer tables",
        ));
    }
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Size {
    relations: u64,
    expressions: u64,
    columns: u64,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.relations = self.relations.saturating_add(other.relations);
        self.expressions = self.expressions.saturating_add(other.expressions);
        self.columns = self.columns.saturating_add(other.columns);
    }
}

/// A query that is being read.
#[derive(Default)]
struct Frame {
    size: Size,
    /// What its `WITH` has named by now.
    named: HashMap<String, Size>,
    /// The names of the queries in its `WITH`, by where those lie.
    names: HashMap<usize, String>,
    /// Whether it chooses `*`.
    chooses_all: bool,
}

struct Sizes<Columns> {
    frames: Vec<Frame>,
    columns_of: Columns,
    /// The most columns that a `*` stands for.
    chosen: u64,
}

impl<Columns: Fn(&str) -> u64> Sizes<Columns> {
    fn add(&mut self, size: Size) {
        if let Some(frame) = self.frames.last_mut() {
            frame.size.add(size);
        }
    }
}

impl<Columns: Fn(&str) -> u64> Visitor for Sizes<Columns> {
    type Break = std::convert::Infallible;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        let names = tables.map(|table| (place_of(&table.query), name_of(&table.alias.name))).collect();
        let size = Size { relations: 1, ..Size::default() };
        self.frames.push(Frame { size, names, ..Frame::default() });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        let Frame { size, chooses_all, .. } = self.frames.pop().unwrap_or_default();
        if chooses_all {
            self.chosen = self.chosen.max(size.columns);
        }
        if let Some(around) = self.frames.last_mut() {
            match around.names.get(&place_of(query)) {
                Some(name) => drop(around.named.insert(name.clone(), size)),
                None => around.size.add(size),
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        let is_all =
            |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
        if let Some(frame) = self.frames.last_mut() {
            frame.chooses_all |= select.projection.iter().any(is_all);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<Self::Break> {
        let name = match relation.0.as_slice() {
            [ObjectNamePart::Identifier(name)] => name_of(name),
            _ => String::new(),
        };
        let named = self.frames.iter().rev().find_map(|frame| frame.named.get(&name).copied());
        let columns = (self.columns_of)(&name);
        self.add(named.unwrap_or(Size { relations: 1, expressions: 0, columns }));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, _expr: &Expr) -> ControlFlow<Self::Break> {
        self.add(Size { expressions: 1, ..Size::default() });
        ControlFlow::Continue(())
    }
}

fn place_of(query: &Query) -> usize {
    std::ptr::from_ref(query).addr()
}

/// A name as DataFusion understands it.
fn name_of(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::parser::DFParserBuilder;

    use super::*;

    fn passes(sql: &str) -> bool {
        let statement =
            DFParserBuilder::new(sql).with_recursion_limit(400).build().unwrap().parse_statement().unwrap();
        check_statement(&statement, |name| if name == "wide" { 2_000 } else { 3 }).is_ok()
    }

    /// Each names the one before twice.
    fn doubled(levels: usize) -> String {
        let tables = (1..=levels).map(|level| {
            format!(", a{level} AS (SELECT x FROM a{0} UNION ALL SELECT x FROM a{0})", level - 1)
        });
        format!("WITH a0 AS (SELECT 1 AS x){} SELECT x FROM a{levels}", tables.collect::<String>())
    }

    #[test]
    fn what_is_named_counts_each_time() {
        assert!(passes(&doubled(5)));
        for levels in [10, 100, 300] {
            assert!(!passes(&doubled(levels)), "{levels}");
        }
    }

    #[test]
    fn names_are_those_that_are_seen() {
        // The inner `a` is another one, and a quoted name another than the same without.
        let large = doubled(7).replace(" SELECT x FROM a7", "");
        assert!(passes(&format!(
            "{large} SELECT x FROM (WITH a7 AS (SELECT 1 AS x) SELECT x FROM a7, a7 AS b) AS c"
        )));
        assert!(!passes(&format!("{large}, \"A7\" AS (SELECT 1) SELECT 1 FROM A7 AS a, A7 AS b, A7 AS c")));
        assert!(!passes(&format!(
            "{large} SELECT (SELECT count(*) FROM a7, a7 AS b) FROM a7 WHERE x IN (SELECT x FROM a7)"
        )));
    }

    #[test]
    fn many_columns_count() {
        let joined = |tables: usize| {
            let tables: Vec<String> = (0..tables).map(|number| format!("wide AS w{number}")).collect();
            format!("SELECT 1 FROM {}", tables.join(", "))
        };
        assert!(passes(&joined(20)));
        assert!(!passes(&joined(60)));
        assert!(passes(&joined(60).replace("wide", "small")));
        // What is chosen is looked for in all of them.
        let all = |tables: usize| joined(tables).replace("SELECT 1", "SELECT *");
        assert!(passes(&all(5)));
        assert!(!passes(&all(6)));
        assert!(!passes(&all(6).replace("SELECT *", "SELECT w1.*")));
        assert!(!passes(&format!("SELECT 1 FROM ({}) AS s", all(6))));
        assert!(passes(&all(60).replace("wide", "small")));
    }

    #[test]
    fn tuples_become_no_columns() {
        for sql in [
            "WITH a AS (SELECT (1, 2) AS x), b AS (SELECT (x, x) AS x FROM a) SELECT length(x) FROM b",
            "SELECT first_value((x, x)) AS x FROM small",
            "SELECT CASE WHEN x > 1 THEN (x, x) END FROM small",
            "SELECT ((x, x)) FROM small",
        ] {
            assert!(!passes(sql), "{sql}");
        }
        for sql in [
            "SELECT x FROM small WHERE (x, y) IN ((1, 2), (3, 4))",
            "SELECT x FROM small WHERE ((x, y)) = (1, 2)",
            "SELECT x, y, count(*) FROM small GROUP BY (x, y)",
            "SELECT x, y, count(*) FROM small GROUP BY GROUPING SETS ((x, y), (x), ())",
            "SELECT x, y, count(*) FROM small GROUP BY ROLLUP (x, (y, z))",
            "SELECT count(DISTINCT (x, y)) FROM small",
        ] {
            assert!(passes(sql), "{sql}");
        }
    }

    #[test]
    fn types_are_not_asked_for_ever() {
        let nested = |levels: usize, inner: &str| {
            (0..levels).fold("x".to_owned(), |expr, _| inner.replace('$', &expr))
        };
        let in_function = "abs(CASE WHEN x > 1 THEN $ END)";
        assert!(passes(&format!("SELECT {} FROM small", nested(8, in_function))));
        assert!(!passes(&format!("SELECT {} FROM small", nested(36, in_function))));
        let in_condition = "CASE WHEN abs($) > 1 THEN x END";
        assert!(!passes(&format!("SELECT {} FROM small", nested(36, in_condition))));
        // Steps of a scale are as many looks as steps.
        let scale = "CASE WHEN x > 1 THEN 'a' ELSE $ END";
        assert!(passes(&format!("SELECT upper({}) FROM small", nested(30, scale))));
        assert!(passes(&format!("SELECT {} FROM small", nested(36, "round(x + $)"))));
    }
}
