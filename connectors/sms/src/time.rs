//! Times of the providers, believed within reason.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone, Utc};

/// 2015-01-01.
const EARLIEST_S: i64 = 1_420_070_400;
const DAY_S: i64 = 86_400;
const MOSCOW_S: i32 = 3 * 3600;

/// Unix seconds; `None` before 2015 and later than a day after the receipt.
pub(crate) fn of_unix(text: &str, received_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    believed(DateTime::from_timestamp(text.trim().parse().ok()?, 0)?, received_at)
}

/// Moscow time as `22.11.2026 12:05:31`, the seconds optional.
pub(crate) fn of_moscow(text: &str, received_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let local = ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text.trim(), format).ok())?;
    let moscow = FixedOffset::east_opt(MOSCOW_S)?;
    believed(moscow.from_local_datetime(&local).single()?.to_utc(), received_at)
}

fn believed(time: DateTime<Utc>, received_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (EARLIEST_S..=received_at.timestamp().saturating_add(DAY_S)).contains(&time.timestamp()).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_the_impossible_is_not() {
        let received_at = DateTime::from_timestamp(1_795_338_400, 0).expect("a time within the calendar");
        let expected = DateTime::from_timestamp(1_795_338_331, 0);
        assert_eq!(of_unix("1795338331", received_at), expected);
        assert_eq!(of_moscow("22.11.2026 12:05:31", received_at), expected);
        for text in ["", "soon", "0", "-1", "1795338331000", "9223372036854775807"] {
            assert_eq!(of_unix(text, received_at), None, "{text}");
        }
        for text in ["", "31.02.2026 12:00", "22.11.2031 12:05:31", "2026-11-22"] {
            assert_eq!(of_moscow(text, received_at), None, "{text}");
        }
    }
}
