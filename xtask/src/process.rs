//! Child processes, and what happens to them when this program is interrupted.
//!
//! A terminal's ctrl-c reaches the children by itself, since they are in the same process group; this program must live on
//! to take down what it started. SIGTERM and SIGHUP are sent to this program alone and are passed on.

use std::{
    process::{Command, ExitStatus},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static CURRENT_CHILD: Mutex<Option<Pid>> = Mutex::new(None);

/// Takes over SIGINT, SIGTERM and SIGHUP: they are noted instead of ending this program. Children start without that.
///
/// # Errors
/// When the system refuses.
pub fn watch_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("signals can't be watched")?;
    thread::spawn(move || {
        for received in signals.forever() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            let child = *CURRENT_CHILD.lock().unwrap_or_else(PoisonError::into_inner);
            if let (Some(child), false) = (child, received == SIGINT) {
                // The child may have ended in this very moment: nothing is lost then.
                signal::kill(child, Signal::SIGTERM).ok();
            }
        }
    });
    Ok(())
}

/// Whether somebody asked this program to stop.
#[must_use]
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Runs a program in the foreground and waits for its end.
///
/// # Errors
/// When it can't be started, or when somebody asked this program to stop meanwhile.
pub fn wait_for(command: &mut Command) -> Result<ExitStatus> {
    if interrupted() {
        bail!("interrupted");
    }
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().with_context(|| format!("`{name}` can't be started"))?;
    *CURRENT_CHILD.lock().unwrap_or_else(PoisonError::into_inner) = process_id(child.id());
    let status = child.wait();
    *CURRENT_CHILD.lock().unwrap_or_else(PoisonError::into_inner) = None;
    if interrupted() {
        bail!("interrupted");
    }
    status.with_context(|| format!("`{name}` was lost"))
}

/// Runs a program in the foreground; its failure is an error that shows the command line.
///
/// # Errors
/// As `wait_for`, and when the program fails.
pub fn succeed(command: &mut Command) -> Result<()> {
    let status = wait_for(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", command_line(command));
    }
    Ok(())
}

/// A command as a person would type it.
#[must_use]
pub fn command_line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let mut words = vec![name];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// A process id in the form that signals are sent to.
#[must_use]
pub fn process_id(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().filter(|id| *id > 1).map(Pid::from_raw)
}

/// Whether this program runs as root.
///
/// # Errors
/// When the system can't tell.
pub fn is_root() -> Result<bool> {
    Ok(account_number(&["-u"])? == 0)
}

/// A number that `id` prints.
///
/// # Errors
/// When there is no such account.
pub fn account_number(arguments: &[&str]) -> Result<u32> {
    let output = Command::new("id").args(arguments).output().context("`id` can't be started")?;
    if !output.status.success() {
        bail!("`id {}` failed", arguments.join(" "));
    }
    String::from_utf8_lossy(&output.stdout).trim().parse().context("`id` printed no number")
}
