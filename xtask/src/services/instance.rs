//! One private instance: its folder, port, password and process, and the note about it under `target/services`.

use std::{
    env,
    fmt::Write as _,
    fs::{self, File, OpenOptions, Permissions},
    io::{Read, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use nix::sys::signal;

use super::{account::Account, lifecycle::Lifetime, service::Service};
use crate::process;

/// How long a running server may take to answer a sign of life.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// A private instance of a service.
#[derive(Debug)]
pub(super) struct Instance {
    folder: PathBuf,
    port: u16,
    password: String,
    process: u32,
    lifetime: Lifetime,
    account: Account,
}

impl Instance {
    /// Makes the folder for a new instance, inside `notes` when the service's account can come there, else in the system's
    /// temporary folder.
    pub(super) fn create(service: &Service, notes: &Path, lifetime: Lifetime) -> Result<Self> {
        let account = Account::choose(service.accounts)?;
        let name = format!("wenshu-{}-{}", service.name, random_hex(8)?);
        let places = [notes.to_path_buf(), env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
        let Some(place) = places.iter().find(|place| account.can_enter(place)) else {
            bail!("the account that runs {} can enter none of the folders for temporary files", service.name);
        };
        let folder = place.join(name);
        // Fails when the name exists already, so nobody can have prepared it.
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("`{}` can't be made", folder.display()))?;
        account.own(&folder)?;
        Ok(Self { folder, port: free_port()?, password: random_hex(16)?, process: 0, lifetime, account })
    }

    /// Reads the note about an instance; `None` when there is none or it can't be understood.
    pub(super) fn read(service: &Service, notes: &Path) -> Option<Self> {
        let text = fs::read_to_string(note_path(service, notes)).ok()?;
        let value = |key: &str| {
            text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).map(str::to_owned)
        };
        Some(Self {
            folder: PathBuf::from(value("folder")?),
            port: value("port")?.parse().ok()?,
            password: value("password")?,
            process: value("process")?.parse().ok()?,
            lifetime: Lifetime::from_word(&value("lifetime")?)?,
            account: Account::choose(service.accounts).ok()?,
        })
    }

    /// Writes the note. It holds the password, so only its owner may read it.
    pub(super) fn note(&self, service: &Service, notes: &Path) -> Result<()> {
        let path = note_path(service, notes);
        let text = format!(
            "folder={}\nport={}\npassword={}\nprocess={}\nlifetime={}\n",
            self.folder.display(),
            self.port,
            self.password,
            self.process,
            self.lifetime.word()
        );
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("`{}` can't be written", path.display()))?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        Ok(())
    }

    /// Removes the data and the note.
    pub(super) fn remove(&self, service: &Service, notes: &Path) -> Result<()> {
        if self.folder.is_dir() {
            fs::remove_dir_all(&self.folder)
                .with_context(|| format!("`{}` can't be removed", self.folder.display()))?;
        }
        let path = note_path(service, notes);
        if path.is_file() {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// The instance's own folder, mode 0700.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the service keeps its data; made by the service itself.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What the service said.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    pub(super) fn process(&self) -> u32 {
        self.process
    }

    pub(super) fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    pub(super) fn set_lifetime(&mut self, lifetime: Lifetime) {
        self.lifetime = lifetime;
    }

    pub(super) fn set_process(&mut self, process: u32) {
        self.process = process;
    }

    /// Another port, after somebody else took the one that was free.
    pub(super) fn change_port(&mut self) -> Result<()> {
        self.port = free_port()?;
        Ok(())
    }

    /// A program that runs as the instance's account, in its folder.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder);
        // Messages that are parsed or shown should be the same everywhere.
        command.env("LC_ALL", "C");
        self.account.apply(&mut command);
        command
    }

    /// Writes a file that only the instance's account (and root) may read.
    pub(super) fn write_private(&self, path: &Path, text: &str) -> Result<()> {
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .with_context(|| format!("`{}` can't be written", path.display()))?;
        file.write_all(text.as_bytes())?;
        self.account.own(path)
    }

    /// Whether the process that was noted runs and is still the one that was started: process ids are used again.
    pub(super) fn is_running(&self) -> bool {
        let Some(process) = process::process_id(self.process) else {
            return false;
        };
        if signal::kill(process, None).is_err() {
            return false;
        }
        let process = self.process.to_string();
        let command_line =
            Command::new("ps").args(["-o", "args=", "-ww", "-p", &process]).output().map_or_else(
                // A machine without `ps`: Linux tells it in a file.
                |_| fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default(),
                |output| output.stdout,
            );
        String::from_utf8_lossy(&command_line).contains(&*self.folder.to_string_lossy())
    }

    /// Whether it answers 200 to a GET of this path.
    pub(super) fn answers(&self, path: &str) -> bool {
        let ask = || -> Result<bool> {
            let mut stream = TcpStream::connect_timeout(&self.address(), ANSWER_LIMIT)?;
            stream.set_read_timeout(Some(ANSWER_LIMIT))?;
            stream.set_write_timeout(Some(ANSWER_LIMIT))?;
            stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").as_bytes())?;
            // `HTTP/1.1 200`
            let mut start = [0_u8; 12];
            stream.read_exact(&mut start)?;
            Ok(start.starts_with(b"HTTP/1.") && start.ends_with(b" 200"))
        };
        ask().unwrap_or(false)
    }

    /// Whether it runs, says that it is ready, and accepts connections.
    pub(super) fn is_healthy(&self, service: &Service) -> bool {
        self.is_running()
            && (service.is_ready)(self)
            && TcpStream::connect_timeout(&self.address(), ANSWER_LIMIT).is_ok()
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }
}

fn note_path(service: &Service, notes: &Path) -> PathBuf {
    notes.join(format!("{}.note", service.name))
}

/// A port that is free now. Somebody else may take it before it is used; the caller tries again then.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

fn random_hex(bytes: usize) -> Result<String> {
    let mut buffer = vec![0_u8; bytes];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut buffer))
        .context("`/dev/urandom` can't be read")?;
    let mut text = String::new();
    for byte in buffer {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}
