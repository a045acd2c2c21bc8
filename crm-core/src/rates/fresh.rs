//! Whether rates are older than holidays explain.

use chrono::{Datelike, NaiveDate};

/// An ordinary weekend with a holiday gives a gap of four days at most.
const ORDINARY_DAYS: i64 = 5;
/// 2026: the record of 31 December was still in force on 12 January, on the twelfth day.
const NEW_YEAR_DAYS: i64 = 13;

/// Whether the latest known record, which may be of tomorrow, is too old on this day in Moscow. The days of holidays are
/// moved by decree every year, so no calendar is built in: the New Year's are long, all others short.
pub fn is_stale(latest: NaiveDate, today: NaiveDate) -> bool {
    let is_new_year = today.month() == 1 && today.day() <= 15;
    let days = if is_new_year { NEW_YEAR_DAYS } else { ORDINARY_DAYS };
    (today - latest).num_days() >= days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stale(latest: &str, today: &str) -> bool {
        is_stale(latest.parse().unwrap(), today.parse().unwrap())
    }

    /// Check 18 of the bank's protocol.
    #[test]
    fn the_new_year_is_no_alarm_and_the_end_of_january_is() {
        assert!(!stale("2025-12-31", "2026-01-08"));
        assert!(stale("2025-12-31", "2026-01-20"));
    }

    #[test]
    fn the_longest_holidays_of_2025_and_2026_are_no_alarm() {
        for (latest, today) in [
            ("2024-12-28", "2025-01-09"),
            ("2025-05-01", "2025-05-05"),
            ("2025-05-08", "2025-05-12"),
            ("2025-06-12", "2025-06-16"),
            ("2025-11-01", "2025-11-05"),
            ("2025-12-31", "2026-01-12"),
            ("2026-02-21", "2026-02-24"),
            ("2026-05-09", "2026-05-12"),
        ] {
            assert!(!stale(latest, today), "{latest} on {today}");
        }
    }

    #[test]
    fn five_days_of_an_ordinary_week_and_thirteen_of_the_new_year_are_an_alarm() {
        assert!(!stale("2026-06-05", "2026-06-09"));
        assert!(stale("2026-06-05", "2026-06-10"));
        assert!(stale("2025-12-31", "2026-01-13"));
        assert!(stale("2025-12-31", "2026-01-16"));
        assert!(!stale("2026-06-06", "2026-06-05"), "a record of tomorrow is fresh");
    }
}
