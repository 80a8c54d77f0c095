//! A server that is measured: started on a free port, its address read from what it prints, ended by its process id.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Linux tells processor time to programs in hundredths of a second, whatever it counts in itself.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running server.
pub(crate) struct Server {
    child: Child,
    process: Pid,
    address: SocketAddr,
    spawned: Instant,
    /// Reads what the server prints, so that it never waits for a reader.
    _output: JoinSet<()>,
}

impl Server {
    /// The product, on a data folder, with the built-in engine.
    pub(crate) async fn product(program: &Path, data: &Path) -> Result<Self> {
        Self::product_with(program, data, &[]).await
    }

    /// The product, on a data folder, with these variables in its environment.
    pub(crate) async fn product_with(
        program: &Path,
        data: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data).current_dir(data);
        // What the person has configured must not be measured, nor a model be called.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let others = ["DATABASE_URL", "REDIS_URL", "RUST_LOG", "OLLAMA_HOST"];
            let prefixes = ["WENSHU_", "OPENAI_", "ANTHROPIC_"];
            if others.contains(&&*text) || prefixes.iter().any(|prefix| text.starts_with(prefix)) {
                command.env_remove(&name);
            }
        }
        command.envs(variables.iter().copied());
        Self::start(command).await
    }

    /// The baseline: this program's own `hello`.
    pub(crate) async fn hello() -> Result<Self> {
        Self::own(&["hello"]).await
    }

    /// The scripted model: this program's own `model`. Its paced reply takes this long.
    pub(crate) async fn model(paced: Duration) -> Result<Self> {
        Self::own(&["model", "--paced-seconds", &paced.as_secs().to_string()]).await
    }

    /// The baseline of streaming: this program's own `relay`, in front of a model.
    pub(crate) async fn relay(base: &str) -> Result<Self> {
        Self::own(&["relay", "--model", base]).await
    }

    async fn own(arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments);
        Self::start(command).await
    }

    async fn start(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let spawned = Instant::now();
        let mut child = command.spawn().with_context(|| format!("{command:?} can't be started"))?;
        let process =
            child.id().and_then(|id| i32::try_from(id).ok()).context("the server has no process id")?;
        let (sender, mut lines) = mpsc::unbounded_channel();
        let mut output = JoinSet::new();
        output.spawn(forward(child.stdout.take().context("no stdout")?, sender.clone()));
        output.spawn(forward(child.stderr.take().context("no stderr")?, sender));
        let mut said = Vec::new();
        let address = timeout(START_LIMIT, async {
            while let Some(line) = lines.recv().await {
                if let Some(address) = address_in(&line) {
                    return Some(address);
                }
                said.push(line);
            }
            None
        })
        .await;
        match address {
            Ok(Some(address)) => {
                Ok(Self { child, process: Pid::from_raw(process), address, spawned, _output: output })
            }
            Ok(None) => bail!("the server ended without an address: {}", said.join(" / ")),
            Err(_) => bail!("the server printed no address: {}", said.join(" / ")),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// When the process was started.
    pub(crate) fn spawned(&self) -> Instant {
        self.spawned
    }

    /// Resident memory in MiB.
    pub(crate) fn resident(&self) -> Result<f64> {
        self.memory("VmRSS:")
    }

    /// The most resident memory that the process has had since its start, in MiB.
    pub(crate) fn highest_resident(&self) -> Result<f64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, line: &str) -> Result<f64> {
        let path = format!("/proc/{}/status", self.process);
        let text = fs::read_to_string(&path).with_context(|| format!("`{path}` can't be read"))?;
        let kibibytes: f64 = text
            .lines()
            .find_map(|found| found.strip_prefix(line)?.trim().strip_suffix(" kB"))
            .context("the system tells no resident memory")?
            .trim()
            .parse()?;
        Ok(kibibytes / 1024.0)
    }

    /// Seconds of processor time that the process has taken, which other programs on the machine hardly change.
    pub(crate) fn processor(&self) -> Result<f64> {
        let path = format!("/proc/{}/stat", self.process);
        let text = fs::read_to_string(&path).with_context(|| format!("`{path}` can't be read"))?;
        // The name of the program, in brackets, may hold spaces; its own time and the system's for it are the 14th and the 15th field.
        let (_, fields) = text.rsplit_once(')').context("the system tells no processor time")?;
        let ticks: Vec<f64> =
            fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
        Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
    }

    /// The base URL of a model.
    pub(crate) fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Ends the server in order and waits for its end.
    pub(crate) async fn stop(mut self) -> Result<()> {
        signal::kill(self.process, Signal::SIGTERM).context("the server is gone")?;
        match timeout(STOP_LIMIT, self.child.wait()).await {
            Ok(status) => {
                status?;
                Ok(())
            }
            Err(_) => {
                self.child.kill().await?;
                bail!("the server didn't stop within {} s", STOP_LIMIT.as_secs())
            }
        }
    }
}

/// Sends lines until nobody wants them any more, then only reads.
async fn forward(output: impl AsyncRead + Unpin, lines: mpsc::UnboundedSender<String>) {
    let mut reader = BufReader::new(output);
    let mut line = String::new();
    while matches!(reader.read_line(&mut line).await, Ok(read) if read > 0) {
        if lines.send(std::mem::take(&mut line)).is_err() {
            break;
        }
    }
    drop(lines);
    let mut rest = vec![0; 64 * 1024];
    while matches!(reader.read(&mut rest).await, Ok(read) if read > 0) {}
}

/// The address behind `http://` in a line.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|letter: char| !(letter.is_ascii_hexdigit() || ".:[]".contains(letter)));
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::address_in;

    #[test]
    fn the_address_is_found_in_any_wording() {
        for line in [
            "http://127.0.0.1:8000",
            "open http://127.0.0.1:8000/ in a browser",
            "\u{1b}[1mhttp://127.0.0.1:8000\u{1b}[0m",
            r#"{"message":"listening","url":"http://127.0.0.1:8000"}"#,
        ] {
            assert_eq!(address_in(line), Some(([127, 0, 0, 1], 8000).into()), "{line}");
        }
        assert_eq!(address_in("see http://example.com"), None);
        assert_eq!(address_in("nothing"), None);
    }
}
