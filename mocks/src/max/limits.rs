//! How much the provider takes within a second.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// Requests of the bot within a second.
const OF_BOT: usize = 30;
/// Sends, edits, deletions and answers to presses in one dialog, of each kind by itself.
const OF_CHAT: usize = 2;

#[derive(Debug, Default)]
pub(super) struct Limits {
    of_bot: VecDeque<Instant>,
    of_chat: HashMap<(i64, &'static str), VecDeque<Instant>>,
}

impl Limits {
    /// Whether another request is taken.
    pub(super) fn takes(&mut self, now: Instant) -> bool {
        takes(&mut self.of_bot, OF_BOT, now)
    }

    /// Whether another one of this kind is taken in this dialog.
    pub(super) fn takes_in(&mut self, chat_id: i64, kind: &'static str, now: Instant) -> bool {
        takes(self.of_chat.entry((chat_id, kind)).or_default(), OF_CHAT, now)
    }
}

/// A refused request does not count.
fn takes(taken: &mut VecDeque<Instant>, most: usize, now: Instant) -> bool {
    // A little less than a second: a client that keeps to the limit exactly must not fail by the network's jitter.
    while taken.front().is_some_and(|first| now.duration_since(*first) >= Duration::from_millis(950)) {
        taken.pop_front();
    }
    let fits = taken.len() < most;
    if fits {
        taken.push_back(now);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_a_second_in_a_dialog_and_thirty_over_all() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        let taken = (0..10).filter(|_| limits.takes_in(7, "send", now)).count();
        assert_eq!(taken, 2);
        assert!(limits.takes_in(8, "send", now) && limits.takes_in(7, "edit", now));
        assert!(limits.takes_in(7, "send", now + Duration::from_secs(1)));
        assert_eq!((0..100).filter(|_| limits.takes(now)).count(), 30);
    }
}
