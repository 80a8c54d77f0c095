//! The languages answers are written in.

use serde::{Deserialize, Serialize};

/// A language of questions and answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese (simplified).
    #[default]
    Zh,
    /// English.
    En,
}
