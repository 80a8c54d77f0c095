//! Names with a dot, which PostgreSQL takes for calls where there is no such column: `t.f` is `f(t)`, of a function that the database's
//! owner made.
//!
//! Whether there is a column or a function only the database knows, so nothing is refused here but what is no table at all. What is
//! found goes with the statement, and the driver asks the database before it runs it.

use sqlparser::ast::{Ident, ObjectName, TableAlias};

use super::walk::plain_name;
use crate::Dialect;

/// A name after a dot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DottedName {
    /// The name, as the database looks it up.
    pub(crate) name: String,
    /// The relations, quoted, of which it may be a column; none where that isn't known.
    pub(crate) relations: Vec<String>,
}

/// What was met of them in a statement.
#[derive(Default)]
pub(super) struct Dotted {
    /// What stands before the last dot, and what behind it.
    names: Vec<(Vec<String>, String)>,
    /// What stands in `FROM`, by the name that it has there: a relation's parts, or something of which nothing is known.
    sources: Vec<(String, Option<Vec<String>>)>,
    /// Tables that the statement itself makes.
    made: Vec<String>,
}

impl Dotted {
    /// A name of two parts or more.
    pub(super) fn name(&mut self, parts: &[Ident]) {
        if let Some((last, owner)) = parts.split_last()
            && !owner.is_empty()
        {
            self.names.push((owner.iter().map(folded).collect(), folded(last)));
        }
    }

    /// A relation in `FROM`.
    pub(super) fn relation(&mut self, name: &ObjectName, alias: Option<&TableAlias>) {
        let Ok(parts) = plain_name(name) else { return };
        let parts: Vec<String> = parts.into_iter().map(folded).collect();
        match (alias, parts.last()) {
            // Its columns may have other names there.
            (Some(alias), _) => {
                let relation = alias.columns.is_empty().then_some(parts);
                self.sources.push((folded(&alias.name), relation));
            }
            (None, Some(last)) => self.sources.push((last.clone(), Some(parts))),
            (None, None) => {}
        }
    }

    /// Something else in `FROM`: a subquery, a function, a join in brackets.
    pub(super) fn other(&mut self, alias: Option<&TableAlias>) {
        self.sources.extend(alias.map(|alias| (folded(&alias.name), None)));
    }

    /// A table that the statement makes, which hides a relation of its name.
    pub(super) fn made(&mut self, alias: &TableAlias) {
        self.made.push(folded(&alias.name));
    }

    /// Every name once. Aliases aren't resolved: of several things with one name, each may be the one that is meant.
    pub(super) fn finish(self) -> Vec<DottedName> {
        let mut names: Vec<DottedName> = Vec::new();
        for (owner, name) in &self.names {
            let relations = self.relations(owner);
            let dotted = DottedName { name: name.clone(), relations };
            if !names.contains(&dotted) {
                names.push(dotted);
            }
        }
        names
    }

    fn relations(&self, owner: &[String]) -> Vec<String> {
        let [alias] = owner else { return vec![quoted(owner)] };
        let mut relations = Vec::new();
        for (_, source) in self.sources.iter().filter(|(name, _)| name == alias) {
            match source {
                Some(parts) if parts.len() > 1 || !self.made.contains(&parts[0]) => {
                    relations.push(quoted(parts));
                }
                _ => return Vec::new(),
            }
        }
        relations.dedup();
        relations
    }
}

fn quoted(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| Dialect::Postgres.quote_identifier(part)).collect();
    parts.join(".")
}

/// A name as PostgreSQL looks it up.
fn folded(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => name.value.clone(),
        None => name.value.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dialect, guard};

    fn found(sql: &str) -> String {
        let query = guard::check(sql, Dialect::Postgres).unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
        let names = query.dotted_names().iter().map(|dotted| {
            let relations =
                if dotted.relations.is_empty() { "?".to_owned() } else { dotted.relations.join(",") };
            format!("{}={relations}", dotted.name)
        });
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_and_where_they_may_come_from() {
        for (sql, expected) in [
            ("SELECT name FROM customers", ""),
            ("SELECT customers.name FROM customers", "name=\"customers\""),
            ("SELECT C.Name, c.\"Name\" FROM Customers AS c", "name=\"customers\" Name=\"customers\""),
            ("SELECT sales.orders.total FROM sales.orders", "total=\"sales\".\"orders\""),
            ("SELECT o.total FROM sales.orders o", "total=\"sales\".\"orders\""),
            ("SELECT s.f FROM (SELECT 1 AS a) AS s", "f=?"),
            ("WITH c AS (SELECT 1 AS a) SELECT c.f FROM c", "f=?"),
            ("WITH c AS (SELECT 1 AS a) SELECT x.f FROM c AS x", "f=?"),
            ("WITH c AS (SELECT 1 AS a) SELECT x.f FROM public.c AS x", "f=\"public\".\"c\""),
            ("SELECT c.f FROM customers AS c (a, b)", "f=?"),
            ("SELECT j.f FROM (customers AS a CROSS JOIN orders AS b) AS j", "f=?"),
            (
                "SELECT x.f FROM customers AS x WHERE EXISTS (SELECT x.f FROM orders AS x)",
                "f=\"customers\",\"orders\"",
            ),
            ("SELECT x.f FROM customers AS x, (SELECT x.f FROM (SELECT 1) AS x) AS y", "f=?"),
            (
                "SELECT sum(o.total) FILTER (WHERE o.paid) FROM orders AS o ORDER BY o.id",
                "total=\"orders\" paid=\"orders\" id=\"orders\"",
            ),
        ] {
            assert_eq!(found(sql), expected, "{sql}");
        }
    }
}
