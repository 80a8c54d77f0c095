//! The index that conversations are searched by: rows of words, each of a title or of some of a conversation's messages, and how far
//! the messages are in it. SQLite has the words in an FTS5 table, PostgreSQL in a `tsvector` with a GIN index.

use sea_orm::{ConnectionTrait as _, DbBackend};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use super::ddl;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, STATEMENTS).await?;
        let own = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        for statement in own {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "CREATE TABLE search_documents (
        number {number},
        conversation {bigint} NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
        is_title BOOLEAN NOT NULL
    )",
    "CREATE INDEX search_documents_conversation ON search_documents (conversation)",
    "CREATE UNIQUE INDEX search_documents_title ON search_documents (conversation) WHERE is_title",
    // One row: messages up to this number are in the index.
    "CREATE TABLE search_progress (indexed {bigint} NOT NULL)",
    "INSERT INTO search_progress (indexed) VALUES (0)",
];

const SQLITE: &[&str] = &[
    // The words are kept in no other form than the index, without places and counts.
    "CREATE VIRTUAL TABLE search_words USING fts5 (words, content='', contentless_delete=1, detail=none, tokenize='ascii')",
    "CREATE TRIGGER search_documents_deleted AFTER DELETE ON search_documents BEGIN
     DELETE FROM search_words WHERE rowid = old.number; END",
];

const POSTGRES: &[&str] = &[
    "ALTER TABLE search_documents ADD COLUMN words TSVECTOR NOT NULL",
    // Every search goes through the list of entries that are pending, so it is kept short.
    "CREATE INDEX search_documents_words ON search_documents USING gin (words) WITH (gin_pending_list_limit = 256)",
];
