//! The parts of a schema that matter to a question, as text for a prompt, within a budget of tokens.

use std::fmt::Write as _;

use wenshu_sources::{Dialect, Schema, Table, TableKind};

use super::known_text;
use super::tokens::{TokenCounter, estimate};
use crate::builtin::ir::{ColumnId, TableId};
use crate::builtin::mentions::Mentions;
use crate::builtin::sql::quote;
use crate::{Question, Relation, SemanticTerm};

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

/// Writes the schema, within the budget of tokens. Everything is shown when it fits; else tables in the order of their weight, wide ones
/// with the columns that matter alone, and names of the rest.
pub(super) fn write(
    schema: &Schema,
    dialect: Dialect,
    (terms, relations): (&[SemanticTerm], &[Relation]),
    question: &Question,
    mentions: &Mentions,
    budget: u64,
) -> SchemaText {
    let terms = known_text::terms(terms, question, schema, mentions, budget / 3);
    let relations = known_text::relations(relations, dialect, schema, mentions, budget / 6);
    let values = values_text(schema, dialect, mentions);
    let budget = budget.saturating_sub(estimate(&terms) + estimate(&relations) + estimate(&values));
    if let Some(tables) = all_tables(schema, dialect, budget) {
        return SchemaText { tables, other_tables: String::new(), values, terms, relations };
    }
    let budget_of_names = budget / NAMES_SHARE;
    let (tables, mut left_out) = some_tables(schema, dialect, mentions, budget - budget_of_names);
    let other_tables = names(schema, dialect, &mut left_out, budget_of_names);
    SchemaText { tables, other_tables, values, terms, relations }
}

/// All tables, when they fit.
fn all_tables(schema: &Schema, dialect: Dialect, budget: u64) -> Option<String> {
    // Tables that can't fit together aren't written to find that out.
    if schema.tables.iter().map(least).sum::<u64>() > budget {
        return None;
    }
    let blocks: Vec<String> =
        schema.tables.iter().map(|table| table_text(table, dialect, &|_| true)).collect();
    (blocks.iter().map(|block| estimate(block)).sum::<u64>() <= budget).then(|| blocks.join("\n"))
}

/// The tables that matter most, in schema order, as many as fit; and which ones don't.
fn some_tables(schema: &Schema, dialect: Dialect, mentions: &Mentions, budget: u64) -> (String, Vec<usize>) {
    let mut chosen: Vec<(usize, String)> = Vec::new();
    let mut left_out = Vec::new();
    let mut used = 0;
    for index in by_weight(schema, mentions) {
        let Some(table) = schema.tables.get(index) else { continue };
        if used + least(table) <= budget {
            let whole = table_text(table, dialect, &|_| true);
            let cost = estimate(&whole);
            if used + cost <= budget {
                used += cost;
                chosen.push((index, whole));
                continue;
            }
        }
        let weight = mentions.tables.get(index).copied().unwrap_or_default();
        // One table is shown whatever it takes: without any there is nothing to ask.
        if chosen.is_empty() || weight > 0.0 && used + estimate(&table.name) <= budget {
            let part = table_text(table, dialect, &|column| matters(table, index, column, mentions));
            let cost = estimate(&part);
            if chosen.is_empty() || used + cost <= budget {
                used += cost;
                chosen.push((index, part));
                continue;
            }
        }
        left_out.push(index);
    }
    chosen.sort_by_key(|(index, _)| *index);
    let blocks: Vec<String> = chosen.into_iter().map(|(_, text)| text).collect();
    (blocks.join("\n"), left_out)
}

/// What a table's text takes at least, found without writing it.
fn least(table: &Table) -> u64 {
    let mut counter = TokenCounter::default();
    counter.add(&table.name);
    for column in &table.columns {
        counter.add(&column.name);
        counter.add(&column.declared_type);
    }
    counter.tokens()
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

pub(super) fn table_name(schema: Option<&str>, name: &str, dialect: Dialect) -> String {
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
    /// About what saying how many more there are takes.
    const REST: u64 = 6;
    left_out.sort_unstable();
    let mut text = String::new();
    let mut used = TokenCounter::default();
    for (shown, index) in left_out.iter().enumerate() {
        let Some(table) = schema.tables.get(*index) else { continue };
        let name = table_name(table.schema.as_deref(), &table.name, dialect);
        let before = used;
        used.add(&name);
        used.add(", ");
        if used.tokens() + REST > budget {
            if before.tokens() + REST <= budget {
                let _ = write!(text, ", … ({} more)", left_out.len() - shown);
            }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wenshu_sources::{Column, ForeignKey, RowCount, ValueKind};

    use super::*;
    use crate::{Cardinality, Language, TermKind};

    fn column(name: &str, kind: ValueKind, primary: bool) -> Column {
        Column {
            name: name.to_owned(),
            declared_type: "TEXT".to_owned(),
            kind,
            nullable: true,
            primary,
            unique: primary,
            distinct: false,
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
        Mentions {
            tables,
            columns: [(id, 1.0)].into(),
            values: vec![(id, Arc::from("it's"))],
            ..Mentions::default()
        }
    }

    fn question() -> Question {
        let now = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_opt(10, 0, 0).unwrap();
        Question { text: "各状态的 GMV 150".to_owned(), language: Language::Zh, now, context: Vec::new() }
    }

    fn relation(left: &str, right: &str) -> Relation {
        Relation {
            left_table: left.to_owned(),
            left_column: "a_column_of_it".to_owned(),
            right_table: right.to_owned(),
            right_column: "another_column".to_owned(),
            cardinality: Cardinality::ManyToOne,
        }
    }

    #[test]
    fn of_much_that_is_known_the_question_chooses_and_the_budget_holds() {
        let columns = |count: usize| {
            (0..count)
                .map(|number| column(&format!("measured_value_{number}"), ValueKind::Text, false))
                .collect()
        };
        let mut schema = shop();
        schema.tables.extend((0..300).map(|number| table(&format!("machine_{number}"), columns(40))));
        let mut mentions = mentions();
        mentions.tables.resize(schema.tables.len(), 0.0);
        // `machine_250` is a neighbour of what is asked for.
        mentions.tables[41 + 250] = 0.3;
        let term = |number: usize, description: &str| SemanticTerm {
            term: format!("GMV {number:03}"),
            kind: TermKind::Metric,
            expression: "SUM(machine_1.measured_value_1)".to_owned(),
            description: Some(description.to_owned()),
        };
        let mut terms: Vec<SemanticTerm> = (0..300).map(|number| term(number, "一个指标")).collect();
        // One that is longer than what there is room for hides none behind it.
        terms[3] = term(3, &"很长".repeat(2_000));
        let mut relations: Vec<Relation> =
            (0..300).map(|number| relation(&format!("machine_{number}"), "log_01")).collect();
        relations.push(relation("orders", "machine_250"));
        for budget in [300, 1_000, 6_000] {
            let known = (terms.as_slice(), relations.as_slice());
            let text = write(&schema, Dialect::Postgres, known, &question(), &mentions, budget);
            assert!(text.terms.contains("GMV 150:") && text.terms.contains("GMV 000:"), "{}", text.terms);
            assert!(!text.terms.contains("GMV 003"), "{}", text.terms);
            assert!(text.relations.contains("orders.a_column_of_it = machine_250."), "{}", text.relations);
            assert!(text.tables.contains("orders (about 12 rows)"), "{}", text.tables);
            assert!(text.other_tables.contains("more)"), "{budget}: {}", text.other_tables);
            let SchemaText { tables, other_tables, values, terms, relations } = &text;
            let parts = [tables, other_tables, values, terms, relations];
            let used: u64 = parts.iter().map(|part| estimate(part)).sum();
            assert!(used <= budget, "{used} of {budget}");
        }
    }

    #[test]
    fn everything_is_shown_when_it_fits() {
        let text = write(&shop(), Dialect::Postgres, (&[], &[]), &question(), &mentions(), 10_000);
        assert_eq!(text.other_tables, "");
        assert!(text.tables.starts_with("log_00\n  line text\n\nlog_01"), "{}", text.tables);
        let orders = "orders (about 12 rows) -- 订单 全部\n  id text primary key\n  \"客户 编号\" text -> crm.customers.id\n  note text\n  \"Status\" text\n";
        assert!(text.tables.ends_with(orders), "{}", text.tables);
        assert_eq!(text.values, "orders.\"Status\" = 'it''s'");
    }

    #[test]
    fn what_matters_is_shown_when_not_all_fits() {
        let text = write(&shop(), Dialect::Postgres, (&[], &[]), &question(), &mentions(), 90);
        assert!(text.tables.contains("\"Status\" text"), "{}", text.tables);
        assert!(!text.tables.contains("log_20"), "{}", text.tables);
        assert!(text.other_tables.contains("more)"), "{}", text.other_tables);
        assert!(estimate(&text.tables) + estimate(&text.values) <= 90);

        let text = write(&shop(), Dialect::Postgres, (&[], &[]), &question(), &mentions(), 5);
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
        let text = write(&shop(), Dialect::Postgres, (&[], &[relation]), &question(), &mentions(), 10_000);
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
        let text = write(&shop(), Dialect::Sqlite, (&terms, &[]), &question(), &mentions(), 10_000);
        assert_eq!(text.terms, "GMV: SUM(orders.total) -- all orders\n销量 means GMV\n财年 -- 四月开始");
    }
}
