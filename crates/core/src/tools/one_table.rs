//! A database of which one table is to be seen: what is asked of it can be read as being about nothing else.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use wenshu_sources::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, RowStream, Schema, Source, SourceError, SourceInfo, Table,
};

/// A source with the schema of one table.
pub(super) struct OneTable {
    source: Arc<dyn Source>,
    schema: Option<String>,
    table: String,
}

impl OneTable {
    /// The table of this name, with its schema before a dot where it is not in the default one.
    pub(super) fn new(source: Arc<dyn Source>, table: &str) -> Self {
        let (schema, table) = match table.rsplit_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
            None => (None, table.to_owned()),
        };
        Self { source, schema, table }
    }

    /// Whether this is of that source.
    pub(super) fn is_of(&self, source: &Arc<dyn Source>) -> bool {
        Arc::ptr_eq(&self.source, source)
    }

    fn is_it(&self, table: &Table) -> bool {
        // A schema that is named may be the default one.
        let has_schema = match (&self.schema, &table.schema) {
            (Some(named), Some(schema)) => named.eq_ignore_ascii_case(schema),
            (None, Some(_)) => false,
            (_, None) => true,
        };
        has_schema && table.name.eq_ignore_ascii_case(&self.table)
    }
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
        let tables = whole.tables.iter().filter(|table| self.is_it(table)).cloned();
        let tables = tables.map(|table| Table { foreign_keys: Vec::new(), ..table }).collect::<Vec<Table>>();
        if tables.is_empty() {
            tracing::warn!("there are no quotes: the connection has no table that `quotes_table` names");
        }
        Ok(Arc::new(Schema { tables }))
    }

    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        self.source.revision().await
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
