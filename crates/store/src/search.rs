//! Finding conversations by what is said in them.
//!
//! The index says which conversations have the text, or may have it; those that may are looked at. What has been said since the
//! index was last brought up to date is looked at as well, so that a search is always complete.

use sea_orm::Value;
use uuid::Uuid;

use crate::{
    Conversation, ConversationFilter, Page, Store, StoreError,
    conversations::{self, COLUMNS},
    database::{self, storable},
    grams::{self, Sought},
};

impl Store {
    /// A page of those that have a text, of a character at least, in their title or in a message.
    pub(crate) async fn search_conversations(
        &self,
        owner: Uuid,
        filter: &ConversationFilter,
        search: &str,
    ) -> Result<Page<Conversation>, StoreError> {
        let search = storable(search.to_owned());
        // Read before the search: what is indexed in between is found twice rather than never.
        let text = "SELECT number, (SELECT indexed FROM search_progress) FROM accounts WHERE id = $1";
        let Some(row) = database::query_one(self.readers(), text, [owner.into()]).await? else {
            return Ok(Page { items: Vec::new(), total: 0 });
        };
        let sought = Sought::new(row.try_get_by_index(0)?, &search);
        let indexed: i64 = row.try_get_by_index(1)?;

        let is_postgres = database::is_postgres(self.readers());
        // PostgreSQL takes many times as long when it has to fold letters.
        let like = if is_postgres && search.chars().any(grams::has_case) { "ILIKE" } else { "LIKE" };
        let with_found = with_found(is_postgres, sought.is_exact, like);
        let total = if filter.favorites {
            "SELECT count(*) FROM conversations WHERE is_favorite AND number IN (SELECT number FROM found)"
        } else {
            "SELECT count(*) FROM found"
        };
        let expression = if is_postgres { sought.tsquery() } else { sought.fts5() };
        let mut values: Vec<Value> =
            vec![owner.into(), containing(&search).into(), indexed.into(), expression.into()];
        let only = if filter.favorites { "AND is_favorite" } else { "" };
        let from = if is_postgres {
            "found JOIN conversations USING (number) WHERE owner = $1"
        } else {
            // The sign keeps SQLite from looking every found one up and sorting them: in the order of the list it can stop early.
            "conversations WHERE owner = $1 AND +number IN (SELECT number FROM found)"
        };
        let text = format!(
            "{with_found} SELECT {COLUMNS}, ({total}) AS total FROM {from} {only}
             ORDER BY updated_at DESC, number DESC LIMIT $5 OFFSET $6"
        );
        let count = format!("{with_found} {total}");
        let page_values =
            values.iter().cloned().chain([filter.limit, filter.offset].map(conversations::to_bigint));
        let rows = database::query_all(self.readers(), &text, page_values).await?;
        let total: i64 = match rows.first() {
            Some(row) => row.try_get_by_index(conversations::TOTAL)?,
            None if filter.offset == 0 && filter.limit > 0 => 0,
            // Past the end there is no row to carry the number.
            None => {
                let row = database::query_one(self.readers(), &count, std::mem::take(&mut values)).await?;
                row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0)
            }
        };
        conversations::page(&rows, total)
    }
}

/// A `WITH` of `found`, the numbers of the owner's conversations that have the text. $1 is the owner, $2 the text as a pattern,
/// $3 the last indexed message, $4 what the index is asked.
fn with_found(is_postgres: bool, is_exact: bool, like: &str) -> String {
    let like = format!("{like} $2 ESCAPE '\\'");
    let candidates = if is_postgres {
        "SELECT conversation AS number FROM search_documents WHERE words @@ $4::tsquery"
    } else {
        // CROSS JOIN says in which order SQLite goes.
        "SELECT conversation AS number FROM search_words CROSS JOIN search_documents
         WHERE search_words MATCH $4 AND search_documents.number = search_words.rowid"
    };
    let indexed = if is_exact {
        "SELECT number FROM candidates".to_owned()
    } else {
        format!(
            "SELECT conversations.number FROM (SELECT DISTINCT number FROM candidates) AS candidate
             CROSS JOIN conversations WHERE conversations.number = candidate.number AND owner = $1 AND (title {like} OR EXISTS (
                 SELECT 1 FROM messages WHERE messages.conversation = conversations.id AND content {like}))"
        )
    };
    format!(
        "WITH candidates AS ({candidates}), found AS MATERIALIZED ({indexed} UNION
             SELECT conversations.number FROM messages CROSS JOIN conversations
             WHERE messages.number > $3 AND conversations.id = messages.conversation AND owner = $1
             AND (content {like} OR title {like}))"
    )
}

/// A LIKE pattern for text that contains this text, with `\` as the escape character.
fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
