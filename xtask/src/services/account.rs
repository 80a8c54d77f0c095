//! Which account a service runs as: this one, or an unprivileged one when this program runs as root.
//!
//! Database servers refuse to run as root, and should.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::process;

/// An account to run a service as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// The account that this program runs as.
    Own,
    /// Another one, by its numbers. Only root can do that.
    Other { user: u32, group: u32 },
}

impl Account {
    /// The account for a service: the first of `candidates` that exists when this program runs as root, the own one when there are
    /// no candidates.
    pub(super) fn choose(candidates: &[&str]) -> Result<Self> {
        if candidates.is_empty() || !process::is_root()? {
            return Ok(Self::Own);
        }
        for name in candidates {
            let number = |kind| process::account_number(&[kind, name]);
            if let (Ok(user), Ok(group)) = (number("-u"), number("-g")) {
                return Ok(Self::Other { user, group });
            }
        }
        bail!("none of the accounts {} exists, and this service must not run as root", candidates.join(", "))
    }

    /// Makes a command run as this account. Supplementary groups are dropped by the standard library.
    pub(super) fn apply(self, command: &mut Command) {
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
    }

    /// Gives a file or folder to this account.
    pub(super) fn own(self, path: &Path) -> Result<()> {
        if let Self::Other { user, group } = self {
            std::os::unix::fs::chown(path, Some(user), Some(group))
                .with_context(|| format!("`{}` can't be given to the service's account", path.display()))?;
        }
        Ok(())
    }

    /// Whether this account can come to `folder`, which may be below one that is closed to it (`/root`).
    pub(super) fn can_enter(self, folder: &Path) -> bool {
        let mut command = Command::new("sh");
        command.current_dir("/").args(["-c", "cd \"$1\"", "sh"]).arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.apply(&mut command);
        command.status().is_ok_and(|status| status.success())
    }
}
