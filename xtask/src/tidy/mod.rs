//! Checks that the compiler doesn't make: `cargo xtask tidy`, and the same as tests in `tests/it`.

pub mod contracts;
pub mod graph;
pub mod manifests;
pub mod sources;

use std::{fmt, path::PathBuf};

use anyhow::{Result, bail};

use crate::{console, workspace};

/// Something to put right.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, relative to the root of the checkout.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    /// A finding at a line of a file.
    pub fn new(file: impl Into<PathBuf>, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.into(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// Makes every check.
///
/// # Errors
/// When something is to be put right (all of it is printed first), or files can't be read.
pub fn run() -> Result<()> {
    let root = workspace::root()?;
    let mut findings = sources::check(&root)?;
    findings.extend(manifests::check(&root)?);
    findings.extend(contracts::check(&root)?);
    findings.extend(graph::check(&root)?);
    for finding in &findings {
        console::say(&finding.to_string());
    }
    if !findings.is_empty() {
        bail!("{} to put right", findings.len());
    }
    Ok(())
}
