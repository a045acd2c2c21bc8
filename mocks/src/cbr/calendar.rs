//! Working days in Russia: the calendars of 2025 and 2026 as decreed, later years by the holidays of the law alone.

use chrono::{Datelike, NaiveDate, Weekday};

/// Weekdays off, as (month, day).
const OFF_2024: [(u32, u32); 2] = [(12, 30), (12, 31)];
const OFF_2025: [(u32, u32); 15] = [
    (1, 1),
    (1, 2),
    (1, 3),
    (1, 6),
    (1, 7),
    (1, 8),
    (5, 1),
    (5, 2),
    (5, 8),
    (5, 9),
    (6, 12),
    (6, 13),
    (11, 3),
    (11, 4),
    (12, 31),
];
const OFF_2026: [(u32, u32); 14] = [
    (1, 1),
    (1, 2),
    (1, 5),
    (1, 6),
    (1, 7),
    (1, 8),
    (1, 9),
    (2, 23),
    (3, 9),
    (5, 1),
    (5, 11),
    (6, 12),
    (11, 4),
    (12, 31),
];
const OFF_BY_LAW: [(u32, u32); 14] = [
    (1, 1),
    (1, 2),
    (1, 3),
    (1, 4),
    (1, 5),
    (1, 6),
    (1, 7),
    (1, 8),
    (2, 23),
    (3, 8),
    (5, 1),
    (5, 9),
    (6, 12),
    (11, 4),
];
/// Saturdays on which people work: year, month, day.
const WORKING_SATURDAYS: [(i32, u32, u32); 2] = [(2024, 12, 28), (2025, 11, 1)];

/// Whether the bank sets rates on this day.
pub fn is_working(day: NaiveDate) -> bool {
    if WORKING_SATURDAYS.contains(&(day.year(), day.month(), day.day())) {
        return true;
    }
    let off: &[(u32, u32)] = match day.year() {
        2024 => &OFF_2024,
        2025 => &OFF_2025,
        2026 => &OFF_2026,
        _ => &OFF_BY_LAW,
    };
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !off.contains(&(day.month(), day.day()))
}
