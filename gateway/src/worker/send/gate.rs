//! Whether an account sends at all now: the circuit breaker and the pauses that its provider asks for.

use chrono::{DateTime, TimeDelta, Utc};
use crm_core::AccountId;
use crm_core::accounts::health;
use crm_core::delivery::pause::{self, Pause, PauseKind, Sending as Stored};
use sqlx::PgConnection;

/// So many failures in a row close the gate.
const FAILURES: i32 = 5;

/// How long the gate stays closed at most before one attempt is let through.
const LONGEST: TimeDelta = TimeDelta::seconds(30);

/// How long an account that was refused is left alone, unless its settings change before.
const STOPPED: TimeDelta = TimeDelta::minutes(5);

/// The gate of one account, as this copy knows it.
#[derive(Debug, Default)]
pub(super) struct Gate {
    until: Option<DateTime<Utc>>,
    failures: i32,
    limited: i32,
    /// The pause in force is one that the provider asked for.
    asked: bool,
    noted_at: Option<DateTime<Utc>>,
}

/// What an attempt says about its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The provider works: it took or refused this one message.
    Alive {
        /// It took it.
        accepted: bool,
    },
    /// The provider did not answer as it should.
    Failed(String),
    /// The account is to wait; `None`: the provider did not say how long.
    Limited(Option<TimeDelta>),
    /// The account is refused.
    Stopped {
        /// The provider's code.
        code: String,
        /// In words.
        reason: String,
    },
    /// Nothing about the account.
    Nothing,
}

impl Gate {
    /// When the account sends again; `None`: now.
    pub(super) fn closed_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.until.filter(|until| *until > now)
    }

    /// After a pause for failures one attempt tells whether it is over.
    pub(super) fn lets_one_through(&self) -> bool {
        self.failures >= FAILURES
    }

    /// What the other copies, and this one before its restart, found out.
    pub(super) fn learn(&mut self, stored: &Stored) {
        self.until = stored.paused_until;
        self.failures = stored.failures;
        self.asked = stored.pause == Some(PauseKind::Limited);
    }

    /// Takes a sign in. Returns what is to be stored, for all copies.
    pub(super) fn heed(&mut self, sign: &Sign, now: DateTime<Utc>) -> Option<Note> {
        match sign {
            Sign::Nothing => None,
            Sign::Alive { accepted } => {
                // Whoever was under way when the provider asked for a pause does not end it.
                let asked = self.asked && self.closed_until(now).is_some();
                let recovered = self.failures > 0 || (self.until.is_some() && !asked);
                let stale = self.noted_at.is_none_or(|noted| now - noted >= TimeDelta::seconds(10));
                self.failures = 0;
                if !asked {
                    (self.limited, self.until) = (0, None);
                }
                (recovered || (*accepted && stale)).then(|| {
                    self.noted_at = Some(now);
                    Note::Accepted { recovered }
                })
            }
            Sign::Failed(reason) => {
                self.failures += 1;
                if self.failures < FAILURES {
                    return Some(Note::Failed { reason: reason.clone(), first: self.failures == 1 });
                }
                let doubled = 1_i64 << (self.failures - FAILURES).clamp(0, 5);
                let pause = TimeDelta::seconds(2 * doubled).min(LONGEST);
                Some(self.close(PauseKind::Failing, now + pause, None, Some(reason.clone())))
            }
            Sign::Limited(told) => {
                if told.is_none() && self.asked && self.closed_until(now).is_some() {
                    // Several attempts of one moment hear the same refusal.
                    return None;
                }
                let untold = TimeDelta::seconds(1_i64 << self.limited.clamp(0, 6));
                self.limited += 1;
                Some(self.close(PauseKind::Limited, now + told.unwrap_or(untold), None, None))
            }
            Sign::Stopped { code, reason } => {
                self.failures += 1;
                let (code, reason) = (Some(code.clone()), Some(reason.clone()));
                Some(self.close(PauseKind::Stopped, now + STOPPED, code, reason))
            }
        }
    }

    fn close(
        &mut self,
        kind: PauseKind,
        until: DateTime<Utc>,
        code: Option<String>,
        reason: Option<String>,
    ) -> Note {
        self.until = self.until.max(Some(until));
        self.asked = kind == PauseKind::Limited;
        Note::Paused(Pause { kind, until, code, reason })
    }
}

/// Something that all copies should know.
#[derive(Clone, Debug)]
pub(super) enum Note {
    Accepted { recovered: bool },
    Failed { reason: String, first: bool },
    Paused(Pause),
}

impl Note {
    pub(super) async fn store(
        &self,
        conn: &mut PgConnection,
        account: AccountId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        match self {
            Self::Accepted { .. } => pause::accepted(conn, account, now).await?,
            Self::Failed { reason, .. } => pause::failed(conn, account, reason, now).await?,
            Self::Paused(pause) => pause::pause(conn, account, pause, now).await?,
        }
        let light = match self {
            Self::Accepted { recovered } => *recovered,
            Self::Failed { first, .. } => *first,
            Self::Paused(_) => true,
        };
        if light { health::tell(conn, now).await } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn second(second: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(1_795_000_000 + second, 0).single().expect("the moment exists")
    }

    fn failed() -> Sign {
        Sign::Failed("нет связи".into())
    }

    #[test]
    fn failures_in_a_row_close_the_gate_for_longer_each_time() {
        let mut gate = Gate::default();
        for _ in 1..FAILURES {
            gate.heed(&failed(), second(0));
            assert_eq!(gate.closed_until(second(0)), None);
        }
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let now = gate.closed_until(second(0)).unwrap_or(second(0));
            gate.heed(&failed(), now);
            pauses.push((gate.closed_until(now).unwrap() - now).num_seconds());
        }
        assert_eq!(pauses, [2, 4, 8, 16, 30, 30]);
        assert!(gate.lets_one_through());
        gate.heed(&Sign::Alive { accepted: false }, second(500));
        assert_eq!(gate.closed_until(second(0)), None);
        assert!(!gate.lets_one_through());
    }

    #[test]
    fn a_pause_that_the_provider_asked_for_is_kept_to_the_second_and_is_no_failure() {
        let mut gate = Gate::default();
        gate.heed(&Sign::Limited(Some(TimeDelta::seconds(7))), second(0));
        assert_eq!(gate.closed_until(second(6)), Some(second(7)));
        assert_eq!(gate.closed_until(second(7)), None);
        assert!(!gate.lets_one_through());
    }

    #[test]
    fn refusals_of_one_moment_are_one_and_a_success_on_its_way_does_not_end_the_pause() {
        let mut gate = Gate::default();
        for _ in 0..8 {
            gate.heed(&Sign::Limited(None), second(0));
        }
        gate.heed(&Sign::Alive { accepted: true }, second(0));
        assert_eq!(gate.closed_until(second(0)), Some(second(1)));
        gate.heed(&Sign::Limited(None), second(1));
        assert_eq!(gate.closed_until(second(1)), Some(second(3)), "the next one is longer");
        gate.heed(&Sign::Alive { accepted: true }, second(3));
        gate.heed(&Sign::Limited(None), second(4));
        assert_eq!(gate.closed_until(second(4)), Some(second(5)), "and after a success short again");
    }

    #[test]
    fn a_shorter_pause_never_ends_a_longer_one() {
        let mut gate = Gate::default();
        gate.heed(&Sign::Limited(Some(TimeDelta::seconds(60))), second(0));
        gate.heed(&Sign::Limited(Some(TimeDelta::seconds(1))), second(1));
        assert_eq!(gate.closed_until(second(2)), Some(second(60)));
    }

    #[test]
    fn that_all_is_well_is_noted_now_and_then_only() {
        let mut gate = Gate::default();
        let alive = Sign::Alive { accepted: true };
        assert!(gate.heed(&alive, second(0)).is_some());
        assert!(gate.heed(&alive, second(9)).is_none());
        assert!(gate.heed(&alive, second(10)).is_some());
        gate.heed(&failed(), second(11));
        assert!(gate.heed(&alive, second(12)).is_some(), "that it recovered is told at once");
    }
}
