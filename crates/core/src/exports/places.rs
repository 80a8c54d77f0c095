//! How many exports may be under way: each keeps a connection to its database for as long as its file is being taken, and
//! questions need those too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::{AppError, ErrorKind, Text};

/// What exports are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Seat {
    Account(Uuid),
    Connection(Uuid),
    Process,
}

impl Seat {
    /// The most at once. A source has eight connections; half of them stay for questions.
    fn most(self) -> usize {
        match self {
            Self::Account(_) => 2,
            Self::Connection(_) => 4,
            Self::Process => 16,
        }
    }
}

/// Exports under way.
#[derive(Default)]
pub(crate) struct Places(Mutex<HashMap<Seat, usize>>);

/// The right to one export, given back when dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    seats: [Seat; 3],
}

impl Places {
    /// A place for an export by this account from this connection.
    ///
    /// # Errors
    ///
    /// `TooMany`.
    pub(crate) fn take(self: &Arc<Self>, account: Uuid, connection: Uuid) -> Result<Place, AppError> {
        let seats = [Seat::Account(account), Seat::Connection(connection), Seat::Process];
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.iter().any(|seat| taken.get(seat).copied().unwrap_or(0) >= seat.most()) {
            return Err(too_many());
        }
        for seat in seats {
            *taken.entry(seat).or_default() += 1;
        }
        Ok(Place { places: Arc::clone(self), seats })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        for seat in self.seats {
            if let Some(count) = taken.get_mut(&seat) {
                *count -= 1;
                if *count == 0 {
                    taken.remove(&seat);
                }
            }
        }
    }
}

fn too_many() -> AppError {
    AppError::new(
        ErrorKind::TooMany,
        "too_many_exports",
        Text::new(
            "正在进行的导出太多，请等其中一个完成后再试",
            "Too many exports are under way; wait for one to finish and try again",
        ),
    )
    .retry_after(Duration::from_secs(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let places = Arc::new(Places::default());
        let id = Uuid::from_u128;
        let held: Vec<Place> = (0..2).map(|_| places.take(id(1), id(9)).ok().unwrap()).collect();
        assert_eq!(places.take(id(1), id(8)).err().unwrap().kind(), ErrorKind::TooMany, "of one account");
        let others: Vec<Place> =
            (2..4).map(|account| places.take(id(account), id(9)).ok().unwrap()).collect();
        assert!(places.take(id(5), id(9)).is_err(), "from one connection");
        assert!(places.take(id(5), id(8)).is_ok());
        drop((held, others));
        assert!(places.0.lock().unwrap().is_empty());
    }
}
