//! What every member's `Cargo.toml` keeps to: a README, the workspace's lints, no versions or features of its own, and
//! certain libraries in certain crates only.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::Finding;

/// Libraries that only some crates may name, and why.
const RESERVED: &[Reserved] = &[
    Reserved {
        library: "axum",
        crates: &["contracts", "testkit", "wenshu", "bench"],
        tests: false,
        reason: "HTTP is known by one layer",
    },
    Reserved {
        library: "utoipa",
        crates: &["contracts", "wenshu"],
        tests: false,
        reason: "HTTP is known by one layer",
    },
    Reserved {
        library: "sea-orm",
        crates: &["store"],
        tests: false,
        reason: "the store is the only one that knows how state is kept",
    },
    Reserved {
        library: "sea-orm-migration",
        crates: &["store"],
        tests: false,
        reason: "the store is the only one that knows how state is kept",
    },
    Reserved {
        library: "rusqlite",
        crates: &["sources", "demo"],
        tests: true,
        reason: "databases that are asked are opened by their driver, behind the guard",
    },
    Reserved {
        library: "sqlx",
        crates: &["sources", "testkit"],
        tests: false,
        reason: "databases that are asked are opened by their driver, behind the guard",
    },
    Reserved {
        library: "datafusion",
        crates: &["lake"],
        tests: false,
        reason: "it is heavy: nothing else may wait for it to be compiled and linked",
    },
    Reserved {
        library: "rig-core",
        crates: &["models"],
        tests: false,
        reason: "only `models` speaks to a provider",
    },
    Reserved {
        library: "rmcp",
        crates: &["tools"],
        tests: false,
        reason: "only `tools` speaks to an MCP server",
    },
];

struct Reserved {
    library: &'static str,
    crates: &'static [&'static str],
    /// Whether any crate's tests may use it.
    tests: bool,
    reason: &'static str,
}

/// Checks every member of the workspace.
///
/// # Errors
/// When a file can't be read.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut members = vec![PathBuf::from("xtask")];
    for entry in fs::read_dir(root.join("crates")).context("`crates` can't be read")? {
        let folder = entry?.path();
        if folder.join("Cargo.toml").is_file() {
            members.push(folder.strip_prefix(root).unwrap_or(&folder).to_path_buf());
        }
    }
    members.sort();
    let mut findings = Vec::new();
    for member in members {
        let manifest = member.join("Cargo.toml");
        let text = fs::read_to_string(root.join(&manifest))
            .with_context(|| format!("`{}` can't be read", manifest.display()))?;
        findings.extend(check_text(&member, &text));
        if !root.join(&member).join("README.md").is_file() {
            let message = "no README.md: say in a paragraph what the crate is and what it must not know";
            findings.push(Finding::new(manifest, 1, message));
        }
    }
    Ok(findings)
}

/// Checks the text of the manifest in the folder `member`.
#[must_use]
pub fn check_text(member: &Path, text: &str) -> Vec<Finding> {
    let manifest = member.join("Cargo.toml");
    let name = member.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut findings = Vec::new();
    let mut section = "";
    let mut has_lints = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line;
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        has_lints |= section == "[lints]" && line == "workspace = true";
        if !section.ends_with("dependencies]") {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        let library = key.strip_suffix(".workspace").unwrap_or(key);
        let inherits = if library == key { value == "{ workspace = true }" } else { value == "true" };
        if !inherits {
            let message = format!(
                "`{library}`: write `{library} = {{ workspace = true }}`; version and features are chosen in the root Cargo.toml"
            );
            findings.push(Finding::new(&manifest, index + 1, message));
        }
        let reserved = RESERVED.iter().find(|reserved| reserved.library == library);
        if let Some(reserved) = reserved {
            let in_tests = section == "[dev-dependencies]" && reserved.tests;
            if !reserved.crates.contains(&name.as_str()) && !in_tests {
                let allowed = reserved.crates.join("`, `");
                let message =
                    format!("`{library}` belongs to `{allowed}` alone: {}; go through them", reserved.reason);
                findings.push(Finding::new(&manifest, index + 1, message));
            }
        }
    }
    if !has_lints {
        findings.push(Finding::new(&manifest, 1, "no `[lints] workspace = true`: add it"));
    }
    findings
}
