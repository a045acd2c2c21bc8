//! What a failed try means for the file and for its account. Pure.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{BoxError, MediaKind};
use crm_core::media::download::{Due, Outcome};

/// Providers keep files for a week or so; after that there is nothing to ask for.
const GIVE_UP: TimeDelta = TimeDelta::days(7);
/// A file that comes damaged so often is damaged at the provider.
const DAMAGED_TRIES: i32 = 8;
/// Failures of the first minutes are no news.
const QUIET_TRIES: i32 = 3;
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// How long a refused account is left alone: a person acts in minutes, not in seconds.
const REFUSED_PAUSE: TimeDelta = TimeDelta::minutes(10);
const RATE_PAUSE: TimeDelta = TimeDelta::minutes(1);
const LONGEST_RATE_PAUSE: TimeDelta = TimeDelta::hours(6);
const STORE_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// Why a try failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the provider does not have it yet")]
    NotYet,
    #[error("the provider does not have it any more")]
    Gone(String),
    #[error("too many requests")]
    RateLimited(Option<Duration>),
    #[error("the account is refused")]
    Refused,
    #[error("a passing failure")]
    Temporary(BoxError),
    #[error("it came damaged")]
    Damaged,
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    #[error("our own store failed")]
    Store(BoxError),
}

/// What is to be written down.
#[derive(Debug)]
pub(super) struct Verdict {
    /// About the file.
    pub outcome: Outcome,
    /// All files of the account wait until then, and why.
    pub pause: Option<(DateTime<Utc>, String)>,
}

/// `jitter` is any number; it spreads files that failed at the same moment.
pub(super) fn verdict(
    due: &Due,
    failure: Failure,
    recordings_wait: TimeDelta,
    now: DateTime<Utc>,
    jitter: u8,
) -> Verdict {
    let age = now - due.wanted_at;
    let only = |outcome| Verdict { outcome, pause: None };
    match failure {
        Failure::NotYet => only(not_yet(due, age, recordings_wait, now)),
        Failure::Gone(cause) => only(Outcome::Lost(cause)),
        Failure::TooLarge(limit) => {
            only(Outcome::Lost(format!("файл больше допустимого размера ({} МБ)", limit >> 20)))
        }
        Failure::RateLimited(after) => {
            let after = after.and_then(|after| TimeDelta::from_std(after).ok()).unwrap_or(RATE_PAUSE);
            let until = now + after.clamp(TimeDelta::seconds(1), LONGEST_RATE_PAUSE);
            let outcome = Outcome::Later { at: until, counted: false, cause: None };
            Verdict {
                outcome, pause: Some((until, "провайдер просит подождать".to_owned()))
            }
        }
        Failure::Refused => {
            let until = now + REFUSED_PAUSE;
            let cause = "провайдер не принимает доступ канала: проверьте его настройки".to_owned();
            let outcome = Outcome::Later { at: until, counted: false, cause: Some(cause.clone()) };
            Verdict { outcome, pause: Some((until, cause)) }
        }
        Failure::Store(_) => {
            let cause = Some("хранилище файлов недоступно, пробуем снова".to_owned());
            only(Outcome::Later { at: now + STORE_PAUSE, counted: false, cause })
        }
        Failure::Damaged if due.tries >= DAMAGED_TRIES => {
            only(Outcome::Lost("файл у провайдера повреждён".to_owned()))
        }
        Failure::Damaged | Failure::Temporary(_) if age >= GIVE_UP => {
            only(Outcome::Lost("не удалось загрузить: провайдер не отвечает".to_owned()))
        }
        Failure::Damaged | Failure::Temporary(_) => {
            let cause = (due.tries > QUIET_TRIES).then(|| "не удаётся загрузить, пробуем снова".to_owned());
            only(Outcome::Later { at: now + pause(due.tries, jitter), counted: true, cause })
        }
    }
}

/// From 30 seconds to an hour, doubled each time, with up to a quarter on top.
fn pause(tries: i32, jitter: u8) -> TimeDelta {
    let doubled = tries.clamp(1, 10) - 1;
    let pause = (FIRST_PAUSE * (1 << doubled)).min(LONGEST_PAUSE);
    pause + pause * i32::from(jitter) / 1024
}

/// A recording is asked for after 30 s, 2 min, 10 min, then every hour; after a day four times a day.
fn not_yet(due: &Due, age: TimeDelta, recordings_wait: TimeDelta, now: DateTime<Utc>) -> Outcome {
    let recording = due.media.kind == MediaKind::Recording;
    if age >= if recording { recordings_wait } else { GIVE_UP } {
        let lost = if recording {
            "запись так и не появилась у провайдера"
        } else {
            "файл так и не появился у провайдера"
        };
        return Outcome::Lost(lost.to_owned());
    }
    let pause = match age.num_minutes() {
        0 => TimeDelta::seconds(30),
        1..=4 => TimeDelta::minutes(2),
        5..=59 => TimeDelta::minutes(10),
        60..=1439 => TimeDelta::hours(1),
        _ => TimeDelta::hours(6),
    };
    let cause = (age >= TimeDelta::minutes(10)).then(|| "провайдер ещё не отдаёт файл, ждём".to_owned());
    Outcome::Later { at: now + pause, counted: false, cause }
}

#[cfg(test)]
mod tests {
    use connector_api::MediaRef;
    use crm_core::{AccountId, MediaId};
    use uuid::Uuid;

    use super::*;

    const WAIT: TimeDelta = TimeDelta::days(3);

    fn due(kind: MediaKind, tries: i32) -> Due {
        Due {
            id: MediaId(Uuid::nil()),
            account_id: AccountId(Uuid::nil()),
            lease: Uuid::nil(),
            media: MediaRef::new("f", kind),
            wanted_at: DateTime::UNIX_EPOCH,
            tries,
        }
    }

    fn after(age: TimeDelta) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + age
    }

    fn lost(kind: MediaKind, tries: i32, age: TimeDelta, failure: Failure) -> Option<String> {
        match verdict(&due(kind, tries), failure, WAIT, after(age), 0).outcome {
            Outcome::Lost(cause) => Some(cause),
            _ => None,
        }
    }

    fn temporary() -> Failure {
        Failure::Temporary("cable".into())
    }

    #[test]
    fn pauses_grow_and_stay_within_an_hour_and_a_quarter() {
        let minutes = |tries, jitter| pause(tries, jitter).num_seconds();
        assert_eq!((1..=4).map(|tries| minutes(tries, 0)).collect::<Vec<_>>(), [30, 60, 120, 240]);
        assert_eq!(minutes(8, 0), 3600);
        assert_eq!(minutes(i32::MAX, 255), 4496);
    }

    #[test]
    fn a_passing_failure_is_given_up_after_a_week() {
        let file = |age| lost(MediaKind::Image, 5, age, temporary());
        assert_eq!(file(GIVE_UP - TimeDelta::seconds(1)), None);
        assert_eq!(file(GIVE_UP).as_deref(), Some("не удалось загрузить: провайдер не отвечает"));
    }

    #[test]
    fn a_file_that_is_damaged_every_time_is_lost_and_says_so() {
        let file = |tries| lost(MediaKind::Image, tries, TimeDelta::hours(2), Failure::Damaged);
        assert_eq!(file(DAMAGED_TRIES - 1), None);
        assert_eq!(file(DAMAGED_TRIES).as_deref(), Some("файл у провайдера повреждён"));
    }

    #[test]
    fn a_recording_is_waited_for_during_its_days_and_a_file_for_a_week() {
        let wait = |kind, age| lost(kind, 1, age, Failure::NotYet);
        assert_eq!(wait(MediaKind::Recording, WAIT - TimeDelta::seconds(1)), None);
        assert_eq!(
            wait(MediaKind::Recording, WAIT).as_deref(),
            Some("запись так и не появилась у провайдера")
        );
        assert_eq!(wait(MediaKind::Document, WAIT), None);
        assert_eq!(
            wait(MediaKind::Document, GIVE_UP).as_deref(),
            Some("файл так и не появился у провайдера")
        );
    }

    #[test]
    fn waiting_does_not_count_and_a_recording_twenty_minutes_late_is_asked_for_in_time() {
        let mut now = DateTime::UNIX_EPOCH;
        let mut asked = Vec::new();
        while now < after(TimeDelta::minutes(40)) {
            let verdict = verdict(&due(MediaKind::Recording, 1), Failure::NotYet, WAIT, now, 0);
            let Outcome::Later { at, counted: false, .. } = verdict.outcome else { panic!("{verdict:?}") };
            asked.push((at - DateTime::UNIX_EPOCH).num_seconds());
            now = at;
        }
        assert_eq!(asked, [30, 60, 180, 300, 900, 1500, 2100, 2700]);
    }

    #[test]
    fn a_limit_and_a_refusal_hold_the_whole_account_and_do_not_count() {
        let now = after(TimeDelta::hours(1));
        let pause_of = |failure| {
            let verdict = verdict(&due(MediaKind::Image, 3), failure, WAIT, now, 0);
            assert!(matches!(verdict.outcome, Outcome::Later { counted: false, .. }));
            verdict.pause.expect("the account waits").0 - now
        };
        assert_eq!(pause_of(Failure::RateLimited(None)), RATE_PAUSE);
        assert_eq!(pause_of(Failure::RateLimited(Some(Duration::from_secs(90)))), TimeDelta::seconds(90));
        assert_eq!(pause_of(Failure::RateLimited(Some(Duration::from_secs(1 << 40)))), LONGEST_RATE_PAUSE);
        assert_eq!(pause_of(Failure::Refused), REFUSED_PAUSE);
    }

    #[test]
    fn what_is_gone_or_too_large_is_lost_at_once_with_its_cause() {
        let age = TimeDelta::zero();
        assert_eq!(lost(MediaKind::Image, 1, age, Failure::Gone("удалён".into())).as_deref(), Some("удалён"));
        let large = lost(MediaKind::Video, 1, age, Failure::TooLarge(256 << 20));
        assert_eq!(large.as_deref(), Some("файл больше допустимого размера (256 МБ)"));
    }

    #[test]
    fn our_own_failures_never_lose_a_file() {
        let file = lost(MediaKind::Image, 1000, TimeDelta::days(1000), Failure::Store("full".into()));
        assert_eq!(file, None);
    }
}
