//! The runs that are under way in this process: how many an account has, and how one is stopped.

use std::sync::{Arc, OnceLock};

use dashmap::DashMap;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Why a run was ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StopReason {
    /// Its owner stopped it.
    Owner,
    /// The server shuts down.
    Shutdown,
    /// Its time was up.
    TimeLimit,
    /// It said more than is kept of a run.
    TooMuch,
    /// What it said can't be passed on: a fault of ours.
    Fault,
}

/// How a run is ended from outside.
#[derive(Debug, Default)]
pub(super) struct Control {
    reason: OnceLock<StopReason>,
    pub(super) cancel: CancellationToken,
}

impl Control {
    /// Ends the run; the first reason given stays.
    pub(super) fn stop(&self, reason: StopReason) {
        let _ = self.reason.set(reason);
        self.cancel.cancel();
    }

    /// Why it was ended, if it was.
    pub(super) fn reason(&self) -> Option<StopReason> {
        self.reason.get().copied()
    }
}

/// The runs that are under way.
#[derive(Default)]
pub(super) struct ActiveRuns {
    runs: DashMap<Uuid, Arc<Entry>>,
    /// Several, when a title is written besides.
    for_conversation: DashMap<Uuid, Vec<Uuid>>,
    for_account: DashMap<Uuid, usize>,
    /// Told of each run that ends.
    ended: Notify,
}

struct Entry {
    owner: Uuid,
    control: Arc<Control>,
}

impl ActiveRuns {
    /// Counts a run in, unless its account has as many as it may; the pass counts it out when dropped.
    pub(super) fn enter(self: &Arc<Self>, owner: Uuid, run: Uuid, most: usize) -> Option<Pass> {
        {
            let mut count = self.for_account.entry(owner).or_insert(0);
            if *count >= most {
                return None;
            }
            *count += 1;
        }
        let control = Arc::new(Control::default());
        self.runs.insert(run, Arc::new(Entry { owner, control: Arc::clone(&control) }));
        Some(Pass { active: Arc::clone(self), owner, run, conversation: None, control })
    }

    /// Ends the owner's runs of a conversation; `false` when there is none.
    pub(super) fn stop(&self, owner: Uuid, conversation: Uuid, reason: StopReason) -> bool {
        let runs = self.for_conversation.get(&conversation).map(|runs| runs.clone()).unwrap_or_default();
        let entries = runs.iter().filter_map(|run| self.runs.get(run).map(|entry| Arc::clone(&entry)));
        let mut is_any = false;
        for entry in entries.filter(|entry| entry.owner == owner) {
            entry.control.stop(reason);
            is_any = true;
        }
        is_any
    }

    /// Ends every run of these owners.
    pub(super) fn stop_all(&self, reason: StopReason, is_meant: impl Fn(Uuid) -> bool) {
        for entry in self.runs.iter().filter(|entry| is_meant(entry.owner)) {
            entry.control.stop(reason);
        }
    }

    /// Waits until no run of this owner is under way.
    pub(super) async fn ended(&self, owner: Uuid) {
        loop {
            // Listening begins before looking, so that no end in between is missed.
            let ended = self.ended.notified();
            if !self.for_account.contains_key(&owner) {
                return;
            }
            ended.await;
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }
}

/// A run's place among the active ones.
pub(super) struct Pass {
    active: Arc<ActiveRuns>,
    owner: Uuid,
    run: Uuid,
    conversation: Option<Uuid>,
    pub(super) control: Arc<Control>,
}

impl Pass {
    /// Says which conversation the run is in, by which it can be stopped from now on.
    pub(super) fn belongs_to(&mut self, conversation: Uuid) {
        self.active.for_conversation.entry(conversation).or_default().push(self.run);
        self.conversation = Some(conversation);
    }

    /// Takes the run out of those that can be stopped through their conversation.
    pub(super) fn cannot_be_stopped(&mut self) {
        if let Some(conversation) = self.conversation.take() {
            if let Some(mut runs) = self.active.for_conversation.get_mut(&conversation) {
                runs.retain(|run| *run != self.run);
            }
            self.active.for_conversation.remove_if(&conversation, |_, runs| runs.is_empty());
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.active.runs.remove(&self.run);
        self.cannot_be_stopped();
        if let Some(mut count) = self.active.for_account.get_mut(&self.owner) {
            *count = count.saturating_sub(1);
        }
        self.active.for_account.remove_if(&self.owner, |_, count| *count == 0);
        self.active.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_in_and_out() {
        let active = Arc::new(ActiveRuns::default());
        let [ann, bob] = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let first = active.enter(ann, Uuid::from_u128(10), 2).unwrap();
        let second = active.enter(ann, Uuid::from_u128(11), 2).unwrap();
        assert!(active.enter(ann, Uuid::from_u128(12), 2).is_none());
        assert!(active.enter(bob, Uuid::from_u128(13), 2).is_some());
        drop(first);
        assert!(active.enter(ann, Uuid::from_u128(14), 2).is_some());
        drop(second);
        assert_eq!(active.len(), 0);
        assert!(active.for_account.is_empty());
    }

    #[tokio::test]
    async fn it_is_waited_until_the_last_run_of_an_account_has_ended() {
        let active = Arc::new(ActiveRuns::default());
        let [ann, bob] = [Uuid::from_u128(1), Uuid::from_u128(2)];
        active.ended(ann).await;
        let [first, second] = [10, 11].map(|run| active.enter(ann, Uuid::from_u128(run), 2).unwrap());
        let _other = active.enter(bob, Uuid::from_u128(12), 2).unwrap();
        let ended = active.ended(ann);
        tokio::pin!(ended);
        assert!(futures::poll!(&mut ended).is_pending());
        drop(first);
        assert!(futures::poll!(&mut ended).is_pending());
        drop(second);
        ended.await;
    }

    #[test]
    fn a_run_is_stopped_by_its_owner_through_its_conversation() {
        let active = Arc::new(ActiveRuns::default());
        let [ann, bob, conversation] = [1, 2, 3].map(Uuid::from_u128);
        let mut pass = active.enter(ann, Uuid::from_u128(10), 2).unwrap();
        assert!(!active.stop(ann, conversation, StopReason::Owner));
        pass.belongs_to(conversation);
        assert!(!active.stop(bob, conversation, StopReason::Owner));
        assert!(!pass.control.cancel.is_cancelled());
        assert!(active.stop(ann, conversation, StopReason::Owner));
        assert!(pass.control.cancel.is_cancelled());
        let mut second = active.enter(ann, Uuid::from_u128(11), 2).unwrap();
        second.belongs_to(conversation);
        assert!(active.stop(ann, conversation, StopReason::Owner), "both");
        assert!(second.control.cancel.is_cancelled());
        drop(second);
        active.stop_all(StopReason::Shutdown, |_| true);
        assert_eq!(pass.control.reason(), Some(StopReason::Owner), "the first reason stays");
        drop(pass);
        assert!(!active.stop(ann, conversation, StopReason::Owner));
    }
}
