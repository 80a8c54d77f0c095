//! How late the pieces of many streams are, counted without keeping each.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::wire::{STAMP_CIRCLE, STAMP_DIGITS, STAMP_MARK};

/// What is later than this counts as this late.
const LAST_BUCKET: usize = 60_000;

/// Pieces by whole milliseconds of lateness.
pub(crate) struct Lateness {
    counts: Vec<AtomicU64>,
    is_counting: AtomicBool,
}

impl Lateness {
    pub(crate) fn new() -> Self {
        Self {
            counts: (0..=LAST_BUCKET).map(|_| AtomicU64::new(0)).collect(),
            is_counting: AtomicBool::new(false),
        }
    }

    /// Whether pieces that come from now on are counted.
    pub(crate) fn count(&self, wanted: bool) {
        self.is_counting.store(wanted, Ordering::Relaxed);
    }

    /// Notes a piece that left at one time on the circle and came at another, in microseconds.
    fn note(&self, left: u64, came: u64) {
        if self.is_counting.load(Ordering::Relaxed) {
            let milliseconds =
                usize::try_from((came % STAMP_CIRCLE + STAMP_CIRCLE - left) % STAMP_CIRCLE / 1_000)
                    .unwrap_or(LAST_BUCKET);
            self.counts[milliseconds.min(LAST_BUCKET)].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The number of pieces that were counted.
    pub(crate) fn pieces(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// The lateness, in milliseconds, that this share of the pieces doesn't pass.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let wanted = self.pieces() as f64 * share;
        let mut seen = 0;
        for (milliseconds, count) in self.counts.iter().enumerate() {
            seen += count.load(Ordering::Relaxed);
            if seen as f64 >= wanted {
                // A bucket holds what is less than a millisecond later.
                return (milliseconds + 1) as f64;
            }
        }
        LAST_BUCKET as f64
    }
}

/// What came of a stream and isn't read yet; finds the times in it, and the end.
pub(crate) struct Scanner {
    kept: Vec<u8>,
    /// Whether a piece has come.
    pub(crate) has_begun: bool,
}

/// The end of a chunked body. No event has a carriage return, so it is found nowhere else.
const END: &[u8] = b"\r\n0\r\n\r\n";

impl Scanner {
    pub(crate) fn new() -> Self {
        Self { kept: Vec::with_capacity(4 * 1024), has_begun: false }
    }

    /// Where the next bytes go.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.kept
    }

    /// Looks through what came at this time; answers whether the body has ended. What may be half a time is kept.
    pub(crate) fn scan(&mut self, came: u64, lateness: &Lateness) -> bool {
        let mut read = 0;
        while let Some(place) = memchr::memchr(STAMP_MARK, &self.kept[read..]) {
            let start = read + place + 1;
            let Some(digits) = self.kept.get(start..start + STAMP_DIGITS) else {
                break;
            };
            if let Some(left) = number(digits) {
                self.has_begun = true;
                lateness.note(left, came);
            }
            read = start;
        }
        let has_ended = self.kept.ends_with(END);
        // Enough for a mark with its digits.
        let keep_from = self.kept.len().saturating_sub(STAMP_DIGITS + 1).max(read);
        // And for the end, or for the words before it that a caller looks for.
        let keep_from = keep_from.min(self.kept.len().saturating_sub(16));
        // A time that was read loses its mark, so that it isn't read again.
        if read > keep_from {
            self.kept[keep_from..read].fill(b' ');
        }
        self.kept.drain(..keep_from);
        has_ended
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        digit.is_ascii_digit().then(|| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')))?
    })
}

#[cfg(test)]
mod tests {
    use super::{Lateness, Scanner};

    #[test]
    fn every_time_is_found_once_however_the_bytes_arrive() {
        let body = b"1a\r\ndata: {\"content\":\"@999999000\"}\n\n\r\n\
                     30\r\ndata: {\"content\":\"@000001000@000002000\"} me@example\n\n\r\n0\r\n\r\n";
        for size in 1..=body.len() {
            let lateness = Lateness::new();
            lateness.count(true);
            let mut scanner = Scanner::new();
            let mut ends = 0;
            for part in body.chunks(size) {
                scanner.buffer().extend_from_slice(part);
                ends += u32::from(scanner.scan(7_000_004_000, &lateness));
            }
            assert_eq!((lateness.pieces(), ends), (3, 1), "{size} bytes at a time");
            assert!(scanner.has_begun);
            // One of them left before the circle began anew.
            assert_eq!((lateness.percentile(0.3), lateness.percentile(1.0)), (3.0, 6.0));
        }
    }

    #[test]
    fn nothing_is_counted_before_it_is_wanted() {
        let lateness = Lateness::new();
        let mut scanner = Scanner::new();
        scanner.buffer().extend_from_slice(b"@000001000 ");
        assert!(!scanner.scan(7_000_004_000, &lateness));
        assert_eq!(lateness.pieces(), 0);
        assert!(scanner.has_begun);
    }
}
