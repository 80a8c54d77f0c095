//! What differs between the databases in the text of a migration.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;

/// Runs statements of a migration, with these words replaced by what the database calls them:
///
/// | word | SQLite | PostgreSQL |
/// | --- | --- | --- |
/// | `{number}` | `INTEGER PRIMARY KEY AUTOINCREMENT` | `BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY` |
/// | `{uuid}` | `BLOB` (16 bytes) | `UUID` |
/// | `{bytes}` | `BLOB` | `BYTEA` |
/// | `{bigint}` | `INTEGER` | `BIGINT` |
/// | `{by key}` | `WITHOUT ROWID` (the rows lie in the primary key) | |
///
/// `AUTOINCREMENT`, since the number of a deleted row must not come back as another one's.
pub(super) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let words = match manager.get_database_backend() {
        DbBackend::Postgres => [
            ("{number}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
            ("{uuid}", "UUID"),
            ("{bytes}", "BYTEA"),
            ("{bigint}", "BIGINT"),
            ("{by key}", ""),
        ],
        _ => [
            ("{number}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
            ("{uuid}", "BLOB"),
            ("{bytes}", "BLOB"),
            ("{bigint}", "INTEGER"),
            ("{by key}", "WITHOUT ROWID"),
        ],
    };
    for statement in statements {
        let text = words.iter().fold((*statement).to_owned(), |text, (word, name)| text.replace(word, name));
        manager.get_connection().execute_unprepared(&text).await?;
    }
    Ok(())
}
