//! Codes that give credits, once.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Page, Store, StoreError, accounts,
    conversations::to_bigint,
    credits::{CreditReason, Movement, book},
    database::{self, from_millis, to_millis},
};

/// A code that nobody has redeemed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedeemCode {
    /// As it was made; it is found without regard to case.
    pub code: String,
    /// The credits it gives.
    pub value: i64,
}

/// A code with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCode {
    /// As it was made.
    pub code: String,
    /// The credits it gives.
    pub value: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The name of the account that redeemed it. None: nobody did, or the account is gone.
    pub redeemed_by: Option<String>,
    /// When it was redeemed.
    pub redeemed_at: Option<DateTime<Utc>>,
}

/// A code to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRedeemCode {
    /// An id that its movement is known by, so that a code of the same text can be made again later.
    pub id: Uuid,
    /// The code.
    pub code: String,
    /// The credits it gives; above zero.
    pub value: i64,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

/// What redeeming a code gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// The credits.
    pub value: i64,
    /// What there is now.
    pub balance: i64,
}

impl Store {
    /// Makes a code. `Conflict` of `code` when there is one of the same text already, redeemed or not.
    pub async fn insert_code(&self, new: NewRedeemCode) -> Result<RedeemCode, StoreError> {
        let NewRedeemCode { id, code, value, created_at } = new;
        let code = database::storable(code);
        let inserted = database::execute(
            self.writer(),
            "INSERT INTO redeem_codes (folded, id, code, value, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (folded) DO NOTHING",
            [folded(&code), id.into(), code.clone().into(), value.into(), to_millis(created_at).into()],
        )
        .await?;
        if inserted == 0 {
            return Err(StoreError::Conflict { field: "code" });
        }
        Ok(RedeemCode { code, value })
    }

    /// All codes, newest first.
    pub async fn codes(&self, limit: u64, offset: u64) -> Result<Page<ListedCode>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT code, value, redeem_codes.created_at AS made_at, redeemed_at, coalesce(username, email) AS redeemer
             FROM redeem_codes LEFT JOIN accounts ON accounts.id = redeemed_by
             ORDER BY redeem_codes.created_at DESC, redeem_codes.id DESC LIMIT $1 OFFSET $2",
            [to_bigint(limit), to_bigint(offset)],
        )
        .await?;
        let read = |row: &sea_orm::QueryResult| {
            let redeemed_at: Option<i64> = row.try_get("", "redeemed_at")?;
            Ok(ListedCode {
                code: row.try_get("", "code")?,
                value: row.try_get("", "value")?,
                created_at: from_millis(row.try_get("", "made_at")?)?,
                redeemed_by: row.try_get("", "redeemer")?,
                redeemed_at: redeemed_at.map(from_millis).transpose()?,
            })
        };
        let items = rows.iter().map(read).collect::<Result<_, StoreError>>()?;
        let count = database::query_one(self.readers(), "SELECT count(*) FROM redeem_codes", []).await?;
        let total: i64 = count.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
        Ok(Page { items, total: total.unsigned_abs(), is_total_exact: true })
    }

    /// The code of this text, unless it is redeemed.
    pub async fn find_code(&self, code: &str) -> Result<Option<RedeemCode>, StoreError> {
        let text = "SELECT code, value FROM redeem_codes WHERE folded = $1 AND redeemed_at IS NULL";
        let row = database::query_one(self.readers(), text, [folded(code)]).await?;
        row.map(|row| Ok(RedeemCode { code: row.try_get_by_index(0)?, value: row.try_get_by_index(1)? }))
            .transpose()
    }

    /// Deletes a code, redeemed or not; what it gave stays. False when there is none.
    pub async fn delete_code(&self, code: &str) -> Result<bool, StoreError> {
        let text = "DELETE FROM redeem_codes WHERE folded = $1";
        Ok(database::execute(self.writer(), text, [folded(code)]).await? > 0)
    }

    /// Redeems a code for an account, in one transaction: of all who try at the same moment one gets it. None when there is no such
    /// code, or it is redeemed. `NotFound` when there is no such account.
    pub async fn redeem_code(
        &self,
        account: Uuid,
        code: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Redeemed>, StoreError> {
        // Looking first keeps those who are too late, or guess, from waiting for the writer.
        if self.find_code(code).await?.is_none() {
            return Ok(None);
        }
        let transaction = self.begin().await?;
        let row = database::query_one(
            &transaction,
            "UPDATE redeem_codes SET redeemed_by = $2, redeemed_at = $3 WHERE folded = $1 AND redeemed_at IS NULL
             RETURNING id, value",
            [folded(code), account.into(), to_millis(at).into()],
        )
        .await?;
        let Some(row) = row else {
            transaction.rollback().await?;
            return Ok(None);
        };
        let (id, value): (Uuid, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let name = format!("code:{}", id.simple());
        let movement = Movement { account, name, reason: CreditReason::Redeemed, amount: value, at };
        let booked = match book(&transaction, &movement).await {
            Ok(booked) => booked,
            Err(error) => {
                transaction.rollback().await?;
                return Err(error);
            }
        };
        transaction.commit().await?;
        Ok(booked.map(|balance| Redeemed { value, balance }))
    }
}

/// What a code is found by: the same for any case and any way of writing the same characters.
fn folded(code: &str) -> sea_orm::Value {
    accounts::login_key(code).into()
}
