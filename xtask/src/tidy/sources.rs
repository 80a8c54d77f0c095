//! What every Rust file keeps to: a module doc, a bearable length, no unfinished work, no sleeping tests.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::Finding;
use crate::workspace;

const MAX_LINES: usize = 600;

/// Files that may be longer, and why.
const LONG_FILES: &[(&str, &str)] = &[];

/// Patterns that are refused: the text, where, and what to do instead. Put together at compile time so that this file
/// doesn't find itself.
const FORBIDDEN: &[Forbidden] = &[
    Forbidden {
        text: concat!("#[ign", "ore"),
        scope: Scope::Everywhere,
        advice: "a test that doesn't run protects nothing: make it run, or remove it",
    },
    Forbidden {
        text: concat!("tod", "o!("),
        scope: Scope::Everywhere,
        advice: "unfinished work doesn't land: finish it or answer an error",
    },
    Forbidden {
        text: concat!("unimple", "mented!("),
        scope: Scope::Everywhere,
        advice: "unfinished work doesn't land: finish it or answer an error",
    },
    Forbidden {
        text: concat!("thread::", "sleep"),
        scope: Scope::Tests,
        advice: "tests don't sleep: wait for the event itself, or inject a clock",
    },
    Forbidden {
        text: concat!("time::", "sleep"),
        scope: Scope::Tests,
        advice: "tests don't sleep: wait for the event itself, or pause tokio's clock and advance it",
    },
];

struct Forbidden {
    text: &'static str,
    scope: Scope,
    advice: &'static str,
}

#[derive(PartialEq, Eq)]
enum Scope {
    Everywhere,
    Tests,
}

/// Checks every Rust file of the checkout.
///
/// # Errors
/// When a file can't be read.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in workspace::files(root, "rs")? {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let text =
            fs::read_to_string(&path).with_context(|| format!("`{}` can't be read", path.display()))?;
        findings.extend(check_text(&name, &text));
    }
    for (name, _) in LONG_FILES {
        if !root.join(name).is_file() {
            let message = format!("`{name}` is gone: remove it from the list of long files");
            findings.push(Finding::new("xtask/src/tidy/sources.rs", 1, message));
        }
    }
    Ok(findings)
}

/// Checks the text of one file; `name` is its path from the root of the checkout.
#[must_use]
pub fn check_text(name: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_fixture = name.contains("/tests/fixtures/");
    let starts_with_doc = text.starts_with("//!") || text.starts_with("#![doc = include_str!(");
    if !starts_with_doc && !is_fixture {
        findings.push(Finding::new(name, 1, "no module doc: say in `//!` why this file exists"));
    }
    let length = text.lines().count();
    if length > MAX_LINES && !LONG_FILES.iter().any(|(long, _)| *long == name) {
        let message = format!("{length} lines, more than {MAX_LINES}: split it by responsibility");
        findings.push(Finding::new(name, MAX_LINES, message));
    }
    let mut in_tests = is_test_file(name);
    let mut previous = "";
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        // A module of tests stands at the end of its file.
        in_tests |= previous == "#[cfg(test)]" && line.starts_with("mod ") && line.contains('{');
        previous = line;
        if line.ends_with([' ', '\t']) {
            findings.push(Finding::new(name, number, "white space at the end of the line: remove it"));
        }
        if line.contains('\t') {
            findings.push(Finding::new(name, number, "a tab: use spaces, or `\\t` in a string"));
        }
        if line.trim_start().starts_with("//") {
            continue;
        }
        for forbidden in FORBIDDEN {
            if line.contains(forbidden.text) && (forbidden.scope == Scope::Everywhere || in_tests) {
                let message = format!("`{}`: {}", forbidden.text, forbidden.advice);
                findings.push(Finding::new(name, number, message));
            }
        }
    }
    findings
}

fn is_test_file(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs") || name.starts_with("crates/testkit/")
}
