//! The limit of open files, which is the limit of answers under way: each that a model writes holds two sockets.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Raises this process's own limit to what the system allows it. Shells and service managers begin with 1,024 for the sake of programs
/// older than `poll`, which this one isn't.
pub fn raise_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
        if soft < hard { setrlimit(Resource::RLIMIT_NOFILE, hard, hard) } else { Ok(()) }
    });
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of open files could not be raised; many clients at once may be refused");
    }
}
