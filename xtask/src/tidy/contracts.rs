//! One contract never imports another: each is one documented dialect, and what they share lives in `http`.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::Finding;
use crate::workspace;

/// The folder of the contracts crate that all of them share.
const SHARED: &str = "http";

/// Checks every file in the folders of the contracts, and the shared folder too: it must not know them either.
///
/// # Errors
/// When a file can't be read.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let sources = root.join("crates/contracts/src");
    let mut folders = Vec::new();
    if sources.is_dir() {
        for entry in fs::read_dir(&sources)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    folders.sort();
    let mut findings = Vec::new();
    for folder in &folders {
        for path in workspace::files(&sources.join(folder), "rs")? {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            let text =
                fs::read_to_string(&path).with_context(|| format!("`{}` can't be read", path.display()))?;
            findings.extend(check_text(&name, &text, folder, &folders));
        }
    }
    Ok(findings)
}

/// Checks the text of one file of the contract `own`.
#[must_use]
pub fn check_text(name: &str, text: &str, own: &str, folders: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let others = || folders.iter().filter(|folder| *folder != own && *folder != SHARED);
    for (index, line) in text.lines().enumerate() {
        for other in others() {
            let names_it = ["crate::", "super::", "wenshu_contracts::", "crate::{", "super::{"]
                .iter()
                .any(|prefix| mentions(line, &format!("{prefix}{other}")));
            if names_it {
                let message = format!(
                    "`{own}` imports the contract `{other}`: move what both need to `{SHARED}` or to `core`"
                );
                findings.push(Finding::new(name, index + 1, message));
            }
        }
    }
    findings
}

/// Whether the path occurs and doesn't go on as a longer name.
fn mentions(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        let next = line[start + path.len()..].chars().next();
        !next.is_some_and(|character| character.is_alphanumeric() || character == '_')
    })
}
