//! `cargo xtask bench`: release builds, measured by `wenshu-bench` over loopback.

use anyhow::Result;
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
    for name in &arguments.only {
        measure.args(["--only", name]);
    }
    measure.arg("--report").arg(root.join("docs/performance.md"));
    process::succeed(&mut measure)
}
