//! How fast an account may send, as its connector says.

use std::num::NonZeroU32;
use std::time::Duration;

use chrono::TimeDelta;
use connector_api::SendLimits;
use crm_core::ConversationId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// The limits of one account in this copy of the program.
pub(super) struct Pace {
    limits: SendLimits,
    account: Option<DefaultDirectRateLimiter>,
    conversations: Option<DefaultKeyedRateLimiter<ConversationId>>,
    clock: DefaultClock,
}

impl Pace {
    pub(super) fn new(limits: SendLimits) -> Self {
        let burst = NonZeroU32::new(limits.conversation_burst).unwrap_or(NonZeroU32::MIN);
        Self {
            limits,
            account: steady(limits.account_per_second).map(RateLimiter::direct),
            conversations: Quota::with_period(limits.conversation_pause)
                .map(|quota| RateLimiter::keyed(quota.allow_burst(burst))),
            clock: DefaultClock::default(),
        }
    }

    pub(super) fn limits(&self) -> SendLimits {
        self.limits
    }

    /// Nothing is limited: a lane goes on without asking.
    pub(super) fn is_free(&self) -> bool {
        self.account.is_none() && self.conversations.is_none()
    }

    /// Takes the place of one attempt in this conversation. `Err`: how long to wait before asking again.
    pub(super) fn take(&self, conversation: ConversationId) -> Result<(), TimeDelta> {
        let now = self.clock.now();
        let later = |wait: Duration| TimeDelta::from_std(wait).unwrap_or(TimeDelta::seconds(60));
        if let Some(account) = &self.account {
            account.check().map_err(|until| later(until.wait_time_from(now)))?;
        }
        if let Some(conversations) = &self.conversations {
            conversations.check_key(&conversation).map_err(|until| later(until.wait_time_from(now)))?;
        }
        Ok(())
    }

    /// Forgets conversations that have rested.
    pub(super) fn forget_rested(&self) {
        if let Some(conversations) = &self.conversations {
            conversations.retain_recent();
            conversations.shrink_to_fit();
        }
    }
}

/// Never more than so many in any second: what may come at once and what follows add up to it.
fn steady(per_second: u32) -> Option<Quota> {
    let whole = NonZeroU32::new(per_second)?;
    let at_once = NonZeroU32::new(per_second / 5).unwrap_or(NonZeroU32::MIN);
    let following = NonZeroU32::new(per_second - at_once.get()).unwrap_or(whole);
    Some(Quota::per_second(following).allow_burst(at_once))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(account_per_second: u32, pause_ms: u64, burst: u32) -> SendLimits {
        SendLimits {
            account_per_second,
            conversation_pause: Duration::from_millis(pause_ms),
            conversation_burst: burst,
            concurrent: 4,
            attempts: 5,
        }
    }

    fn conversation(number: u128) -> ConversationId {
        ConversationId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn without_limits_nothing_waits() {
        let pace = Pace::new(limits(0, 0, 1));
        assert!(pace.is_free());
        assert!((0..1000).all(|_| pace.take(conversation(1)).is_ok()));
    }

    #[test]
    fn a_conversation_waits_after_its_burst_and_the_others_go_on() {
        let pace = Pace::new(limits(0, 60_000, 3));
        assert!((0..3).all(|_| pace.take(conversation(1)).is_ok()));
        let wait = pace.take(conversation(1)).unwrap_err();
        assert!(wait > TimeDelta::seconds(50) && wait <= TimeDelta::seconds(60), "{wait}");
        assert!(pace.take(conversation(2)).is_ok());
    }

    #[test]
    fn the_account_as_a_whole_has_its_limit() {
        let pace = Pace::new(limits(50, 0, 1));
        let passed = (0..100).filter(|number| pace.take(conversation(*number)).is_ok()).count();
        assert!((10..=12).contains(&passed), "{passed}");
    }
}
