//! A server's process with all that it starts, which ends together.
//!
//! A process that goes when it is asked to, or by itself, may leave behind what it has started: it leads a group, and that is ended
//! whatever became of its leader.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use process_wrap::tokio::{CommandWrap, ProcessGroup};
use rmcp::service::{RoleClient, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::{TokioChildProcess, Transport};
use tokio::process::Command;
use tokio::time::timeout;

/// How long the end of a session is waited for: a process that doesn't go when it is asked to is made to after six seconds.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(8);

/// A server over the standard input and output of its process.
pub(crate) struct GroupedProcess {
    transport: TokioChildProcess,
    group: Group,
}

impl GroupedProcess {
    /// Starts it, in a group with what it starts, `npx` say.
    ///
    /// # Errors
    ///
    /// When it can't be started.
    pub(crate) fn start(process: Command, groups: &Groups) -> std::io::Result<Self> {
        let mut process = CommandWrap::from(process);
        process.wrap(ProcessGroup::leader());
        // What it writes there may be anything, a secret too: it has no place in our log.
        let (transport, _no_stderr) = TokioChildProcess::builder(process).stderr(Stdio::null()).spawn()?;
        let leader = transport.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        Ok(Self { transport, group: groups.begin(leader) })
    }
}

impl Transport<RoleClient> for GroupedProcess {
    type Error = std::io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        self.transport.send(item)
    }

    fn receive(&mut self) -> impl Future<Output = Option<RxJsonRpcMessage<RoleClient>>> + Send {
        self.transport.receive()
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        // It waits for what is being written, which one that reads nothing any more never takes.
        let closed = timeout(LAST_WORDS, self.transport.close()).await;
        self.group.end();
        closed.unwrap_or(Ok(()))
    }
}

/// The groups that there are, for whoever can't wait until they have ended in good order.
#[derive(Clone, Default)]
pub(crate) struct Groups(Arc<Mutex<Leaders>>);

/// Who leads them, and whether there are to be no more.
#[derive(Default)]
struct Leaders {
    leaders: BTreeSet<Pid>,
    is_over: bool,
}

impl Groups {
    /// A new one, which ends at once where all have been ended.
    fn begin(&self, leader: Option<Pid>) -> Group {
        let mut leaders = self.leaders();
        leaders.leaders.extend(leader);
        let is_over = leaders.is_over;
        drop(leaders);
        let mut group = Group { leader, groups: self.clone() };
        if is_over {
            group.end();
        }
        group
    }

    /// Ends all of them, and those that are begun from now on.
    pub(crate) fn end(&self) {
        let mut leaders = self.leaders();
        leaders.is_over = true;
        let leaders = std::mem::take(&mut leaders.leaders);
        for leader in leaders {
            end(leader);
        }
    }

    fn leaders(&self) -> MutexGuard<'_, Leaders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A group of processes, ended when it is dropped.
struct Group {
    leader: Option<Pid>,
    groups: Groups,
}

impl Group {
    /// Ends all that is left of it. Once: its number may be another group's afterwards.
    fn end(&mut self) {
        if let Some(leader) = self.leader.take()
            && self.groups.leaders().leaders.remove(&leader)
        {
            end(leader);
        }
    }
}

fn end(leader: Pid) {
    // That there is nobody left is as it should be.
    let _ = killpg(leader, Signal::SIGKILL);
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}
