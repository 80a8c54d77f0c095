//! How long a model may take, and how often it is asked.

use std::time::Duration;

/// Times and counts of requests to models. The defaults suit providers on the internet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelTimes {
    /// For a connection to come about.
    pub connect: Duration,
    /// From the question to the first sign of a reply, repeated requests and the waits between them included.
    pub first_part: Duration,
    /// From the question to the end of the reply.
    pub total: Duration,
    /// How often a request is sent at most; 1 is no retry.
    pub requests: u32,
    /// The wait before the second request; it doubles with each one, and up to as much again is added at random.
    pub backoff: Duration,
    /// The longest such wait, without what is added.
    pub longest_backoff: Duration,
    /// The longest wait that a provider may ask for (`Retry-After`); where it asks for more, the failure is reported at once.
    pub longest_retry_after: Duration,
}

impl Default for ModelTimes {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_part: Duration::from_secs(60),
            total: Duration::from_secs(300),
            requests: 4,
            backoff: Duration::from_millis(500),
            longest_backoff: Duration::from_secs(8),
            longest_retry_after: Duration::from_secs(20),
        }
    }
}
