//! `cargo xtask bench`: release builds, measured by `wenshu-bench` over loopback.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::{console, process, workspace};

/// What `cargo xtask bench` takes.
#[derive(Args)]
pub struct BenchArguments {
    /// Only this figure; can be given several times. The table in docs/performance.md is written by a full run alone
    #[arg(long)]
    only: Vec<String>,
    /// How long each load lasts
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    /// Megabytes of the file that is uploaded as a dataset
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    dataset_megabytes: u64,
}

/// Builds and measures.
///
/// # Errors
/// When a build fails, a server doesn't start, or an answer is wrong.
pub fn run(arguments: &BenchArguments) -> Result<()> {
    let root = workspace::root()?;
    console::say("building release binaries (the first time takes some minutes)");
    let mut build = workspace::cargo(&root);
    build.args(["build", "--release", "--package", "wenshu", "--package", "wenshu-bench"]);
    process::succeed(&mut build)?;

    let release = workspace::target_folder(&root).join("release");
    let mut measure = std::process::Command::new(release.join("wenshu-bench"));
    measure.current_dir(&root).arg("measure");
    measure.arg("--server").arg(release.join("wenshu"));
    measure.args(["--seconds", &arguments.seconds.to_string()]);
    measure.args(["--dataset-megabytes", &arguments.dataset_megabytes.to_string()]);
    for name in &arguments.only {
        measure.args(["--only", name]);
    }
    if arguments.only.is_empty() || arguments.only.iter().any(|name| name == "datasets") {
        measure.arg("--datafusion-cli").arg(datafusion_cli(&root)?);
    }
    measure.arg("--report").arg(root.join("docs/performance.md"));
    process::succeed(&mut measure)
}

/// DataFusion's own command line, in the version that datasets are asked with; built when it isn't there.
fn datafusion_cli(root: &Path) -> Result<PathBuf> {
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).context("`Cargo.lock` can't be read")?;
    let version = locked_version(&lock, "datafusion").context("`Cargo.lock` has no DataFusion")?;
    let tools = workspace::target_folder(root).join("tools");
    let program = tools.join("bin/datafusion-cli");
    let is_built = std::process::Command::new(&program)
        .arg("--version")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().ends_with(version));
    if !is_built {
        console::say(
            "building DataFusion's command line, which datasets are measured beside (some twenty minutes, once)",
        );
        let mut install = workspace::cargo(root);
        install.args([
            "install",
            "--locked",
            "datafusion-cli",
            "--version",
            &format!("={version}"),
            "--root",
        ]);
        install.arg(&tools);
        process::succeed(&mut install)?;
    }
    Ok(program)
}

/// The version of a package in a `Cargo.lock`.
fn locked_version<'lock>(lock: &'lock str, package: &str) -> Option<&'lock str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split_once('"').map(|(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn the_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"datafusion-common\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"datafusion\"\nversion = \"55.2.0\"\n";
        assert_eq!(locked_version(lock, "datafusion"), Some("55.2.0"));
        assert_eq!(locked_version(lock, "arrow"), None);
    }
}
