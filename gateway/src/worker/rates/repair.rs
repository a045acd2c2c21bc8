//! The repair by periods: what is missing is inserted, what is the mirror's replaced, what differs told.

use cbr::{Dynamic, FetchError};
use chrono::{DateTime, Days, TimeDelta, Utc};
use crm_core::rates::{self, Currency, NewRate, RateSource, moscow_date};
use crm_core::schedule::Report;
use sqlx::PgPool;

use super::RatesJob;
use super::tally::Tally;

/// The daily question finds out when the bank is back, and brings the repair forward.
const AFTER_FAILURE: TimeDelta = TimeDelta::hours(6);

impl RatesJob {
    /// Asks one question per currency.
    pub(super) async fn repair(&self, pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<Report> {
        let mut tally = Tally::default();
        if let Err(error) = self.learn_ids(pool, now).await? {
            return self.repair_failed(pool, &error, now).await;
        }
        for currency in &self.currencies {
            let mut conn = pool.acquire().await?;
            let Some(id) = rates::bank_id(&mut conn, *currency).await? else {
                tally.missing.push(*currency);
                continue;
            };
            let today = moscow_date(now);
            let from = rates::repair_from(&mut conn, *currency, today).await?;
            drop(conn);
            match self.bank.period(&id, from, today + Days::new(1)).await {
                Ok(document) => tally.add(self.take_period(pool, *currency, &document, now).await?),
                Err(error) => return self.repair_failed(pool, &error, now).await,
            }
        }
        let words = format!("Сверено: {tally}.");
        Ok(if tally.is_whole() {
            Report::done(words)
        } else {
            Report::failed(words).next_at(now + AFTER_FAILURE)
        })
    }

    /// The bank's ids of currencies stand in the document of a day.
    async fn learn_ids(&self, pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<Result<(), FetchError>> {
        let mut conn = pool.acquire().await?;
        let mut known = true;
        for currency in &self.currencies {
            known &= rates::bank_id(&mut conn, *currency).await?.is_some();
        }
        if known {
            return Ok(Ok(()));
        }
        drop(conn);
        let document = match self.bank.on(moscow_date(now)).await {
            Ok(document) => document,
            Err(error) => return Ok(Err(error)),
        };
        let mut tx = pool.begin().await?;
        rates::note_success(&mut tx, RateSource::Bank, now).await?;
        self.take_daily(&mut tx, &document, RateSource::Bank, now).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    async fn take_period(
        &self,
        pool: &PgPool,
        currency: Currency,
        document: &Dynamic,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Tally> {
        let mut tx = pool.begin().await?;
        rates::note_success(&mut tx, RateSource::Bank, now).await?;
        let mut tally = Tally::default();
        for record in &document.records {
            let new = NewRate {
                currency,
                effective_on: record.effective_on,
                source: RateSource::Bank,
                nominal: record.quote.nominal,
                value: record.quote.value,
                bank_id: Some(document.bank_id.clone()),
                document_sha256: document.sha256,
            };
            tally.count(currency, rates::take(&mut tx, &new, now).await?);
        }
        if !document.refused.is_empty() {
            tracing::warn!(%currency, count = document.refused.len(), "records of {currency} cannot be true");
            tally.missing.push(currency);
        }
        tx.commit().await?;
        Ok(tally)
    }

    async fn repair_failed(
        &self,
        pool: &PgPool,
        error: &FetchError,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Report> {
        let words = self.note_bank_failure(pool, error, now).await?;
        Ok(Report::failed(format!("Банк России: {words}.")).next_at(now + AFTER_FAILURE))
    }
}
