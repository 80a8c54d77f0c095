//! Being told to stop: Ctrl-C, and SIGTERM where there is such a thing.

use anyhow::{Context as _, Result};

/// Signals that mean "stop", listened for from the moment this exists.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// When the system has no room for it.
    #[cfg(unix)]
    pub fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = "signals can't be listened for";
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).context(failed)?,
            terminate: signal(SignalKind::terminate()).context(failed)?,
        })
    }

    /// The next one.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// None on this system.
    #[cfg(not(unix))]
    pub fn listen() -> Result<Self> {
        Ok(Self {})
    }

    /// The next one.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        // Without a handler the system ends the process itself, so there is nothing else to do about an error.
        let _ = tokio::signal::ctrl_c().await.context("Ctrl-C can't be listened for");
    }
}
