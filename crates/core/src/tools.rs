//! Tools that a request may name: what an answer may use.
//!
//! So far there is one, asking the caller's default connection, which is no call of a model but the way that the whole answer goes. What
//! models call themselves joins this list.

use crate::{AppError, Text};

/// A tool by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Asks the caller's default connection.
    QueryData,
}

impl Tool {
    /// All there are.
    pub const ALL: &'static [Self] = &[Self::QueryData];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QueryData => "query_data",
        }
    }

    /// The tools of these names, each once.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `tools`, with those that don't exist and those that do.
    pub fn named(names: &[String]) -> Result<Vec<Self>, AppError> {
        let find = |name: &String| Self::ALL.iter().copied().find(|tool| tool.as_str() == name);
        let unknown: Vec<&str> =
            names.iter().filter(|name| find(name).is_none()).map(String::as_str).collect();
        if !unknown.is_empty() {
            let known: Vec<&str> = Self::ALL.iter().map(|tool| tool.as_str()).collect();
            let (unknown, known) = (unknown.join(", "), known.join(", "));
            return Err(AppError::invalid(
                "tools",
                Text::new(
                    format!("没有名为 {unknown} 的工具，现有：{known}"),
                    format!("has no tool called {unknown}; there is: {known}"),
                ),
            ));
        }
        let mut tools: Vec<Self> = names.iter().filter_map(find).collect();
        tools.dedup();
        Ok(tools)
    }
}
