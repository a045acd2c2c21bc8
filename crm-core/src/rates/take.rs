//! Storing of published rates: the same one any number of times, in any order, by any number of workers at once.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::doubt::{self, DoubtReason, Figure};
use super::plausible::{Look, look};
use super::{Currency, Rate, RateSource, store};

/// A published rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRate {
    /// Of this currency; not of the ruble.
    pub currency: Currency,
    /// From this day on.
    pub effective_on: NaiveDate,
    /// The bank or its mirror.
    pub source: RateSource,
    /// Units that `value` is for; positive.
    pub nominal: u32,
    /// Rubles for `nominal` units; positive.
    pub value: Decimal,
    /// The bank's id of the currency.
    pub bank_id: Option<String>,
    /// SHA-256 of the document.
    pub document_sha256: [u8; 32],
}

impl NewRate {
    fn unit_rate(&self) -> Decimal {
        self.value / Decimal::from(self.nominal)
    }

    fn figure(&self) -> Figure {
        Figure { nominal: self.nominal, value: self.value }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Stored.
    New,
    /// Stored, far from the rate before: a doubt for a person.
    NewWithJump,
    /// It was there.
    Known,
    /// It was there from the mirror; now it is the bank's.
    ReplacedMirror,
    /// Another figure is there for the same day and stays in use; this one is a doubt for a person.
    Differs,
    /// Ten times or a tenth of the rate before, so most likely a wrong nominal: not stored, a doubt for a person.
    RefusedTenfold,
}

/// Stores a published rate. To be called in a transaction. Repeating changes nothing.
pub async fn take(conn: &mut PgConnection, new: &NewRate, now: DateTime<Utc>) -> sqlx::Result<Taken> {
    // Nearly always it is there: the same document is asked for again and again.
    if let Some(known) = store::lock_published(conn, new.currency, new.effective_on).await? {
        return meet(conn, new, &known, now).await;
    }
    let before = match new.effective_on.pred_opt() {
        Some(day) => store::in_force(conn, new.currency, day).await?,
        None => None,
    };
    let look = before.as_ref().map_or(Look::Usual, |before| look(before.unit_rate, new.unit_rate()));
    if let (Look::Tenfold, Some(before)) = (look, &before) {
        doubt::note(conn, new, DoubtReason::Tenfold, Figure::of(before), now).await?;
        return Ok(Taken::RefusedTenfold);
    }
    if !store::insert_published(conn, new, now).await? {
        // Another worker has been faster, and has committed: its row is seen now.
        let known = store::lock_published(conn, new.currency, new.effective_on).await?;
        let known = known.expect("published rates are never deleted");
        return meet(conn, new, &known, now).await;
    }
    match (look, &before) {
        (Look::Jump, Some(before)) => {
            doubt::note(conn, new, DoubtReason::Jump, Figure::of(before), now).await?;
            Ok(Taken::NewWithJump)
        }
        _ => Ok(Taken::New),
    }
}

/// A rate of the same day is there already.
async fn meet(
    conn: &mut PgConnection,
    new: &NewRate,
    known: &Rate,
    now: DateTime<Utc>,
) -> sqlx::Result<Taken> {
    let same = known.value * Decimal::from(new.nominal) == new.value * Decimal::from(known.nominal);
    match (known.source, new.source) {
        (RateSource::Mirror, RateSource::Bank) => {
            if !same {
                let mirrored = NewRate {
                    source: RateSource::Mirror,
                    nominal: known.nominal,
                    value: known.value,
                    ..new.clone()
                };
                doubt::note(conn, &mirrored, DoubtReason::MirrorDiffered, new.figure(), now).await?;
            }
            store::replace_mirror(conn, new, now).await?;
            Ok(Taken::ReplacedMirror)
        }
        _ if same => Ok(Taken::Known),
        // What the mirror says beside the bank has no weight.
        (RateSource::Bank, RateSource::Mirror) => Ok(Taken::Known),
        _ => {
            doubt::note(conn, new, DoubtReason::Differs, Figure::of(known), now).await?;
            Ok(Taken::Differs)
        }
    }
}
