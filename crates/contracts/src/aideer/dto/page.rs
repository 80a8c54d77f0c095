//! Which part of a list is wanted.

use serde::Deserialize;
use utoipa::ToSchema;
use wenshu_core::AppError;

use crate::http::form::{Checks, Given};

/// How many are answered when nothing else is asked for.
const DEFAULT_LIMIT: i64 = 10;

/// The most that are answered.
const LARGEST_LIMIT: i64 = 100;

/// `offset` and `limit` of a list.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct PageQuery {
    /// How many to leave out.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, default = 0)]
    offset: Given<i64>,
    /// How many to answer at most.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 100, default = 10)]
    limit: Given<i64>,
}

/// The part of a list that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many to leave out.
    pub offset: u64,
    /// How many to answer.
    pub limit: u64,
}

impl PageQuery {
    /// The part that is wanted.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_window(self) -> Result<Window, AppError> {
        let mut checks = Checks::default();
        let window = self.checked(&mut checks);
        checks.finish()?;
        Ok(window)
    }

    fn checked(self, checks: &mut Checks) -> Window {
        let Self { offset, limit } = self;
        Window::checked(offset, limit, checks)
    }
}

impl Window {
    /// The part that is wanted, for queries that have more fields to check.
    pub fn checked(offset: Given<i64>, limit: Given<i64>, checks: &mut Checks) -> Self {
        let offset = checks.optional("query.offset", offset).unwrap_or_default();
        checks.range("query.offset", offset, 0..=i64::MAX);
        let limit = checks.optional("query.limit", limit).unwrap_or(DEFAULT_LIMIT);
        checks.range("query.limit", limit, 1..=LARGEST_LIMIT);
        Self { offset: offset.unsigned_abs(), limit: limit.unsigned_abs() }
    }
}
