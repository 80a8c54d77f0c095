//! The threads that questions are worked at on: others than those that speak to callers, who are answered while these are busy.

use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The stack of each: an expression is computed by a call for each of its levels. It is address space; what isn't used isn't memory.
const STACK: usize = 16 * 1024 * 1024;

/// A runtime of its own.
#[derive(Debug)]
pub(crate) struct Engine {
    handle: Handle,
    /// There until it is dropped.
    runtime: Option<Runtime>,
    planning: Arc<Semaphore>,
}

impl Engine {
    /// With so many threads.
    pub(crate) fn start(threads: usize) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder
            .worker_threads(threads)
            .thread_stack_size(STACK)
            .thread_name("datasets")
            .enable_all()
            .build()?;
        let planning = Arc::new(Semaphore::new(2 * threads));
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime), planning })
    }

    /// Waits until a question may be planned: some at a time, each of which takes memory that nobody counts. Nothing ends that, so that
    /// it is given back when the planning is over and not when nobody waits for it any more.
    pub(crate) async fn turn_to_plan(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.planning).acquire_owned().await.ok()
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
