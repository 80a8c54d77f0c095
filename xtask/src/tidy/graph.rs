//! Which crate may depend on which: the arrows of ARCHITECTURE.md, read from `cargo metadata`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

use super::Finding;

/// What each crate may use. A crate that isn't here is refused: a new one is a decision.
const ALLOWED: &[Allowed] = &[
    Allowed {
        name: "wenshu",
        uses: &[
            "contracts",
            "core",
            "answer",
            "sources",
            "store",
            "demo",
            "lake",
            "models",
            "tools",
            "wechat",
        ],
    },
    Allowed { name: "contracts", uses: &["core"] },
    Allowed { name: "core", uses: &["answer", "store", "sources"] },
    Allowed { name: "answer", uses: &["sources"] },
    Allowed { name: "models", uses: &["answer"] },
    Allowed { name: "tools", uses: &["answer"] },
    Allowed { name: "wechat", uses: &["core"] },
    Allowed { name: "lake", uses: &["sources"] },
    Allowed { name: "sources", uses: &[] },
    Allowed { name: "store", uses: &[] },
    Allowed { name: "demo", uses: &[] },
    Allowed {
        name: "testkit",
        uses: &["contracts", "core", "answer", "sources", "store", "demo", "models", "tools", "wechat"],
    },
    Allowed { name: "bench", uses: &[] },
    Allowed { name: "xtask", uses: &[] },
];

/// What tests of any crate may use besides.
const FOR_TESTS: &[&str] = &["testkit", "demo"];

/// Crates that are in no release build.
const NEVER_RELEASED: &[&str] = &["testkit", "bench", "xtask"];

/// Libraries that must not be reachable from a crate, in its release build.
const UNREACHABLE: &[Unreachable] = &[
    Unreachable { from: &["core", "answer", "models", "sources", "store", "demo", "tools"], library: "axum" },
    Unreachable { from: &["core", "answer", "sources", "store", "contracts"], library: "rig-core" },
    Unreachable { from: &["core", "answer", "sources", "store", "contracts"], library: "rmcp" },
    Unreachable { from: &["answer", "sources", "demo"], library: "sea-orm" },
    Unreachable {
        from: &["store", "sources", "answer", "core", "contracts", "models", "testkit"],
        library: "datafusion",
    },
    Unreachable { from: &["wenshu"], library: "openssl-sys" },
    Unreachable { from: &["wenshu"], library: "native-tls" },
];

struct Allowed {
    name: &'static str,
    uses: &'static [&'static str],
}

struct Unreachable {
    from: &'static [&'static str],
    library: &'static str,
}

/// The dependency graph as far as the rules speak of it.
#[derive(Debug, Default)]
pub struct Graph {
    /// Of each package that is a member: manifest and edges to other members.
    pub members: BTreeMap<String, Member>,
    /// Of each member: every package that its release build contains, itself included.
    pub released: BTreeMap<String, BTreeSet<String>>,
}

/// One of our crates, by its name without `wenshu-`.
#[derive(Debug, Default)]
pub struct Member {
    /// Path of the `Cargo.toml` from the root of the checkout.
    pub manifest: String,
    /// Other members that it uses.
    pub uses: Vec<String>,
    /// Other members that only its tests use.
    pub tests_use: Vec<String>,
}

/// Reads the graph of the checkout and checks it.
///
/// # Errors
/// When `cargo metadata` fails.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    Ok(check_graph(&read(root)?))
}

/// Checks a graph.
#[must_use]
pub fn check_graph(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, member) in &graph.members {
        let mut find = |message: String| findings.push(Finding::new(&member.manifest, 1, message));
        let Some(allowed) = ALLOWED.iter().find(|allowed| allowed.name == name) else {
            find(format!(
                "`{name}` has no row in `xtask/src/tidy/graph.rs`: say what it may use, there and in ARCHITECTURE.md"
            ));
            continue;
        };
        for used in &member.uses {
            if !allowed.uses.contains(&used.as_str()) {
                find(format!(
                    "`{name}` must not use `{used}`: ARCHITECTURE.md says which way the arrows point"
                ));
            }
        }
        for used in &member.tests_use {
            if !allowed.uses.contains(&used.as_str()) && !FOR_TESTS.contains(&used.as_str()) {
                find(format!("tests of `{name}` must not use `{used}`"));
            }
        }
    }
    for (name, packages) in &graph.released {
        let manifest = graph.members.get(name).map_or("Cargo.toml", |member| member.manifest.as_str());
        for never in NEVER_RELEASED {
            if name != never && packages.contains(*never) {
                let message =
                    format!("`{never}` is for development alone and would be released with `{name}`");
                findings.push(Finding::new(manifest, 1, message));
            }
        }
        for rule in UNREACHABLE.iter().filter(|rule| rule.from.contains(&name.as_str())) {
            if packages.contains(rule.library) {
                let message = format!(
                    "`{}` is reachable from `{name}`: `cargo tree --edges normal --package wenshu-{name} --invert {0}` shows how",
                    rule.library
                );
                findings.push(Finding::new(manifest, 1, message));
            }
        }
    }
    findings
}

/// Reads the graph of the checkout at `root`.
///
/// # Errors
/// When `cargo metadata` fails.
pub fn read(root: &Path) -> Result<Graph> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .other_options(vec!["--filter-platform".to_owned(), host()?])
        .exec()
        .context("`cargo metadata` failed")?;
    let mut graph = Graph::default();
    for package in metadata.workspace_packages() {
        let manifest = package.manifest_path.as_std_path();
        let manifest = manifest.strip_prefix(root).unwrap_or(manifest).to_string_lossy().into_owned();
        let mut member = Member { manifest, ..Member::default() };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
            let name = short(&dependency.name).to_owned();
            match dependency.kind {
                DependencyKind::Development => member.tests_use.push(name),
                _ => member.uses.push(name),
            }
        }
        graph.released.insert(short(&package.name).to_owned(), released(&metadata, &package.id)?);
        graph.members.insert(short(&package.name).to_owned(), member);
    }
    Ok(graph)
}

/// The packages of a release build, followed along normal and build dependencies.
fn released(metadata: &Metadata, start: &PackageId) -> Result<BTreeSet<String>> {
    let resolve = metadata.resolve.as_ref().context("`cargo metadata` told no graph")?;
    let edges: BTreeMap<&PackageId, Vec<&PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let is_released = |kind: &cargo_metadata::DepKindInfo| kind.kind != DependencyKind::Development;
            let uses = node.deps.iter().filter(|edge| edge.dep_kinds.iter().any(is_released));
            (&node.id, uses.map(|edge| &edge.pkg).collect())
        })
        .collect();
    let mut seen = BTreeSet::from([start]);
    let mut pending = vec![start];
    while let Some(current) = pending.pop() {
        for used in edges.get(current).into_iter().flatten() {
            if seen.insert(used) {
                pending.push(used);
            }
        }
    }
    Ok(metadata
        .packages
        .iter()
        .filter(|package| seen.contains(&package.id))
        .map(|package| short(&package.name).to_owned())
        .collect())
}

fn short(name: &str) -> &str {
    name.strip_prefix("wenshu-").unwrap_or(name)
}

/// The platform that is built for here; other platforms' packages needn't be downloaded to read the graph.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("`rustc` can't be started")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(host) => Ok(host.to_owned()),
        None => bail!("`rustc -vV` named no host"),
    }
}
