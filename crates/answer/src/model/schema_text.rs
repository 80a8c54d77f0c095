//! The parts of a schema that matter to a question, as text for a prompt, within a budget of tokens.

use std::fmt::Write as _;

use wenshu_sources::{Dialect, Schema, Table, TableKind};

use super::tokens::estimate;
use crate::builtin::ir::{ColumnId, TableId};
use crate::builtin::mentions::Mentions;
use crate::builtin::sql::quote;
use crate::{Cardinality, Relation, SemanticTerm, TermKind};

/// A schema as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SchemaText {
    /// The tables that matter, in schema order, a block for each.
    pub(super) tables: String,
    /// Names of those left out, as far as they fit.
    pub(super) other_tables: String,
    /// Stored values that the question may mean, a line each.
    pub(super) values: String,
    /// Business words, a line each.
    pub(super) terms: String,
    /// Columns that mean the same where no key says so, a line each.
    pub(super) relations: String,
}

/// The share of the budget that names of tables left out may take.
const NAMES_SHARE: u64 = 10;

/// Writes the schema. Everything is shown when it fits; else tables in the order of their weight, wide ones with the columns that
/// matter alone.
pub(super) fn write(
    schema: &Schema,
    dialect: Dialect,
    (terms, relations): (&[SemanticTerm], &[Relation]),
    mentions: &Mentions,
    budget: u64,
) -> SchemaText {
    let terms = terms_text(terms, budget / 3);
    let relations =
        lines_within(relations.iter().map(|relation| relation_line(relation, dialect)), budget / 6);
    let values = values_text(schema, dialect, mentions);
    let budget = budget.saturating_sub(estimate(&terms) + estimate(&relations) + estimate(&values));
    let mut chosen: Vec<(usize, String)> = Vec::new();
    let mut left_out = Vec::new();
    let mut used = 0;
    for index in by_weight(schema, mentions) {
        let Some(table) = schema.tables.get(index) else { continue };
        let whole = table_text(table, dialect, &|_| true);
        let cost = estimate(&whole);
        if used + cost <= budget {
            used += cost;
            chosen.push((index, whole));
            continue;
        }
        let weight = mentions.tables.get(index).copied().unwrap_or_default();
        let part = table_text(table, dialect, &|column| matters(table, index, column, mentions));
        let cost = estimate(&part);
        // One table is shown whatever it takes: without any there is nothing to ask.
        if chosen.is_empty() || weight > 0.0 && used + cost <= budget {
            used += cost;
            chosen.push((index, part));
        } else {
            left_out.push(index);
        }
    }
    chosen.sort_by_key(|(index, _)| *index);
    let blocks: Vec<String> = chosen.into_iter().map(|(_, text)| text).collect();
    SchemaText {
        tables: blocks.join("\n"),
        other_tables: names(schema, dialect, &mut left_out, budget / NAMES_SHARE),
        values,
        terms,
        relations,
    }
}

/// Tables, heaviest first, in schema order where they weigh the same.
fn by_weight(schema: &Schema, mentions: &Mentions) -> Vec<usize> {
    let weight = |index: usize| mentions.tables.get(index).copied().unwrap_or_default();
    let mut order: Vec<usize> = (0..schema.tables.len()).collect();
    order.sort_by(|left, right| weight(*right).total_cmp(&weight(*left)).then(left.cmp(right)));
    order
}

/// Keys, days, and columns that the question names.
fn matters(table: &Table, index: usize, position: usize, mentions: &Mentions) -> bool {
    let Some(column) = table.columns.get(position) else { return false };
    column.primary
        || column.kind.is_temporal()
        || table.foreign_keys.iter().any(|key| key.columns.contains(&column.name))
        || mentions.columns.contains_key(&ColumnId { table: TableId(index), column: position })
}

fn table_name(schema: Option<&str>, name: &str, dialect: Dialect) -> String {
    match schema {
        Some(schema) => format!("{}.{}", quote(dialect, schema), quote(dialect, name)),
        None => quote(dialect, name),
    }
}

/// A table and a line for each column: name, type, what it is and points to, and its comment.
fn table_text(table: &Table, dialect: Dialect, shows: &dyn Fn(usize) -> bool) -> String {
    let mut text = table_name(table.schema.as_deref(), &table.name, dialect);
    if table.kind == TableKind::View {
        text.push_str(" (view)");
    }
    if let Some(count) = table.row_count {
        let about = if count.exact { "" } else { "about " };
        let _ = write!(text, " ({about}{} rows)", count.rows);
    }
    comment(&mut text, table.comment.as_deref());
    text.push('\n');
    let mut hidden = 0;
    for (position, column) in table.columns.iter().enumerate() {
        if !shows(position) {
            hidden += 1;
            continue;
        }
        let _ = write!(text, "  {} {}", quote(dialect, &column.name), column.declared_type.to_lowercase());
        if column.primary {
            text.push_str(" primary key");
        }
        for key in &table.foreign_keys {
            let place = key.columns.iter().position(|name| *name == column.name);
            if let Some(target) = place.and_then(|place| key.references.get(place)) {
                let table = table_name(key.schema.as_deref(), &key.table, dialect);
                let _ = write!(text, " -> {table}.{}", quote(dialect, target));
            }
        }
        comment(&mut text, column.comment.as_deref());
        text.push('\n');
    }
    if hidden > 0 {
        let _ = writeln!(text, "  … {hidden} more columns");
    }
    text
}

fn comment(text: &mut String, comment: Option<&str>) {
    if let Some(comment) = comment.map(str::trim).filter(|comment| !comment.is_empty()) {
        text.push_str(" -- ");
        text.push_str(&comment.replace(['\n', '\r'], " "));
    }
}

fn names(schema: &Schema, dialect: Dialect, left_out: &mut [usize], budget: u64) -> String {
    left_out.sort_unstable();
    let mut text = String::new();
    for (shown, index) in left_out.iter().enumerate() {
        let Some(table) = schema.tables.get(*index) else { continue };
        let name = table_name(table.schema.as_deref(), &table.name, dialect);
        if estimate(&text) + estimate(&name) > budget {
            let _ = write!(text, ", … ({} more)", left_out.len() - shown);
            break;
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&name);
    }
    text
}

fn values_text(schema: &Schema, dialect: Dialect, mentions: &Mentions) -> String {
    let lines: Vec<String> = mentions
        .values
        .iter()
        .filter_map(|(id, value)| {
            let table = schema.tables.get(id.table.0)?;
            let column = table.columns.get(id.column)?;
            let name = table_name(table.schema.as_deref(), &table.name, dialect);
            Some(format!("{name}.{} = {}", quote(dialect, &column.name), dialect.quote_text(value)))
        })
        .collect();
    lines.join("\n")
}

/// `orders.customer_id = customers.id (many to one)`. A table's name may hold its schema, which is written as it is.
fn relation_line(relation: &Relation, dialect: Dialect) -> String {
    let place = |table: &str, column: &str| match table.split_once('.') {
        Some((schema, table)) => {
            format!("{}.{}", table_name(Some(schema), table, dialect), quote(dialect, column))
        }
        None => format!("{}.{}", quote(dialect, table), quote(dialect, column)),
    };
    let cardinality = match relation.cardinality {
        Cardinality::OneToOne => "one to one",
        Cardinality::OneToMany => "one to many",
        Cardinality::ManyToOne => "many to one",
        Cardinality::ManyToMany => "many to many",
    };
    let left = place(&relation.left_table, &relation.left_column);
    format!("{left} = {} ({cardinality})", place(&relation.right_table, &relation.right_column))
}

/// Business words; those that don't fit are left out from the end.
fn terms_text(terms: &[SemanticTerm], budget: u64) -> String {
    let lines = terms.iter().map(|term| {
        let meaning = match term.kind {
            TermKind::Metric | TermKind::Dimension => format!(": {}", term.expression),
            TermKind::Alias => format!(" means {}", term.expression),
            TermKind::Note => String::new(),
        };
        let description = term.description.as_deref().map(str::trim).unwrap_or_default();
        let separator = if description.is_empty() { "" } else { " -- " };
        format!("{}{meaning}{separator}{description}", term.term).replace(['\n', '\r'], " ")
    });
    lines_within(lines, budget)
}

/// The lines, as many as fit.
fn lines_within(lines: impl Iterator<Item = String>, budget: u64) -> String {
    let mut text = String::new();
    for line in lines {
        if estimate(&text) + estimate(&line) > budget {
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wenshu_sources::{Column, ForeignKey, RowCount, ValueKind};

    use super::*;

    fn column(name: &str, kind: ValueKind, primary: bool) -> Column {
        Column {
            name: name.to_owned(),
            declared_type: "TEXT".to_owned(),
            kind,
            nullable: true,
            primary,
            unique: primary,
            default: None,
            comment: None,
        }
    }

    fn table(name: &str, columns: Vec<Column>) -> Table {
        Table {
            schema: None,
            name: name.to_owned(),
            kind: TableKind::Table,
            comment: None,
            columns,
            foreign_keys: Vec::new(),
            row_count: None,
        }
    }

    fn shop() -> Schema {
        let mut orders = table(
            "orders",
            vec![
                column("id", ValueKind::Integer, true),
                column("客户 编号", ValueKind::Integer, false),
                column("note", ValueKind::Text, false),
                column("Status", ValueKind::Text, false),
            ],
        );
        orders.comment = Some("订单\n全部".to_owned());
        orders.row_count = Some(RowCount { rows: 12, exact: false });
        orders.foreign_keys = vec![ForeignKey {
            columns: vec!["客户 编号".to_owned()],
            schema: Some("crm".to_owned()),
            table: "customers".to_owned(),
            references: vec!["id".to_owned()],
        }];
        let others = (0..40)
            .map(|number| table(&format!("log_{number:02}"), vec![column("line", ValueKind::Text, false)]));
        Schema { tables: others.chain([orders]).collect() }
    }

    fn mentions() -> Mentions {
        let id = ColumnId { table: TableId(40), column: 3 };
        let mut tables = vec![0.0; 41];
        tables[40] = 1.0;
        Mentions { tables, columns: [(id, 1.0)].into(), values: vec![(id, Arc::from("it's"))] }
    }

    #[test]
    fn everything_is_shown_when_it_fits() {
        let text = write(&shop(), Dialect::Postgres, (&[], &[]), &mentions(), 10_000);
        assert_eq!(text.other_tables, "");
        assert!(text.tables.starts_with("log_00\n  line text\n\nlog_01"), "{}", text.tables);
        let orders = "orders (about 12 rows) -- 订单 全部\n  id text primary key\n  \"客户 编号\" text -> crm.customers.id\n  note text\n  \"Status\" text\n";
        assert!(text.tables.ends_with(orders), "{}", text.tables);
        assert_eq!(text.values, "orders.\"Status\" = 'it''s'");
    }

    #[test]
    fn what_matters_is_shown_when_not_all_fits() {
        let text = write(&shop(), Dialect::Postgres, (&[], &[]), &mentions(), 90);
        assert!(text.tables.contains("\"Status\" text"), "{}", text.tables);
        assert!(!text.tables.contains("log_20"), "{}", text.tables);
        assert!(text.other_tables.contains("more)"), "{}", text.other_tables);
        assert!(estimate(&text.tables) + estimate(&text.values) <= 90);

        let text = write(&shop(), Dialect::Postgres, (&[], &[]), &mentions(), 5);
        assert!(text.tables.contains("… 1 more columns") && !text.tables.contains("note"), "{}", text.tables);
    }

    #[test]
    fn relations_say_what_meets_what() {
        let relation = Relation {
            left_table: "orders".to_owned(),
            left_column: "客户 编号".to_owned(),
            right_table: "crm.customers".to_owned(),
            right_column: "id".to_owned(),
            cardinality: Cardinality::ManyToOne,
        };
        let text = write(&shop(), Dialect::Postgres, (&[], &[relation]), &mentions(), 10_000);
        assert_eq!(text.relations, "orders.\"客户 编号\" = crm.customers.id (many to one)");
    }

    #[test]
    fn terms_say_what_they_mean() {
        let term = |term: &str, kind, expression: &str, description: Option<&str>| SemanticTerm {
            term: term.to_owned(),
            kind,
            expression: expression.to_owned(),
            description: description.map(str::to_owned),
        };
        let terms = [
            term("GMV", TermKind::Metric, "SUM(orders.total)", Some("all\norders")),
            term("销量", TermKind::Alias, "GMV", None),
            term("财年", TermKind::Note, "", Some("四月开始")),
        ];
        let text = write(&shop(), Dialect::Sqlite, (&terms, &[]), &mentions(), 10_000);
        assert_eq!(text.terms, "GMV: SUM(orders.total) -- all orders\n销量 means GMV\n财年 -- 四月开始");
    }
}
