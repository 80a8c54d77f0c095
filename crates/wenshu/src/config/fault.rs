//! What is wrong with the configuration, all of it at once.

use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, with the setting's name in backticks and the value unless it is secret.
    pub what: String,
    /// Where it was written.
    pub origin: String,
    /// What to write instead.
    pub allowed: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (from {})", self.what, self.origin)?;
        if !self.allowed.is_empty() {
            write!(formatter, "\n    {}", self.allowed)?;
        }
        Ok(())
    }
}

/// Everything that is wrong; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(formatter, "the configuration has a fault:")?,
            count => write!(formatter, "the configuration has {count} faults:")?,
        }
        for fault in &self.0 {
            write!(formatter, "\n  - {fault}")?;
        }
        write!(
            formatter,
            "\nevery setting is described in docs/configuration.md and by `wenshu config reference`"
        )
    }
}

impl std::error::Error for Faults {}
