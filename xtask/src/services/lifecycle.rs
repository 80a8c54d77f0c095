//! Starting, sharing and stopping the instances of one checkout.
//!
//! Two lock files under `target/services` keep simultaneous commands apart: `change.lock` while something is started or
//! stopped, `use.lock` shared by everybody who is using the instances. The system releases both when a process dies.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use nix::sys::signal::{self, Signal};

use super::{find::Programs, install, instance::Instance, service::Service};
use crate::{console, process};

/// A proxy in Python takes six seconds on an idle machine, and several times that while something is compiled beside it.
const START_LIMIT: Duration = Duration::from_secs(120);
const STOP_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);

/// How long an instance is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// Until `services down`.
    UntilDown,
    /// While a command uses it.
    WhileUsed,
}

impl Lifetime {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::UntilDown => "until-down",
            Self::WhileUsed => "while-used",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::UntilDown, Self::WhileUsed].into_iter().find(|lifetime| lifetime.word() == word)
    }
}

/// The services of one checkout.
pub(super) struct Services {
    notes: PathBuf,
}

/// Held while the instances are used.
pub(super) struct Usage {
    lock: File,
}

impl Services {
    pub(super) fn of(root: &Path) -> Result<Self> {
        let notes = root.join("target/services");
        fs::create_dir_all(&notes).with_context(|| format!("`{}` can't be made", notes.display()))?;
        Ok(Self { notes })
    }

    /// Starts what isn't running; answers the variables that name the instances.
    pub(super) fn up(
        &self,
        services: &[&Service],
        lifetime: Lifetime,
    ) -> Result<Vec<(&'static str, String)>> {
        let _change = self.lock("change.lock")?;
        // One after the other: installing takes the terminal and the package manager.
        let programs: Vec<Option<Programs>> =
            services.iter().map(|service| self.missing_programs(service)).collect::<Result<_>>()?;
        // At the same time: some take seconds to start.
        thread::scope(|scope| {
            let starting: Vec<_> = services
                .iter()
                .zip(&programs)
                .map(|(service, programs)| {
                    scope.spawn(move || {
                        Ok((service.variable, self.up_one(service, lifetime, programs.as_ref())?))
                    })
                })
                .collect();
            // All are waited for, and the first failure is told.
            let outcomes: Vec<_> = starting.into_iter().map(thread::ScopedJoinHandle::join).collect();
            outcomes
                .into_iter()
                .map(|outcome| outcome.unwrap_or_else(|_| bail!("a start panicked")))
                .collect()
        })
    }

    /// Stops what runs; answers the names.
    pub(super) fn down(&self, services: &[&Service]) -> Result<Vec<&'static str>> {
        let _change = self.lock("change.lock")?;
        let mut stopped = Vec::new();
        for service in services {
            if let Some(instance) = Instance::read(service, &self.notes) {
                if instance.is_running() {
                    stopped.push(service.name);
                }
                self.stop(service, &instance)?;
            }
        }
        Ok(stopped)
    }

    /// One line for each service.
    pub(super) fn status(&self, services: &[&Service]) -> Vec<String> {
        let describe = |service: &&Service| match Instance::read(service, &self.notes) {
            Some(instance) if instance.is_healthy(service) => format!(
                "{}: running, process {}, port {}, data in {}",
                service.name,
                instance.process(),
                instance.port(),
                instance.folder().display()
            ),
            Some(_) => format!("{}: dead, the next `up` or `down` cleans up", service.name),
            None => format!("{}: not running", service.name),
        };
        services.iter().map(describe).collect()
    }

    /// Says that the instances are going to be used: nobody else's end of use stops them meanwhile.
    pub(super) fn begin_use(&self) -> Result<Usage> {
        let lock = self.lock_file("use.lock")?;
        lock.lock_shared().context("the services can't be locked")?;
        Ok(Usage { lock })
    }

    /// The end of a use: stops what was started for users alone, if this was the last one.
    pub(super) fn end_use(&self, usage: Usage, services: &[&Service]) -> Result<()> {
        drop(usage.lock);
        let _change = self.lock("change.lock")?;
        if self.lock_file("use.lock")?.try_lock().is_err() {
            return Ok(());
        }
        for service in services {
            if let Some(instance) = Instance::read(service, &self.notes)
                && instance.lifetime() == Lifetime::WhileUsed
            {
                self.stop(service, &instance)?;
            }
        }
        Ok(())
    }

    /// The programs of a service that has to be started; `None` when it runs.
    fn missing_programs(&self, service: &Service) -> Result<Option<Programs>> {
        if Instance::read(service, &self.notes).is_some_and(|instance| instance.is_healthy(service)) {
            return Ok(None);
        }
        install::programs(service).map(Some)
    }

    fn up_one(&self, service: &Service, lifetime: Lifetime, programs: Option<&Programs>) -> Result<String> {
        let found = Instance::read(service, &self.notes);
        let Some(programs) = programs else {
            let mut instance = found.with_context(|| format!("{} has just gone", service.name))?;
            if lifetime == Lifetime::UntilDown && instance.lifetime() != lifetime {
                instance.set_lifetime(lifetime);
                instance.note(service, &self.notes)?;
            }
            return Ok((service.url)(&instance));
        };
        if let Some(instance) = found {
            self.stop(service, &instance)?;
        }
        console::say(&format!("starting {}", service.name));
        let begin = Instant::now();
        let mut instance = Instance::create(service, &self.notes, lifetime)?;
        // Noted before anything runs, so that whatever happens next can be cleaned up.
        instance.note(service, &self.notes)?;
        let started = (service.initialise)(&instance, programs)
            .and_then(|()| self.start(service, &mut instance, programs));
        if let Err(error) = started {
            self.stop(service, &instance)?;
            return Err(error.context(format!("{} didn't start", service.name)));
        }
        console::say(&format!(
            "{} runs on port {} ({:.1} s)",
            service.name,
            instance.port(),
            begin.elapsed().as_secs_f64()
        ));
        Ok((service.url)(&instance))
    }

    /// Spawns the server and waits until it accepts work. A port that was taken meanwhile is the one failure worth another try.
    fn start(&self, service: &Service, instance: &mut Instance, programs: &Programs) -> Result<()> {
        let mut complaint = anyhow!("it was never tried");
        for _ in 0..3 {
            let log = File::create(instance.log()).context("the log can't be written")?;
            let mut server = (service.command)(instance, programs);
            server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
            // A group of its own: ctrl-c in the terminal is for the tests, and they still need their database then.
            server.process_group(0);
            let child = server.spawn().context("the server can't be started")?;
            instance.set_process(child.id());
            instance.note(service, &self.notes)?;
            match wait_until_ready(service, instance, child) {
                Ok(()) => return Ok(()),
                Err(error) => complaint = error,
            }
            if process::interrupted() {
                break;
            }
            instance.change_port()?;
        }
        Err(complaint)
    }

    /// Ends an instance's process, if it is still the one that was started, and removes its data.
    fn stop(&self, service: &Service, instance: &Instance) -> Result<()> {
        for (stop_signal, limit) in [(service.stop_signal, STOP_LIMIT), (Signal::SIGKILL, POLL * 50)] {
            if !instance.is_running() {
                break;
            }
            if let Some(process) = process::process_id(instance.process()) {
                signal::kill(process, stop_signal)
                    .with_context(|| format!("{} can't be stopped", service.name))?;
            }
            let begin = Instant::now();
            while instance.is_running() && begin.elapsed() < limit {
                pause();
            }
        }
        instance.remove(service, &self.notes)
    }

    fn lock(&self, name: &str) -> Result<File> {
        let file = self.lock_file(name)?;
        file.lock().context("the services can't be locked")?;
        Ok(file)
    }

    fn lock_file(&self, name: &str) -> Result<File> {
        let path = self.notes.join(name);
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("`{}` can't be opened", path.display()))
    }
}

fn wait_until_ready(service: &Service, instance: &Instance, mut server: Child) -> Result<()> {
    let begin = Instant::now();
    while !instance.is_healthy(service) {
        if let Some(status) = server.try_wait()? {
            bail!("it ended ({status}): {}", last_words(instance));
        }
        if begin.elapsed() > START_LIMIT {
            bail!("it wasn't ready after {} s: {}", START_LIMIT.as_secs(), last_words(instance));
        }
        if process::interrupted() {
            bail!("interrupted");
        }
        pause();
    }
    Ok(())
}

fn last_words(instance: &Instance) -> String {
    let log = fs::read_to_string(instance.log()).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" / ")
}

/// Other processes' states can only be asked for again and again.
#[expect(
    clippy::disallowed_methods,
    reason = "no runtime here, and nothing that tells when another process changes"
)]
fn pause() {
    thread::sleep(POLL);
}
