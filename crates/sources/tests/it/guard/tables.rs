//! The tables of statements: those that must pass and those that must not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use wenshu_sources::Dialect;
use wenshu_sources::guard::{RefusalReason, check};

use super::{fixture, sqlite};

#[derive(Deserialize)]
struct Table {
    group: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    dialects: Vec<Dialect>,
    reason: Option<String>,
    #[serde(default)]
    other_reasons: BTreeMap<String, String>,
    statements: Vec<String>,
}

fn table(name: &str) -> Table {
    toml::from_str(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The statements that pass for a dialect.
pub(super) fn passed(dialect: Dialect) -> Vec<String> {
    let groups = table("passed.toml").group.into_iter().filter(|group| group.dialects.contains(&dialect));
    groups.flat_map(|group| group.statements).collect()
}

fn reason(name: &str) -> RefusalReason {
    match name {
        "Syntax" => RefusalReason::Syntax,
        "NotOneStatement" => RefusalReason::NotOneStatement,
        "NotReadOnly" => RefusalReason::NotReadOnly,
        "Function" => RefusalReason::Function,
        "Relation" => RefusalReason::Relation,
        "TooComplex" => RefusalReason::TooComplex,
        other => panic!("no reason is called {other}"),
    }
}

#[test]
fn the_tables_are_as_long_as_promised() {
    for (name, least) in [("passed.toml", 150), ("refused.toml", 150)] {
        let statements: BTreeSet<String> =
            table(name).group.into_iter().flat_map(|group| group.statements).collect();
        assert!(statements.len() >= least, "{name} has only {} different statements", statements.len());
    }
}

#[test]
fn what_is_harmless_passes() {
    let mut faults = Vec::new();
    for group in table("passed.toml").group {
        for dialect in &group.dialects {
            for statement in &group.statements {
                match check(statement, *dialect) {
                    Ok(query) => {
                        let again = check(query.sql(), *dialect);
                        if again.as_ref() != Ok(&query) {
                            faults.push(format!("{dialect:?}: `{}` becomes {again:?}", query.sql()));
                        }
                    }
                    Err(refusal) => {
                        faults.push(format!("{} ({dialect:?}): {statement}\n    {refusal}", group.name))
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_passes_for_sqlite_is_sql_of_sqlite_and_reads_only() {
    let database = sqlite();
    let mut faults = Vec::new();
    for group in table("passed.toml").group.iter().filter(|group| group.dialects.contains(&Dialect::Sqlite)) {
        for statement in &group.statements {
            let Ok(query) = check(statement, Dialect::Sqlite) else { continue };
            match database.prepare(query.sql()) {
                Ok(prepared) if prepared.readonly() => {}
                Ok(_) => faults.push(format!("writes: {}", query.sql())),
                Err(error) => faults.push(format!("{}: {error}", query.sql())),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_not_harmless_is_refused_for_its_reason() {
    let mut faults = Vec::new();
    for group in table("refused.toml").group {
        let expected = group.reason.as_deref().map(reason).expect("each group says the reason");
        for dialect in &group.dialects {
            for statement in &group.statements {
                let expected = group.other_reasons.get(statement).map_or(expected, |other| reason(other));
                match check(statement, *dialect) {
                    Ok(query) => faults.push(format!("{} ({dialect:?}) passed: {}", group.name, query.sql())),
                    Err(refusal) if refusal.reason != expected => faults.push(format!(
                        "{} ({dialect:?}): {statement}\n    {:?} and not {expected:?}: {refusal}",
                        group.name, refusal.reason
                    )),
                    Err(refusal) => {
                        assert!(refusal.message.ends_with('.'), "{refusal}");
                        assert!(!refusal.message.contains('\n'), "{refusal}");
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
