//! The rules find what they are for, and leave alone what is right.

use std::{collections::BTreeSet, path::Path};

use xtask::tidy::{
    contracts,
    graph::{self, Graph, Member},
    manifests, sources,
};

fn source_messages(name: &str, text: &str) -> Vec<String> {
    sources::check_text(name, text).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_one(messages: &[String], expected: &str) {
    assert!(
        messages.len() == 1 && messages[0].contains(expected),
        "expected `{expected}`, found {messages:?}"
    );
}

#[test]
fn a_file_without_a_module_doc_is_found() {
    assert_one(&source_messages("crates/core/src/a.rs", "use std::fs;\n"), "a.rs:1: no module doc");
    assert!(source_messages("crates/core/tests/fixtures/a.rs", "use std::fs;\n").is_empty());
    assert!(
        source_messages("crates/core/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n").is_empty()
    );
}

#[test]
fn a_long_file_is_found() {
    let long = format!("//! Doc.\n{}", "// line\n".repeat(600));
    assert_one(&source_messages("crates/core/src/a.rs", &long), "601 lines");
}

#[test]
fn white_space_is_found() {
    assert_one(&source_messages("a.rs", "//! Doc.\nfn a() {} \n"), "a.rs:2: white space");
    assert_one(&source_messages("a.rs", "//! Doc.\n\tfn a() {}\n"), "a.rs:2: a tab");
}

#[test]
fn unfinished_work_is_found_anywhere() {
    for text in [concat!("#[ign", "ore = \"slow\"]"), concat!("tod", "o!()"), concat!("unimple", "mented!()")]
    {
        assert_one(&source_messages("crates/core/src/a.rs", &format!("//! Doc.\n{text}\n")), "a.rs:2: ");
    }
    let comment = concat!("//! Doc.\n// `tod", "o!()` is what we don't write.\n");
    assert!(source_messages("crates/core/src/a.rs", comment).is_empty());
}

#[test]
fn sleeping_is_found_in_tests_alone() {
    let sleeping = concat!("//! Doc.\nfn a() { tokio::time::", "sleep(limit) }\n");
    assert!(source_messages("crates/core/src/a.rs", sleeping).is_empty());
    assert_one(&source_messages("crates/core/tests/it/a.rs", sleeping), "a.rs:2: ");
    assert_one(&source_messages("crates/core/src/runs/tests.rs", sleeping), "tests.rs:2: ");
    let in_module = concat!("//! Doc.\n#[cfg(test)]\nmod tests { fn a() { std::thread::", "sleep(b) } }\n");
    assert_one(&source_messages("crates/core/src/a.rs", in_module), "a.rs:3: ");
    let beside = concat!("//! Doc.\n#[cfg(test)]\nmod tests;\nfn a() { tokio::time::", "sleep(limit) }\n");
    assert!(source_messages("crates/core/src/a.rs", beside).is_empty());
}

#[test]
fn a_contract_that_imports_another_is_found() {
    let folders: Vec<String> = ["http", "querygpt", "aideer"].map(str::to_owned).into();
    let check = |own: &str, line: &str| contracts::check_text("chat.rs", line, own, &folders).len();
    assert_eq!(check("querygpt", "use crate::aideer::dto;"), 1);
    assert_eq!(check("querygpt", "use super::super::aideer;"), 1);
    assert_eq!(check("http", "use crate::querygpt::error;"), 1);
    assert_eq!(check("querygpt", "use crate::http::sse;"), 0);
    assert_eq!(check("querygpt", "use crate::querygpt::dto;"), 0);
    assert_eq!(check("querygpt", "use crate::aideer_like;"), 0);
}

fn manifest_messages(member: &str, text: &str) -> Vec<String> {
    manifests::check_text(Path::new(member), text).iter().map(ToString::to_string).collect()
}

const LINTS: &str = "\n[lints]\nworkspace = true\n";

#[test]
fn versions_and_features_in_a_member_are_found() {
    for line in
        ["serde = \"1\"", "serde = { workspace = true, features = [\"rc\"] }", "serde = { version = \"1\" }"]
    {
        let text = format!("[dependencies]\n{line}\n{LINTS}");
        assert_one(&manifest_messages("crates/core", &text), "Cargo.toml:2: `serde`");
    }
    let text = format!("[dependencies]\nserde = {{ workspace = true }}\nurl.workspace = true\n{LINTS}");
    assert!(manifest_messages("crates/core", &text).is_empty());
}

#[test]
fn missing_lints_are_found() {
    assert_one(&manifest_messages("crates/core", "[dependencies]\n"), "[lints]");
}

#[test]
fn a_library_in_the_wrong_crate_is_found() {
    let axum = format!("[dependencies]\naxum = {{ workspace = true }}\n{LINTS}");
    assert_one(&manifest_messages("crates/core", &axum), "`axum` belongs to");
    assert!(manifest_messages("crates/contracts", &axum).is_empty());
    let in_tests = format!("[dev-dependencies]\nrusqlite = {{ workspace = true }}\n{LINTS}");
    assert!(manifest_messages("crates/answer", &in_tests).is_empty());
    let in_product = format!("[dependencies]\nrusqlite = {{ workspace = true }}\n{LINTS}");
    assert_one(&manifest_messages("crates/answer", &in_product), "`rusqlite` belongs to");
}

fn graph_messages(name: &str, uses: &[&str], tests_use: &[&str], released: &[&str]) -> Vec<String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let member = Member {
        manifest: format!("crates/{name}/Cargo.toml"),
        uses: owned(uses),
        tests_use: owned(tests_use),
    };
    let packages: BTreeSet<String> = owned(released).into_iter().collect();
    let graph =
        Graph { members: [(name.to_owned(), member)].into(), released: [(name.to_owned(), packages)].into() };
    graph::check_graph(&graph).iter().map(ToString::to_string).collect()
}

#[test]
fn edges_in_the_wrong_direction_are_found() {
    assert!(graph_messages("contracts", &["core"], &["testkit"], &[]).is_empty());
    assert_one(&graph_messages("core", &["contracts"], &[], &[]), "`core` must not use `contracts`");
    assert_one(&graph_messages("contracts", &["store"], &[], &[]), "`contracts` must not use `store`");
    assert_one(&graph_messages("core", &["testkit"], &[], &[]), "`core` must not use `testkit`");
    assert_one(&graph_messages("core", &[], &["contracts"], &[]), "tests of `core` must not use `contracts`");
    assert_one(&graph_messages("helpers", &[], &[], &[]), "`helpers` has no row");
}

#[test]
fn what_must_not_be_released_is_found() {
    assert_one(&graph_messages("wenshu", &[], &[], &["wenshu", "bench"]), "`bench` is for development alone");
    assert_one(&graph_messages("wenshu", &[], &[], &["openssl-sys"]), "`openssl-sys` is reachable");
    assert_one(&graph_messages("core", &[], &[], &["axum"]), "`axum` is reachable from `core`");
    assert!(graph_messages("contracts", &[], &[], &["axum"]).is_empty());
}
