//! What is derived from a source, kept for as long as the source stays the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Mutex as AsyncMutex;
use wenshu_sources::{Schema, Source, SourceError};

use super::catalog::Catalog;
use super::values::ValueIndex;
use crate::interpreter::Request;
use crate::{Relation, SemanticTerm};

/// A source made ready for questions.
pub(crate) struct Prepared {
    /// Names, roles, joins, terms.
    pub(crate) catalog: Catalog,
    /// Stored values.
    pub(crate) values: Arc<ValueIndex>,
}

/// Sources whose preparation is kept.
const KEPT: usize = 256;

/// Prepared sources by identity.
#[derive(Default)]
pub(crate) struct PreparedCache {
    slots: Mutex<HashMap<usize, Arc<Slot>>>,
}

/// One source.
struct Slot {
    source: Weak<dyn Source>,
    /// Held while preparing, so that a hundred first questions read the values once.
    latest: AsyncMutex<Option<Latest>>,
}

/// What was prepared last, and from what.
struct Latest {
    schema: Arc<Schema>,
    revision: Option<u64>,
    terms: Vec<SemanticTerm>,
    relations: Vec<Relation>,
    prepared: Arc<Prepared>,
}

impl PreparedCache {
    /// The preparation of the request's source, made anew when schema, data, terms or relations changed.
    ///
    /// # Errors
    ///
    /// What the source says when it can't be reached.
    pub(crate) async fn get(&self, request: &Request<'_>) -> Result<Arc<Prepared>, SourceError> {
        let slot = self.slot(request.source);
        let revision = request.source.revision().await?;
        let mut latest = slot.latest.lock().await;
        let mut values = None;
        if let Some(known) = latest.as_ref() {
            let same_schema = Arc::ptr_eq(&known.schema, &request.schema) || *known.schema == *request.schema;
            // A source that can't say whether it changed keeps its values until its schema does.
            let same_data = same_schema && known.revision == revision;
            if same_data && known.terms == request.terms && known.relations == request.relations {
                return Ok(Arc::clone(&known.prepared));
            }
            if same_data {
                values = Some(Arc::clone(&known.prepared.values));
            }
        }
        let values = match values {
            Some(values) => values,
            None => {
                Arc::new(ValueIndex::load(request.source.as_ref(), &request.schema, request.cancel).await?)
            }
        };
        let catalog = Catalog::new(
            Arc::clone(&request.schema),
            request.source.dialect(),
            request.terms,
            request.relations,
            &values.dates,
        );
        let prepared = Arc::new(Prepared { catalog, values });
        *latest = Some(Latest {
            schema: Arc::clone(&request.schema),
            revision,
            terms: request.terms.to_vec(),
            relations: request.relations.to_vec(),
            prepared: Arc::clone(&prepared),
        });
        Ok(prepared)
    }

    fn slot(&self, source: &Arc<dyn Source>) -> Arc<Slot> {
        let identity = Arc::as_ptr(source).cast::<()>() as usize;
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&identity)
            && slot.source.upgrade().is_some_and(|known| Arc::ptr_eq(&known, source))
        {
            return Arc::clone(slot);
        }
        if slots.len() >= KEPT {
            slots.retain(|_, slot| slot.source.strong_count() > 0);
        }
        if slots.len() >= KEPT {
            slots.clear();
        }
        let slot = Arc::new(Slot { source: Arc::downgrade(source), latest: AsyncMutex::new(None) });
        slots.insert(identity, Arc::clone(&slot));
        slot
    }
}
