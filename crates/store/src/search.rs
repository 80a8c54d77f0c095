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
        let text = "SELECT number, (SELECT indexed FROM search_progress), conversations_count FROM accounts WHERE id = $1";
        let Some(row) = database::query_one(self.readers(), text, [owner.into()]).await? else {
            return Ok(Page::empty());
        };
        let sought = Sought::new(row.try_get_by_index(0)?, &search);
        let indexed: i64 = row.try_get_by_index(1)?;
        let conversations: i64 = row.try_get_by_index(2)?;

        let is_postgres = database::is_postgres(self.readers());
        // PostgreSQL takes many times as long when it has to fold letters.
        let like = if is_postgres && search.chars().any(grams::has_case) { "ILIKE" } else { "LIKE" };
        let question = Question {
            is_postgres,
            is_exact: sought.is_exact,
            like: format!("{like} $2 ESCAPE '\\'"),
            only: if filter.favorites { "AND is_favorite" } else { "" },
        };
        let expression = if is_postgres { sought.tsquery() } else { sought.fts5() };
        let values: Vec<Value> =
            vec![owner.into(), containing(&search).into(), indexed.into(), expression.into()];
        let page_values = || {
            values
                .iter()
                .cloned()
                .chain([filter.limit, filter.offset].map(conversations::to_bigint))
                .collect::<Vec<_>>()
        };
        let is_all = conversations <= question.walk();
        let rows = database::query_all(self.readers(), &question.among_the_newest(), page_values()).await?;
        if let Some(row) = rows.first() {
            let found: i64 = row.try_get_by_index(conversations::TOTAL)?;
            // There is more than the page, so that others can't be missing from it: they are older.
            if is_all {
                return conversations::page(&rows, found);
            }
            if found.unsigned_abs() > filter.offset.saturating_add(filter.limit) {
                let page = conversations::page(&rows, found)?;
                return match filter.known_total {
                    Some(total) => Ok(Page { total, ..page }),
                    None if sought.is_exact => {
                        Ok(Page { total: self.count_found(&question, values).await?, ..page })
                    }
                    // Each of very many conversations would have to be read.
                    None => Ok(Page { is_total_exact: false, ..page }),
                };
            }
        } else if is_all && filter.offset == 0 && filter.limit > 0 {
            return Ok(Page::empty());
        }
        let rows = database::query_all(self.readers(), &question.among_all(), page_values()).await?;
        let total: i64 = match rows.first() {
            Some(row) => row.try_get_by_index(conversations::TOTAL)?,
            None if filter.offset == 0 && filter.limit > 0 => 0,
            // Past the end there is no row to carry the number.
            None => i64::try_from(self.count_found(&question, values).await?).unwrap_or(i64::MAX),
        };
        conversations::page(&rows, total)
    }

    /// How many conversations have the text.
    async fn count_found(&self, question: &Question, values: Vec<Value>) -> Result<u64, StoreError> {
        let row = database::query_one(self.readers(), &question.number(), values).await?;
        let total: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
        Ok(total.unsigned_abs())
    }
}

/// How many of the newest conversations are looked at one by one before the index is asked for all that have the text. A word that
/// many of them have is in enough of these, and one that few have is quickly found in the index: what takes long is to put all that
/// have a common word in order.
const WALK: i64 = 4_000;

/// The same for a text that the index alone can't tell: messages have to be read.
const READING_WALK: i64 = 2_000;

/// The texts of the queries of a search. $1 is the owner, $2 the text as a pattern, $3 the last indexed message, $4 what the index is
/// asked, $5 and $6 the page.
struct Question {
    is_postgres: bool,
    is_exact: bool,
    /// How a text is compared.
    like: String,
    /// Which conversations are wanted.
    only: &'static str,
}

impl Question {
    /// How many of the newest conversations are looked at.
    fn walk(&self) -> i64 {
        if self.is_exact { WALK } else { READING_WALK }
    }

    /// What keeps PostgreSQL from reading all messages once rather than a few for each conversation.
    fn for_each(&self) -> &'static str {
        if self.is_postgres { "OFFSET 0" } else { "" }
    }

    /// A page of the newest conversations that have the text, and how many of those do.
    fn among_the_newest(&self) -> String {
        let Self { like, only, .. } = self;
        let walk = self.walk();
        let each = self.for_each();
        // Kept from asking the index for all that have the text.
        let is_candidate = if self.is_postgres {
            "EXISTS (SELECT 1 FROM search_documents WHERE conversation = walk.number AND words @@ $4::tsquery OFFSET 0)"
        } else {
            // Newer conversations are indexed later, so that the index is mostly read from somewhere near its end.
            "number IN (SELECT conversation FROM search_words CROSS JOIN search_documents WHERE search_words MATCH $4
                 AND search_words.rowid >= (SELECT min(search_documents.number) FROM walk CROSS JOIN search_documents
                     WHERE conversation = walk.number)
                 AND search_documents.number = search_words.rowid)"
        };
        let is_found = if self.is_exact {
            is_candidate.to_owned()
        } else {
            // CASE says what comes first: reading is dear.
            format!(
                "CASE WHEN {is_candidate} THEN title {like} OR EXISTS (
                     SELECT 1 FROM messages WHERE messages.conversation = walk.id AND content {like} {each}) ELSE FALSE END"
            )
        };
        format!(
            "WITH walk AS MATERIALIZED (
                 SELECT {COLUMNS} FROM conversations WHERE owner = $1 {only}
                 ORDER BY updated_at DESC, number DESC LIMIT {walk}
             ), recent AS MATERIALIZED (
                 SELECT conversations.id FROM messages CROSS JOIN conversations
                 WHERE messages.number > $3 AND conversations.id = messages.conversation AND owner = $1
                 AND (content {like} OR title {like})
             ), found AS MATERIALIZED (
                 SELECT {COLUMNS} FROM walk WHERE {is_found} OR id IN (SELECT id FROM recent)
             )
             SELECT {COLUMNS}, (SELECT count(*) FROM found) AS total FROM found
             ORDER BY updated_at DESC, number DESC LIMIT $5 OFFSET $6"
        )
    }

    /// A page of all that have the text, and how many do.
    fn among_all(&self) -> String {
        let from = if self.is_postgres {
            "found JOIN conversations USING (number) WHERE owner = $1"
        } else {
            // The sign keeps SQLite from looking every found one up and sorting them: in the order of the list it can stop early.
            "conversations WHERE owner = $1 AND +number IN (SELECT number FROM found)"
        };
        let (found, only) = (self.found("UNION"), self.only);
        let total = if only.is_empty() { "SELECT count(*) FROM found" } else { self.favorites() };
        format!(
            "WITH found AS MATERIALIZED ({found}) SELECT {COLUMNS}, ({total}) AS total FROM {from} {only}
             ORDER BY updated_at DESC, number DESC LIMIT $5 OFFSET $6"
        )
    }

    /// How many have the text.
    fn number(&self) -> String {
        // Neither kept nor put together before they are counted, which takes twice as long.
        let found = self.found("UNION ALL");
        let total =
            if self.only.is_empty() { "SELECT count(DISTINCT number) FROM found" } else { self.favorites() };
        format!("WITH found AS ({found}) {total}")
    }

    /// How many of those found are favorites.
    fn favorites(&self) -> &'static str {
        "SELECT count(*) FROM conversations WHERE is_favorite AND number IN (SELECT number FROM found)"
    }

    /// The numbers of the owner's conversations that have the text; some come twice unless the two parts are put together.
    fn found(&self, put_together: &str) -> String {
        let (like, each) = (&self.like, self.for_each());
        let candidates = if self.is_postgres {
            "SELECT conversation AS number FROM search_documents WHERE words @@ $4::tsquery"
        } else {
            // CROSS JOIN says in which order SQLite goes.
            "SELECT conversation AS number FROM search_words CROSS JOIN search_documents
             WHERE search_words MATCH $4 AND search_documents.number = search_words.rowid"
        };
        let indexed = if self.is_exact {
            candidates.to_owned()
        } else {
            format!(
                "SELECT conversations.number FROM (SELECT DISTINCT number FROM ({candidates}) AS named) AS candidate
                 CROSS JOIN conversations WHERE conversations.number = candidate.number AND owner = $1 AND (title {like} OR EXISTS (
                     SELECT 1 FROM messages WHERE messages.conversation = conversations.id AND content {like} {each}))"
            )
        };
        format!(
            "{indexed} {put_together} SELECT conversations.number FROM messages CROSS JOIN conversations
             WHERE messages.number > $3 AND conversations.id = messages.conversation AND owner = $1
             AND (content {like} OR title {like})"
        )
    }
}

/// A LIKE pattern for text that contains this text, with `\` as the escape character.
fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
