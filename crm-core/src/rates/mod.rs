//! Official rates to the ruble: records by effective date, the rate in force on a day, conversion, rates by hand.
//!
//! Rates are the same for everybody who is signed in, so reading them takes no viewer; changing them does.

mod conversion;
mod currency;
mod doubt;
mod fresh;
mod manual;
mod overview;
mod plausible;
mod repair;
mod source;
mod store;
mod take;

pub use conversion::{Basis, Conversion, ConversionError, convert};
pub use currency::Currency;
pub use doubt::{Doubt, DoubtReason, Figure, doubts, resolve_doubt};
pub use fresh::is_stale;
pub use manual::{ManualRate, enter, withdraw};
pub use overview::{CurrencyNow, Direction, RateWarning, RatesNow, history, overview};
pub use repair::repair_from;
pub use source::{SourceState, note_failure, note_success, source_state};
pub use take::{NewRate, Taken, take};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Moscow;
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgConnection;

use crate::access::Forbidden;

/// Where a rate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateSource {
    /// The Bank of Russia.
    Bank,
    /// A private mirror of it, until the bank says it itself.
    Mirror,
    /// A person.
    Manual,
}

impl RateSource {
    /// The word in the database.
    fn word(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Mirror => "mirror",
            Self::Manual => "manual",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "manual" => Self::Manual,
            "mirror" => Self::Mirror,
            _ => Self::Bank,
        }
    }
}

/// A stored rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Rate {
    /// Of this currency.
    pub currency: Currency,
    /// From this day on it is in force, until the next record.
    pub effective_on: NaiveDate,
    /// Units that `value` is for.
    pub nominal: u32,
    /// Rubles for `nominal` units, as published.
    #[schema(value_type = String, example = "85.8282")]
    pub value: Decimal,
    /// Rubles for one unit.
    #[schema(value_type = String, example = "8.58282")]
    pub unit_rate: Decimal,
    /// Where it comes from.
    pub source: RateSource,
    /// When we got it.
    pub fetched_at: DateTime<Utc>,
    /// Why a person entered it.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// Whether it is the one that counts for its day: the bank's does not while a person's stands beside it.
    pub is_used: bool,
}

/// Why rates were not read or changed.
#[derive(Debug, thiserror::Error)]
pub enum RateError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such rate or doubt.
    #[error("there is no such rate")]
    Missing,
    /// A value cannot be taken.
    #[error("{field} is not acceptable: {reason}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// Why, in Russian.
        reason: &'static str,
    },
    /// The database failed.
    #[error("rates could not be read or written")]
    Database(#[from] sqlx::Error),
}

/// The day in Moscow: rates take effect by it, wherever the server stands.
pub fn moscow_date(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Moscow).date_naive()
}

/// The rate in force on a day: that of the latest record that took effect on it or before. `None` when there is none so
/// early. Everything that needs a rate asks here, with the day in Moscow.
pub async fn in_force(
    conn: &mut PgConnection,
    currency: Currency,
    day: NaiveDate,
) -> sqlx::Result<Option<Rate>> {
    store::in_force(conn, currency, day).await
}

/// The latest day for which the bank or its mirror has told a rate; it may lie in the future.
pub async fn latest_published(
    conn: &mut PgConnection,
    currency: Currency,
) -> sqlx::Result<Option<NaiveDate>> {
    store::known(conn, currency).await.map(|known| known.latest)
}

/// The id by which the bank knows a currency, learned from its documents.
pub async fn bank_id(conn: &mut PgConnection, currency: Currency) -> sqlx::Result<Option<String>> {
    store::known(conn, currency).await.map(|known| known.bank_id)
}

#[cfg(test)]
mod tests;
