//! Queries on their way, shared by those who ask the same at the same time.
//!
//! A flight ends in the database when the last of its passengers has left: cancelled, out of time, or dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::read::Rows;
use super::stop::{Stop, lock};
use crate::{SourceError, SourceErrorKind};

/// What makes two queries the same: equal statements within equal limits on the same state of the data.
///
/// The time limit isn't part of it: it decides whether there is an answer, not which.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) revision: u64,
    pub(super) sql: Arc<str>,
    pub(super) rows: usize,
    pub(super) bytes: usize,
}

/// What a flight brings.
pub(super) type Outcome = Result<Rows, SourceError>;

/// One query on its way.
pub(super) struct Flight {
    pub(super) stop: Arc<Stop>,
    outcome: watch::Sender<Option<Outcome>>,
}

impl Flight {
    fn new() -> Arc<Self> {
        Arc::new(Self { stop: Arc::new(Stop::default()), outcome: watch::Sender::new(None) })
    }

    /// Tells all passengers, now and later.
    pub(super) fn land(&self, outcome: Outcome) {
        self.outcome.send_replace(Some(outcome));
    }
}

/// All flights that others may join.
#[derive(Default)]
pub(super) struct Board {
    flights: Mutex<HashMap<Key, Listed>>,
}

struct Listed {
    flight: Arc<Flight>,
    passengers: usize,
}

/// How a passenger got on.
pub(super) enum Boarding {
    /// The answer was there already.
    Known(Rows),
    /// On a flight that someone else has started.
    Joined(Passenger),
    /// On a flight that the caller must start.
    First(Passenger),
}

impl Board {
    /// Joins the flight with this key, or makes one. `known` is asked while nobody else can make one, so that what has just
    /// landed isn't started again.
    pub(super) fn join(self: &Arc<Self>, key: Key, known: impl FnOnce(&Key) -> Option<Rows>) -> Boarding {
        let mut flights = lock(&self.flights);
        if let Some(listed) = flights.get_mut(&key) {
            listed.passengers += 1;
            let flight = Arc::clone(&listed.flight);
            return Boarding::Joined(Passenger { flight, place: Place::Shared(Arc::clone(self), key) });
        }
        if let Some(rows) = known(&key) {
            return Boarding::Known(rows);
        }
        let flight = Flight::new();
        flights.insert(key.clone(), Listed { flight: Arc::clone(&flight), passengers: 1 });
        Boarding::First(Passenger { flight, place: Place::Shared(Arc::clone(self), key) })
    }

    /// Takes the flight off, so that nobody joins it any more.
    pub(super) fn remove(&self, key: &Key, flight: &Arc<Flight>) {
        let mut flights = lock(&self.flights);
        if flights.get(key).is_some_and(|listed| Arc::ptr_eq(&listed.flight, flight)) {
            flights.remove(key);
        }
    }

    /// One passenger fewer; says whether it was the last.
    fn leave(&self, key: &Key, flight: &Arc<Flight>) -> bool {
        let mut flights = lock(&self.flights);
        let Some(listed) = flights.get_mut(key).filter(|listed| Arc::ptr_eq(&listed.flight, flight)) else {
            // Landed or stopped: nothing to stop.
            return true;
        };
        listed.passengers -= 1;
        if listed.passengers > 0 {
            return false;
        }
        flights.remove(key);
        true
    }
}

/// What tests look at to know how far a query is, instead of waiting for a time.
#[cfg(test)]
impl Board {
    pub(super) fn is_running(&self) -> bool {
        lock(&self.flights).values().any(|listed| listed.flight.stop.is_running())
    }

    pub(super) fn passengers(&self) -> usize {
        lock(&self.flights).values().map(|listed| listed.passengers).sum()
    }
}

/// Someone who waits for a flight. Dropping it is leaving.
pub(super) struct Passenger {
    pub(super) flight: Arc<Flight>,
    place: Place,
}

/// Where a passenger is.
enum Place {
    /// On a flight that nobody else can join.
    Alone,
    /// On a flight that others may have joined.
    Shared(Arc<Board>, Key),
    /// Gone: a shared flight must be left only once.
    Left,
}

impl Passenger {
    /// The only passenger of a flight that nobody else can join.
    pub(super) fn alone() -> Self {
        Self { flight: Flight::new(), place: Place::Alone }
    }

    /// What the flight brings.
    pub(super) async fn arrival(&self) -> Outcome {
        let mut outcome = self.flight.outcome.subscribe();
        match outcome.wait_for(Option::is_some).await.map(|outcome| outcome.clone()) {
            Ok(Some(outcome)) => outcome,
            // Not reached while this holds the sender; said rather than waited for in vain.
            _ => Err(SourceError::new(SourceErrorKind::Internal, "the query was lost")),
        }
    }

    /// Gets off. Of the last passenger the answer is true, and the query is being ended.
    pub(super) fn leave(&mut self) -> bool {
        let last = match std::mem::replace(&mut self.place, Place::Left) {
            Place::Alone => true,
            Place::Shared(board, key) => board.leave(&key, &self.flight),
            Place::Left => return false,
        };
        if last {
            self.flight.stop.stop();
        }
        last
    }
}

impl Drop for Passenger {
    fn drop(&mut self) {
        self.leave();
    }
}
