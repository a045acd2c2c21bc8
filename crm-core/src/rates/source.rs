//! How asking for rates goes, for the warning beside them.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::{RateSource, moscow_date, store};

/// A source that does not answer for so long is an alarm.
const OUT_AFTER: TimeDelta = TimeDelta::days(1);

/// How asking one source goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RateSourceState)]
pub struct SourceState {
    /// The last attempt.
    pub tried_at: DateTime<Utc>,
    /// The last good answer.
    #[schema(required = true)]
    pub succeeded_at: Option<DateTime<Utc>>,
    /// Since when every attempt fails; null while it works.
    #[schema(required = true)]
    pub failing_since: Option<DateTime<Utc>>,
    /// The last failure in words.
    #[schema(required = true)]
    pub error: Option<String>,
    /// How often it was asked today, by the day in Moscow.
    pub asked_today: i32,
}

impl SourceState {
    /// Whether it has not answered for more than a day.
    pub fn is_out(&self, now: DateTime<Utc>) -> bool {
        self.failing_since.is_some_and(|since| now - since >= OUT_AFTER)
    }
}

/// The bank or the mirror; `None` before the first attempt.
pub async fn source_state(
    conn: &mut PgConnection,
    source: RateSource,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<SourceState>> {
    store::source_state(conn, source, moscow_date(now)).await
}

/// A question brought a good answer.
pub async fn note_success(
    conn: &mut PgConnection,
    source: RateSource,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::note_attempt(conn, source, None, moscow_date(now), now).await
}

/// A question brought none.
pub async fn note_failure(
    conn: &mut PgConnection,
    source: RateSource,
    error: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::note_attempt(conn, source, Some(error), moscow_date(now), now).await
}
