//! Credits: a ledger in whole numbers.
//!
//! Every movement is an entry with the balance after it, and changes the balance in the same transaction. It has a name of its own
//! (`run:…`, `code:…`, `grant:…`), so that it is booked once however often it is tried. What running tasks hold is not booked: it
//! only keeps others from starting on the same credits.
//!
//! Rows are taken in one order everywhere, account before hold, so that two transactions never wait for each other in a circle.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use crate::{
    Page, Store, StoreError,
    conversations::to_bigint,
    database::{self, from_millis, to_millis},
};

/// A movement of an account's credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditEntry {
    /// The store's own number: grows in the order of the movements. Fits in 53 bits.
    pub number: i64,
    /// By how much; below zero for what was spent.
    pub amount: i64,
    /// What was left afterwards.
    pub balance: i64,
    /// What for.
    pub reason: CreditReason,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What credits moved for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreditReason {
    /// A code was redeemed.
    Redeemed,
    /// An admin set the balance.
    Granted,
    /// A message of a chat was written.
    ChatTask,
    /// A title of a chat was written.
    TitleTask,
}

/// A movement to be booked.
pub(crate) struct Movement {
    pub(crate) account: Uuid,
    /// The same for every try of the same movement.
    pub(crate) name: String,
    pub(crate) reason: CreditReason,
    pub(crate) amount: i64,
    pub(crate) at: DateTime<Utc>,
}

impl Store {
    /// The account's movements, newest first.
    pub async fn credit_entries(
        &self,
        account: Uuid,
        limit: u64,
        offset: u64,
    ) -> Result<Page<CreditEntry>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT number, amount, balance, reason, created_at FROM credit_entries WHERE account = $1
             ORDER BY number DESC LIMIT $2 OFFSET $3",
            [account.into(), to_bigint(limit), to_bigint(offset)],
        )
        .await?;
        let items = rows.iter().map(CreditEntry::from_row).collect::<Result<_, _>>()?;
        let text = "SELECT count(*) FROM credit_entries WHERE account = $1";
        let count = database::query_one(self.readers(), text, [account.into()]).await?;
        let total: i64 = count.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
        Ok(Page { items, total: total.unsigned_abs(), is_total_exact: true })
    }

    /// Makes the account's balance this one, by booking the difference under `grant` (an id never given before; trying again with the
    /// same changes nothing). Answers the balance. `NotFound` when there is no such account.
    pub async fn set_credits(
        &self,
        account: Uuid,
        credits: i64,
        grant: Uuid,
        at: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let transaction = self.begin().await?;
        let balance = set(&transaction, account, credits, grant, at).await?;
        transaction.commit().await?;
        Ok(balance)
    }

    /// What was booked for a task, in credits, whether or not it is still there.
    pub async fn booked_cost(&self, task: Uuid) -> Result<i64, StoreError> {
        booked_of_run(self.readers(), task).await
    }

    /// Books what tasks cost whose run is gone (its conversation was deleted) and whose process is dead, by their last checkpoint.
    pub(crate) async fn settle_orphans(
        &self,
        dead_before: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT run FROM credit_holds LEFT JOIN instances ON instances.id = credit_holds.instance
             WHERE (instances.retired_at IS NOT NULL OR coalesce(instances.seen_at, 0) < $1)
             AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = credit_holds.run AND runs.status = 'running')",
            [to_millis(dead_before).into()],
        )
        .await?;
        for row in rows {
            let transaction = self.begin().await?;
            settle(&transaction, row.try_get_by_index(0)?, None, at).await?;
            transaction.commit().await?;
        }
        Ok(())
    }
}

/// See [`Store::set_credits`].
pub(crate) async fn set<C: ConnectionTrait>(
    transaction: &C,
    account: Uuid,
    credits: i64,
    grant: Uuid,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let balance = balance_for_update(transaction, account).await?;
    let amount = credits.checked_sub(balance).ok_or_else(too_large)?;
    let name = format!("grant:{}", grant.simple());
    let movement = Movement { account, name, reason: CreditReason::Granted, amount, at };
    let booked = if amount == 0 { None } else { book(transaction, &movement).await? };
    Ok(booked.unwrap_or(balance))
}

/// Books a movement and answers the balance afterwards; nothing when it is booked already. `NotFound` when there is no such account.
pub(crate) async fn book<C: ConnectionTrait>(
    transaction: &C,
    movement: &Movement,
) -> Result<Option<i64>, StoreError> {
    let Movement { account, name, reason, amount, at } = movement;
    let balance = balance_for_update(transaction, *account).await?;
    let balance = balance.checked_add(*amount).ok_or_else(too_large)?;
    let booked = database::execute(
        transaction,
        "INSERT INTO credit_entries (account, movement, reason, amount, balance, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (movement) DO NOTHING",
        [
            (*account).into(),
            name.clone().into(),
            reason.as_str().into(),
            (*amount).into(),
            balance.into(),
            to_millis(*at).into(),
        ],
    )
    .await?;
    if booked == 0 {
        return Ok(None);
    }
    let text = "UPDATE accounts SET credits = $2 WHERE id = $1";
    database::execute(transaction, text, [(*account).into(), balance.into()]).await?;
    Ok(Some(balance))
}

/// Holds credits for a run. False when nothing is left after what is held already; whoever needs none is let through.
pub(crate) async fn hold<C: ConnectionTrait>(
    transaction: &C,
    account: Uuid,
    hold: &NewHold,
) -> Result<bool, StoreError> {
    let balance = balance_for_update(transaction, account).await?;
    let text = "SELECT CAST(coalesce(sum(amount), 0) AS {bigint}) FROM credit_holds WHERE account = $1";
    let text =
        text.replace("{bigint}", if database::is_postgres(transaction) { "BIGINT" } else { "INTEGER" });
    let row = database::query_one(transaction, &text, [account.into()]).await?;
    let held: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
    if hold.needs_credit && balance.saturating_sub(held) <= 0 {
        return Ok(false);
    }
    database::execute(
        transaction,
        "INSERT INTO credit_holds (run, account, instance, reason, amount) VALUES ($1, $2, $3, $4, $5)",
        [
            hold.run.into(),
            account.into(),
            hold.instance.into(),
            hold.reason.as_str().into(),
            hold.amount.into(),
        ],
    )
    .await?;
    Ok(true)
}

/// What a run is to hold.
pub(crate) struct NewHold {
    pub(crate) run: Uuid,
    pub(crate) instance: Uuid,
    pub(crate) reason: CreditReason,
    pub(crate) amount: i64,
    /// Whether it may only begin on credits that are left.
    pub(crate) needs_credit: bool,
}

/// Releases what the account's runs hold and books what each has cost by its last checkpoint.
pub(crate) async fn settle_all_of<C: ConnectionTrait>(
    transaction: &C,
    account: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    balance_for_update(transaction, account).await?;
    let text = "SELECT run FROM credit_holds WHERE account = $1 ORDER BY run";
    for row in database::query_all(transaction, text, [account.into()]).await? {
        settle(transaction, row.try_get_by_index(0)?, None, at).await?;
    }
    Ok(())
}

/// Releases what a run holds and books what it cost: without a number what it had cost by its last checkpoint. Nothing happens when it
/// holds nothing (any more).
pub(crate) async fn settle<C: ConnectionTrait>(
    transaction: &C,
    run: Uuid,
    cost: Option<i64>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let text = "SELECT account FROM credit_holds WHERE run = $1";
    let Some(row) = database::query_one(transaction, text, [run.into()]).await? else {
        return warn_of_unpaid(transaction, run, cost).await;
    };
    let account: Uuid = row.try_get_by_index(0)?;
    balance_for_update(transaction, account).await?;
    // What it had cost is read as it is released: a checkpoint may have come since anybody looked.
    let text = "DELETE FROM credit_holds WHERE run = $1 RETURNING reason, spent";
    let Some(row) = database::query_one(transaction, text, [run.into()]).await? else {
        return warn_of_unpaid(transaction, run, cost).await;
    };
    let cost = match cost {
        Some(cost) => cost,
        None => row.try_get_by_index(1)?,
    };
    if cost > 0 {
        let reason: String = row.try_get_by_index(0)?;
        let reason = CreditReason::parse(&reason)?;
        book(transaction, &Movement { account, name: movement_of_run(run), reason, amount: -cost, at })
            .await?;
    }
    Ok(())
}

/// Says of a cost that nobody pays, or not all of it, that it was lost. A run that ends twice has paid the first time.
async fn warn_of_unpaid<C: ConnectionTrait>(
    transaction: &C,
    run: Uuid,
    cost: Option<i64>,
) -> Result<(), StoreError> {
    let Some(cost) = cost.filter(|cost| *cost > 0) else { return Ok(()) };
    let booked = booked_of_run(transaction, run).await?;
    if cost > booked {
        tracing::warn!(run.id = %run, cost, booked, "a task's cost could not be booked: it holds nothing any more");
    }
    Ok(())
}

/// What was booked for a run.
async fn booked_of_run<C: ConnectionTrait>(connection: &C, run: Uuid) -> Result<i64, StoreError> {
    let text = "SELECT -amount FROM credit_entries WHERE movement = $1";
    let row = database::query_one(connection, text, [movement_of_run(run).into()]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

/// What the movement of a run's cost is called.
pub(crate) fn movement_of_run(run: Uuid) -> String {
    format!("run:{}", run.simple())
}

/// The balance, which nobody else changes until the transaction ends. On SQLite the transaction is the lock.
async fn balance_for_update<C: ConnectionTrait>(transaction: &C, account: Uuid) -> Result<i64, StoreError> {
    let text = if database::is_postgres(transaction) {
        "SELECT credits FROM accounts WHERE id = $1 FOR NO KEY UPDATE"
    } else {
        "SELECT credits FROM accounts WHERE id = $1"
    };
    let row = database::query_one(transaction, text, [account.into()]).await?.ok_or(StoreError::NotFound)?;
    Ok(row.try_get_by_index(0)?)
}

fn too_large() -> StoreError {
    StoreError::Other("a balance doesn't fit into 64 bits".into())
}

impl CreditEntry {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        let reason: String = row.try_get_by_index(3)?;
        Ok(Self {
            number: row.try_get_by_index(0)?,
            amount: row.try_get_by_index(1)?,
            balance: row.try_get_by_index(2)?,
            reason: CreditReason::parse(&reason)?,
            created_at: from_millis(row.try_get_by_index(4)?)?,
        })
    }
}

impl CreditReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Redeemed => "redeemed",
            Self::Granted => "granted",
            Self::ChatTask => "chat_task",
            Self::TitleTask => "title_task",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Redeemed, Self::Granted, Self::ChatTask, Self::TitleTask]
            .into_iter()
            .find(|reason| reason.as_str() == word)
            .ok_or_else(|| database::unknown_word("credit reason", word))
    }
}
