//! How fast a bot may write (`telegram.md`, 9).

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;

/// Messages to one chat at once before the pace of one a second counts.
const CHAT_BURST: u32 = 5;
/// Messages to all chats in a second.
const ALL_PER_SECOND: u32 = 30;

/// Of one bot. What is refused costs nothing.
#[derive(Debug)]
pub(super) struct Pace<K> {
    chats: HashMap<K, Bucket>,
    all: Bucket,
}

impl<K: Hash + Eq> Pace<K> {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            chats: HashMap::new(),
            all: Bucket::full(ALL_PER_SECOND, Duration::from_secs(1) / ALL_PER_SECOND, now),
        }
    }

    /// Takes a message's place, or says how many seconds to wait.
    pub(super) fn take(&mut self, chat: K, now: Instant) -> Result<(), u64> {
        let chat =
            self.chats.entry(chat).or_insert_with(|| Bucket::full(CHAT_BURST, Duration::from_secs(1), now));
        let pause = chat.pause(now).max(self.all.pause(now));
        if pause > Duration::ZERO {
            return Err(pause.as_secs() + 1);
        }
        chat.take(now);
        self.all.take(now);
        Ok(())
    }
}

/// A bucket that fills up again: kept as the moment at which it will be full.
#[derive(Debug)]
struct Bucket {
    full_at: Instant,
    every: Duration,
    holds: Duration,
}

impl Bucket {
    fn full(size: u32, every: Duration, now: Instant) -> Self {
        Self { full_at: now, every, holds: every * size }
    }

    fn pause(&self, now: Instant) -> Duration {
        let after = self.full_at.max(now) + self.every;
        (after - now).saturating_sub(self.holds)
    }

    fn take(&mut self, now: Instant) {
        self.full_at = self.full_at.max(now) + self.every;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_a_second() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for _ in 0..CHAT_BURST {
            assert_eq!(pace.take(1, start), Ok(()));
        }
        assert_eq!(pace.take(1, start), Err(2));
        assert_eq!(pace.take(2, start), Ok(()), "another chat");
        let second = start + Duration::from_secs(1);
        assert_eq!(pace.take(1, second), Ok(()));
        assert!(pace.take(1, second).is_err());
    }

    #[test]
    fn all_chats_together_have_a_limit_too() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let passed = (0..100).filter(|chat| pace.take(*chat, start).is_ok()).count();
        assert_eq!(passed, 30);
    }
}
