//! Credits: a balance of each account, a ledger of its movements, what running tasks hold, and codes that give credits.
//!
//! The ledger outlives its accounts: its rows name them by an id that leads nowhere afterwards.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use super::ddl;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, STATEMENTS).await
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE accounts ADD COLUMN credits {bigint} NOT NULL DEFAULT 0",
    "CREATE TABLE credit_entries (
        number {number},
        account {uuid} NOT NULL,
        movement TEXT NOT NULL UNIQUE,
        reason TEXT NOT NULL,
        amount {bigint} NOT NULL,
        balance {bigint} NOT NULL,
        created_at {bigint} NOT NULL
    )",
    "CREATE INDEX credit_entries_account ON credit_entries (account, number DESC)",
    // Apart from runs, since a run goes with its conversation and what it holds and costs must not.
    "CREATE TABLE credit_holds (
        run {uuid} NOT NULL PRIMARY KEY,
        account {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        instance {uuid} NOT NULL,
        reason TEXT NOT NULL,
        amount {bigint} NOT NULL,
        spent {bigint} NOT NULL DEFAULT 0
    ) {by key}",
    "CREATE INDEX credit_holds_account ON credit_holds (account)",
    "CREATE TABLE redeem_codes (
        folded TEXT NOT NULL PRIMARY KEY,
        id {uuid} NOT NULL UNIQUE,
        code TEXT NOT NULL,
        value {bigint} NOT NULL,
        redeemed_by {uuid},
        created_at {bigint} NOT NULL,
        redeemed_at {bigint}
    ) {by key}",
    // What a run is of: an answered question, or a task of a chat.
    "ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'question'",
];
