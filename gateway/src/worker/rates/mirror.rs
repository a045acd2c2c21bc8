//! The mirror: asked when the bank stays away, marked, and replaced by the bank's own figures later.

use cbr::{Daily, FetchError};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use crm_core::rates::{self, RateSource, moscow_date};
use sqlx::{PgConnection, PgPool};

use super::RatesJob;
use super::tally::{in_words, russian};

/// It is asked after the bank has failed for so long,
const AFTER: TimeDelta = TimeDelta::hours(3);
/// and not more often than this.
const EVERY: TimeDelta = TimeDelta::hours(12);
/// So far back nothing is looked for where nothing is stored.
const FAR_DAYS: u64 = 13;

impl RatesJob {
    /// Asks the mirror, if there is one and it is time. A sentence for the report, or nothing.
    pub(super) async fn ask_mirror(&self, pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<String> {
        let known_until = {
            let mut conn = pool.acquire().await?;
            if !self.is_mirrors_time(&mut conn, now).await? {
                return Ok(String::new());
            }
            self.known_until(&mut conn).await?
        };
        let asked = self.documents_of_mirror(known_until, moscow_date(now)).await;
        let mut tx = pool.begin().await?;
        let words = match asked {
            Ok(documents) => {
                rates::note_success(&mut tx, RateSource::Mirror, now).await?;
                let mut last = None;
                for document in &documents {
                    self.take_daily(&mut tx, document, RateSource::Mirror, now).await?;
                    last = last.max(Some(document.effective_on));
                }
                last.map_or_else(String::new, |day| format!(" Зеркало: курсы на {}.", russian(day)))
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the mirror told no rates");
                rates::note_failure(&mut tx, RateSource::Mirror, in_words(&error), now).await?;
                format!(" Зеркало: {}.", in_words(&error))
            }
        };
        tx.commit().await?;
        Ok(words)
    }

    async fn is_mirrors_time(&self, conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<bool> {
        if !self.bank.has_mirror() {
            return Ok(false);
        }
        let bank = rates::source_state(conn, RateSource::Bank, now).await?;
        let mirror = rates::source_state(conn, RateSource::Mirror, now).await?;
        let lasts = bank.and_then(|bank| bank.failing_since).is_some_and(|since| now - since >= AFTER);
        Ok(lasts && mirror.is_none_or(|mirror| now - mirror.tried_at >= EVERY))
    }

    /// The latest document, and today's when the latest is tomorrow's already and today's is not known.
    async fn documents_of_mirror(
        &self,
        known_until: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<Vec<Daily>, FetchError> {
        let latest = self.bank.mirror_latest().await?;
        let mut documents = Vec::new();
        if latest.effective_on > today {
            let unknown_from =
                known_until.and_then(|day| day.succ_opt()).unwrap_or(today - Days::new(FAR_DAYS));
            documents.extend(self.bank.mirror_on(today, unknown_from).await?);
        }
        documents.push(latest);
        Ok(documents)
    }

    /// Until which day all our currencies are known; `None` when one is not known at all.
    async fn known_until(&self, conn: &mut PgConnection) -> sqlx::Result<Option<NaiveDate>> {
        let mut until = NaiveDate::MAX;
        for currency in &self.currencies {
            match rates::latest_published(conn, *currency).await? {
                Some(latest) => until = until.min(latest),
                None => return Ok(None),
            }
        }
        Ok(Some(until))
    }
}
