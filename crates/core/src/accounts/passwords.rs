//! Password hashes: argon2id, off the async threads, a few at a time.
//!
//! A hash fills its memory cost (19 MiB by default), which the allocator keeps for the thread that asked for it. So the hashes are
//! made by a few threads that stay the same: on the runtime's many blocking threads a burst of logins would leave that much
//! behind on each.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::AppError;
use crate::settings::PasswordCost;

/// Hashes at the same time. Each takes its memory cost, and more than the cores can work on would only wait anyway.
const HASHES_AT_ONCE: usize = 2;

/// Makes and checks password hashes of one cost.
pub(super) struct Passwords {
    argon2: Argon2<'static>,
    turns: Semaphore,
    /// The threads that are free; one is taken out for each turn.
    threads: Mutex<VecDeque<Jobs>>,
    /// Checked for logins that don't exist, so that they take as long as those that do.
    decoy: String,
}

impl Passwords {
    pub(super) fn new(cost: PasswordCost) -> Result<Self, AppError> {
        let params =
            Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(AppError::internal)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = decoy(cost);
        Ok(Self { argon2, turns: Semaphore::new(HASHES_AT_ONCE), threads: Mutex::default(), decoy })
    }

    /// The hash to store, as a PHC string.
    pub(super) async fn hash(&self, password: SecretString) -> Result<String, AppError> {
        let argon2 = self.argon2.clone();
        self.in_turn(always, move || {
            let hash: PasswordHash = argon2
                .hash_password(password.expose_secret().as_bytes())
                .map_err(|error| AppError::internal(anyhow::anyhow!("hashing a password: {error}")))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password belongs to the hash; without a hash, `false` after the same work. `permitted` is asked once it is this
    /// password's turn, and its refusal is passed on.
    pub(super) async fn verify(
        &self,
        password: SecretString,
        hash: Option<&str>,
        permitted: impl FnOnce() -> Result<(), AppError>,
    ) -> Result<bool, AppError> {
        let argon2 = self.argon2.clone();
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        self.in_turn(permitted, move || {
            let hash = PasswordHash::new(&hash)
                .map_err(|error| AppError::internal(anyhow::anyhow!("a stored password hash: {error}")))?;
            let matches = argon2.verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
            Ok(matches && known)
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        permitted: impl FnOnce() -> Result<(), AppError>,
        work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let _turn = self.turns.acquire().await.map_err(AppError::internal)?;
        permitted()?;
        let thread = self.borrow_thread()?;
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Whoever asked may have gone; the hash is then of no use to anybody.
            let _ = answer.send(work());
        });
        let sent = thread.jobs.send(job).map_err(|_| anyhow::anyhow!("the hashing thread is gone"));
        sent.map_err(AppError::internal)?;
        answered.await.map_err(AppError::internal)?
    }

    /// A thread for one turn. It comes back when the turn is over or its caller leaves; a job that comes then waits for the last.
    fn borrow_thread(&self) -> Result<Borrowed<'_>, AppError> {
        let free = lock(&self.threads).pop_front();
        let jobs = match free {
            Some(jobs) => jobs,
            None => start_thread().map_err(AppError::internal)?,
        };
        Ok(Borrowed { jobs, threads: &self.threads })
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// How a hashing thread is given its jobs; the thread ends with it.
type Jobs = mpsc::UnboundedSender<Job>;

struct Borrowed<'a> {
    jobs: Jobs,
    threads: &'a Mutex<VecDeque<Jobs>>,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        lock(self.threads).push_back(self.jobs.clone());
    }
}

fn lock(threads: &Mutex<VecDeque<Jobs>>) -> MutexGuard<'_, VecDeque<Jobs>> {
    threads.lock().unwrap_or_else(PoisonError::into_inner)
}

fn start_thread() -> std::io::Result<Jobs> {
    let (jobs, mut waiting) = mpsc::unbounded_channel::<Job>();
    let work = move || {
        while let Some(job) = waiting.blocking_recv() {
            job();
        }
    };
    std::thread::Builder::new().name("password-hash".to_owned()).spawn(work)?;
    Ok(jobs)
}

fn always() -> Result<(), AppError> {
    Ok(())
}

/// A hash of this cost that no password is known for: a PHC string with arbitrary salt and digest.
fn decoy(cost: PasswordCost) -> String {
    format!(
        "$argon2id$v=19$m={},t={},p={}$c29tZSBkZWNveSBzYWx0IQ$8hNRVGbYVJGAXOnEFH5S6cBKZ0QMbCI1lzZLtqSCKxQ",
        cost.memory_kib, cost.passes, cost.lanes
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[tokio::test]
    async fn verifies_its_own_hashes_and_nothing_else() {
        let passwords = Passwords::new(PasswordCost { memory_kib: 8, passes: 1, lanes: 1 }).unwrap();
        let hash = passwords.hash(secret("correct horse 1")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(passwords.verify(secret("correct horse 1"), Some(&hash), always).await.unwrap());
        assert!(!passwords.verify(secret("correct horse 2"), Some(&hash), always).await.unwrap());
        assert!(!passwords.verify(secret("correct horse 1"), None, always).await.unwrap());
    }

    #[test]
    fn the_decoy_is_a_hash_of_the_cost() {
        let decoy = decoy(PasswordCost { memory_kib: 64, passes: 3, lanes: 1 });
        let hash = PasswordHash::new(&decoy).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (64, 3, 1));
    }

    #[tokio::test]
    async fn without_a_hash_the_same_work_is_done() {
        let cost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };
        let passwords = Passwords::new(cost).unwrap();
        let hash = passwords.hash(secret("correct horse 1")).await.unwrap();
        // What is compared in the end is as long, from a salt as long.
        let shape = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            (
                hash.algorithm.to_string(),
                hash.version,
                hash.salt.map(|salt| salt.len()),
                hash.hash.map(|hash| hash.len()),
            )
        };
        assert_eq!(shape(&passwords.decoy), shape(&hash));
        for known in [Some(hash.as_str()), None] {
            let passwords = Passwords::new(cost).unwrap();
            let asked = std::cell::Cell::new(0);
            let permitted = || {
                asked.set(asked.get() + 1);
                Ok(())
            };
            assert!(!passwords.verify(secret("correct horse 2"), known, permitted).await.unwrap());
            assert_eq!(asked.get(), 1, "its try counts");
            assert_eq!(lock(&passwords.threads).len(), 1, "a hash was made");
        }
    }
}
