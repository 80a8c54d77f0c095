//! Bodies of `/codes`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::{AppError, ListedCode, Page};

use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

/// How many are answered when nothing else is asked for.
const DEFAULT_LIMIT: i64 = 50;

/// The most that are answered.
const LARGEST_LIMIT: i64 = 100;

/// Which part of the list is wanted.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct CodesQuery {
    /// How many to answer at most.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 100, default = 50)]
    limit: Given<i64>,
    /// How many to leave out.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, default = 0)]
    offset: Given<i64>,
}

impl CodesQuery {
    /// How many, and after how many.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_window(self) -> Result<(u64, u64), AppError> {
        let Self { limit, offset } = self;
        let mut checks = Checks::default();
        let limit = checks.optional("query.limit", limit).unwrap_or(DEFAULT_LIMIT);
        checks.range("query.limit", limit, 1..=LARGEST_LIMIT);
        let offset = checks.optional("query.offset", offset).unwrap_or_default();
        checks.range("query.offset", offset, 0..=i64::MAX);
        checks.finish()?;
        Ok((limit.unsigned_abs(), offset.unsigned_abs()))
    }
}

/// A part of the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Codes)]
pub struct CodesDto<'a> {
    /// Newest first.
    codes: Vec<CodeDto<'a>>,
    /// How many there are in all.
    total: u64,
}

impl<'a> From<&'a Page<ListedCode>> for CodesDto<'a> {
    fn from(page: &'a Page<ListedCode>) -> Self {
        Self { codes: page.items.iter().map(CodeDto::from).collect(), total: page.total }
    }
}

/// A code that gives credits, once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Code)]
pub struct CodeDto<'a> {
    code: &'a str,
    /// The credits that it gives.
    amount: i64,
    #[schema(value_type = String, format = DateTime)]
    made_at: Rfc3339,
    /// What the user is called who redeemed it; `null`: nobody did, or the user is gone.
    used_by: Option<&'a str>,
    /// When it was redeemed; `null`: not yet.
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Rfc3339>,
}

impl<'a> From<&'a ListedCode> for CodeDto<'a> {
    fn from(listed: &'a ListedCode) -> Self {
        let ListedCode { code, value, created_at, redeemed_by, redeemed_at } = listed;
        Self {
            code,
            amount: *value,
            made_at: Rfc3339(*created_at),
            used_by: redeemed_by.as_deref(),
            used_at: redeemed_at.map(Rfc3339),
        }
    }
}
