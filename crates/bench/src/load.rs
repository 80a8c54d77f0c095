//! Load: many connections that send requests in turn, every answer checked, every time noted.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::task::JoinSet;

use crate::client::{Answer, Connection};

/// The connections of every load.
pub(crate) const CONNECTIONS: usize = 64;

/// What isn't counted of a load.
pub(crate) const WARM_UP: Duration = Duration::from_secs(1);

/// A request and what its answer must be.
pub(crate) struct Exchange {
    /// For messages.
    pub(crate) name: String,
    pub(crate) request: Vec<u8>,
    pub(crate) check: Box<dyn Fn(&Answer<'_>) -> bool + Send + Sync>,
}

impl Exchange {
    /// Sends it and checks the answer.
    pub(crate) async fn run(&self, connection: &mut Connection) -> Result<()> {
        let answer = connection.exchange(&self.request).await.with_context(|| format!("`{}`", self.name))?;
        if !(self.check)(&answer) {
            bail!("`{}` was answered wrongly: {}", self.name, answer.describe());
        }
        Ok(())
    }
}

/// What a load found.
pub(crate) struct Outcome {
    /// Answers per second.
    pub(crate) rate: f64,
    /// Times from the request to the end of its answer, in milliseconds, sorted.
    pub(crate) milliseconds: Vec<f64>,
}

impl Outcome {
    /// The time within which this share of the answers came, in milliseconds.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        percentile(&self.milliseconds, share)
    }
}

/// The value at this share of sorted values; 0 for none.
pub(crate) fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let index = (last as f64 * share).round() as usize;
    sorted.get(index).copied().unwrap_or_default()
}

/// Sends the exchanges in turn over all connections for this long, after a second that isn't counted.
pub(crate) async fn for_a_while(
    address: SocketAddr,
    exchanges: &Arc<Vec<Exchange>>,
    length: Duration,
) -> Result<Outcome> {
    let start = Instant::now() + WARM_UP;
    let end = start + length;
    let turn = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let exchanges = Arc::clone(exchanges);
        let turn = Arc::clone(&turn);
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut times = Vec::new();
            loop {
                let begin = Instant::now();
                if begin >= end {
                    return anyhow::Ok(times);
                }
                let index = turn.fetch_add(1, Ordering::Relaxed) % exchanges.len();
                exchanges[index].run(&mut connection).await?;
                let now = Instant::now();
                if now >= start && now < end {
                    times.push((now - begin).as_secs_f64() * 1_000.0);
                }
            }
        });
    }
    let mut milliseconds = Vec::new();
    while let Some(times) = tasks.join_next().await {
        milliseconds.extend(times??);
    }
    milliseconds.sort_by(f64::total_cmp);
    let rate = milliseconds.len() as f64 / length.as_secs_f64();
    Ok(Outcome { rate, milliseconds })
}

/// Sends the exchanges in turn over all connections, this many in all.
pub(crate) async fn this_often(
    address: SocketAddr,
    exchanges: &Arc<Vec<Exchange>>,
    count: usize,
) -> Result<()> {
    let turn = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let exchanges = Arc::clone(exchanges);
        let turn = Arc::clone(&turn);
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            loop {
                let number = turn.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return anyhow::Ok(());
                }
                exchanges[number % exchanges.len()].run(&mut connection).await?;
            }
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!((percentile(&values, 0.5), percentile(&values, 0.99)), (50.0, 99.0));
        assert_eq!(percentile(&[7.0], 0.99), 7.0);
        assert_eq!(percentile(&[], 0.5), 0.0);
    }
}
