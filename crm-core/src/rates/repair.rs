//! How far back the bank is asked again.

use chrono::{Days, NaiveDate};
use sqlx::PgConnection;

use super::{Currency, store};

/// As a rule.
const USUAL_DAYS: u64 = 60;
/// A year is as much as is safe to ask at once.
const MOST_DAYS: u64 = 365;
/// Between two records there are never more days than the New Year takes.
const LONGEST_GAP_DAYS: i32 = 13;

/// From which day on the bank is to be asked about a currency: 60 days, a year when we have not so much, and from the
/// first hole on when the hub was away for long.
pub async fn repair_from(
    conn: &mut PgConnection,
    currency: Currency,
    today: NaiveDate,
) -> sqlx::Result<NaiveDate> {
    let (usual, most) = (today - Days::new(USUAL_DAYS), today - Days::new(MOST_DAYS));
    let (first, hole) = store::first_and_hole(conn, currency, most, LONGEST_GAP_DAYS).await?;
    Ok(match (first, hole) {
        (Some(first), None) if first <= usual => usual,
        (Some(first), Some(hole)) if first <= usual => usual.min(hole),
        _ => most,
    })
}
