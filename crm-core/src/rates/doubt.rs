//! Figures that a person should look at: nothing that was seen is dropped silently.

mod store;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::{Currency, NewRate, Rate, RateError, RateSource};
use crate::DoubtId;
use crate::access::audit::{self, Actor, Subject};
use crate::access::{Right, Viewer};

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoubtReason {
    /// In use, and more than a fifth away from the rate before.
    Jump,
    /// Not in use: ten times or a tenth of the rate before.
    Tenfold,
    /// Not in use: the source now says something else for a day that was stored.
    Differs,
    /// No longer in use: the mirror had said it before the bank said something else.
    MirrorDiffered,
}

impl DoubtReason {
    fn word(self) -> &'static str {
        match self {
            Self::Jump => "jump",
            Self::Tenfold => "tenfold",
            Self::Differs => "differs",
            Self::MirrorDiffered => "mirror_differed",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "jump" => Self::Jump,
            "tenfold" => Self::Tenfold,
            "mirror_differed" => Self::MirrorDiffered,
            _ => Self::Differs,
        }
    }
}

/// Rubles for so many units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RateFigure)]
pub struct Figure {
    /// Units that `value` is for.
    pub nominal: u32,
    /// Rubles for them.
    #[schema(value_type = String)]
    pub value: Decimal,
}

impl Figure {
    pub(super) fn of(rate: &Rate) -> Self {
        Self { nominal: rate.nominal, value: rate.value }
    }
}

/// A figure in doubt.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RateDoubt)]
pub struct Doubt {
    /// To resolve it.
    pub id: DoubtId,
    /// Of this currency.
    pub currency: Currency,
    /// For this day.
    pub effective_on: NaiveDate,
    /// Who said it.
    pub source: RateSource,
    /// What is odd.
    pub reason: DoubtReason,
    /// The figure.
    pub figure: Figure,
    /// What it was compared with.
    pub against: Figure,
    /// When it was noticed.
    pub noticed_at: DateTime<Utc>,
}

/// Writes a doubt down once, and loudly.
pub(super) async fn note(
    conn: &mut PgConnection,
    new: &NewRate,
    reason: DoubtReason,
    against: Figure,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if store::insert(conn, DoubtId::at(now), new, reason, against, now).await? {
        tracing::warn!(
            currency = %new.currency,
            effective_on = %new.effective_on,
            reason = reason.word(),
            value = %new.value,
            nominal = new.nominal,
            against_value = %against.value,
            against_nominal = against.nominal,
            "the rate of {} for {} is in doubt",
            new.currency,
            new.effective_on,
        );
    }
    Ok(())
}

/// Doubts that nobody has resolved, the oldest first.
pub async fn doubts(conn: &mut PgConnection, viewer: &Viewer) -> Result<Vec<Doubt>, RateError> {
    viewer.require(Right::RatesManage)?;
    Ok(store::open(conn).await?)
}

/// «Проверено»: a person has looked. The figures in use stay as they are. To be called in a transaction.
pub async fn resolve_doubt(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: DoubtId,
    now: DateTime<Utc>,
) -> Result<(), RateError> {
    viewer.require(Right::RatesManage)?;
    let doubt =
        store::open(conn).await?.into_iter().find(|doubt| doubt.id == id).ok_or(RateError::Missing)?;
    if !store::resolve(conn, id, viewer.user_id, now).await? {
        return Err(RateError::Missing);
    }
    let (actor, subject) = (Actor::User(viewer), Subject::new("rate_doubt", &id));
    Ok(audit::record(conn, &actor, "rate.resolve_doubt", subject, Some(json!(doubt)), None, now).await?)
}
