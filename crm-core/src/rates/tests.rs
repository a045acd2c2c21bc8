mod by_hand;
mod in_force;
mod taking;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// When nothing depends on it.
fn some_time() -> DateTime<Utc> {
    moment("2026-06-05T12:00:00Z")
}

fn rate_of(
    currency: Currency,
    effective_on: NaiveDate,
    source: RateSource,
    nominal: u32,
    value: Decimal,
) -> NewRate {
    let bank_id = Some(format!("R-{currency}"));
    NewRate { currency, effective_on, source, nominal, value, bank_id, document_sha256: [7; 32] }
}

/// The bank tells a rate for one unit.
async fn told(conn: &mut PgConnection, currency: Currency, on: &str, value: Decimal) -> Taken {
    let new = rate_of(currency, day(on), RateSource::Bank, 1, value);
    take(conn, &new, some_time()).await.unwrap()
}

async fn unit_rate(conn: &mut PgConnection, currency: Currency, on: &str) -> Option<String> {
    in_force(conn, currency, day(on)).await.unwrap().map(|rate| rate.unit_rate.to_string())
}
