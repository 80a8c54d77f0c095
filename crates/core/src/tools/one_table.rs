//! A database of which one table of quotes is to be seen: what is asked of it can be read as being about nothing else.
//!
//! A market has more stocks than a column has values that are worth reading for their own sake, and a table kept stock by stock shows a
//! few of them in its first rows. So their names and codes are asked for, and known however many there are.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use arrow::array::AsArray as _;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use wenshu_answer::movers::quoted_table;
use wenshu_sources::{
    Dialect, KnownValues, Limits, QueryResult, ReadOnlyQuery, RowStream, Schema, Source, SourceError,
    SourceErrorKind, SourceInfo, Table, guard,
};

use crate::clock::Clock;

/// How far back a stock must have been traded for its name to be known, in days before the last one: longer than most are suspended.
const KNOWN_DAYS: u64 = 92;

/// The most names that are kept, with their codes: several times those of all markets of a country.
const MOST_NAMES: usize = 50_000;

/// How long names are kept of a database that can't say whether it changed, in minutes.
const KEPT_MINUTES: i64 = 5;

/// How long names aren't read again that couldn't be read, in seconds: reading them may have taken as long as a query may.
const PAUSE_SECONDS: i64 = 10;

/// The columns whose values are known.
const KNOWN_COLUMNS: [&str; 2] = ["code", "name"];

/// A source with the schema of one table of quotes.
pub(super) struct OneTable {
    source: Arc<dyn Source>,
    clock: Arc<dyn Clock>,
    schema: Option<String>,
    table: String,
    /// Names as they were last read. Held while they are, so that a hundred first questions read them once.
    names: Mutex<Option<Names>>,
}

/// Names of stocks.
struct Names {
    values: Arc<[KnownValues]>,
    /// Differs when they do, or the database may.
    hash: u64,
    /// What was there when they were read.
    of: NamesOf,
}

/// Since when names are the database's.
enum NamesOf {
    /// Read at this time, of this revision of the database.
    Read(Option<u64>, DateTime<Utc>),
    /// They couldn't be read at this time: these are of before, or none.
    Before(DateTime<Utc>),
}

impl Names {
    fn new(values: Vec<KnownValues>, of: NamesOf) -> Self {
        let mut hasher = DefaultHasher::new();
        if let NamesOf::Read(revision, _) = of {
            revision.hash(&mut hasher);
        }
        for known in &values {
            known.values.hash(&mut hasher);
        }
        Self { values: values.into(), hash: hasher.finish(), of }
    }

    /// Whether they are those of the database at this revision, as far as is worth looking now.
    fn are_good(&self, revision: Option<u64>, now: DateTime<Utc>) -> bool {
        match self.of {
            NamesOf::Read(read, at) => {
                read == revision && (revision.is_some() || now - at < TimeDelta::minutes(KEPT_MINUTES))
            }
            NamesOf::Before(at) => now - at < TimeDelta::seconds(PAUSE_SECONDS),
        }
    }
}

impl OneTable {
    /// The table of this name, with its schema before a dot where it is not in the default one.
    pub(super) fn new(source: Arc<dyn Source>, table: &str, clock: Arc<dyn Clock>) -> Self {
        let (schema, table) = match table.rsplit_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
            None => (None, table.to_owned()),
        };
        Self { source, clock, schema, table, names: Mutex::default() }
    }

    /// Whether this is of that source.
    pub(super) fn is_of(&self, source: &Arc<dyn Source>) -> bool {
        Arc::ptr_eq(&self.source, source)
    }

    /// The table among all of its database.
    fn of<'a>(&self, tables: &'a [Table]) -> Option<&'a Table> {
        find(tables, self.schema.as_deref(), &self.table)
    }

    /// The names of all stocks, read if they aren't known, and a number that differs when they do.
    async fn known(&self) -> Result<(Arc<[KnownValues]>, u64), SourceError> {
        let revision = self.source.revision().await?;
        let mut kept = self.names.lock().await;
        let names = match kept.as_ref().filter(|names| names.are_good(revision, self.clock.now())) {
            Some(names) => names,
            None => {
                let read = self.read().await?;
                let now = self.clock.now();
                let names = match (read, kept.take()) {
                    (Some(values), _) => Names::new(values, NamesOf::Read(revision, now)),
                    // A failure may pass, and says nothing of the names that were there.
                    (None, Some(before)) => Names { of: NamesOf::Before(now), ..before },
                    (None, None) => Names::new(Vec::new(), NamesOf::Before(now)),
                };
                kept.insert(names)
            }
        };
        Ok((Arc::clone(&names.values), names.hash))
    }

    /// The codes and names of all stocks that were traded of late, sorted; none where they can't be read.
    async fn read(&self) -> Result<Option<Vec<KnownValues>>, SourceError> {
        let schema = self.source.schema(false).await?;
        let Some(table) = self.of(&schema.tables) else { return Ok(Some(Vec::new())) };
        let whole = table
            .schema
            .as_ref()
            .map_or_else(|| table.name.clone(), |schema| format!("{schema}.{}", table.name));
        let quotes = quoted_table(&whole, self.dialect());
        let last = self.texts(&format!("SELECT MAX(trade_date) AS last_day FROM {quotes}"), 1).await?;
        let Some(last) = last else { return Ok(None) };
        let last = last.first().and_then(|days| days.first()?.get(..10)?.parse::<NaiveDate>().ok());
        let Some(from) = last.and_then(|last| last.checked_sub_days(Days::new(KNOWN_DAYS))) else {
            return Ok(Some(Vec::new()));
        };
        let columns = KNOWN_COLUMNS.join(", ");
        let statement = format!(
            "SELECT DISTINCT {columns} FROM {quotes} WHERE trade_date >= '{from}' ORDER BY {columns}"
        );
        let Some(read) = self.texts(&statement, MOST_NAMES).await? else { return Ok(None) };
        let known = KNOWN_COLUMNS.iter().zip(read).map(|(column, values)| {
            let values: BTreeSet<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
            KnownValues {
                table: table.name.clone(),
                column: (*column).to_owned(),
                values: values.into_iter().collect(),
            }
        });
        Ok(Some(known.collect()))
    }

    /// The columns of a query as text, without what is NULL; none where it can't be read, which is logged.
    async fn texts(&self, statement: &str, rows: usize) -> Result<Option<Vec<Vec<String>>>, SourceError> {
        let limits = Limits { rows, ..Limits::default() };
        let Ok(query) = guard::check(statement, self.dialect()) else { return Ok(None) };
        let result = match self.source.query(&query, &limits, &CancellationToken::new()).await {
            Ok(result) => result,
            Err(error)
                if matches!(error.kind(), SourceErrorKind::Cancelled | SourceErrorKind::Unreachable) =>
            {
                return Err(error);
            }
            Err(error) => {
                tracing::warn!(kind = ?error.kind(), "names of stocks can't be read from the quotes");
                return Ok(None);
            }
        };
        let columns = result.batch.columns().iter().map(|column| {
            let texts = cast(column, &DataType::Utf8).ok();
            let texts = texts.as_ref().and_then(|texts| texts.as_string_opt::<i32>());
            texts.map_or_else(Vec::new, |texts| texts.iter().flatten().map(str::to_owned).collect())
        });
        Ok(Some(columns.collect()))
    }
}

/// The table of a name and schema; in the default schema those of a source have none.
fn find<'a>(tables: &'a [Table], schema: Option<&str>, name: &str) -> Option<&'a Table> {
    let named = || tables.iter().filter(|table| table.name.eq_ignore_ascii_case(name));
    let is_there = |table: &&Table| match (schema, &table.schema) {
        (Some(named), Some(schema)) => named.eq_ignore_ascii_case(schema),
        (named, schema) => named.is_none() && schema.is_none(),
    };
    // A schema that is named may be the default one, where there is no table in another one of that name.
    named().find(is_there).or_else(|| named().find(|table| table.schema.is_none()))
}

#[async_trait]
impl Source for OneTable {
    fn dialect(&self) -> Dialect {
        self.source.dialect()
    }

    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        self.source.ping().await
    }

    async fn schema(&self, refresh: bool) -> Result<Arc<Schema>, SourceError> {
        let whole = self.source.schema(refresh).await?;
        let tables = self.of(&whole.tables).cloned();
        let tables = tables
            .into_iter()
            .map(|table| Table { foreign_keys: Vec::new(), ..table })
            .collect::<Vec<Table>>();
        if tables.is_empty() {
            tracing::warn!("there are no quotes: the connection has no table that `quotes_table` names");
        }
        Ok(Arc::new(Schema { tables }))
    }

    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        // Its names are a part of the data that says by itself when it has changed.
        Ok(Some(self.known().await?.1))
    }

    async fn known_values(&self) -> Result<Arc<[KnownValues]>, SourceError> {
        Ok(self.known().await?.0)
    }

    async fn query(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        self.source.query(query, limits, cancel).await
    }

    async fn stream(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        self.source.stream(query, limits, cancel).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::PoisonError;
    use std::sync::atomic::{AtomicU32, Ordering};

    use uuid::Uuid;
    use wenshu_sources::{SqliteOptions, SqliteSource, TableKind};

    use super::*;

    /// A clock that tests move.
    #[derive(Debug, Default)]
    struct Moved(std::sync::Mutex<TimeDelta>);

    impl Moved {
        fn on(&self, by: TimeDelta) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }

    impl Clock for Moved {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH + *self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn new_id(&self) -> Uuid {
            Uuid::nil()
        }
    }

    /// A database that is too busy for its next queries.
    struct Busy {
        source: SqliteSource,
        failures: AtomicU32,
        /// Whether it can say when it has changed.
        has_revision: bool,
    }

    #[async_trait]
    impl Source for Busy {
        fn dialect(&self) -> Dialect {
            self.source.dialect()
        }

        async fn ping(&self) -> Result<SourceInfo, SourceError> {
            self.source.ping().await
        }

        async fn schema(&self, refresh: bool) -> Result<Arc<Schema>, SourceError> {
            self.source.schema(refresh).await
        }

        async fn revision(&self) -> Result<Option<u64>, SourceError> {
            if self.has_revision { self.source.revision().await } else { Ok(None) }
        }

        async fn query(
            &self,
            query: &ReadOnlyQuery,
            limits: &Limits,
            cancel: &CancellationToken,
        ) -> Result<QueryResult, SourceError> {
            let less = |left: u32| left.checked_sub(1);
            if self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok() {
                return Err(SourceError::new(SourceErrorKind::Timeout, "too late"));
            }
            self.source.query(query, limits, cancel).await
        }

        async fn stream(
            &self,
            query: &ReadOnlyQuery,
            limits: &Limits,
            cancel: &CancellationToken,
        ) -> Result<RowStream, SourceError> {
            self.source.stream(query, limits, cancel).await
        }
    }

    #[tokio::test]
    async fn names_that_cannot_be_read_once_are_not_forgotten() {
        for has_revision in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("quotes.db");
            let database = rusqlite::Connection::open(&path).unwrap();
            let add = |code: &str, name: &str| {
                let add = "INSERT INTO prices VALUES (?1, ?2, '2026-03-17')";
                database.execute(add, [code, name]).unwrap();
            };
            database.execute_batch("CREATE TABLE prices (code TEXT, name TEXT, trade_date DATE)").unwrap();
            add("sh1", "甲公司");
            let source = SqliteSource::new(path, SqliteOptions::default());
            let source = Arc::new(Busy { source, failures: AtomicU32::new(1), has_revision });
            let clock = Arc::new(Moved::default());
            let only = OneTable::new(Arc::clone(&source) as _, "prices", Arc::clone(&clock) as _);
            let names = async || {
                let known = only.known_values().await.unwrap();
                known.iter().find(|known| known.column == "name").map_or(0, |known| known.values.len())
            };
            assert_eq!(names().await, 0, "there were none before");
            let unread = only.revision().await.unwrap();
            clock.on(TimeDelta::seconds(PAUSE_SECONDS));
            assert_eq!(names().await, 1, "it is read again before long");
            let read = only.revision().await.unwrap();
            assert_ne!(unread, read, "what was made of none is made anew");
            add("sh2", "乙公司");
            clock.on(TimeDelta::minutes(KEPT_MINUTES));
            source.failures.store(1, Ordering::Relaxed);
            assert_eq!((names().await, only.revision().await.unwrap()), (1, read), "those of before");
            // Not each question waits as long as a query may.
            source.failures.store(1, Ordering::Relaxed);
            assert_eq!((names().await, source.failures.load(Ordering::Relaxed)), (1, 1));
            source.failures.store(0, Ordering::Relaxed);
            clock.on(TimeDelta::seconds(PAUSE_SECONDS));
            assert_eq!(names().await, 2);
        }
    }

    #[test]
    fn the_table_of_a_named_schema_comes_before_one_of_the_default_schema() {
        let table = |schema: Option<&str>, name: &str| Table {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
            kind: TableKind::Table,
            comment: None,
            columns: Vec::new(),
            foreign_keys: Vec::new(),
            row_count: None,
        };
        let tables = [table(None, "prices"), table(Some("market"), "prices"), table(None, "people")];
        let found = |schema: Option<&str>, name: &str, tables: &[Table]| {
            find(tables, schema, name).map(|table| (table.schema.clone(), table.name.clone()))
        };
        let named = |schema: Option<&str>| Some((schema.map(str::to_owned), "prices".to_owned()));
        assert_eq!(found(Some("market"), "prices", &tables), named(Some("market")));
        assert_eq!(found(None, "Prices", &tables), named(None));
        assert_eq!(found(Some("public"), "prices", &tables), named(None), "it may be the default one");
        assert_eq!(found(None, "prices", &tables[1..]), None);
        assert_eq!(found(Some("market"), "nothing", &tables), None);
    }
}
