//! What was read of a schema, kept for a while.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{Schema, SourceError};

/// One database's schema. Many who need it at once read it once.
pub(crate) struct KeptSchema {
    lifetime: Duration,
    known: Mutex<Option<(Instant, Arc<Schema>)>>,
    reading: tokio::sync::Mutex<()>,
}

impl KeptSchema {
    /// Nothing yet; what is read is given for so long.
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self { lifetime, known: Mutex::new(None), reading: tokio::sync::Mutex::new(()) }
    }

    /// The schema that is known, or that `read` brings; with `refresh` always that.
    pub(crate) async fn get<Reading>(
        &self,
        refresh: bool,
        read: impl FnOnce() -> Reading,
    ) -> Result<Arc<Schema>, SourceError>
    where
        Reading: Future<Output = Result<Schema, SourceError>>,
    {
        if !refresh && let Some(schema) = self.known() {
            return Ok(schema);
        }
        let asked = Instant::now();
        let _reading = self.reading.lock().await;
        // Somebody may have read it while this waited; what was read after this asked is new enough even for a refresh.
        if let Some((read_at, schema)) = self.latest()
            && (if refresh { read_at >= asked } else { read_at.elapsed() < self.lifetime })
        {
            return Ok(schema);
        }
        let read_at = Instant::now();
        let mut schema = Arc::new(read().await?);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // The same value as before where nothing changed: what was derived from it stays good.
        if let Some((_, before)) = known.as_ref().filter(|(_, before)| **before == *schema) {
            schema = Arc::clone(before);
        }
        *known = Some((read_at, Arc::clone(&schema)));
        Ok(schema)
    }

    /// The schema as it was last read, if ever.
    pub(crate) fn last(&self) -> Option<Arc<Schema>> {
        self.latest().map(|(_, schema)| schema)
    }

    fn known(&self) -> Option<Arc<Schema>> {
        self.latest().filter(|(read_at, _)| read_at.elapsed() < self.lifetime).map(|(_, schema)| schema)
    }

    fn latest(&self) -> Option<(Instant, Arc<Schema>)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_read_again_when_it_is_old_or_asked_for() {
        let kept = KeptSchema::new(Duration::from_secs(300));
        let reads = AtomicUsize::new(0);
        let read = || async {
            reads.fetch_add(1, Ordering::Relaxed);
            Ok(Schema::default())
        };
        let first = kept.get(false, read).await.unwrap();
        assert!(Arc::ptr_eq(&first, &kept.get(false, read).await.unwrap()));
        assert_eq!(reads.load(Ordering::Relaxed), 1);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(Arc::ptr_eq(&first, &kept.get(true, read).await.unwrap()), "nothing changed");
        assert_eq!(reads.load(Ordering::Relaxed), 2);
        tokio::time::advance(Duration::from_secs(300)).await;
        kept.get(false, read).await.unwrap();
        assert_eq!(reads.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn many_who_need_it_read_it_once() {
        let kept = KeptSchema::new(Duration::from_secs(300));
        let reads = AtomicUsize::new(0);
        let read = || async {
            reads.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(Schema::default())
        };
        let (one, two, three) =
            tokio::join!(kept.get(false, read), kept.get(false, read), kept.get(false, read));
        assert!(one.is_ok() && two.is_ok() && three.is_ok());
        assert_eq!(reads.load(Ordering::Relaxed), 1);
    }
}
