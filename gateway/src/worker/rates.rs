//! The rates of the bank: when to ask, and what to do with the answers.
//!
//! Every afternoon until tomorrow's record is there, in the mornings after holidays, hourly while the bank does not answer;
//! once a week, at the first start and after an outage a repair by periods.

mod calendar;
mod mirror;
mod repair;
mod tally;

use std::sync::Arc;

use cbr::{Bank, Daily, FetchError};
use chrono::{DateTime, Utc};
use crm_core::mail::Words;
use crm_core::mail::alarm::{self, Standing};
use crm_core::rates::{self, Currency, NewRate, RateSource, RateWarning, SourceState, moscow_date};
use crm_core::schedule::{self, Report};
use sqlx::{PgConnection, PgPool};

use self::calendar::Answer;
use self::tally::{Tally, in_words, russian};
use super::schedule::Tasks;

const DAILY: &str = "rates.daily";
const REPAIR: &str = "rates.repair";

/// What the job works with.
pub struct RatesJob {
    bank: Bank,
    currencies: Vec<Currency>,
}

/// Adds the tasks: both are due at once at the first start.
pub fn add(tasks: &mut Tasks, bank: Bank, currencies: Vec<Currency>) {
    let daily = Arc::new(RatesJob { bank, currencies });
    let repair = Arc::clone(&daily);
    tasks.add(
        DAILY,
        "Курсы Банка России на завтра",
        calendar::daily(),
        move |pool, now| {
            let job = Arc::clone(&daily);
            async move { job.daily(&pool, now).await }
        },
    );
    tasks.add(
        REPAIR,
        "Сверка курсов за прошлые дни",
        calendar::weekly(),
        move |pool, now| {
            let job = Arc::clone(&repair);
            async move { job.repair(&pool, now).await }
        },
    );
}

impl RatesJob {
    /// One question for the latest document.
    async fn daily(&self, pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<Report> {
        let (mut report, answer) = match self.bank.latest().await {
            Ok(document) => self.take_latest(pool, &document, now).await?,
            Err(error) => self.bank_failed(pool, &error, now).await?,
        };
        let mut tx = pool.begin().await?;
        let overview = rates::overview(&mut tx, &self.currencies, now).await?;
        // A currency without any rate is told by the tally; at the first start the repair beside brings it.
        let lasting = [RateWarning::SourceOut, RateWarning::Stale];
        let warning = overview.warning.filter(|warning| lasting.contains(warning));
        if let Some(warning) = warning {
            tracing::error!(?warning, "somebody has to look at the rates of the bank");
            report.words += " Внимание: курсы или их источник требуют проверки.";
        }
        alarm::note(&mut tx, "rates", &standing(warning, &report.words), now).await?;
        tx.commit().await?;
        let asked = overview.bank.map_or(0, |bank| bank.asked_today);
        Ok(report.next_at(calendar::next_question(now, answer, asked, self.currencies.len())))
    }

    async fn take_latest(
        &self,
        pool: &PgPool,
        document: &Daily,
        now: DateTime<Utc>,
    ) -> anyhow::Result<(Report, Answer)> {
        let mut tx = pool.begin().await?;
        let before = rates::source_state(&mut tx, RateSource::Bank, now).await?;
        rates::note_success(&mut tx, RateSource::Bank, now).await?;
        let tally = self.take_daily(&mut tx, document, RateSource::Bank, now).await?;
        if before.is_some_and(|state: SourceState| state.failing_since.is_some()) {
            // Days may be missing, or be the mirror's.
            schedule::bring_forward(&mut tx, REPAIR, now).await?;
        }
        tx.commit().await?;
        let is_tomorrows = document.effective_on > moscow_date(now);
        let answer = if is_tomorrows && tally.is_whole() { Answer::Tomorrow } else { Answer::NotYet };
        let words = format!("Курсы на {}: {tally}.", russian(document.effective_on));
        // What is missing or refused is for people to see, but asked again at the usual times.
        Ok((if tally.is_whole() { Report::done(words) } else { Report::failed(words) }, answer))
    }

    /// Stores the records of our currencies.
    async fn take_daily(
        &self,
        conn: &mut PgConnection,
        document: &Daily,
        source: RateSource,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Tally> {
        let mut tally = Tally::default();
        for currency in &self.currencies {
            let Some(record) = document.of(currency.as_str()) else {
                tracing::warn!(%currency, "the rates of {} lack {currency}", document.effective_on);
                tally.missing.push(*currency);
                continue;
            };
            let new = NewRate {
                currency: *currency,
                effective_on: document.effective_on,
                source,
                nominal: record.quote.nominal,
                value: record.quote.value,
                bank_id: Some(record.bank_id.clone()).filter(|id| !id.is_empty()),
                document_sha256: document.sha256,
            };
            tally.count(*currency, rates::take(conn, &new, now).await?);
        }
        Ok(tally)
    }

    /// What is stored stays in force; when it lasts, the mirror is asked.
    async fn bank_failed(
        &self,
        pool: &PgPool,
        error: &FetchError,
        now: DateTime<Utc>,
    ) -> anyhow::Result<(Report, Answer)> {
        let words = self.note_bank_failure(pool, error, now).await?;
        let mirrored = self.ask_mirror(pool, now).await?;
        let answer = if error.is_temporary() { Answer::Failed } else { Answer::Refused };
        Ok((Report::failed(format!("Банк России: {words}.{mirrored}")), answer))
    }

    async fn note_bank_failure(
        &self,
        pool: &PgPool,
        error: &FetchError,
        now: DateTime<Utc>,
    ) -> sqlx::Result<&'static str> {
        let words = in_words(error);
        tracing::warn!(error = error as &dyn std::error::Error, "the bank told no rates");
        rates::note_failure(&mut *pool.acquire().await?, RateSource::Bank, words, now).await?;
        Ok(words)
    }
}

/// For the administrators.
fn standing(warning: Option<RateWarning>, report: &str) -> Standing {
    let subject = match warning {
        None => {
            let text = format!("Курсы Банка России снова свежие. {report}");
            return Standing::Well(Words { subject: "Курсы снова свежие".into(), text });
        }
        Some(RateWarning::SourceOut) => "Банк России не отвечает больше суток",
        Some(_) => "Курсы Банка России устарели",
    };
    let text = format!("{subject}.\n{report}\n\nДо новых курсов действуют прежние; их можно ввести вручную.");
    Standing::Wrong(Words { subject: subject.into(), text })
}

#[cfg(test)]
mod tests;
