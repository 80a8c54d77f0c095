//! The checkout keeps the rules. The same as `cargo xtask tidy`, so that nobody has to remember to run it.

use xtask::{
    tidy::{Finding, contracts, graph, manifests, sources},
    workspace,
};

fn assert_none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn every_source_file_keeps_the_rules() {
    let root = workspace::root().unwrap();
    assert!(workspace::files(&root, "rs").unwrap().len() > 20, "the files weren't found");
    assert_none(&sources::check(&root).unwrap());
}

#[test]
fn every_manifest_keeps_the_rules() {
    assert_none(&manifests::check(&workspace::root().unwrap()).unwrap());
}

#[test]
fn no_contract_imports_another() {
    assert_none(&contracts::check(&workspace::root().unwrap()).unwrap());
}

#[test]
fn dependencies_point_one_way() {
    let graph = graph::read(&workspace::root().unwrap()).unwrap();
    assert!(graph.members.contains_key("core"), "the graph wasn't read: {graph:?}");
    assert!(graph.released["wenshu"].contains("axum"), "the released packages weren't read");
    assert_none(&graph::check_graph(&graph));
}
