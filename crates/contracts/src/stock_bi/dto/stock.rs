//! What `/stock` takes and answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::stocks::StockCode;
use wenshu_core::{AppError, FavouriteStock, Text};

use super::fields::user_name;
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

/// A user and a stock.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct StockParameters {
    /// The user's name, or address.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 254)]
    user_name: Given<String>,
    /// The stock's code with its market: `sh600519`, `600519.SH`, `hk00700`, `AAPL`.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1)]
    stock_code: Given<String>,
}

impl StockParameters {
    /// The user and the stock.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the parameters.
    pub fn into_parts(self) -> Result<(String, StockCode), AppError> {
        let Self { user_name: name, stock_code } = self;
        let mut checks = Checks::default();
        let name = user_name(&mut checks, name);
        let code = checks.required("stock_code", stock_code).and_then(|text| {
            let code = text.parse::<StockCode>();
            if code.is_err() {
                let text = Text::new(
                    "必须是市场和代码，如 sh600519、sz000001、bj430047、hk00700、AAPL、600519.SH",
                    "must be a market and a code, such as sh600519, sz000001, bj430047, hk00700, AAPL or 600519.SH",
                );
                checks.fault("stock_code", text);
            }
            code.ok()
        });
        match (name, code) {
            (Some(name), Some(code)) if checks.is_clean() => Ok((name, code)),
            _ => Err(checks.into_error()),
        }
    }
}

/// A stock that a user follows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FavouriteStock)]
pub struct FavouriteDto<'a> {
    stock_code: &'a str,
    #[schema(value_type = String, format = DateTime)]
    create_time: Rfc3339,
}

impl<'a> From<&'a FavouriteStock> for FavouriteDto<'a> {
    fn from(stock: &'a FavouriteStock) -> Self {
        let FavouriteStock { code, created_at } = stock;
        Self { stock_code: code, create_time: Rfc3339(*created_at) }
    }
}
