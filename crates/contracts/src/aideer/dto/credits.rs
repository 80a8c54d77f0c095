//! Bodies of credits and codes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::credits::CodeDraft;
use wenshu_core::{AppError, CreditEntry, CreditReason, FieldFault, Language, RedeemCode};

use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

/// A code to be redeemed.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct RedeemBody {
    /// The code, in whatever case.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    redeem_code: Given<String>,
}

impl RedeemBody {
    /// The code.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_code(self) -> Result<String, AppError> {
        let mut checks = Checks::default();
        let code = checks.required("redeem_code", self.redeem_code);
        checks.finish()?;
        Ok(code.unwrap_or_default())
    }
}

/// A code to be made.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct CodeBody {
    /// The code, without white space and slashes; one is made without.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    redeem_code: Given<String>,
    /// The credits that it gives.
    #[serde(default)]
    #[schema(value_type = i64, required = true, minimum = 1, maximum = 1_000_000_000_000_i64)]
    value: Given<i64>,
}

impl CodeBody {
    /// The code that is described, and what is wrong with fields that can't be read.
    pub fn into_draft(self) -> (CodeDraft, Vec<FieldFault>) {
        let Self { redeem_code, value } = self;
        let mut checks = Checks::default();
        let draft = CodeDraft {
            code: checks.optional("redeem_code", redeem_code),
            value: checks.required("value", value),
        };
        (draft, checks.into_faults())
    }
}

/// A code as this contract shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Code)]
pub struct CodeDto<'a> {
    redeem_code: &'a str,
    value: i64,
}

impl<'a> From<&'a RedeemCode> for CodeDto<'a> {
    fn from(code: &'a RedeemCode) -> Self {
        let RedeemCode { code, value } = code;
        Self { redeem_code: code, value: *value }
    }
}

/// Movements of credits, and what is left.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Credits)]
pub struct CreditsDto {
    /// Newest first.
    pub credit_records: Vec<CreditRecordDto>,
    /// The balance.
    pub credits_left: i64,
}

/// A movement of credits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditRecord)]
pub struct CreditRecordDto {
    id: i64,
    user_id: i64,
    amount: i64,
    #[schema(value_type = String)]
    description: &'static str,
    #[schema(value_type = String, format = DateTime)]
    create_time: Rfc3339,
}

impl CreditRecordDto {
    /// A movement of this user's, described in this language.
    pub fn new(entry: &CreditEntry, user_id: i64, language: Language) -> Self {
        let CreditEntry { number, amount, balance: _, reason, created_at } = entry;
        let (zh, en) = match reason {
            CreditReason::Redeemed => ("兑换积分码", "Redeemed a code"),
            CreditReason::Granted => ("管理员调整", "Set by an admin"),
            CreditReason::ChatTask => ("聊天回复", "Chat reply"),
            CreditReason::TitleTask => ("聊天标题", "Chat title"),
        };
        Self {
            id: *number,
            user_id,
            amount: *amount,
            description: match language {
                Language::Zh => zh,
                Language::En => en,
            },
            create_time: Rfc3339(*created_at),
        }
    }
}
