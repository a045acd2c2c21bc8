//! The header and the page: what is in force, how it moved, and whether it can be trusted.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgConnection;

use super::{Currency, Rate, RateSource, SourceState, is_stale, moscow_date, store};

/// Where a rate went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RateDirection)]
pub enum Direction {
    /// The currency costs more than before: ▲.
    Up,
    /// It costs less: ▼.
    Down,
    /// Neither.
    Same,
}

/// Why the rates beside it are to be taken with care; the gravest of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateWarning {
    /// The last attempts to ask the bank failed; the rates are still of today.
    SourceFailing,
    /// The bank has not answered for more than a day.
    SourceOut,
    /// Some rate is older than holidays explain.
    Stale,
    /// Some currency has no rate at all.
    NoRate,
}

impl RateWarning {
    /// Whether somebody should do something.
    pub fn is_alarm(self) -> bool {
        self != Self::SourceFailing
    }
}

/// One currency today.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CurrencyNow {
    /// Which.
    pub currency: Currency,
    /// In force today.
    #[schema(required = true)]
    pub rate: Option<Rate>,
    /// The one before it.
    #[schema(required = true)]
    pub previous: Option<Rate>,
    /// Rubles per unit, against the one before.
    #[schema(required = true, value_type = Option<String>)]
    pub change: Option<Decimal>,
    /// Where it went.
    #[schema(required = true)]
    pub direction: Option<Direction>,
    /// Known already, in force from its date on.
    #[schema(required = true)]
    pub next: Option<Rate>,
    /// Whether the latest known record is older than holidays explain.
    pub is_stale: bool,
}

/// All configured currencies today.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RatesNow {
    /// The day in Moscow.
    pub today: NaiveDate,
    /// Rates are in this currency.
    pub base: Currency,
    /// In the order of the configuration.
    pub items: Vec<CurrencyNow>,
    /// What to warn of.
    #[schema(required = true)]
    pub warning: Option<RateWarning>,
    /// How asking the bank goes; null before the first attempt.
    #[schema(required = true)]
    pub bank: Option<SourceState>,
}

/// What is in force today, of these currencies.
pub async fn overview(
    conn: &mut PgConnection,
    currencies: &[Currency],
    now: DateTime<Utc>,
) -> sqlx::Result<RatesNow> {
    let today = moscow_date(now);
    let bank = store::source_state(conn, RateSource::Bank, today).await?;
    let mut around = store::around(conn, currencies, today).await?;
    let items: Vec<CurrencyNow> = currencies
        .iter()
        .map(|currency| {
            let own = around.extract_if(.., |rate| rate.currency == *currency).collect();
            currency_now(*currency, own, today)
        })
        .collect();
    let mut warnings = Vec::new();
    warnings.extend(bank.as_ref().and_then(|bank| bank.failing_since).map(|_| RateWarning::SourceFailing));
    warnings.extend(bank.as_ref().filter(|bank| bank.is_out(now)).map(|_| RateWarning::SourceOut));
    warnings.extend(items.iter().any(|item| item.is_stale).then_some(RateWarning::Stale));
    warnings.extend(items.iter().any(|item| item.rate.is_none()).then_some(RateWarning::NoRate));
    Ok(RatesNow { today, base: Currency::RUB, items, warning: warnings.into_iter().max(), bank })
}

/// From the last two records that took effect and the first one that will, by date.
fn currency_now(currency: Currency, around: Vec<Rate>, today: NaiveDate) -> CurrencyNow {
    let (mut past, mut future): (Vec<Rate>, Vec<Rate>) =
        around.into_iter().partition(|rate| rate.effective_on <= today);
    let (rate, previous, next) = (past.pop(), past.pop(), future.pop());
    let change = rate.as_ref().zip(previous.as_ref()).map(|(rate, before)| rate.unit_rate - before.unit_rate);
    let direction = change.map(|change| match change.cmp(&Decimal::ZERO) {
        std::cmp::Ordering::Greater => Direction::Up,
        std::cmp::Ordering::Less => Direction::Down,
        std::cmp::Ordering::Equal => Direction::Same,
    });
    let latest = next.as_ref().or(rate.as_ref()).map(|rate| rate.effective_on);
    let is_stale = latest.is_some_and(|latest| is_stale(latest, today));
    CurrencyNow { currency, rate, previous, change, direction, next, is_stale }
}

/// All records of a currency that took effect in a period, both days included, by date; where a person's stands beside
/// the bank's, it comes first.
pub async fn history(
    conn: &mut PgConnection,
    currency: Currency,
    from: NaiveDate,
    until: NaiveDate,
) -> sqlx::Result<Vec<Rate>> {
    store::history(conn, currency, from, until).await
}
