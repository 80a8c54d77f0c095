//! The threads that questions are worked at on: others than those that speak to callers, who are answered while these are busy.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// A runtime of its own.
#[derive(Debug)]
pub(crate) struct Engine {
    handle: Handle,
    /// There until it is dropped.
    runtime: Option<Runtime>,
}

impl Engine {
    /// With so many threads.
    pub(crate) fn start(threads: usize) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(threads).thread_name("datasets").enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Where its tasks are spawned.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Engine {
    /// Waits for nothing: what is dropped on another runtime may not wait.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
