//! Node.js programs for the tests: packages from npm as a lock file says, in folders under the target folder.
//!
//! A folder is made when it is missing, and made anew when its lock file changes. Nothing of the machine's own is changed.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{console, debian, process, web, workspace};

const ADVICE: &str = "install Node.js 20.19 or newer with npm (https://nodejs.org)";

const NODE: debian::Packages = debian::Packages { base: &[], settings: "", packages: &["nodejs", "npm"] };

/// What a folder holds.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// Short name: of its folder.
    pub name: &'static str,
    /// The `package.json`.
    pub package: &'static str,
    /// The `package-lock.json`, with the exact version of everything.
    pub lock: &'static str,
}

/// The folder of the checkout that this program was started in, with its packages in `node_modules`; made first if need be.
///
/// # Errors
/// When there is no Node.js, or the packages can't be installed.
pub fn environment(environment: &Environment) -> Result<PathBuf> {
    environment_in(&workspace::target_folder(&workspace::root()?), environment)
}

fn environment_in(target: &Path, environment: &Environment) -> Result<PathBuf> {
    if !web::has_node() {
        debian::install(&NODE, ADVICE).context("there is no Node.js that is new enough, with npm")?;
        ensure!(web::has_node(), "the Node.js that can be installed here is too old; {ADVICE}");
    }
    let parent = target.join("node");
    fs::create_dir_all(&parent).with_context(|| format!("`{}` can't be made", parent.display()))?;
    // One at a time makes it; the others wait and find it.
    let lock = parent.join(format!("{}.lock", environment.name));
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .with_context(|| format!("`{}` can't be opened", lock.display()))?;
    lock.lock().context("the folder of Node.js packages can't be locked")?;

    let folder = parent.join(environment.name);
    let stamp = folder.join("wenshu-stamp");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == environment.lock) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("`{}` can't be removed", folder.display()))?;
    }
    fs::create_dir(&folder).with_context(|| format!("`{}` can't be made", folder.display()))?;
    console::say(&format!("{}: installing packages from npm into `{}`", environment.name, folder.display()));
    fs::write(folder.join("package.json"), environment.package).context("`package.json` can't be written")?;
    fs::write(folder.join("package-lock.json"), environment.lock)
        .context("the lock file can't be written")?;
    let mut npm = Command::new("npm");
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
    npm.stdin(Stdio::null()).stdout(io::stderr());
    process::succeed(&mut npm).context("npm failed, see above")?;
    // Last: what was interrupted has no stamp.
    fs::write(&stamp, environment.lock).with_context(|| format!("`{}` can't be written", stamp.display()))?;
    Ok(folder)
}
