//! Credits: what is left, what moved, and codes that give some.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;
use wenshu_store::{
    Account, CreditEntry, ListedCode, NewRedeemCode, Page, RedeemCode, Redeemed, Store, StoreError,
};

use crate::accounts::network_of;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::misses::Misses;
use crate::{Actor, AppError, ErrorKind, FieldFault, Text};

/// The largest value of a code, and the largest balance that an admin sets: what JSON numbers hold, many times over.
const LARGEST: i64 = 1_000_000_000_000;

/// The longest code, in characters.
const CODE_LENGTH: usize = 64;

/// Codes that somebody may look up in vain within [`WINDOW`], from one address.
const MISSES_OF_ADDRESS: usize = 20;

/// Codes that an account may redeem in vain within [`WINDOW`].
const MISSES_OF_ACCOUNT: usize = 100;

/// The time in which misses count.
const WINDOW: Duration = Duration::from_secs(60);

/// The most entries on one page.
const LARGEST_PAGE: u64 = 100;

/// Letters and digits that can't be mistaken for each other.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Use cases of credits.
pub struct Credits {
    store: Store,
    clock: Arc<dyn Clock>,
    of_address: Misses<IpAddr>,
    of_account: Misses<Uuid>,
}

/// A code to be made.
#[derive(Clone, Debug, Default)]
pub struct CodeDraft {
    /// The code: 1–64 characters without white space. One is made without.
    pub code: Option<String>,
    /// The credits it gives: 1–1,000,000,000,000.
    pub value: Option<i64>,
}

impl Credits {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        let (of_address, of_account) =
            (Misses::new(MISSES_OF_ADDRESS, WINDOW), Misses::new(MISSES_OF_ACCOUNT, WINDOW));
        Self { store, clock, of_address, of_account }
    }

    /// The caller's movements, newest first, and the balance.
    ///
    /// # Errors
    ///
    /// `Invalid` for a limit outside 1–100; failures of the store.
    pub async fn history(
        &self,
        actor: &Actor,
        limit: u64,
        offset: u64,
    ) -> Result<(Page<CreditEntry>, i64), AppError> {
        checked_limit(limit)?;
        let entries = self.store.credit_entries(actor.id(), limit, offset).await?;
        // The newest movement says what was left after it, and may have come since the caller was looked up.
        let newest = entries.items.first().filter(|_| offset == 0).map(|entry| entry.balance);
        let balance = newest.unwrap_or(actor.account().credits);
        Ok((entries, balance))
    }

    /// Makes somebody's balance this one; the difference is booked.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `Invalid` naming `credits_left`; `NotFound`.
    pub async fn set(&self, actor: &Actor, account: &Account, credits: i64) -> Result<i64, AppError> {
        self.may_set(actor, credits)?;
        Ok(self.store.set_credits(account.id, credits, self.clock.new_id(), self.clock.now()).await?)
    }

    /// Fails when the caller may not make a balance this one.
    pub(crate) fn may_set(&self, actor: &Actor, credits: i64) -> Result<(), AppError> {
        actor.must_be_admin()?;
        if !(-LARGEST..=LARGEST).contains(&credits) {
            return Err(AppError::invalid("credits_left", within(-LARGEST)));
        }
        Ok(())
    }

    /// Redeems a code for the caller.
    ///
    /// # Errors
    ///
    /// `Invalid` (code `code_not_found`) naming `redeem_code` when there is no such code or somebody had it; `TooMany` after 100 of those
    /// within a minute.
    pub async fn redeem(&self, actor: &Actor, code: &str) -> Result<Redeemed, AppError> {
        let now = self.clock.now();
        self.of_account.begin(actor.id(), now).map_err(too_many)?;
        let redeemed = self.store.redeem_code(actor.id(), code.trim(), now).await?;
        let redeemed = redeemed.ok_or_else(no_code)?;
        self.of_account.take_back(&actor.id(), now);
        Ok(redeemed)
    }

    /// A code that nobody has redeemed, for anybody who knows it.
    ///
    /// # Errors
    ///
    /// `Invalid` as for [`redeem`](Self::redeem); `TooMany` after 20 of those within a minute from this address.
    pub async fn find_code(&self, from: IpAddr, code: &str) -> Result<RedeemCode, AppError> {
        let (from, now) = (network_of(from), self.clock.now());
        self.of_address.begin(from, now).map_err(too_many)?;
        let found = self.store.find_code(code.trim()).await?.ok_or_else(no_code)?;
        self.of_address.take_back(&from, now);
        Ok(found)
    }

    /// Makes a code. `unread` are faults of fields that the contract could not read.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `Invalid` naming every field that breaks a rule, `redeem_code` when there is such a code.
    pub async fn make_code(
        &self,
        actor: &Actor,
        draft: CodeDraft,
        unread: Vec<FieldFault>,
    ) -> Result<RedeemCode, AppError> {
        actor.must_be_admin()?;
        let mut faults = Faults::new(unread);
        let CodeDraft { code, value } = draft;
        let code = code.map(|code| code.trim().to_owned());
        if let Some(code) = &code {
            if code.is_empty() {
                faults.missing("redeem_code");
            }
            faults.line("redeem_code", code, CODE_LENGTH);
            if matches!(code.as_str(), "." | "..") {
                // Such a part of a path leads elsewhere.
                faults.add("redeem_code", Text::new("不能是 . 或 ..", "must not be `.` or `..`"));
            }
            if code.chars().any(|character| character.is_whitespace() || character == '/') {
                faults.add(
                    "redeem_code",
                    Text::new("不能包含空白字符或 /", "must not contain white space or a slash"),
                );
            }
        }
        match value {
            None => faults.missing("value"),
            Some(value) if !(1..=LARGEST).contains(&value) => faults.add("value", within(1)),
            Some(_) => {}
        }
        faults.finish(&["redeem_code", "value"])?;
        let code = match code {
            Some(code) => code,
            None => random_code()?,
        };
        let (id, created_at) = (self.clock.new_id(), self.clock.now());
        let new = NewRedeemCode { id, code, value: value.unwrap_or_default(), created_at };
        self.store.insert_code(new).await.map_err(|error| match error {
            StoreError::Conflict { .. } => AppError::invalid(
                "redeem_code",
                Text::new("已存在这个兑换码", "There is such a code already"),
            ),
            error => error.into(),
        })
    }

    /// A part of all codes, newest first.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `Invalid` for a limit outside 1–100.
    pub async fn codes(&self, actor: &Actor, limit: u64, offset: u64) -> Result<Page<ListedCode>, AppError> {
        actor.must_be_admin()?;
        checked_limit(limit)?;
        Ok(self.store.codes(limit, offset).await?)
    }

    /// Deletes a code, redeemed or not; what it gave stays.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `Invalid` (code `code_not_found`) when there is none.
    pub async fn delete_code(&self, actor: &Actor, code: &str) -> Result<(), AppError> {
        actor.must_be_admin()?;
        if self.store.delete_code(code.trim()).await? { Ok(()) } else { Err(no_code()) }
    }
}

/// A code of 128 random bits: 26 characters in groups.
fn random_code() -> Result<String, AppError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(AppError::internal)?;
    let mut rest = u128::from_be_bytes(bytes);
    let mut code = String::with_capacity(30);
    for place in 0..26 {
        if place > 0 && place % 6 == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[(rest & 31) as usize]));
        rest >>= 5;
    }
    Ok(code)
}

pub(crate) fn checked_limit(limit: u64) -> Result<(), AppError> {
    if (1..=LARGEST_PAGE).contains(&limit) {
        return Ok(());
    }
    Err(AppError::invalid(
        "limit",
        Text::new(format!("须在 1 到 {LARGEST_PAGE} 之间"), format!("must be between 1 and {LARGEST_PAGE}")),
    ))
}

fn within(least: i64) -> Text {
    Text::new(format!("须在 {least} 到 {LARGEST} 之间"), format!("must be between {least} and {LARGEST}"))
}

fn no_code() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        "code_not_found",
        Text::new("兑换码不存在或已被使用", "There is no such code, or it has been redeemed"),
    )
}

fn too_many(wait: Duration) -> AppError {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    AppError::new(
        ErrorKind::TooMany,
        "too_many_codes",
        Text::new(
            format!("兑换码错误次数过多，请在 {seconds} 秒后再试"),
            format!("Too many wrong codes; try again in {seconds} seconds"),
        ),
    )
    .retry_after(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_made_of_128_random_bits() {
        let codes: HashSet<String> = (0..200).map(|_| random_code().unwrap()).collect();
        assert_eq!(codes.len(), 200);
        for code in codes {
            let letters: Vec<char> = code.chars().filter(|letter| *letter != '-').collect();
            assert_eq!(letters.len(), 26, "26 × 5 bits are 130");
            assert!(letters.iter().all(|letter| ALPHABET.contains(&(*letter as u8))), "{code}");
        }
    }
}
