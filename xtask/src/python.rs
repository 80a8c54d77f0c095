//! Python programs for the tests: packages from PyPI with pinned versions, in virtual environments under the target folder.
//!
//! An environment is made when it is missing, and made anew when its list of packages changes or when it was copied from another
//! place, since a virtual environment knows where it lies. Nothing of the machine's own Python is changed.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{console, debian, process, workspace};

const ADVICE: &str = "install Python 3.11 or newer with its `venv` module (Fedora: `dnf install python3`; Arch: `pacman -S python`; \
                      macOS: `brew install python`)";

/// Debian has the module in a package of its own.
const VENV: debian::Packages = debian::Packages { base: &[], settings: "", packages: &["python3-venv"] };

/// What a virtual environment holds.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// Short name: of its folder.
    pub name: &'static str,
    /// The packages in pip's form, every one of them with its exact version, those that others need included.
    pub requirements: &'static str,
}

/// An environment that is complete.
#[derive(Debug)]
pub struct Installed {
    folder: PathBuf,
}

impl Installed {
    /// The folder with the programs of the packages, and `python`.
    #[must_use]
    pub fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }
}

/// The environment in the target folder of the checkout that this program was started in, made first if need be.
///
/// # Errors
/// When there is no usable Python, or the packages can't be installed.
pub fn environment(environment: &Environment) -> Result<Installed> {
    environment_in(&workspace::target_folder(&workspace::root()?), environment)
}

/// `environment` below another target folder.
///
/// # Errors
/// As `environment`.
pub fn environment_in(target: &Path, environment: &Environment) -> Result<Installed> {
    let parent = target.join("python");
    fs::create_dir_all(&parent).with_context(|| format!("`{}` can't be made", parent.display()))?;
    // One at a time makes it; the others wait and find it.
    let lock = parent.join(format!("{}.lock", environment.name));
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .with_context(|| format!("`{}` can't be opened", lock.display()))?;
    lock.lock().context("the Python environment can't be locked")?;

    let installed = Installed { folder: parent.join(environment.name) };
    let stamp_file = installed.folder.join("wenshu-stamp");
    let stamp = format!("{}\n{}", installed.folder.display(), environment.requirements);
    let is_complete = fs::read_to_string(&stamp_file).is_ok_and(|found| found == stamp)
        // A link to the machine's Python, which may be gone.
        && installed.programs().join("python").exists();
    if !is_complete {
        make(&installed, environment)
            .with_context(|| format!("the Python environment `{}` can't be made", environment.name))?;
        // Last: what was interrupted has no stamp.
        fs::write(&stamp_file, stamp)
            .with_context(|| format!("`{}` can't be written", stamp_file.display()))?;
    }
    Ok(installed)
}

fn make(installed: &Installed, environment: &Environment) -> Result<()> {
    let folder = &installed.folder;
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("`{}` can't be removed", folder.display()))?;
    }
    let begin = Instant::now();
    create(folder)?;
    let packages = environment.requirements.lines().filter(|line| line.contains("==")).count();
    console::say(&format!(
        "{}: installing {packages} packages from PyPI into `{}` (it may take a minute)",
        environment.name,
        folder.display()
    ));
    let list = folder.join("requirements.txt");
    fs::write(&list, environment.requirements)
        .with_context(|| format!("`{}` can't be written", list.display()))?;
    let mut pip = clean(Command::new(installed.programs().join("python")));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    // The list is complete, so nothing is left to choose, and nothing is to be compiled.
    pip.args(["--no-deps", "--only-binary", ":all:", "--requirement"]).arg(list);
    process::succeed(&mut pip)
        .context("pip failed, see above; a mirror of PyPI can be set with `PIP_INDEX_URL`")?;
    console::say(&format!("{}: installed ({:.1} s)", environment.name, begin.elapsed().as_secs_f64()));
    Ok(())
}

/// An empty environment with pip. Where Python lacks the module for that, it is installed.
fn create(folder: &Path) -> Result<()> {
    let Some(complaint) = venv("python3", folder)? else {
        return Ok(());
    };
    if process::interrupted() {
        bail!("interrupted");
    }
    debian::install(&VENV, ADVICE).with_context(|| format!("`python3 -m venv` failed ({complaint})"))?;
    // The package is for the system's own Python, which needn't be the one on PATH.
    match venv("/usr/bin/python3", folder)? {
        None => Ok(()),
        Some(complaint) => bail!("`python3 -m venv` failed ({complaint}); {ADVICE}"),
    }
}

/// Makes the environment; answers what Python had to say when it couldn't.
fn venv(python: &str, folder: &Path) -> Result<Option<String>> {
    let mut command = clean(Command::new(python));
    command.args(["-m", "venv", "--clear"]).arg(folder);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Some(format!("`{python}` not found")));
        }
        Err(error) => return Err(error).with_context(|| format!("`{python}` can't be started")),
    };
    if output.status.success() {
        return Ok(None);
    }
    // Python writes this complaint to stdout.
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    Ok(Some(said.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// A command that sees no other Python environment, and whose output goes to people: stdout is for programs.
fn clean(mut command: Command) -> Command {
    for name in
        ["PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"]
    {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(io::stderr());
    command
}
