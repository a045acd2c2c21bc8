//! When the bank is asked, in Moscow's time.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Europe::Moscow;
use crm_core::schedule::{Plan, moment};

/// In the afternoon: rates are set as of 15:30.
const WINDOW_OPENS: NaiveTime = time(15, 35);
/// Who has no new record by now has a holiday, or trouble.
const WINDOW_CLOSES: NaiveTime = time(21, 0);
/// The other times of a day without tomorrow's record.
const MORNINGS: [NaiveTime; 2] = [time(6, 0), time(12, 0)];
const EVERY: TimeDelta = TimeDelta::minutes(20);
const AFTER_FAILURE: TimeDelta = TimeDelta::hours(1);
/// Fewer than 25 questions a day, those of a repair included.
const MOST_A_DAY: usize = 24;

/// What the last question brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Tomorrow's rates of all currencies.
    Tomorrow,
    /// A good document, but not all of that.
    NotYet,
    /// Nothing; it may be better later.
    Failed,
    /// Nothing, and asking again does not help.
    Refused,
}

const fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("a time of day")
}

/// The plan of the daily question; after each one the answer says better when the next is due.
pub(super) fn daily() -> Plan {
    Plan::Daily(WINDOW_OPENS, Moscow)
}

/// The plan of the repair: at a quiet hour.
pub(super) fn weekly() -> Plan {
    Plan::Weekly(Weekday::Sun, time(5, 0), Moscow)
}

/// When to ask again. `asked`: how often the bank was asked today; `currencies`: how many questions a repair takes.
pub(super) fn next_question(
    now: DateTime<Utc>,
    answer: Answer,
    asked: i32,
    currencies: usize,
) -> DateTime<Utc> {
    let local = now.with_timezone(&Moscow);
    let (today, clock) = (local.date_naive(), local.time());
    let tomorrow = today + Days::new(1);
    if answer == Answer::Tomorrow {
        return moment(tomorrow, WINDOW_OPENS, Moscow);
    }
    if usize::try_from(asked).unwrap_or(0) + currencies >= MOST_A_DAY {
        return moment(tomorrow, MORNINGS[0], Moscow);
    }
    let in_window = (WINDOW_OPENS..WINDOW_CLOSES).contains(&clock);
    let soon = match answer {
        Answer::NotYet if in_window => Some(now + EVERY),
        Answer::Failed => Some(now + AFTER_FAILURE),
        _ => None,
    };
    let by_day = |at: &DateTime<Utc>| {
        let local = at.with_timezone(&Moscow);
        local.date_naive() == today && (MORNINGS[0]..WINDOW_CLOSES).contains(&local.time())
    };
    soon.filter(by_day).unwrap_or_else(|| fixed(today, clock))
}

/// The next of the fixed times.
fn fixed(today: NaiveDate, clock: NaiveTime) -> DateTime<Utc> {
    let times = [MORNINGS[0], MORNINGS[1], WINDOW_OPENS];
    match times.into_iter().find(|time| *time > clock) {
        Some(time) => moment(today, time, Moscow),
        None => moment(today + Days::new(1), MORNINGS[0], Moscow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(now: &str, answer: Answer) -> String {
        let now: DateTime<Utc> = format!("{now}:00+03:00").parse().unwrap();
        let next = next_question(now, answer, 1, 3).with_timezone(&Moscow);
        next.format("%Y-%m-%dT%H:%M").to_string()
    }

    #[test]
    fn in_the_afternoon_every_twenty_minutes_until_tomorrows_record_is_there() {
        assert_eq!(next("2025-12-04T15:35", Answer::NotYet), "2025-12-04T15:55");
        assert_eq!(next("2025-12-04T16:55", Answer::Tomorrow), "2025-12-05T15:35");
        assert_eq!(next("2025-12-04T20:35", Answer::NotYet), "2025-12-04T20:55");
    }

    #[test]
    fn after_a_holiday_in_the_morning_and_at_noon() {
        assert_eq!(next("2025-12-04T20:55", Answer::NotYet), "2025-12-05T06:00");
        assert_eq!(next("2025-12-05T06:00", Answer::NotYet), "2025-12-05T12:00");
        assert_eq!(next("2025-12-05T12:00", Answer::NotYet), "2025-12-05T15:35");
        assert_eq!(next("2025-12-05T03:10", Answer::NotYet), "2025-12-05T06:00", "at a first start");
    }

    #[test]
    fn after_a_failure_hourly_by_day() {
        assert_eq!(next("2025-12-04T15:55", Answer::Failed), "2025-12-04T16:55");
        assert_eq!(next("2025-12-04T06:00", Answer::Failed), "2025-12-04T07:00");
        assert_eq!(next("2025-12-04T20:30", Answer::Failed), "2025-12-05T06:00");
        assert_eq!(next("2025-12-04T23:30", Answer::Failed), "2025-12-05T06:00");
        assert_eq!(next("2025-12-04T15:55", Answer::Refused), "2025-12-05T06:00", "no repeat");
    }

    #[test]
    fn the_bank_is_not_bothered_beyond_measure() {
        let now: DateTime<Utc> = "2025-12-04T17:00:00+03:00".parse().unwrap();
        let next = |asked| next_question(now, Answer::NotYet, asked, 3).with_timezone(&Moscow);
        assert_eq!(next(20).time(), time(17, 20));
        assert_eq!((next(21).date_naive(), next(21).time()), ("2025-12-05".parse().unwrap(), time(6, 0)));
    }
}
