//! Where the checkout is, and which programs and files it has.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// The root folder of the checkout.
///
/// `cargo run` and test runners set `CARGO_MANIFEST_DIR` at run time; a value baked in at compile time would be wrong when
/// several checkouts share one target folder.
///
/// # Errors
/// When neither that variable nor a folder above the current one belongs to the project.
pub fn root() -> Result<PathBuf> {
    let from_cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let start = match from_cargo {
        Some(folder) => folder,
        None => env::current_dir().context("the current folder can't be read")?,
    };
    for folder in start.ancestors() {
        if folder.join("xtask/Cargo.toml").is_file() && folder.join("Cargo.lock").is_file() {
            return Ok(folder.to_path_buf());
        }
    }
    bail!("`{}` isn't in a checkout of the project: run `cargo xtask` inside it", start.display())
}

/// The folder that Cargo builds into.
#[must_use]
pub fn target_folder(root: &Path) -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    }
}

/// `cargo`, to be run at the root of the checkout.
///
/// Without the variables that `cargo run` set for this program: some build scripts ask to be run again when
/// `CARGO_MANIFEST_DIR` or `CARGO_PKG_*` change, and would be each time a person and this program take turns.
#[must_use]
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    forget_own(&mut command);
    command
}

/// Takes out of a command's environment what cargo has told this program about itself.
pub fn forget_own(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let set_by_cargo = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if set_by_cargo.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// Whether `program --version` can be run.
#[must_use]
pub fn has_program(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The files below `folder` whose name ends in `.extension`, sorted, without build output and hidden folders.
///
/// # Errors
/// When a folder can't be read.
pub fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(current) = pending.pop() {
        let entries =
            fs::read_dir(&current).with_context(|| format!("`{}` can't be read", current.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                if !name.starts_with('.') && !matches!(name.as_str(), "target" | "node_modules" | "data") {
                    pending.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
