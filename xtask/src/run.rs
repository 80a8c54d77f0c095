//! `cargo xtask run`: from a clone to a server that answers questions.

use anyhow::Result;
use clap::Args;

use crate::{console, process, web, workspace};

/// What `cargo xtask run` takes.
#[derive(Args)]
pub struct RunArguments {
    /// Build with optimisations
    #[arg(long)]
    release: bool,
    /// More arguments for `wenshu serve`, after `--`; they win over the defaults
    #[arg(last = true)]
    serve_arguments: Vec<String>,
}

/// Builds the page (where there is Node.js) and the binary, and serves `./data` on `http://127.0.0.1:8000` until ctrl-c.
///
/// # Errors
/// When the build or the server fails; being interrupted is the usual way to end and no error.
pub fn run(arguments: &RunArguments) -> Result<()> {
    let root = workspace::root()?;
    web::build_if_possible(&root)?;
    let mut build = workspace::cargo(&root);
    // With the whole workspace selected, features are resolved as for the tests: what those have compiled is used again.
    build.args(["build", "--workspace", "--bin", "wenshu"]);
    if arguments.release {
        build.arg("--release");
    }
    console::say("building `wenshu` (the first time takes some minutes)");
    process::succeed(&mut build)?;

    let profile = if arguments.release { "release" } else { "debug" };
    let binary = workspace::target_folder(&root).join(profile).join("wenshu");
    let mut serve = std::process::Command::new(binary);
    serve.current_dir(&root).arg("serve");
    for (name, value) in [("--listen", "127.0.0.1:8000"), ("--data-dir", "data")] {
        let given = |word: &String| word == name || word.starts_with(&format!("{name}="));
        if !arguments.serve_arguments.iter().any(given) {
            serve.args([name, value]);
        }
    }
    serve.args(&arguments.serve_arguments);
    match process::succeed(&mut serve) {
        Err(_) if process::interrupted() => Ok(()),
        outcome => outcome,
    }
}
