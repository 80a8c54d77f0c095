//! Exit codes, which scripts rely on.

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did what it was asked.
    Done = 0,
    /// It could not: a database, a file, the network.
    Failed = 1,
    /// The question can't be answered, and what was understood has been said.
    NotAnswered = 2,
    /// The command line is not right (EX_USAGE of sysexits.h).
    Usage = 64,
    /// The configuration is not right (EX_CONFIG of sysexits.h).
    Configuration = 78,
    /// Stopped from the keyboard, as shells count it: 128 and the signal's number.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
