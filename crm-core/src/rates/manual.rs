//! A rate that a person enters: for a day that the bank has not told, or against what it told.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::{Decimal, dec};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{Currency, Rate, RateError, moscow_date, store};
use crate::access::audit::{self, Actor, Subject};
use crate::access::{Right, Viewer};

/// The longest reason.
const MAX_REASON_CHARS: usize = 500;
/// Nobody knows a rate further ahead.
const MAX_AHEAD: TimeDelta = TimeDelta::days(31);

/// A rate by hand.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualRate {
    /// Of this currency.
    pub currency: Currency,
    /// From this day on, until the next record of anybody.
    pub effective_on: NaiveDate,
    /// Units that `value` is for.
    pub nominal: u32,
    /// Rubles for `nominal` units.
    #[schema(value_type = String, example = "85.8282")]
    pub value: Decimal,
    /// Why. Kept in the audit log and shown beside the rate.
    pub reason: String,
}

/// Enters a rate for a day, or changes the one entered before. It counts instead of the bank's of the same day, which
/// stays. To be called in a transaction.
pub async fn enter(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: &ManualRate,
    now: DateTime<Utc>,
) -> Result<Rate, RateError> {
    viewer.require(Right::RatesManage)?;
    let reason = checked(new, now)?;
    let before = store::lock_manual(conn, new.currency, new.effective_on).await?;
    store::put_manual(conn, new, reason, viewer.user_id, now).await?;
    let rate = store::lock_manual(conn, new.currency, new.effective_on).await?.ok_or(RateError::Missing)?;
    record(conn, viewer, "rate.enter", before.as_ref(), Some(&rate), now).await?;
    Ok(rate)
}

/// Takes a rate back that a person entered; the bank's of that day, or the one before, counts again. To be called in a
/// transaction.
pub async fn withdraw(
    conn: &mut PgConnection,
    viewer: &Viewer,
    currency: Currency,
    effective_on: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(), RateError> {
    viewer.require(Right::RatesManage)?;
    let before = store::lock_manual(conn, currency, effective_on).await?.ok_or(RateError::Missing)?;
    store::delete_manual(conn, currency, effective_on).await?;
    record(conn, viewer, "rate.withdraw", Some(&before), None, now).await
}

fn checked(new: &ManualRate, now: DateTime<Utc>) -> Result<&str, RateError> {
    let invalid = |field, reason| Err(RateError::Invalid { field, reason });
    let reason = new.reason.trim();
    if new.currency == Currency::RUB {
        return invalid("currency", "Рубль — основа курсов, своего курса у него нет.");
    }
    if new.nominal == 0 || new.nominal > 1_000_000 {
        return invalid("nominal", "Номинал: целое число от 1 до 1 000 000.");
    }
    if new.value <= Decimal::ZERO || new.value >= dec!(1_000_000_000) || new.value.scale() > 10 {
        return invalid("value", "Курс: положительное число, до десяти знаков после запятой.");
    }
    if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS {
        return invalid("reason", "Причина: нужен текст до 500 знаков.");
    }
    if new.effective_on > moscow_date(now + MAX_AHEAD) {
        return invalid("effective_on", "Дата: не дальше месяца вперёд.");
    }
    Ok(reason)
}

async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    action: &str,
    before: Option<&Rate>,
    after: Option<&Rate>,
    now: DateTime<Utc>,
) -> Result<(), RateError> {
    let Some(about) = after.or(before) else { return Ok(()) };
    let subject = Subject::new("rate", &format!("{} {}", about.currency, about.effective_on));
    let values = |rate: &Rate| -> Value {
        json!({ "nominal": rate.nominal, "value": rate.value, "reason": rate.reason })
    };
    let (before, after) = (before.map(values), after.map(values));
    Ok(audit::record(conn, &Actor::User(viewer), action, subject, before, after, now).await?)
}
