//! Bringing the index that conversations are searched by up to date.
//!
//! Nothing is indexed while somebody waits: a run begins and ends without it, and what has been said is taken up later, in batches,
//! in the order of the messages' numbers. How far that has come is kept in the database and raised in the transaction that adds the
//! words, so that several processes may do it at once and a killed one loses nothing. Titles are indexed with the first message
//! of their conversation, and at once when they change; what is deleted takes its words along.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use sea_orm::{ConnectionTrait, Value};

use crate::{
    Store, StoreError, database,
    error::database_code,
    grams::{self, Words},
};

/// Messages in a batch: few enough that a batch keeps other writers waiting for milliseconds only.
const BATCH: i64 = 128;

/// Rows added with one statement, so that their words stay within what a statement may hold.
const ROWS: usize = 100;

/// How long a batch waits on PostgreSQL for those who are writing messages.
const LOCK_WAIT: &str = "SET LOCAL lock_timeout = '50ms'";

/// PostgreSQL's code for a lock that wasn't to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// What a batch came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexProgress {
    /// How many messages it put into the index. None are left when this is 0, or another process is at it.
    pub indexed: u64,
    /// About how many are left.
    pub left: u64,
}

/// Up to which number every message is there to be read, as far as this process knows.
#[derive(Debug, Default)]
pub(crate) struct Horizon(AtomicI64);

/// A row for the index.
struct Document {
    conversation: i64,
    is_title: bool,
    words: Words,
}

impl Store {
    /// Puts the next messages into the index that conversations are searched by: a batch, oldest first.
    pub async fn index_messages(&self) -> Result<IndexProgress, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT indexed, (SELECT coalesce(max(number), 0) FROM messages) FROM search_progress",
            [],
        )
        .await?;
        let Some(row) = row else { return Ok(IndexProgress { indexed: 0, left: 0 }) };
        let (indexed, newest): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let nothing =
            IndexProgress { indexed: 0, left: newest.saturating_sub(indexed).max(0).unsigned_abs() };
        if newest <= indexed {
            return Ok(nothing);
        }
        let horizon = self.horizon(indexed, newest).await?;
        if horizon <= indexed {
            return Ok(nothing);
        }
        let rows = database::query_all(
            self.readers(),
            "SELECT messages.number, conversations.number, accounts.number, title, content FROM messages
             JOIN conversations ON conversations.id = messages.conversation JOIN accounts ON accounts.id = owner
             WHERE messages.number > $1 AND messages.number <= $2 ORDER BY messages.number LIMIT $3",
            [indexed.into(), horizon.into(), BATCH.into()],
        )
        .await?;
        let mut reached = horizon;
        let mut said: BTreeMap<i64, (i64, String, Vec<String>)> = BTreeMap::new();
        for row in &rows {
            if rows.len() as i64 == BATCH {
                reached = row.try_get_by_index(0)?;
            }
            let (conversation, owner) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            let title = row.try_get_by_index(3)?;
            let (_, _, texts) = said.entry(conversation).or_insert_with(|| (owner, title, Vec::new()));
            texts.push(row.try_get_by_index(4)?);
        }
        let documents: Vec<Document> = said
            .iter()
            .flat_map(|(conversation, (owner, title, texts))| {
                let document =
                    |is_title| move |words| Document { conversation: *conversation, is_title, words };
                let title = grams::words_of(*owner, [title.as_str()]).into_iter().take(1).map(document(true));
                let texts = grams::words_of(*owner, texts.iter().map(String::as_str));
                title.chain(texts.into_iter().map(document(false)))
            })
            .collect();
        match self.add_batch(indexed, reached, documents).await {
            Ok(true) => Ok(IndexProgress {
                indexed: rows.len() as u64,
                left: newest.saturating_sub(reached).max(0).unsigned_abs(),
            }),
            Ok(false) => Ok(nothing),
            // One of the conversations was deleted meanwhile; it won't be read again.
            Err(StoreError::NotFound) => Ok(nothing),
            Err(error) => Err(error),
        }
    }

    /// Adds the words of the messages up to `reached`. False when another process was quicker.
    async fn add_batch(&self, from: i64, reached: i64, documents: Vec<Document>) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        let text = "UPDATE search_progress SET indexed = $2 WHERE indexed = $1";
        if database::execute(&transaction, text, [from.into(), reached.into()]).await? == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        if let Err(error) = add(&transaction, documents, "DO NOTHING").await {
            transaction.rollback().await?;
            return Err(error);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// The number up to which no message is still being written. On SQLite, which has one writer, that is the newest.
    ///
    /// On PostgreSQL a message may become visible after one with a larger number. Who holds this lock knows that nobody has taken a number
    /// and not yet committed. It is wanted only when what was known is used up, and given up when it isn't to be had at once.
    async fn horizon(&self, indexed: i64, newest: i64) -> Result<i64, StoreError> {
        if !database::is_postgres(self.writer()) {
            return Ok(newest);
        }
        let known = self.known_horizon().0.load(Ordering::Relaxed);
        if known > indexed {
            return Ok(known);
        }
        let transaction = self.begin().await?;
        transaction.execute_unprepared(LOCK_WAIT).await?;
        if let Err(error) = transaction.execute_unprepared("LOCK TABLE messages IN SHARE MODE").await {
            transaction.rollback().await?;
            let is_busy = database_code(&error).as_deref() == Some(LOCK_NOT_AVAILABLE);
            return if is_busy { Ok(indexed) } else { Err(error.into()) };
        }
        let text = "SELECT coalesce(max(number), 0) FROM messages";
        let row = database::query_one(&transaction, text, []).await?;
        transaction.commit().await?;
        let horizon = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(indexed);
        self.known_horizon().0.fetch_max(horizon, Ordering::Relaxed);
        Ok(horizon)
    }
}

/// Puts a conversation's new title into the index, in the transaction that changes it.
pub(crate) async fn replace_title<C: ConnectionTrait>(
    connection: &C,
    owner: i64,
    conversation: i64,
    title: &str,
) -> Result<(), StoreError> {
    let text = "DELETE FROM search_documents WHERE conversation = $1 AND is_title";
    database::execute(connection, text, [conversation.into()]).await?;
    let words = grams::words_of(owner, [title]).into_iter().take(1);
    let documents = words.map(|words| Document { conversation, is_title: true, words }).collect();
    // On PostgreSQL a batch may have added the old title meanwhile.
    let or_else = if database::is_postgres(connection) {
        "(conversation) WHERE is_title DO UPDATE SET words = excluded.words"
    } else {
        "DO NOTHING"
    };
    add(connection, documents, or_else).await
}

/// Takes the messages of a conversation out of the index and puts these in, in the transaction that deletes the others. Messages that
/// come after them are taken up with the rest.
pub(crate) async fn replace_messages<C: ConnectionTrait>(
    connection: &C,
    owner: i64,
    conversation: i64,
    kept: &[String],
) -> Result<(), StoreError> {
    let text = "DELETE FROM search_documents WHERE conversation = $1 AND NOT is_title";
    database::execute(connection, text, [conversation.into()]).await?;
    let words = grams::words_of(owner, kept.iter().map(String::as_str));
    let documents =
        words.into_iter().map(|words| Document { conversation, is_title: false, words }).collect();
    add(connection, documents, "DO NOTHING").await
}

/// Adds rows to the index; `or_else` says what becomes of a title that is there already.
async fn add<C: ConnectionTrait>(
    connection: &C,
    documents: Vec<Document>,
    or_else: &str,
) -> Result<(), StoreError> {
    let mut documents = documents.into_iter().peekable();
    while documents.peek().is_some() {
        let part: Vec<Document> = documents.by_ref().take(ROWS).collect();
        if database::is_postgres(connection) {
            add_postgres(connection, part, or_else).await?;
        } else {
            add_sqlite(connection, part, or_else).await?;
        }
    }
    Ok(())
}

async fn add_postgres<C: ConnectionTrait>(
    connection: &C,
    documents: Vec<Document>,
    or_else: &str,
) -> Result<(), StoreError> {
    let rows: Vec<String> = (0..documents.len())
        .map(|row| row * 3)
        .map(|at| {
            let (conversation, is_title, words) = (at + 1, at + 2, at + 3);
            format!(
                "(${conversation}, ${is_title}, array_to_tsvector(string_to_array(rtrim(${words}), ' ')))"
            )
        })
        .collect();
    let text = format!(
        "INSERT INTO search_documents (conversation, is_title, words) VALUES {} ON CONFLICT {or_else}",
        rows.join(", ")
    );
    let values = documents
        .into_iter()
        .flat_map(|document| [document.conversation.into(), document.is_title.into(), document.words.into()]);
    database::execute(connection, &text, values.collect::<Vec<Value>>()).await.map(drop)
}

async fn add_sqlite<C: ConnectionTrait>(
    connection: &C,
    documents: Vec<Document>,
    or_else: &str,
) -> Result<(), StoreError> {
    let pairs = |count: usize| {
        let pairs: Vec<String> =
            (0..count).map(|row| format!("(${}, ${})", row * 2 + 1, row * 2 + 2)).collect();
        pairs.join(", ")
    };
    let text = format!(
        "INSERT INTO search_documents (conversation, is_title) VALUES {} ON CONFLICT {or_else}
         RETURNING number, conversation, is_title",
        pairs(documents.len())
    );
    let values: Vec<Value> = documents
        .iter()
        .flat_map(|document| [document.conversation.into(), document.is_title.into()])
        .collect();
    // Which of a conversation's rows gets which number makes no difference.
    let mut words: BTreeMap<(i64, bool), Vec<Words>> = BTreeMap::new();
    for document in documents {
        words.entry((document.conversation, document.is_title)).or_default().push(document.words);
    }
    let mut numbered = Vec::new();
    for row in database::query_all(connection, &text, values).await? {
        let number: i64 = row.try_get_by_index(0)?;
        let of = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        if let Some(words) = words.get_mut(&of).and_then(Vec::pop) {
            numbered.push((number, words));
        }
    }
    if numbered.is_empty() {
        return Ok(());
    }
    // In rising order FTS5 gathers all of them before it writes.
    numbered.sort_unstable_by_key(|(number, _)| *number);
    let text = format!("INSERT INTO search_words (rowid, words) VALUES {}", pairs(numbered.len()));
    let values: Vec<Value> =
        numbered.into_iter().flat_map(|(number, words)| [number.into(), words.into()]).collect();
    database::execute(connection, &text, values).await.map(drop)
}
