//! When a task runs: in a zone where the clock on the wall matters.

use std::fmt;

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;

/// When a task runs. The zone is the company's, a branch's or a client's: whose clock is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// So long after each run.
    Every(TimeDelta),
    /// Every day at this time of this zone.
    Daily(NaiveTime, Tz),
    /// On this day of the week at this time of this zone.
    Weekly(Weekday, NaiveTime, Tz),
}

impl Plan {
    /// The first moment behind `after`.
    pub fn next(self, after: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(period) => after + period,
            Self::Daily(at, zone) => first_behind(after, at, zone, |_| true),
            Self::Weekly(weekday, at, zone) => first_behind(after, at, zone, |day| day.weekday() == weekday),
        }
    }
}

fn first_behind(
    after: DateTime<Utc>,
    at: NaiveTime,
    zone: Tz,
    fits: impl Fn(NaiveDate) -> bool,
) -> DateTime<Utc> {
    let today = after.with_timezone(&zone).date_naive();
    (0..=8)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .filter(|day| fits(*day))
        .map(|day| moment(day, at, zone))
        .find(|moment| *moment > after)
        .expect("a week has every weekday")
}

/// A time on a day. One that the zone's clock shows twice is taken at the first; one that it leaves out becomes the same
/// time by the clock as it was before.
pub fn moment(day: NaiveDate, at: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let local = day.and_time(at);
    match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.to_utc(),
        LocalResult::None => {
            let before = local - TimeDelta::hours(6);
            let before = zone.from_local_datetime(&before).earliest();
            before.map_or_else(|| local.and_utc(), |before| before.to_utc() + TimeDelta::hours(6))
        }
    }
}

/// In Russian, for the screen.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(period) => f.write_str(&every(*period)),
            Self::Daily(at, zone) => write!(f, "ежедневно в {} ({zone})", at.format("%H:%M")),
            Self::Weekly(weekday, at, zone) => {
                write!(f, "{} в {} ({zone})", on(*weekday), at.format("%H:%M"))
            }
        }
    }
}

fn every(period: TimeDelta) -> String {
    let seconds = period.num_seconds();
    match seconds {
        60 => "каждую минуту".to_owned(),
        3600 => "каждый час".to_owned(),
        86_400 => "каждый день".to_owned(),
        _ if seconds % 3600 == 0 => format!("каждые {} ч", seconds / 3600),
        _ if seconds % 60 == 0 => format!("каждые {} мин", seconds / 60),
        _ => format!("каждые {seconds} с"),
    }
}

fn on(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "по понедельникам",
        Weekday::Tue => "по вторникам",
        Weekday::Wed => "по средам",
        Weekday::Thu => "по четвергам",
        Weekday::Fri => "по пятницам",
        Weekday::Sat => "по субботам",
        Weekday::Sun => "по воскресеньям",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn at(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn a_daily_time_is_that_of_the_zone() {
        let moscow = Plan::Daily(at(9, 0), chrono_tz::Europe::Moscow);
        assert_eq!(moscow.next(utc("2026-06-05T05:59:59Z")), utc("2026-06-05T06:00:00Z"));
        assert_eq!(moscow.next(utc("2026-06-05T06:00:00Z")), utc("2026-06-06T06:00:00Z"));
        let bishkek = Plan::Daily(at(9, 0), chrono_tz::Asia::Bishkek);
        assert_eq!(bishkek.next(utc("2026-06-05T23:00:00Z")), utc("2026-06-06T03:00:00Z"));
    }

    #[test]
    fn a_weekly_time_comes_once_a_week() {
        let plan = Plan::Weekly(Weekday::Mon, at(5, 0), chrono_tz::Europe::Moscow);
        let first = plan.next(utc("2026-06-05T00:00:00Z"));
        assert_eq!(first, utc("2026-06-08T02:00:00Z"));
        assert_eq!(plan.next(first), utc("2026-06-15T02:00:00Z"));
        assert_eq!(plan.next(first - TimeDelta::seconds(1)), first);
    }

    #[test]
    fn a_time_that_the_clock_leaves_out_or_shows_twice_comes_once() {
        // Berlin: 02:30 does not exist on 29 March 2026 and exists twice on 25 October.
        let plan = Plan::Daily(at(2, 30), chrono_tz::Europe::Berlin);
        let left_out = plan.next(utc("2026-03-28T12:00:00Z"));
        assert_eq!(left_out, utc("2026-03-29T01:30:00Z"));
        assert_eq!(plan.next(left_out), utc("2026-03-30T00:30:00Z"));
        let twice = plan.next(utc("2026-10-24T12:00:00Z"));
        assert_eq!(twice, utc("2026-10-25T00:30:00Z"));
        assert_eq!(plan.next(twice), utc("2026-10-26T01:30:00Z"));
    }

    #[test]
    fn a_plan_says_itself_in_russian() {
        let zone = chrono_tz::Europe::Moscow;
        assert_eq!(Plan::Every(TimeDelta::hours(1)).to_string(), "каждый час");
        assert_eq!(Plan::Every(TimeDelta::minutes(90)).to_string(), "каждые 90 мин");
        assert_eq!(Plan::Daily(at(15, 35), zone).to_string(), "ежедневно в 15:35 (Europe/Moscow)");
        assert_eq!(
            Plan::Weekly(Weekday::Sun, at(5, 0), zone).to_string(),
            "по воскресеньям в 05:00 (Europe/Moscow)"
        );
    }
}
