//! What an outcome makes of a delivery. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{Address, ExternalId, Remedy};

use super::state::DeliveryStep;

/// What an attempt, or asking after one, came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has the part.
    Accepted {
        /// What it became at the provider, in order; none where the provider gives no ids.
        external_ids: Vec<ExternalId>,
        /// Addresses of the person that the answer named.
        addresses: Vec<Address>,
    },
    /// The provider asked for a pause; nothing was sent.
    Limited {
        /// How long, where it said.
        retry_after: Option<TimeDelta>,
    },
    /// The provider still works on something of ours; nothing was sent.
    NotReady {
        /// In the provider's words.
        reason: String,
    },
    /// Surely not sent; the next attempt may go better.
    Temporary {
        /// A short word.
        code: String,
        /// In words.
        reason: String,
    },
    /// The provider will never send it.
    Rejected {
        /// The provider's code.
        code: String,
        /// Russian, for the person who pressed.
        reason: String,
        /// What would help.
        remedy: Option<Remedy>,
    },
    /// The account as a whole cannot send; nothing was sent.
    Stopped {
        /// The provider's code.
        code: String,
        /// Russian, for the administrator.
        reason: String,
    },
    /// It may have arrived.
    Unknown {
        /// What broke.
        reason: String,
    },
    /// Asked: it arrived.
    Arrived {
        /// What it became at the provider, in order.
        external_ids: Vec<ExternalId>,
    },
    /// Asked: it surely did not arrive.
    NotArrived,
    /// Asked: the provider tells by then.
    TellsBy(DateTime<Utc>),
    /// Asked: the provider never tells.
    CannotTell,
    /// Asking failed; it is asked again.
    AskingFailed,
}

impl Outcome {
    /// What the part became at the provider.
    pub(crate) fn external_ids(&self) -> &[ExternalId] {
        match self {
            Self::Accepted { external_ids, .. } | Self::Arrived { external_ids } => external_ids,
            _ => &[],
        }
    }

    /// A word for figures and logs.
    pub fn label(&self) -> &'static str {
        self.word().unwrap_or("waiting")
    }

    /// The word in `delivery_attempts`; `None` for what is no attempt: waiting for the provider's word.
    pub(crate) fn word(&self) -> Option<&'static str> {
        Some(match self {
            Self::Accepted { .. } => "accepted",
            Self::Limited { .. } => "limited",
            Self::NotReady { .. } => "not_ready",
            Self::Temporary { .. } => "temporary",
            Self::Rejected { .. } => "rejected",
            Self::Stopped { .. } => "stopped",
            Self::Unknown { .. } => "unknown",
            Self::Arrived { .. } => "arrived",
            Self::NotArrived => "not_arrived",
            Self::CannotTell => "cannot_tell",
            Self::TellsBy(_) | Self::AskingFailed => return None,
        })
    }

    /// Code and words of a failure.
    pub(crate) fn cause(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Temporary { code, reason }
            | Self::Rejected { code, reason, .. }
            | Self::Stopped { code, reason } => (Some(code), Some(reason)),
            Self::NotReady { reason } | Self::Unknown { reason } => (None, Some(reason)),
            _ => (None, None),
        }
    }
}

/// How attempts are spread. The jitter is drawn by the caller, so that a test can fix it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pacing {
    /// Attempts at one part before it is given up.
    pub attempts: i32,
    /// Between 0 and 1: where in its span the next pause lies.
    pub jitter: f64,
}

/// A delivery as the outcome finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    /// Counted attempts at the part before this one.
    pub attempts: i32,
    /// Uncounted pauses in a row before this one.
    pub waits: i32,
    /// When the part was tried last.
    pub tried_at: DateTime<Utc>,
    /// The part at hand is the last one.
    pub last_part: bool,
}

/// What becomes of the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Next {
    /// Its state.
    pub state: DeliveryStep,
    /// Not before this moment.
    pub due_at: DateTime<Utc>,
    /// Counted attempts at the part at hand.
    pub attempts: i32,
    /// Uncounted pauses in a row.
    pub waits: i32,
    /// One more part is accepted.
    pub part_accepted: bool,
}

impl Next {
    /// Nothing more happens by itself.
    pub(crate) fn finished(&self) -> bool {
        matches!(self.state, DeliveryStep::Accepted | DeliveryStep::Failed | DeliveryStep::Unknown)
    }
}

/// The longest pause between two attempts.
const LONGEST_PAUSE_S: i64 = 300;

/// How long an unfinished upload at the provider may take before it counts as a failure.
const PATIENCE_WAITS: i32 = 12;

/// How long the provider is asked after an outcome that nobody knows.
const PATIENCE_ASKING: TimeDelta = TimeDelta::minutes(10);

/// The rule.
pub(crate) fn next(tried: Tried, outcome: &Outcome, pacing: Pacing, now: DateTime<Utc>) -> Next {
    let stay = Next {
        state: DeliveryStep::Queued,
        due_at: now,
        attempts: tried.attempts,
        waits: tried.waits,
        part_accepted: false,
    };
    let done = Next { attempts: 0, waits: 0, ..stay };
    match outcome {
        Outcome::Accepted { .. } | Outcome::Arrived { .. } => Next {
            state: if tried.last_part { DeliveryStep::Accepted } else { DeliveryStep::Queued },
            part_accepted: true,
            ..done
        },
        Outcome::Limited { retry_after } => {
            let pause = retry_after.unwrap_or_else(|| growing(4, tried.waits));
            Next { due_at: now + pause, waits: tried.waits + 1, ..stay }
        }
        Outcome::NotReady { .. } if tried.waits < PATIENCE_WAITS => {
            Next { due_at: now + growing(2, tried.waits), waits: tried.waits + 1, ..stay }
        }
        // The account's own pause holds the lane back.
        Outcome::Stopped { .. } => stay,
        Outcome::NotReady { .. } | Outcome::Temporary { .. } => {
            let attempts = tried.attempts + 1;
            let state = if attempts >= pacing.attempts { DeliveryStep::Failed } else { DeliveryStep::Queued };
            let pause = growing(2, attempts);
            // Half of the pause is sure, the other half is drawn, so that lanes do not come back all at once.
            let half = pause / 2;
            let drawn = TimeDelta::milliseconds(scaled(half.num_milliseconds(), pacing.jitter));
            Next { state, attempts, waits: 0, due_at: now + half + drawn, ..stay }
        }
        Outcome::Rejected { .. } => Next { state: DeliveryStep::Failed, ..stay },
        Outcome::Unknown { .. } => Next { state: DeliveryStep::Unsure, ..stay },
        Outcome::TellsBy(at) => Next { state: DeliveryStep::Unsure, due_at: (*at).max(now), ..stay },
        Outcome::AskingFailed if now - tried.tried_at < PATIENCE_ASKING => {
            Next { state: DeliveryStep::Unsure, due_at: now + TimeDelta::seconds(15), ..stay }
        }
        Outcome::AskingFailed | Outcome::CannotTell => Next { state: DeliveryStep::Unknown, ..stay },
        Outcome::NotArrived => {
            let attempts = tried.attempts + 1;
            let state = if attempts >= pacing.attempts { DeliveryStep::Failed } else { DeliveryStep::Queued };
            Next { state, attempts, ..stay }
        }
    }
}

/// 1, `base`, `base`² … seconds, but never more than the longest pause.
fn growing(base: i64, step: i32) -> TimeDelta {
    let step = u32::try_from(step).unwrap_or(0);
    TimeDelta::seconds(base.checked_pow(step).map_or(LONGEST_PAUSE_S, |pause| pause.min(LONGEST_PAUSE_S)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a pause of minutes, drawn at random"
)]
fn scaled(span: i64, share: f64) -> i64 {
    (span as f64 * share.clamp(0.0, 1.0)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::minute;

    const PACING: Pacing = Pacing { attempts: 3, jitter: 1.0 };

    fn tried() -> Tried {
        Tried { attempts: 0, waits: 0, tried_at: minute(0), last_part: true }
    }

    fn temporary() -> Outcome {
        Outcome::Temporary { code: "connect".into(), reason: "Нет связи".into() }
    }

    fn seconds(next: Next) -> i64 {
        (next.due_at - minute(0)).num_seconds()
    }

    #[test]
    fn an_accepted_part_makes_room_for_the_next_and_the_last_one_ends_it() {
        let accepted = Outcome::Accepted { external_ids: Vec::new(), addresses: Vec::new() };
        let middle = Tried { attempts: 2, waits: 4, last_part: false, ..tried() };
        let after = next(middle, &accepted, PACING, minute(0));
        assert_eq!((after.state, after.attempts, after.waits), (DeliveryStep::Queued, 0, 0));
        assert!(after.part_accepted && !after.finished());
        assert_eq!(next(tried(), &accepted, PACING, minute(0)).state, DeliveryStep::Accepted);
    }

    #[test]
    fn failures_wait_longer_each_time_and_end() {
        let mut now = tried();
        let mut pauses = Vec::new();
        for state in [DeliveryStep::Queued, DeliveryStep::Queued, DeliveryStep::Failed] {
            let after = next(now, &temporary(), PACING, minute(0));
            assert_eq!(after.state, state);
            pauses.push(seconds(after));
            now.attempts = after.attempts;
        }
        assert_eq!(pauses, [2, 4, 8]);
        let drawn = next(tried(), &temporary(), Pacing { jitter: 0.0, ..PACING }, minute(0));
        assert_eq!(seconds(drawn), 1, "half of the pause is sure");
    }

    #[test]
    fn a_pause_that_the_provider_asks_for_is_no_attempt() {
        let told = Outcome::Limited { retry_after: Some(TimeDelta::seconds(30)) };
        let after = next(Tried { attempts: 2, ..tried() }, &told, PACING, minute(0));
        assert_eq!((after.state, after.attempts, seconds(after)), (DeliveryStep::Queued, 2, 30));
        let untold = Outcome::Limited { retry_after: None };
        let pauses: Vec<i64> = (0..6)
            .map(|waits| seconds(next(Tried { waits, ..tried() }, &untold, PACING, minute(0))))
            .collect();
        assert_eq!(pauses, [1, 4, 16, 64, 256, 300]);
    }

    #[test]
    fn a_file_that_is_never_ready_becomes_a_failure_at_last() {
        let not_ready = Outcome::NotReady { reason: "processing".into() };
        let patient = next(Tried { waits: 11, ..tried() }, &not_ready, PACING, minute(0));
        assert_eq!((patient.state, patient.attempts), (DeliveryStep::Queued, 0));
        let counted = next(Tried { waits: 12, ..tried() }, &not_ready, PACING, minute(0));
        assert_eq!(counted.attempts, 1);
    }

    #[test]
    fn what_nobody_knows_is_asked_after_and_never_blindly_repeated() {
        let unknown = Outcome::Unknown { reason: "timeout".into() };
        assert_eq!(next(tried(), &unknown, PACING, minute(0)).state, DeliveryStep::Unsure);
        let later = next(tried(), &Outcome::TellsBy(minute(1)), PACING, minute(0));
        assert_eq!((later.state, seconds(later)), (DeliveryStep::Unsure, 60));
        assert_eq!(next(tried(), &Outcome::CannotTell, PACING, minute(0)).state, DeliveryStep::Unknown);
        assert_eq!(next(tried(), &Outcome::AskingFailed, PACING, minute(1)).state, DeliveryStep::Unsure);
        assert_eq!(next(tried(), &Outcome::AskingFailed, PACING, minute(11)).state, DeliveryStep::Unknown);
        let again = next(tried(), &Outcome::NotArrived, PACING, minute(0));
        assert_eq!((again.state, again.attempts), (DeliveryStep::Queued, 1));
    }

    #[test]
    fn a_stopped_account_costs_its_messages_nothing() {
        let stopped = Outcome::Stopped { code: "190".into(), reason: "Токен отозван".into() };
        let after = next(Tried { attempts: 2, ..tried() }, &stopped, PACING, minute(0));
        assert_eq!((after.state, after.attempts), (DeliveryStep::Queued, 2));
    }
}
