//! Datasets that are being made: how many of an account at once, and that together they take no more than there is room for.
//!
//! What a dataset takes is known when it is there. Until then all of an account's take of one room, so that as many as one likes can't
//! take its quota each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;
use wenshu_sources::datasets::Room;

use crate::{AppError, ErrorKind, Text};

/// The most of an account at once.
const MOST_OF_ACCOUNT: usize = 4;

/// The most in this process at once.
const MOST: usize = 64;

/// Datasets that are being made, by their owners.
#[derive(Default)]
pub(super) struct UnderWay(Mutex<HashMap<Uuid, Owned>>);

struct Owned {
    count: usize,
    room: Room,
}

/// The right to make one; what it has taken of the room is given back unless it is [kept](Self::kept).
pub(super) struct Making {
    under_way: Arc<UnderWay>,
    owner: Uuid,
    room: Room,
    is_kept: bool,
}

impl UnderWay {
    /// Begins one; `left` is what of the owner's quota the datasets that are there have left.
    ///
    /// # Errors
    ///
    /// `TooMany`.
    pub(super) fn begin(self: &Arc<Self>, owner: Uuid, left: u64) -> Result<Making, AppError> {
        let mut all = self.owned();
        let count: usize = all.values().map(|owned| owned.count).sum();
        // What those that are under way have taken counts, whether it is in `left` by now or not.
        let owned = all.entry(owner).or_insert_with(|| Owned { count: 0, room: Room::new(left) });
        if owned.count >= MOST_OF_ACCOUNT || count >= MOST {
            if owned.count == 0 {
                all.remove(&owner);
            }
            return Err(too_many());
        }
        owned.count += 1;
        let room = owned.room.shared();
        Ok(Making { under_way: Arc::clone(self), owner, room, is_kept: false })
    }

    fn owned(&self) -> MutexGuard<'_, HashMap<Uuid, Owned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Making {
    /// What it may take.
    pub(super) fn room(&self) -> Room {
        self.room.clone()
    }

    /// It is a dataset now, which takes what it has taken.
    pub(super) fn kept(&mut self) {
        self.is_kept = true;
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.is_kept {
            self.room.give_back();
        }
        let mut all = self.under_way.owned();
        if let Some(owned) = all.get_mut(&self.owner) {
            owned.count -= 1;
            if owned.count == 0 {
                all.remove(&self.owner);
            }
        }
    }
}

fn too_many() -> AppError {
    AppError::new(
        ErrorKind::TooMany,
        "too_many_uploads",
        Text::new(
            "正在上传的数据集太多，请等其中一个完成后再试",
            "Too many datasets are being uploaded; wait for one to finish and try again",
        ),
    )
    .retry_after(Duration::from_secs(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_an_account_share_its_room() {
        let under_way = Arc::new(UnderWay::default());
        let (ann, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let one = under_way.begin(ann, 100).unwrap();
        let mut other = under_way.begin(ann, 100).unwrap();
        one.room().take(70).unwrap();
        assert!(other.room().take(40).is_err());
        under_way.begin(bob, 100).unwrap().room().take(100).unwrap();
        // One that comes to nothing gives back what it took, and one that is kept doesn't.
        drop(one);
        other.room().take(90).unwrap();
        other.kept();
        let third = under_way.begin(ann, 100).unwrap();
        drop(other);
        assert!(third.room().take(20).is_err());
        third.room().take(10).unwrap();
        drop(third);
        assert!(under_way.owned().is_empty());
    }

    #[test]
    fn no_more_than_some_at_once() {
        let under_way = Arc::new(UnderWay::default());
        let ann = Uuid::from_u128(1);
        let held: Vec<Making> = (0..MOST_OF_ACCOUNT).map(|_| under_way.begin(ann, 1).unwrap()).collect();
        assert_eq!(under_way.begin(ann, 1).err().unwrap().kind(), ErrorKind::TooMany);
        let others: Vec<Making> = (held.len()..MOST)
            .map(|owner| under_way.begin(Uuid::from_u128(100 + owner as u128), 1).unwrap())
            .collect();
        assert!(under_way.begin(Uuid::from_u128(3), 1).is_err());
        drop((held, others));
        assert!(under_way.owned().is_empty());
    }
}
