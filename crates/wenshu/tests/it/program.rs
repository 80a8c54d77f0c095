//! The binary in a folder of its own, with an environment that the machine's has no part in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

/// An empty folder to run the binary in; it goes away with this value.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wenshu"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            // Cheap hashes: what they cost is not what these tests are about.
            .env("WENSHU_PASSWORD_MEMORY_KIB", "64")
            .env("WENSHU_PASSWORD_PASSES", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        Ended::from(self.command(arguments).output().await.unwrap())
    }

    /// Runs a command with something on its standard input.
    pub(crate) async fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).await.unwrap();
        drop(stdin);
        Ended::from(child.wait_with_output().await.unwrap())
    }

    /// Runs a command until it has said a line, or has ended without one. It is killed when the child is dropped.
    pub(crate) async fn run_until_first_line(&self, arguments: &[&str]) -> (Child, String) {
        let mut child = self.command(arguments).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).await.unwrap();
        (child, first)
    }

    /// Starts a server on a free port and waits until it says where.
    pub(crate) async fn serve(&self) -> Server {
        Server::start(self.command(&["serve", "--listen", "127.0.0.1:0"])).await
    }
}

/// What a command that has ended said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// The same, after a look at the exit code.
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: ChildStderr,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) async fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let mut first = String::new();
        stdout.read_line(&mut first).await.unwrap();
        let address = first.split("http://").nth(1).and_then(|rest| rest.trim().parse().ok());
        let Some(address) = address else {
            let mut said = String::new();
            stderr.read_to_string(&mut said).await.unwrap();
            panic!("the server said no address: {first:?}\n{said}");
        };
        Self { child, stdout, stderr, address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits until it has said this in its log.
    pub(crate) async fn says(&mut self, words: &str) {
        let mut said = String::new();
        let mut piece = [0; 1024];
        while !said.contains(words) {
            let length = self.stderr.read(&mut piece).await.unwrap();
            assert!(length > 0, "it has ended without {words}: {said}");
            said.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
    }

    /// Its process id.
    pub(crate) fn process(&self) -> i32 {
        i32::try_from(self.child.id().unwrap()).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.process()), signal).unwrap();
    }

    /// Asks it to stop, and waits for its end.
    pub(crate) async fn stop(self, signal: Signal) -> Stopped {
        self.signal(signal);
        self.ended().await
    }

    /// Waits for its end.
    pub(crate) async fn ended(mut self) -> Stopped {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        let (out, err) =
            tokio::join!(self.stdout.read_to_string(&mut stdout), self.stderr.read_to_string(&mut stderr));
        out.unwrap();
        err.unwrap();
        Stopped { status: self.child.wait().await.unwrap(), stdout, stderr }
    }
}

/// What a server that has ended said after its first line.
pub(crate) struct Stopped {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A client, with the TLS that the program has too.
pub(crate) fn client() -> reqwest::Client {
    // A second one finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// The permission bits of a file or folder.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
