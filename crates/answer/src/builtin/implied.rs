//! Keys that nobody declared, found by names: into primary keys, and where a table has none into columns in which every row has a
//! value of its own, as tables of files do.
//!
//! A column in which a value comes twice is never pointed to, so that no row is counted twice. What has a value of its own by chance
//! is told from a key by its name, and two columns that only count their own rows (`id` and `id`) say nothing about each other.

use wenshu_sources::{Column, Schema, Table, ValueKind};

use super::graph::{Edge, position};
use super::ir::TableId;
use super::key_names::{Closeness, Key, closeness, stem};
use super::names;
use super::text::keys;

/// Names by which every table calls something of its own.
const OWN_TEXTS: [&str; 14] = [
    "name",
    "title",
    "type",
    "status",
    "description",
    "comment",
    "remark",
    "note",
    "名称",
    "姓名",
    "名字",
    "标题",
    "备注",
    "说明",
];

/// Edges by name, where there is none of those that are known.
pub(super) fn implied(schema: &Schema, known: &[Edge]) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    let parents = parents(schema);
    for (child, table) in schema.tables.iter().enumerate() {
        for (from, column) in table.columns.iter().enumerate() {
            let taken = known
                .iter()
                .any(|edge| edge.child.0 == child && edge.columns.iter().any(|(own, _)| *own == from));
            let own_key = column.primary && table.primary_key().count() == 1;
            if taken || own_key {
                continue;
            }
            let place = Place { table: child, column: from };
            let found = match into_primary(schema, place) {
                Some(found) => vec![found],
                None => into_distinct(schema, &parents, place),
            };
            for Found { parent, to, is_key } in found {
                let edge = Edge {
                    child: TableId(child),
                    parent: TableId(parent),
                    one_to_one: column.unique || column.distinct,
                    many_to_many: false,
                    is_key,
                    columns: vec![(from, to)],
                };
                if !known.iter().chain(&edges).any(|other| other.joins_like(&edge)) {
                    edges.push(edge);
                }
            }
        }
    }
    edges
}

/// The column that may point somewhere.
#[derive(Clone, Copy)]
struct Place {
    table: usize,
    column: usize,
}

impl Place {
    fn of(self, schema: &Schema) -> (&Table, &Column) {
        let table = &schema.tables[self.table];
        (table, &table.columns[self.column])
    }
}

/// Where it points.
struct Found {
    parent: usize,
    to: usize,
    is_key: bool,
}

/// `x_id` into the table of x, or a column of the same name as another table's primary key.
fn into_primary(schema: &Schema, from: Place) -> Option<Found> {
    let (_, column) = from.of(schema);
    let words = names::words(&column.name);
    let is_key = words.len() > 1
        && matches!(words.last().map(String::as_str), Some("id" | "code" | "no" | "key" | "编号" | "号"))
        || column.name.ends_with("编号")
        || column.name.ends_with("号");
    let about: Vec<u64> = keys(&words[..words.len().saturating_sub(1)].join(" "));
    schema.tables.iter().enumerate().find_map(|(parent, other)| {
        if parent == from.table {
            return None;
        }
        let mut key = other.primary_key();
        let (name, single) = (key.next()?, key.next().is_none());
        if !single {
            return None;
        }
        let to = position(other, name)?;
        let same_name = column.name.eq_ignore_ascii_case(name)
            && !matches!(name.to_lowercase().as_str(), "id" | "name" | "code" | "编号" | "名称" | "rowid");
        let stem = keys(&names::table_words(&other.name).join(" "));
        let named_after = is_key && !about.is_empty() && about == stem;
        (same_name || named_after).then_some(Found { parent, to, is_key: true })
    })
}

/// A table without a primary key, of which columns tell rows apart all the same.
struct Parent {
    table: usize,
    /// What its name says that it is of.
    stem: Vec<u64>,
    columns: Vec<Target>,
}

/// A column in which every row has a value of its own.
struct Target {
    column: usize,
    kind: ValueKind,
    name: String,
    key: Option<Key>,
}

fn parents(schema: &Schema) -> Vec<Parent> {
    let of_table = |(table, described): (usize, &Table)| {
        if described.primary_key().next().is_some() {
            return None;
        }
        let columns = described.columns.iter().enumerate();
        let columns: Vec<Target> = columns
            .filter(|(_, to)| tells_rows_apart(to))
            .map(|(column, to)| {
                let name = to.name.trim().to_lowercase();
                Target { column, kind: to.kind, name, key: Key::named(&to.name) }
            })
            .collect();
        (!columns.is_empty()).then(|| Parent { table, stem: stem(described), columns })
    };
    schema.tables.iter().enumerate().filter_map(of_table).collect()
}

fn tells_rows_apart(column: &Column) -> bool {
    column.unique && !column.nullable || column.distinct
}

/// Into tables without a primary key: into columns that tell their rows apart.
fn into_distinct(schema: &Schema, parents: &[Parent], from: Place) -> Vec<Found> {
    let (table, column) = from.of(schema);
    let Some(key) = Key::named(&column.name) else { return into_texts(parents, from, column) };
    let is_own = tells_rows_apart(column);
    // Its table is what it is about: others point here.
    if is_own && closeness(&stem(table), &key.about).is_some_and(|own| own < Closeness::Related) {
        return Vec::new();
    }
    let others = || parents.iter().filter(|parent| parent.table != from.table);
    // The column over there that it equals: called the same, or `id` where this is `x_id`.
    let target = |parent: &Parent, may_be_short: bool| {
        let fits = |to: &&Target| {
            to.kind == column.kind && (to.key.as_ref() == Some(&key) || may_be_short && to.name == key.last)
        };
        parent.columns.iter().find(fits).map(|to| to.column)
    };
    // The table that is about the same; of several that are equally close none.
    let near: Vec<(Closeness, usize, usize)> = others()
        .filter_map(|parent| {
            Some((closeness(&parent.stem, &key.about)?, parent.table, target(parent, true)?))
        })
        .collect();
    if let Some(closest) = near.iter().map(|(closeness, ..)| *closeness).min() {
        let mut closest = near.iter().filter(|(closeness, ..)| *closeness == closest);
        return match (closest.next(), closest.next()) {
            (Some(&(_, parent, to)), None) => vec![Found { parent, to, is_key: true }],
            _ => Vec::new(),
        };
    }
    others()
        // Where both sides tell their rows apart, one way is enough.
        .filter(|parent| !is_own || parent.table < from.table)
        .filter_map(|parent| {
            Some(Found { parent: parent.table, to: target(parent, false)?, is_key: !is_own })
        })
        .collect()
}

/// A text that is no key, as the name of a city: into the table that is about nothing else, which has each of them once.
fn into_texts(parents: &[Parent], from: Place, column: &Column) -> Vec<Found> {
    let name = column.name.trim().to_lowercase();
    let words = keys(&name);
    let is_made_up = name.strip_prefix("column_").is_some_and(|rest| rest.parse::<usize>().is_ok());
    let says_nothing = words.is_empty() || is_made_up || OWN_TEXTS.contains(&name.as_str());
    if column.kind != ValueKind::Text || tells_rows_apart(column) || says_nothing {
        return Vec::new();
    }
    let others = parents.iter().filter(|parent| parent.table != from.table);
    others
        .filter_map(|parent| {
            let to = parent.columns.iter().find(|to| to.kind == column.kind && to.name == name)?;
            let is_about_it = to.column == 0 || closeness(&parent.stem, &words) == Some(Closeness::Same);
            // It says something of its own: grouped by it, rows whose text isn't over there count too.
            is_about_it.then_some(Found { parent: parent.table, to: to.column, is_key: false })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use wenshu_sources::TableKind;

    use super::*;

    /// Tables as `orders: id*, customer_id, amount`: texts, whole numbers with a name that ends in `#`, `*` where every row has a
    /// value of its own.
    fn schema(tables: &[&str]) -> Schema {
        let column = |text: &str| {
            let text = text.trim();
            let (name, distinct) = text.strip_suffix('*').map_or((text, false), |name| (name, true));
            let (name, kind) = match name.strip_suffix('#') {
                Some(name) => (name, ValueKind::Integer),
                None => (name, ValueKind::Text),
            };
            Column {
                name: name.to_owned(),
                declared_type: kind.as_str().to_owned(),
                kind,
                nullable: true,
                primary: false,
                unique: false,
                distinct,
                default: None,
                comment: None,
            }
        };
        let table = |text: &&str| {
            let (name, columns) = text.split_once(':').unwrap();
            Table {
                schema: None,
                name: name.to_owned(),
                kind: TableKind::Table,
                comment: None,
                columns: columns.split(',').map(column).collect(),
                foreign_keys: Vec::new(),
                row_count: None,
            }
        };
        Schema { tables: tables.iter().map(table).collect() }
    }

    /// Edges as `orders.customer_id > customers.id`, with `=` where neither side has a value twice.
    fn edges(tables: &[&str]) -> Vec<String> {
        let schema = schema(tables);
        let shown = |edge: &Edge| {
            let name = |table: TableId, column: usize| {
                let table = &schema.tables[table.0];
                format!("{}.{}", table.name, table.columns[column].name)
            };
            let (from, to) = edge.columns[0];
            let sign = if edge.one_to_one { '=' } else { '>' };
            format!("{} {sign} {}", name(edge.child, from), name(edge.parent, to))
        };
        implied(&schema, &[]).iter().map(shown).collect()
    }

    #[test]
    fn keys_are_found_by_their_names() {
        for (tables, expected) in [
            (
                ["orders: id#*, customer_id#, amount#", "customers: id#*, name, city"],
                "orders.customer_id > customers.id",
            ),
            (
                ["orders: id#*, CustomerID#", "customers: customer_id#*, city"],
                "orders.CustomerID > customers.customer_id",
            ),
            (["订单: 客户编号, 金额#", "客户: 客户编号*, 城市"], "订单.客户编号 > 客户.客户编号"),
            (["销售: 商品ID#, 数量#", "商品: ID#*, 名称"], "销售.商品ID > 商品.ID"),
            (["销售: 商品编号, 数量#", "商品信息_2024: 编号*, 名称"], "销售.商品编号 > 商品信息_2024.编号"),
            (
                ["shop_orders: customer_id#", "shop_customers: id#*, city"],
                "shop_orders.customer_id > shop_customers.id",
            ),
            (["orders: customer_id#", "客户: id#*, 城市"], "orders.customer_id > 客户.id"),
            // Called the same, in a table that is called otherwise.
            (["明细: 订单编号", "2024: 订单编号*, 城市"], "明细.订单编号 > 2024.订单编号"),
            (["sales: sku, amount#", "prices: sku_code*, price#"], ""),
            // Words that are no keys: into the table that is about them.
            (["销售: 城市, 销售额#", "城市: 省份, 城市*"], "销售.城市 > 城市.城市"),
            (["销售: 城市, 销售额#", "区域划分: 城市*, 大区"], "销售.城市 > 区域划分.城市"),
        ] {
            assert_eq!(edges(&tables).join("; "), expected, "{tables:?}");
        }
    }

    #[test]
    fn what_is_no_key_joins_nothing() {
        for tables in [
            // Numbers of rows.
            ["orders: id#*, amount#", "customers: id#*, name"],
            ["订单: 序号#*, 金额#", "客户: 序号#*, 城市"],
            ["订单: 编号#, 金额#", "客户: 编号#*, 城市"],
            // A value that comes twice.
            ["orders: customer_id#", "customers: id#, customer_id#, city"],
            ["订单: 客户编号", "客户: 客户编号, 城市"],
            // Values of different kinds are never equal.
            ["orders: customer_id#", "customers: id*, city"],
            // By chance.
            ["orders: amount#, day", "refunds: amount#*, day"],
            ["orders: note, amount#", "stores: store, note*"],
            ["orders: city, amount#", "customers: name*, city*"],
            ["orders: name, amount#", "customers: name*, city"],
            ["a: column_1, column_2", "b: column_1*, column_2"],
            ["a: zip_code, amount#", "b: shop, zip_code*"],
            ["a: row_no#*, amount#", "b: row_no#*, city"],
        ] {
            assert_eq!(edges(&tables), Vec::<String>::new(), "{tables:?}");
        }
    }

    #[test]
    fn of_several_the_table_that_the_key_is_about_is_pointed_to() {
        let tables =
            ["orders: order_no*, customer_id#", "payments: order_no*, paid#", "items: order_no, sku"];
        assert_eq!(
            edges(&tables),
            ["payments.order_no = orders.order_no", "items.order_no > orders.order_no"]
        );
        let tables = ["orders: customer_id#", "contacts: customer_id#*, phone", "customers: id#*, city"];
        assert_eq!(
            edges(&tables),
            ["orders.customer_id > customers.id", "contacts.customer_id = customers.id"]
        );
        // Nobody knows which of the two.
        assert_eq!(
            edges(&["items: order_id#", "sales_orders: id#*", "purchase_orders: id#*"]),
            Vec::<String>::new()
        );
        // Where no table is about it, one way between two of them is enough.
        let tables = ["a: 客户编号*, x", "b: 客户编号*, y"];
        assert_eq!(edges(&tables), ["b.客户编号 = a.客户编号"]);
    }
}
