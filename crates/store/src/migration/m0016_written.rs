//! What a task has written and why it failed are facts of the task: the chat may be written anew or called something else afterwards.
//!
//! Of a title that was written before, only what the chat is called now is known, which may be another one; it is taken for it.

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
    "ALTER TABLE runs ADD COLUMN written TEXT",
    "ALTER TABLE runs ADD COLUMN error_message TEXT",
    "UPDATE runs SET written = (SELECT content FROM messages WHERE messages.id = runs.answer_message)
     WHERE kind = 'chat' AND answer_message IS NOT NULL",
    "UPDATE runs SET written = (SELECT title FROM conversations WHERE conversations.id = runs.conversation)
     WHERE kind = 'title' AND status = 'finished'",
];
